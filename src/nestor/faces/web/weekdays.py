"""Days of the week and times of day, as forms ask for them and pages say them."""

from collections.abc import Iterable
from datetime import time
from typing import Literal

from babel.dates import get_day_names
from django.utils.translation import get_language

Periods = tuple[tuple[int, time, time], ...]


def weekday_names(width: Literal["abbreviated", "wide"] = "abbreviated") -> list[tuple[int, str]]:
    """Return the days, Monday first, in the language of the page."""
    names = get_day_names(width, context="stand-alone", locale=(get_language() or "en").replace("-", "_"))
    return [(day, names[day].removesuffix(".")) for day in range(7)]


def grouped(periods: Iterable[tuple[int, time, time]]) -> list[tuple[tuple[int, ...], str, str]]:
    """Return periods with the same times as one, with their days; times as a form writes them."""
    found: dict[tuple[time, time], set[int]] = {}
    for day, start, end in periods:
        found.setdefault((start, end), set()).add(day)
    rows = [(tuple(sorted(days)), f"{start:%H:%M}", f"{end:%H:%M}") for (start, end), days in found.items()]
    return sorted(rows, key=lambda row: (row[0], row[1]))
