"""How long a text is, as each network counts. Pure, linear in the text."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

import regex

from nestor.networks.links import find_links

X_LINK_LENGTH: Final = 23  # every link is shortened to t.co; X's counting rules, version 3, read 2026-11-20

_PICTURE = r"\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?(?:[\U000E0020-\U000E007E]++\U000E007F)?"
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|(?![\u00a9\u00ae](?!\uFE0F)){_PICTURE}(?:\u200D{_PICTURE})*+"
)
_HEAVY = re.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")  # two units on X, all else one
_GRAPHEME = regex.compile(r"\X")


def count(text: str, unit: str, link_length: int | None = None) -> int:
    """Return the length of the text in `unit`: characters, utf16, bytes (UTF-8), graphemes or weighted (X).

    With `link_length` every `http(s)://` link counts as that many units. Weighted follows X: text in NFC, links without
    scheme count too, 23 each unless told otherwise. Raises ValueError for a unit nobody knows.
    """
    if unit not in _UNITS:
        raise ValueError(f"unknown unit: {unit}")
    measured = _UNITS[unit]
    if unit == "weighted":
        text = unicodedata.normalize("NFC", text)
        link_length = X_LINK_LENGTH if link_length is None else link_length
    if link_length is None:
        return measured(text)
    links = [link for link in find_links(text) if link.has_scheme or unit == "weighted"]
    total, at = len(links) * link_length, 0
    for link in links:
        total += measured(text[at : link.start])
        at = link.end
    return total + measured(text[at:])


def _weighted(text: str) -> int:
    rest: str
    emoji: int
    rest, emoji = _EMOJI.subn("", text)
    return 2 * emoji + len(rest) + len(_HEAVY.findall(rest))


def _graphemes(text: str) -> int:
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _utf16(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_UNITS: Final[dict[str, Callable[[str], int]]] = {
    "characters": len,
    "utf16": _utf16,
    "bytes": _bytes,
    "graphemes": _graphemes,
    "weighted": _weighted,
}
