"""How long things are kept: what is shorter, what can be chosen, and calendar months."""

from datetime import UTC, datetime

import pytest

from nestor.inbox.rules import digest_of
from nestor.privacy.rules import (
    DEFAULT,
    MONTHS,
    Spans,
    is_fit,
    is_shorter,
    limits_of,
    months_before,
    raw_choices,
    raw_days,
    spans_mark,
)

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "day"),
    [(6, (2026, 2, 28)), (12, (2025, 8, 31)), (18, (2025, 2, 28)), (30, (2024, 2, 29)), (8, (2025, 12, 31))],
)
def test_months_are_those_of_the_calendar(months: int, day: tuple[int, int, int]) -> None:
    assert months_before(NOW, months) == datetime(*day, 12, tzinfo=UTC)


def test_a_leap_day_has_no_year_before() -> None:
    assert months_before(datetime(2028, 2, 29, tzinfo=UTC), 12) == datetime(2027, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "is_less"),
    [
        (Spans(), False),
        (Spans(message_months=12), True),
        (Spans(raw_days=7), True),
        (Spans(raw_days=30), False),  # as the installation does
        (Spans(raw_days=365), False),
        (Spans(call_days=1), True),
    ],
)
def test_shorter_is_what_may_let_something_go(after: Spans, is_less: bool) -> None:
    assert is_shorter(DEFAULT, after, 30) is is_less
    assert not is_shorter(after, DEFAULT, 30)


def test_fewer_months_are_shorter_and_more_are_not() -> None:
    assert is_shorter(Spans(message_months=24), Spans(message_months=12), 30)
    assert not is_shorter(Spans(message_months=12), Spans(message_months=24), 30)


def test_the_installation_is_the_limit() -> None:
    assert raw_choices(14) == [1, 3, 7]
    assert raw_choices(1) == []
    assert raw_days(Spans(raw_days=90), 14) == 14
    assert raw_days(Spans(raw_days=3), 14) == 3


@pytest.mark.parametrize(
    "spans",
    [Spans(message_months=1), Spans(message_months=0), Spans(raw_days=0), Spans(raw_days=-7), Spans(call_days=31)],
)
def test_what_nobody_offers_cannot_be_chosen(spans: Spans) -> None:
    assert not is_fit(spans)


def test_by_default_nothing_is_old() -> None:
    found = limits_of(DEFAULT, NOW)
    assert (found.messages, found.raw, found.calls) == (None, None, None)


def test_who_confirms_confirms_that_choice_alone() -> None:
    marks = {spans_mark(Spans(message_months=months), version) for months in MONTHS for version in range(3)}
    assert len(marks) == len(MONTHS) * 3


def test_a_message_is_told_by_a_number_both_databases_hold() -> None:
    numbers = [digest_of(f"m{number}") for number in range(500)]
    assert len(set(numbers)) == 500
    assert all(-(2**63) <= number < 2**63 for number in numbers)
    assert digest_of("m1") == digest_of("m1")
