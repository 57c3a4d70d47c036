"""By which ways somebody is told, and when they are left in peace."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.notices.rules import TOPIC_OF, Occasion, Topic
from nestor.notices.rules.reach import (
    DEFAULT_QUIET,
    LONGEST_QUIET,
    ROWS,
    Matter,
    Way,
    breaks_quiet,
    is_chosen,
    may_push_to,
    next_digest,
    quiet_hours,
    quiet_until,
    ways_for,
    wishes_of,
)

PARIS = "Europe/Paris"
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
PERIODS = st.lists(st.tuples(st.integers(0, 6), TIMES, TIMES), max_size=12)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds it


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_occasion_has_its_topic() -> None:
    assert set(TOPIC_OF) == set(Occasion)


def test_before_anything_is_chosen_a_call_takes_every_way_and_what_is_for_information_none() -> None:
    wishes = wishes_of({})
    assert ways_for(wishes, Matter(Topic.CALL)) == set(Way)
    assert ways_for(wishes, Matter(Topic.INFO)) == set()
    assert ways_for(wishes, Matter(Topic.INFO, urgency=3)) == {Way.PUSH}


def test_lane_and_urgency_add_ways() -> None:
    wishes = wishes_of({"topic:clocks": [], "lane:press": ["phone"], "urgency:2": ["mail"], "urgency:3": []})
    assert ways_for(wishes, Matter(Topic.CLOCKS)) == set()
    assert ways_for(wishes, Matter(Topic.CLOCKS, lane="press")) == {Way.PHONE}
    assert ways_for(wishes, Matter(Topic.CLOCKS, urgency=3)) == {Way.MAIL}
    assert ways_for(wishes, Matter(Topic.CLOCKS, urgency=1)) == set()


@given(st.dictionaries(st.one_of(st.sampled_from(ROWS), st.text(max_size=5)), st.lists(st.text(max_size=5))))
def test_senseless_wishes_are_left_out(stored: dict[str, list[str]]) -> None:
    assert set(wishes_of(stored)) == set(ROWS)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-03T11:00", None),
        ("2026-03-03T19:00", "2026-03-04T07:00"),  # 20:00 in Paris, until 08:00
        ("2026-03-04T03:00", "2026-03-04T07:00"),
        ("2026-03-28T22:00", "2026-03-29T06:00"),  # the night clocks go forward: 08:00 is an hour sooner
        ("2026-10-24T20:00", "2026-10-25T07:00"),  # the night they go back
    ],
)
def test_nights_are_quiet_by_default_in_the_persons_own_zone(now: str, until: str | None) -> None:
    hours = quiet_hours(PARIS, DEFAULT_QUIET)
    assert quiet_until(hours, at(now)) == (at(until) if until else None)


def test_periods_that_touch_are_one() -> None:
    whole_weekend = ((5, time(0), time(0)), (6, time(0), time(0)), (0, time(0), time(8)))
    assert quiet_until(quiet_hours("UTC", whole_weekend), at("2026-03-07T10:00")) == at("2026-03-09T08:00")


@given(PERIODS, MOMENTS)
def test_when_quiet_ends_it_is_not_quiet(periods: list[tuple[int, time, time]], now: datetime) -> None:
    hours = quiet_hours(PARIS, periods)
    until = quiet_until(hours, now)
    assert until is None or now < until
    if until is not None and until < now + LONGEST_QUIET:
        assert quiet_until(hours, until) is None


def test_who_is_on_call_is_told_at_night_and_who_stands_in_only_of_what_cannot_wait() -> None:
    assert breaks_quiet(is_called=True, stands_in=False, urgency=0)
    assert breaks_quiet(is_called=True, stands_in=True, urgency=3)
    assert not breaks_quiet(is_called=True, stands_in=True, urgency=2)
    assert not breaks_quiet(is_called=False, stands_in=False, urgency=3)


def test_a_digest_is_due_once_a_day_at_the_persons_own_time() -> None:
    assert next_digest(time(8), PARIS, "2026-03-02", at("2026-03-03T11:00")) == at("2026-03-03T07:00")
    assert next_digest(time(8), PARIS, "2026-03-03", at("2026-03-03T11:00")) is None
    assert next_digest(time(0, 30), "Pacific/Auckland", "2026-03-03", at("2026-03-03T11:00")) == at("2026-03-03T11:30")


@given(TIMES, MOMENTS, st.integers(0, 48))
def test_two_looks_at_one_day_begin_one_digest(when: time, now: datetime, hours: int) -> None:
    due = next_digest(when, PARIS, "", now)
    assert due is not None
    later = now + timedelta(hours=hours)
    again = next_digest(when, PARIS, max(due, now).astimezone(ZoneInfo(PARIS)).date().isoformat(), later)
    assert again is None or again > due


@pytest.mark.parametrize(
    ("schema", "host", "expected"),
    [
        ("tgram", "", True),
        ("discord", "", False),
        ("ntfys", "ntfy.example.org", True),
        ("ntfys", "evil.example.org", False),
        ("ntfy", "ntfy.example.org", False),
        ("TGRAM", "", True),
    ],
)
def test_a_service_is_one_the_head_of_the_desk_chose(schema: str, host: str, expected: bool) -> None:
    chosen = ["tgram", "ntfys://ntfy.example.org/"]
    assert is_chosen(schema, host, chosen, has_host=bool(host)) is expected


def test_a_service_chosen_without_its_host_opens_no_host() -> None:
    assert not is_chosen("json", "example.org", ["json", "json://"], has_host=True)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("fcm.googleapis.com", True),
        ("updates.push.services.mozilla.com", True),
        ("evilgoogleapis.com", False),
        ("googleapis.com.evil.test", False),
        ("push.example.org", True),
        ("127.0.0.1", False),
    ],
)
def test_browsers_are_reached_by_known_services_or_chosen_ones(host: str, expected: bool) -> None:
    assert may_push_to(host, ["push://push.example.org"]) is expected
