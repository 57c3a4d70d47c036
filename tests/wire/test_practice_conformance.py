"""The practice network passes the public suite at each of its places."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nestor.networks.conformance import CHECKS, Check
from nestor.networks.practice.admin import PracticeServer
from nestor.networks.practice.bench import PracticeBench

PLACES = ("square", "page", "private", "mail")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    file: Path = tmp_path_factory.mktemp("practice") / "practice.sqlite3"
    with PracticeServer(file) as running:
        for place in PLACES:
            running.admin.change_manners(place, calls_per_minute=100_000, answers_after=0)
        yield running


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_conforms(check: Check, place: str, server: PracticeServer) -> None:
    bench = PracticeBench(server, place, may_restart=place == "square")
    if reason := check.reason_to_skip(bench):
        pytest.skip(reason)
    check.examine(bench)
