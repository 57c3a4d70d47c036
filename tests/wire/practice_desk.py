"""What several tests of the practice network share: a running one, and desks that are connected to it."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from nestor.networks.contract import Connector, Parcel, Receipt
from nestor.networks.practice.admin import Admin, DeskAccount, PracticeServer
from nestor.networks.practice.bench import IMPATIENT
from nestor.networks.practice.server.places import DEFAULT_MANNERS, as_stored
from nestor.vocabulary import new_public_id


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path_factory.mktemp("practice") / "practice.sqlite3") as server:
        yield server


@pytest.fixture
def server(running: PracticeServer) -> Iterator[PracticeServer]:
    """The running network, with every manner and failure put back afterwards."""
    for place, manners in DEFAULT_MANNERS.items():
        running.admin.change_manners(place, **(as_stored(manners) | {"answers_after": 0, "calls_per_minute": 100_000}))
    yield running
    running.admin.mend()


@pytest.fixture
def admin(server: PracticeServer) -> Admin:
    return server.admin


class Desk:
    """One account of ours at a place, and its connectors."""

    def __init__(self, server: PracticeServer, place: str) -> None:
        self.server = server
        self.opened: list[Connector] = []
        name = f"alice{new_public_id()}"
        self.account: DeskAccount = server.admin.desk_account(place, name, handle=f"@{name}", name="Alice")
        self.connector = self.connect(self.account.token)

    def connect(self, token: str) -> Connector:
        where = {"url": self.server.url, "place": self.account.place, "allow_private": "1"}
        self.opened.append(IMPATIENT.open(where, {"token": token}))
        return self.opened[-1]

    def hear(self, text: str = "Une question", **more: Any) -> str:
        subject = "Objet" if self.account.place == "mail" else ""
        return self.server.admin.say(
            self.account.place, text, to=self.account.account_id, **({"subject": subject} | more)
        )

    def parcel(self, asked: str, text: str = "Une réponse") -> Parcel:
        return Parcel(new_public_id(), text, in_reply_to=asked, attempted_at=datetime.now(UTC))

    def answer(self, asked: str, text: str = "Une réponse") -> Receipt:
        return self.connector.send(self.parcel(asked, text))


OpenDesk = Callable[[str], Desk]


@pytest.fixture
def desk(server: PracticeServer) -> Iterator[OpenDesk]:
    made: list[Desk] = []

    def open_desk(place: str) -> Desk:
        made.append(Desk(server, place))
        return made[-1]

    yield open_desk
    for entry in made:
        for connector in entry.opened:
            connector.close()


def eventually(is_so: Callable[[], bool]) -> bool:
    """Ask again and again, for ten seconds at most."""
    over, pause = time.monotonic() + 10, threading.Event()
    while time.monotonic() < over:
        if is_so():
            return True
        pause.wait(0.02)
    return False
