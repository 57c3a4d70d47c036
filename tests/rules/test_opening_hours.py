"""Opening hours in local wall-clock time: what a clock counts."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.brands.rules import OpeningHours, Period, due_at, is_open, open_time_between

PARIS = "Europe/Paris"
NINE_TO_FIVE = Period(time(9), time(17))
WORKWEEK = OpeningHours(PARIS, dict.fromkeys(range(5), (NINE_TO_FIVE,)))
SPLIT = OpeningHours(PARIS, dict.fromkeys(range(5), (Period(time(14), time(18)), Period(time(9), time(12)))))
NIGHT = OpeningHours(PARIS, {4: (Period(time(22), time(4)),)})  # Friday night
ALWAYS = OpeningHours(PARIS, dict.fromkeys(range(7), (Period(time(0), time(0)),)))
NEVER = OpeningHours(PARIS, {})


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "start", "allowance", "due"),
    [
        (WORKWEEK, "2026-03-03T10:00", 2.0, "2026-03-03T12:00"),  # a Tuesday
        (WORKWEEK, "2026-03-03T07:00", 2.0, "2026-03-03T11:00"),  # before opening
        (WORKWEEK, "2026-03-03T16:30", 2.0, "2026-03-04T10:30"),  # over the evening
        (WORKWEEK, "2026-03-03T15:00", 2.0, "2026-03-03T17:00"),  # runs out with the day
        (WORKWEEK, "2026-03-06T16:00", 2.0, "2026-03-09T10:00"),  # over the week-end
        (WORKWEEK, "2026-03-07T11:00", 2.0, "2026-03-09T11:00"),  # on a Saturday
        (WORKWEEK, "2026-03-03T17:00", 2.0, "2026-03-04T11:00"),  # at closing time
        (WORKWEEK, "2026-03-03T09:00", 20.0, "2026-03-05T13:00"),  # several days
        (SPLIT, "2026-03-03T11:30", 2.0, "2026-03-03T15:30"),  # over lunch; periods in no order
        (NIGHT, "2026-03-06T21:00", 5.0, "2026-03-07T03:00"),  # past midnight
        (NIGHT, "2026-03-07T01:00", 1.0, "2026-03-07T02:00"),  # begun after midnight
        (NIGHT, "2026-03-07T03:30", 1.0, "2026-03-13T22:30"),  # the next Friday
        (ALWAYS, "2026-03-07T03:30", 48.0, "2026-03-09T03:30"),
        (ALWAYS, "2026-03-28T12:00", 24.0, "2026-03-29T13:00"),  # the night of 23 hours
        (ALWAYS, "2026-10-24T12:00", 24.0, "2026-10-25T11:00"),  # the night of 25 hours
        (WORKWEEK, "2026-03-27T16:00", 2.0, "2026-03-30T10:00"),  # over the change to summer time
        (WORKWEEK, "2026-10-23T16:00", 2.0, "2026-10-26T10:00"),  # over the change to winter time
        (WORKWEEK, "2026-03-07T11:00", 0.0, "2026-03-09T09:00"),  # nothing allowed: due when it opens
    ],
)
def test_due(hours: OpeningHours, start: str, allowance: float, due: str) -> None:
    found = due_at(hours, paris(start), timedelta(hours=allowance))
    assert found is not None
    assert found.astimezone(ZoneInfo(PARIS)).isoformat()[:16] == due


def test_a_period_in_the_hour_that_does_not_exist() -> None:
    hours = OpeningHours(PARIS, {6: (Period(time(2), time(3)),)})
    assert open_time_between(hours, paris("2026-03-28T12:00"), paris("2026-03-29T12:00")) <= timedelta(hours=1)
    assert open_time_between(hours, paris("2026-10-24T12:00"), paris("2026-10-25T12:00")) >= timedelta(hours=1)


def test_closed_days_do_not_count() -> None:
    hours = OpeningHours(PARIS, WORKWEEK.week, frozenset({date(2026, 5, 1)}))
    assert due_at(hours, paris("2026-04-30T16:00"), timedelta(hours=2)) == paris("2026-05-04T10:00")
    assert not is_open(hours, paris("2026-05-01T10:00"))


def test_the_night_before_a_closed_day_still_counts() -> None:
    hours = OpeningHours(PARIS, NIGHT.week, frozenset({date(2026, 3, 7)}))
    assert is_open(hours, paris("2026-03-07T03:00"))


def test_a_zone_far_away_is_lived_in_its_own_day() -> None:
    hours = OpeningHours("Pacific/Kiritimati", {0: (NINE_TO_FIVE,)})  # UTC+14: Monday begins there on our Sunday
    start = datetime(2026, 3, 8, 12, tzinfo=UTC)  # Monday, 02:00 there
    assert due_at(hours, start, timedelta(hours=1)) == datetime(2026, 3, 8, 20, tzinfo=UTC)
    west = OpeningHours("Pacific/Marquesas", {0: (NINE_TO_FIVE,)})  # UTC-9:30
    assert due_at(west, start, timedelta(hours=1)) == datetime(2026, 3, 9, 19, 30, tzinfo=UTC)


def test_a_desk_that_never_opens_owes_nothing() -> None:
    assert due_at(NEVER, paris("2026-03-03T10:00"), timedelta(hours=1)) is None
    assert not is_open(NEVER, paris("2026-03-03T10:00"))


def test_open_is_from_the_first_second_to_before_the_last() -> None:
    assert is_open(WORKWEEK, paris("2026-03-03T09:00"))
    assert not is_open(WORKWEEK, paris("2026-03-03T17:00"))
    assert is_open(NIGHT, paris("2026-03-07T03:59"))
    assert not is_open(NIGHT, paris("2026-03-07T04:00"))


minutes = st.times().map(lambda one: one.replace(second=0, microsecond=0))
periods = st.lists(
    st.builds(Period, minutes, minutes),
    max_size=3,
)
weeks = st.dictionaries(st.integers(0, 6), periods, max_size=7)
zones = st.sampled_from([PARIS, "Europe/London", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"])
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: BEGIN + timedelta(minutes=minutes, seconds=minutes % 60)
)
closures = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20)


@settings(max_examples=150, deadline=None)
@given(zones, weeks, closures, moments, st.timedeltas(timedelta(0), timedelta(hours=60)))
def test_what_is_due_was_allowed_in_open_time(
    zone: str, week: dict[int, list[Period]], closed: frozenset[date], start: datetime, allowance: timedelta
) -> None:
    hours = OpeningHours(zone, week, closed)
    due = due_at(hours, start, allowance)
    if due is None:
        assert open_time_between(hours, start, start + timedelta(days=390)) <= allowance
        return
    assert due >= start
    assert open_time_between(hours, start, due) == allowance


@settings(max_examples=100, deadline=None)
@given(zones, weeks, moments, st.integers(0, 3000), st.integers(0, 3000))
def test_open_time_adds_up(zone: str, week: dict[int, list[Period]], start: datetime, one: int, more: int) -> None:
    hours = OpeningHours(zone, week)
    middle, end = start + timedelta(minutes=one), start + timedelta(minutes=one + more)
    whole = open_time_between(hours, start, end)
    assert whole == open_time_between(hours, start, middle) + open_time_between(hours, middle, end)
    assert timedelta(0) <= whole <= end - start
