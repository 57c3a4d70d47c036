"""Who is where: told to those who are there too, forgotten within seconds, never stored."""

import json
import os
import socket
import threading
from pathlib import Path

import pytest
from django.test import Client

from nestor.faces.live.presence import FORGOTTEN_AFTER, Presence, Sign
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

ALICE = Sign(1, "c" * 16, "alice", "Alice")
BOB = Sign(1, "c" * 16, "bob", "Bob")


class Hours:
    """A clock moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told() -> list[Sign]:
    return []


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def presence(tmp_path: Path, told: list[Sign], hours: Hours) -> Presence:
    return Presence(tmp_path / "run", told.append, hours)


def names(presence: Presence, person: str = "alice", brand_id: int = 1) -> list[tuple[str, bool]]:
    return [(one.name, one.is_writing) for one in presence.others(brand_id, "c" * 16, person)]


def test_others_are_seen_and_oneself_is_not(presence: Presence) -> None:
    presence.take(ALICE)
    presence.take(BOB)
    assert names(presence) == [("Bob", False)]
    assert names(presence, "dan") == [("Alice", False), ("Bob", False)]
    assert names(presence, brand_id=2) == []


def test_a_sign_fades_and_can_be_taken_back(presence: Presence, hours: Hours) -> None:
    presence.take(BOB)
    hours.now = FORGOTTEN_AFTER + 1
    assert names(presence) == []
    presence.take(BOB)
    presence.take(Sign(1, "c" * 16, "bob", "Bob", is_gone=True))
    assert names(presence) == []


def test_only_what_changes_something_is_told(presence: Presence, told: list[Sign], hours: Hours) -> None:
    for _turn in range(3):
        presence.take(BOB)
    presence.take(Sign(1, "c" * 16, "bob", "Bob", is_writing=True))
    presence.take(Sign(1, "c" * 16, "bob", "Bob", is_gone=True))
    presence.take(Sign(1, "c" * 16, "bob", "Bob", is_gone=True))
    assert [(one.is_writing, one.is_gone) for one in told] == [(False, False), (True, False), (False, True)]


def test_another_process_hears_of_it(tmp_path: Path) -> None:
    heard = threading.Event()
    here = Presence(tmp_path, lambda _sign: heard.set())
    here.open()
    here.open()
    body = json.dumps({name: getattr(BOB, name) for name in Sign.__slots__}).encode()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            for nonsense in (b"", b"{", b'{"x": 1}', b"\xff" * 100):
                out.sendto(nonsense, str(tmp_path / f"presence-{os.getpid()}.sock"))
            out.sendto(body, str(tmp_path / f"presence-{os.getpid()}.sock"))
        assert heard.wait(20)
        assert names(here) == [("Bob", False)]
    finally:
        here.close()
    assert list(tmp_path.glob("*.sock")) == []


def test_a_dead_neighbour_is_no_trouble(tmp_path: Path, told: list[Sign]) -> None:
    gone = tmp_path / "presence-999999.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as once:
        once.bind(str(gone))
    Presence(tmp_path, told.append).give(BOB)
    assert told == [BOB]
    assert not gone.exists()


def seated(seat: Seat) -> Client:
    client = Client()
    client.force_login(seat.user)
    return client


def test_pages_say_who_is_there_to_those_who_may_see_it(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ?")), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).get()
    address = f"/live/here/{conversation.public_id}"
    assert seated(cast.bob).post(address, {"writes": "1"}).json() == {"others": []}
    assert seated(cast.alice).post(address).json() == {"others": [{"name": "Bob", "writes": True}]}
    assert seated(cast.chloe).post(address).status_code == 404
    seated(cast.bob).post(address, {"leaves": "1"})
    assert seated(cast.alice).post(address).json() == {"others": []}
    seated(cast.alice).post(address, {"leaves": "1"})
