"""The stage of the crash suite: a witness, and a desk with one channel that honours marks and one that does not."""

import mmap
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from nestor.brands.actions import connect_channel, found_brand
from nestor.brands.models import Brand, Channel
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks import http as wire
from nestor.networks.contract import Account, Arrival, Author, Batch
from nestor.networks.practice import PRACTICE
from nestor.networks.practice.admin import DeskAccount, PracticeServer
from nestor.people.actions import add_user, give_role
from nestor.people.reads import Seat
from nestor.vocabulary import MessageKind, Role

PLACES = ("square", "page")  # honours marks; does not
READ_FOR, TOTAL_FOR = 0.4, 0.8  # seconds: hanging answers must not make the suite slow


class SharedClock:
    """A clock that forked processes share and the suite moves: hours pass without anybody waiting for them."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8)

    def __call__(self) -> datetime:
        (seconds,) = struct.unpack("d", self._memory[:8])
        return datetime.now(UTC) + timedelta(seconds=seconds)

    def pass_(self, seconds: float) -> None:
        """Let time pass for every process on the stage."""
        (before,) = struct.unpack("d", self._memory[:8])
        self._memory[:8] = struct.pack("d", before + seconds)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one run of the suite plays on."""

    server: PracticeServer
    seat: Seat
    brand: Brand
    channels: dict[str, Channel]
    accounts: dict[str, DeskAccount]


def quicken(clock: SharedClock) -> None:
    """Shorten the practice network's time-outs and share the clock, in this process and those it forks."""
    wire.wall_clock = clock
    PRACTICE.read_for, PRACTICE.total_for, PRACTICE.connect_for = READ_FOR, TOTAL_FOR, READ_FOR  # type: ignore[attr-defined]


def set_stage(server: PracticeServer, clock: SharedClock) -> Stage:
    """Found the desk and connect it."""
    quicken(clock)
    now = timezone.now()
    brand = found_brand("Ligne Verte", "ligne-verte", now)
    user = add_user("bob@nestor.example", "Bob", None, now)
    give_role(brand, user, Role.AGENT, now, actor_id=None)
    channels, accounts = {}, {}
    for place in PLACES:
        account = server.admin.desk_account(place, ref=f"desk-{place}", handle=f"@desk-{place}")
        known = Account(account.account_id, account.handle, account.name)
        channels[place] = connect_channel(
            brand,
            "practice",
            known,
            now,
            settings={"url": server.url, "place": place},
            secrets={"token": account.token},
        )
        accounts[place] = account
    return Stage(server, Seat(user, brand, Role.AGENT), brand, channels, accounts)


def open_server(folder: Path) -> PracticeServer:
    """Return a practice network that is not started yet."""
    return PracticeServer(folder / "witness.sqlite3")


def plant_question(stage: Stage, place: str, number: int) -> Conversation:
    """Let a visitor say something and the desk have it, read already."""
    account = stage.accounts[place]
    said = stage.server.admin.say(place, f"Question {number} ?", by=f"dan-{number % 50}", to=account.account_id)
    arrival = Arrival(
        network_id=said,
        kind=MessageKind.MENTION,
        thread_id=said,
        author=Author(f"dan-{number % 50}", "@dan", "Dan"),
        text=f"Question {number} ?",
        published_at=timezone.now(),
    )
    take_in(stage.channels[place], Batch(arrivals=(arrival,)), timezone.now())
    rows = Conversation.objects.of(stage.brand).filter(channel=stage.channels[place], thread_id=said)
    Message.objects.of(stage.brand).filter(network_id=said).update(shown_at=timezone.now())
    conversation: Conversation = rows.select_related("channel").get()
    return conversation
