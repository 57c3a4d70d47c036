"""What saved replies and signatures become in an answer. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

MOST_TEXT = 8_000
MOST_NAME = 80
MOST_SHORTCUT = 20
MOST_SIGNATURE = 200
MOST_VALUE = 80
_VARIABLE = re.compile(r"\{\s*([^{}\n]{1,40}?)\s*\}")
_SHORTCUT = re.compile(r"[\w-]{1,20}")
# What may stand in braces, as each language calls it.
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "member": ("member", "membre"),
    "brand": ("brand", "marque"),
    "agent": ("agent", "signataire"),
    "channel": ("channel", "canal"),
}
_MEANT = {name: code for code, names in VARIABLES.items() for name in names}


def unknown_in(text: str) -> list[str]:
    """Return what stands in braces and is no variable, each once, in order."""
    found = (match[1] for match in _VARIABLE.finditer(text))
    return list(dict.fromkeys(name for name in found if name.casefold() not in _MEANT))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables filled in; one without a value stays, for the checks to stop at."""

    def value(match: re.Match[str]) -> str:
        return plain(values.get(_MEANT.get(match[1].casefold(), ""), "")) or match[0]

    return _VARIABLE.sub(value, text)


def plain(value: str) -> str:
    """Return somebody's name as it may stand in a sentence of ours: one line, nothing unseen, no braces."""
    seen = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in value)
    return " ".join(seen.replace("{", "(").replace("}", ")").split())[:MOST_VALUE]


def is_made_of(text: str, saved: str) -> bool:
    """Return whether a text is a saved reply with its variables filled in, whatever is signed below it."""
    parts = [re.escape(part) for part in _VARIABLE.split(saved)[::2]]
    pattern = f"[^\\n]{{0,{MOST_VALUE}}}".join(parts)
    return bool(saved.strip()) and re.match(rf"{pattern}(?:\s*\Z|\n)", text.strip()) is not None


def shortcut_of(given: str) -> str | None:
    """Return a shortcut as it is kept: one word, lower case, without the slash; None for what is none."""
    kept = given.strip().removeprefix("/").casefold()
    return kept if not kept or _SHORTCUT.fullmatch(kept) else None


@dataclass(frozen=True, slots=True)
class Offer:
    """A saved reply as it is weighed against others."""

    id: int
    language: str
    used: int
    tokens: frozenset[str]


def ranked(offers: Iterable[Offer], language: str, said: frozenset[str]) -> list[int]:
    """Return saved replies by how well they fit: the right language, words in common with what was said, use."""

    def place(one: Offer) -> tuple[bool, float, int, int]:
        shared = len(one.tokens & said) / (len(one.tokens) ** 0.5 or 1)
        return one.language != language, -round(shared, 6), -one.used, one.id

    return [one.id for one in sorted(offers, key=place)]


def signed(text: str, signature: str, left_of: Callable[[str], int | None]) -> str:
    """Return the text with its signature where the network has room; `left_of` says how much room a text leaves."""
    if not signature or not text.strip() or text.rstrip().endswith(signature):
        return text
    whole = f"{text.rstrip()}\n{signature}"
    left = left_of(whole)
    return whole if left is None or left >= 0 else text


def unsigned(text: str, signature: str) -> str:
    """Return the text without the signature at its end."""
    return text.removesuffix(signature).rstrip() if signature and text.endswith(f"\n{signature}") else text


def tokens_of(*texts: str) -> frozenset[str]:
    """Return the tokens of texts that were made for searching."""
    return frozenset(token for text in texts for token in text.split() if len(token) > 2)
