"""A worker killed with SIGKILL at any line loses nothing, whichever carrier brings its work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nestor.vocabulary import new_public_id
from tests.crash.carriers import Workshop
from tests.crash.stage import SharedClock, Stage, open_server, set_stage
from tests.services_here import RABBITMQ

KILLS = 12


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock()


@pytest.fixture
def stage(transactional_db: None, tmp_path: Path, settings: Any, clock: SharedClock) -> Iterator[Stage]:
    settings.NESTOR_UNDO_FOR = 0
    settings.NESTOR_PRIVATE_NETWORKS = True
    settings.NESTOR_RABBITMQ = RABBITMQ
    settings.NESTOR_RABBITMQ_QUEUE = f"nestor-test-{new_public_id()}"
    with open_server(tmp_path) as server:
        yield set_stage(server, clock)


@pytest.mark.crash
@pytest.mark.parametrize("name", ["local", pytest.param("rabbitmq", marks=pytest.mark.service("rabbitmq"))])
def test_a_killed_worker_loses_nothing(stage: Stage, clock: SharedClock, settings: Any, name: str) -> None:
    settings.NESTOR_CARRIER = name
    workshop = Workshop(stage, clock, seed=7)
    workshop.kill_many(KILLS)
    assert workshop.ledger.kills == KILLS
    assert not workshop.sins()
