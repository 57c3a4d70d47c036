"""Opening hours as somebody types them on the command line."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.faces.hours import BadHours, read_hours

NINE, NOON, TWO, SIX = time(9), time(12), time(14), time(18)


def test_a_usual_week() -> None:
    found = read_hours("mon-fri 09:00-18:00, sat 10:00-13:00")
    assert found == [*((day, NINE, SIX) for day in range(5)), (5, time(10), time(13))]


def test_a_break_at_noon_in_french() -> None:
    assert read_hours("lundi 9h-12h 14h00-18h") == [(0, NINE, NOON), (0, TWO, SIX)]


def test_over_the_week_end_and_until_midnight() -> None:
    found = read_hours("sam-lun 0:00-24:00")
    assert found == [(0, time.min, time.min), (5, time.min, time.min), (6, time.min, time.min)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "9-18",
        "mon 18-9",
        "mon 9-9",
        "mon 25-26",
        "mon 9:60-10",
        "xyz 9-18",
        "mon-xyz 9-18",
        "mon 9-12 11-13",
        "mon 9-24 10-11",
        "mon 9-12, mon 10-11",
        "mon 9–18",
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadHours):
        read_hours(text)


@given(st.text(alphabet="monfrisat 0123456789:-,h", max_size=40))
def test_nothing_else_is_raised(text: str) -> None:
    try:
        found = read_hours(text)
    except BadHours:
        found = []
    assert all(0 <= day < 7 for day, _, _ in found)
