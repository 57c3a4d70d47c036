"""Fixtures of the desk's tests: the cast, and time that passes only when told to."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from nestor.networks import http
from nestor.networks.practice.admin import PracticeServer
from nestor.work.jobs import work_until_idle
from tests.desk.cast import NOON, Cast, assemble
from tests.desk.line import Line, connect_line


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


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    """The real practice network, in its own process; each test connects accounts of its own."""
    with PracticeServer(tmp_path_factory.mktemp("practice") / "network.sqlite3") as running:
        yield running


@pytest.fixture
def present(clock: Clock, settings: Any, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A clock that begins a little before the network's, which lives in the present; nothing there stays broken."""
    settings.NESTOR_PRIVATE_NETWORKS = True
    clock.at = timezone.now() - timedelta(minutes=2)
    monkeypatch.setattr(http, "wall_clock", clock)
    yield clock
    practice.admin.mend()


@pytest.fixture
def page(cast: Cast, practice: PracticeServer, present: Clock) -> Line:
    """A channel below whose posts people comment; it honours no marks."""
    return connect_line(practice, cast.brand, "page", present())


@pytest.fixture
def square(cast: Cast, practice: PracticeServer, present: Clock) -> Line:
    """A channel of short public messages; it honours marks."""
    return connect_line(practice, cast.brand, "square", present())
