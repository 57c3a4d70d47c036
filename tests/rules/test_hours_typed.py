"""A day's hours and closed days as people type them in both languages, and as they are written back."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.faces.closures import (
    MOST_IN_A_ROW,
    closures_text,
    holiday_countries,
    public_holidays,
    read_closures,
)
from nestor.faces.hours import BadHours, day_text, read_day

NINE, NOON, TWO, SIX = time(9), time(12, 30), time(14), time(18)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20).filter(lambda name: name[:1] not in "-–—")
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))
MINUTES = st.integers(0, 24 * 60 - 1)


@pytest.mark.parametrize(
    "text",
    [
        "09:00–12:30, 14:00–18:00",
        "9h-12h30 14h-18h",
        "9 h à 12 h 30 et 14 h à 18 h",
        "9:00 to 12:30 and 14:00 to 18:00",
        "14-18; 9-12:30",
        "9:00\u202f—\u202f12:30,\u00a014:00 − 18:00",
    ],
)
def test_hours_are_read_as_people_write_them(text: str) -> None:
    assert read_day(text) == [(NINE, NOON), (TWO, SIX)]


def test_a_night_a_whole_day_and_no_day() -> None:
    assert read_day("18:00-02:00") == [(SIX, time(2))]
    assert [read_day(text) for text in ("24h", "24 h", "0-24", "all day", "toute la journée")] == [
        [(time(0), time(0))]
    ] * 5
    assert [read_day(text) for text in ("", " ", "closed", "fermé", "–", "-")] == [[]] * 6


@pytest.mark.parametrize(
    "text",
    [
        "9",
        "9-9",
        "9-25",
        "9:60-10",
        "8-12, 11-14",
        "22-6, 23-24",
        "abc",
        "9-12 14",
        "<b>",
        "\u202e9-12",
        "1-2,3-4,5-6,7-8,9-10,11-12,13-14",
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadHours):
        read_day(text)


@given(st.text(max_size=300))
def test_no_text_raises_anything_else(text: str) -> None:
    read: list[object] = []
    for reader in (read_day, read_closures):
        try:
            read += reader(text)
        except BadHours as wrong:
            read.append(wrong)
    assert all(isinstance(one, tuple | BadHours) for one in read)


@given(st.lists(MINUTES, min_size=2, max_size=12, unique=True))
def test_what_is_written_is_read_back(minutes: list[int]) -> None:
    times = [time(*divmod(minute, 60)) for minute in sorted(minutes)]
    periods = [(start, end) for start, end in zip(times[::2], times[1::2], strict=False) if end != start]
    assert read_day(day_text(periods)) == periods


@given(st.dictionaries(DAYS, NAMES, max_size=30))
def test_closed_days_are_read_back(closed: dict[date, str]) -> None:
    assert dict(read_closures(closures_text(sorted(closed.items())))) == closed


def test_days_in_a_row_are_one_line() -> None:
    first = date(2026, 8, 1)
    days = [(first + timedelta(days=number), "Congés d’été") for number in range(15)]
    assert closures_text(days) == "01/08/2026 – 15/08/2026 Congés d’été"
    assert read_closures("2026-08-01 au 2026-08-15 Congés d’été") == days


@pytest.mark.parametrize(
    "text",
    [
        "hier",
        "31/02/2026",
        "25/12/26",
        "15/08/2026 - 01/08/2026",
        "01/01/2026 - 31/12/2026",
        "01/01/1999",
        f"01/01/2026 {'x' * 121}",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadHours):
        read_closures(text)


def test_too_many_days_are_refused() -> None:
    first = date(2026, 1, 1)
    lines = [f"{first + timedelta(days=number):%d/%m/%Y}" for number in range(401)]
    with pytest.raises(BadHours):
        read_closures("\n".join(lines))
    assert len(read_closures("\n".join(lines[:400]))) == 400
    assert MOST_IN_A_ROW < 400


def test_public_holidays_speak_the_language() -> None:
    assert (date(2026, 7, 14), "Fête nationale") in public_holidays("FR", "fr", [2026])
    assert (date(2026, 7, 14), "National Day") in public_holidays("FR", "en", [2026])
    assert {"FR", "GB", "BE", "CA", "CH"} <= set(holiday_countries())
    with pytest.raises(KeyError):
        public_holidays("XX", "fr", [2026])
