"""Two hundred deaths of a sender: nothing twice, nothing lost, nothing shown as sent that is not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.deliveries import Theatre, plans, tally
from tests.crash.stage import SharedClock, Stage, open_server, set_stage

KILLS_A_TEST = 25
SINS = {"twice", "lost", "without its picture", "shown as sent and not there", "shown as not sent and there"}


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock()


@pytest.fixture
def stage(transactional_db: None, tmp_path: Path, settings: Any, clock: SharedClock) -> Iterator[Stage]:
    settings.NESTOR_UNDO_FOR = 0
    settings.NESTOR_PRIVATE_NETWORKS = True
    settings.NESTOR_FILES = tmp_path / "files"
    with open_server(tmp_path) as server:
        yield set_stage(server, clock)


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(8))
def test_a_killed_sender_changes_nothing(stage: Stage, clock: SharedClock, seed: int) -> None:
    theatre = Theatre(stage, clock)
    fates = [theatre.play(plan) for plan in plans(KILLS_A_TEST, seed)]
    assert len(fates) == KILLS_A_TEST
    assert not SINS & set(tally(fates)), [fate for fate in fates if fate.verdict in SINS]
