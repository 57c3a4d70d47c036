"""Opening hours as one types them: `mon-fri 09:00-18:00, sat 10:00-13:00`."""

import re
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


def _span(text: str) -> tuple[time, time]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise BadHours(text)
    opens, closes = _time(match[1], match[2], text), _time(match[3], match[4], text)
    if opens >= closes and closes != time.min:
        raise BadHours(text)
    return opens, closes


def _time(hour: str, minute: str | None, text: str) -> time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return time.min
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise BadHours(text) from error
