"""Days a desk is closed, as one types them: one a line, `25/12/2026 Noël`, or `01/08/2026 - 15/08/2026 Congés`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

import holidays

from nestor.faces.hours import BadHours

MOST_IN_A_ROW = 62  # days of one line
MOST_CLOSED = 400  # days of one brand
MOST_NAME = 120  # characters
YEARS = range(2000, 2101)
_DAY = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"
_LINE = re.compile(rf"(?P<first>{_DAY})(?: ?(?:[-–—]|\bau\b|\bto\b) ?(?P<last>{_DAY}))?(?: (?P<name>.*))?")

Closed = tuple[date, str]


def read_closures(text: str) -> list[Closed]:
    """Return closed days with their names, each day once, in order; raise `BadHours` with the line that is none."""
    found: dict[date, str] = {}
    for line in text.splitlines():
        plain = " ".join(line.split())
        if plain:
            first, last, name = _read_line(plain)
            found |= {first + timedelta(days=number): name for number in range((last - first).days + 1)}
        if len(found) > MOST_CLOSED:
            raise BadHours(plain[:60])
    return sorted(found.items())


def _read_line(line: str) -> tuple[date, date, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadHours(line[:60])
    first = _date(match["first"], line)
    last = _date(match["last"], line) if match["last"] else first
    name = match["name"] or ""
    is_sound = timedelta(0) <= last - first < timedelta(days=MOST_IN_A_ROW)
    if not is_sound or len(name) > MOST_NAME or not name.isprintable():
        raise BadHours(line[:60])
    return first, last, name


def _date(text: str, line: str) -> date:
    numbers = [int(part) for part in re.split("[-/]", text)]
    year, month, day = numbers if "-" in text else reversed(numbers)
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise BadHours(line[:60]) from error
    if found.year not in YEARS:
        raise BadHours(line[:60])
    return found


def closures_text(closures: Sequence[Closed]) -> str:
    """Return closed days as `read_closures` reads them back: days in a row with one name as one line."""
    lines = []
    in_a_row = groupby(enumerate(sorted(closures)), key=lambda one: (one[1][0].toordinal() - one[0], one[1][1]))
    for (_row, name), group in in_a_row:
        days = [day for _number, (day, _name) in group]
        for start in range(0, len(days), MOST_IN_A_ROW):
            part = days[start : start + MOST_IN_A_ROW]
            until = f" – {part[-1]:%d/%m/%Y}" if len(part) > 1 else ""
            lines.append(f"{part[0]:%d/%m/%Y}{until} {name}".strip())
    return "\n".join(lines)


def public_holidays(country: str, language: str, years: Iterable[int]) -> list[Closed]:
    """Return a country's public holidays, in that language where they are named in it; raise `KeyError` for unknown.

    From the library `holidays`, which keeps up with the laws of some 250 countries.
    """
    if country not in holidays.list_supported_countries():
        raise KeyError(country)
    known = holidays.list_localized_countries().get(country, [])
    named = next((one for one in known if one.split("_")[0] == language), None)
    found = holidays.country_holidays(country, years=list(years), language=named)
    return sorted((day, str(label)[:MOST_NAME]) for day, label in found.items())


def holiday_countries() -> list[str]:
    """Return the codes (ISO 3166-1) of the countries whose public holidays are known."""
    return sorted(code for code in holidays.list_supported_countries() if len(code) == 2)
