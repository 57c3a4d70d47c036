"""Fixtures of the desk's tests: the cast, and time that passes only when told to."""

from datetime import datetime, timedelta

import pytest

from nestor.work.jobs import work_until_idle
from tests.desk.cast import NOON, Cast, assemble


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **how_long: float) -> datetime:
        """Let time pass; arguments as for `timedelta`."""
        self.at += timedelta(**how_long)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def cast_for_threads(transactional_db: None) -> Cast:
    return assemble()


@pytest.fixture
def settle(clock: Clock) -> "Settle":
    return Settle(clock)


class Settle:
    """Does all background work that needs no network."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> int:
        return work_until_idle(self._clock)
