"""Opening hours as one types them: a week as `mon-fri 09:00-18:00, sat 10:00-13:00`, a day as `9h-12h30, 14h-18h`."""

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise

DAYS = (
    ("mon", "lun"),
    ("tue", "mar"),
    ("wed", "mer"),
    ("thu", "jeu"),
    ("fri", "ven"),
    ("sat", "sam"),
    ("sun", "dim"),
)
_DAYS = re.compile(r"([a-z]{3})[a-z]*(?:-([a-z]{3})[a-z]*)?")
_SPAN = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?-(\d{1,2})(?:[:h](\d{2})?)?")

_AS_TYPED = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "h": ":", "H": ":"})
NOTHING = frozenset({"", "-", "–", "—", "closed", "fermé", "ferme", "no", "non", "none"})
WHOLE = frozenset({"24h", "24 h", "24h/24", "24/24", "all day", "toute la journée"})
MOST_PERIODS = 6  # of one day
MIDNIGHT = time.min

Period = tuple[int, time, time]


class BadHours(ValueError):
    """The part of the text that makes no sense is the message."""


def read_hours(text: str) -> list[Period]:
    """Return (weekday from Monday 0, opening, closing) in order; midnight closes as 00:00. Raise `BadHours`."""
    found: list[Period] = []
    for part in text.lower().split(","):
        days, *spans = part.split()[:20] or [""]
        if not spans:
            raise BadHours(part.strip() or text)
        found += [(day, *_span(span)) for day in _days(days) for span in spans]
    found.sort()
    for before, after in pairwise(found):
        if before[0] == after[0] and (before[2] == time.min or before[2] > after[1]):
            raise BadHours(text)
    return found


def _days(text: str) -> list[int]:
    match = _DAYS.fullmatch(text)
    if match is None:
        raise BadHours(text)
    first = _day(match[1], text)
    last = _day(match[2], text) if match[2] else first
    return [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]


def _day(name: str, text: str) -> int:
    for number, names in enumerate(DAYS):
        if name in names:
            return number
    raise BadHours(text)


def _span(text: str, *, may_pass_midnight: bool = False) -> tuple[time, time]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise BadHours(text[:60])
    opens, closes = _time(match[1], match[2], text), _time(match[3], match[4], text)
    is_backwards = opens == closes if may_pass_midnight else opens >= closes
    if is_backwards and closes != MIDNIGHT:
        raise BadHours(text)
    return opens, closes


def _time(hour: str, minute: str | None, text: str) -> time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return time.min
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise BadHours(text) from error


def read_day(text: str) -> list[tuple[time, time]]:
    """Return one weekday's opening periods in order, none where it is closed; raise `BadHours`.

    `18:00-02:00` runs past midnight; `24h` is the whole day.
    """
    plain = " ".join(text[:200].lower().split())
    if plain in NOTHING:
        return []
    if plain in WHOLE:
        return [(MIDNIGHT, MIDNIGHT)]
    plain = re.sub(r"\s*(-|\bà\b|\bto\b)\s*", "-", re.sub(r"\s*:\s*", ":", plain.translate(_AS_TYPED)))
    parts = re.split(r"[,;]|\s(?=\d)|\bet\b|\band\b", plain)
    found = sorted(_span(part.strip(), may_pass_midnight=True) for part in parts if part.strip())
    ends = [end if end > start else time.max for start, end in found]
    if (
        not found
        or len(found) > MOST_PERIODS
        or any(after[0] < end for end, after in zip(ends, found[1:], strict=False))
    ):
        raise BadHours(text[:60])
    return found


def day_text(periods: Iterable[tuple[time, time]]) -> str:
    """Return a weekday's periods as `read_day` reads them back."""
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}".replace("–00:00", "–24:00") for start, end in periods)
