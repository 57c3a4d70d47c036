"""What a link for a colleague without an account still does, and what it shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.routing.rules.forwarding import LASTS, LinkState, expires_at, shows_text, state_of
from nestor.vocabulary import Lane

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
TIMES = st.none() | st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("answered", "revoked", "hours", "is_sealed", "expected"),
    [
        (None, None, 1, False, LinkState.OPEN),
        (None, None, 0, False, LinkState.EXPIRED),
        (None, None, -1, False, LinkState.EXPIRED),
        (NOON, None, -1, False, LinkState.ANSWERED),
        (None, NOON, 1, False, LinkState.REVOKED),
        (None, None, 1, True, LinkState.REVOKED),
        (NOON, None, 1, True, LinkState.REVOKED),
    ],
)
def test_what_a_link_does(
    answered: datetime | None, revoked: datetime | None, hours: int, is_sealed: bool, expected: LinkState
) -> None:
    ends = NOON + timedelta(hours=hours)
    found = state_of(now=NOON, expires_at=ends, revoked_at=revoked, answered_at=answered, is_sealed=is_sealed)
    assert found is expected


@given(TIMES, TIMES, TIMES.filter(bool), st.booleans())
def test_only_what_is_neither_sealed_revoked_nor_over_is_open(
    answered: datetime | None, revoked: datetime | None, ends: datetime, is_sealed: bool
) -> None:
    found = state_of(now=NOON, expires_at=ends, revoked_at=revoked, answered_at=answered, is_sealed=is_sealed)
    is_open = not is_sealed and revoked is None and answered is None and ends > NOON
    assert (found is LinkState.OPEN) is is_open


@given(st.integers(-1000, 1000))
def test_a_link_lasts_as_long_as_one_of_those_offered(days: int) -> None:
    lasted = expires_at(NOON, days) - NOON
    assert lasted.days in LASTS
    assert lasted == timedelta(days=days if days in LASTS else LASTS[0])


@pytest.mark.parametrize(("level", "expected"), [(0, True), (1, True), (2, False), (3, False)])
def test_harsh_texts_are_never_shown(level: int, expected: bool) -> None:
    assert shows_text(level, Lane.COMPLAINT) is expected
    assert not shows_text(level, Lane.ABUSE)
    assert not shows_text(level, Lane.THREAT)
