"""Steps that many checks take: reading everything, finding one arrival, writing a parcel."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nestor.networks.conformance.bench import Bench, Shown
from nestor.networks.conformance.expect import expect
from nestor.networks.contract import Arrival, Batch, Connector, Parcel, Vanished
from nestor.vocabulary import new_public_id

_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Read:
    """What a walk from a cursor to the end brought."""

    arrivals: tuple[Arrival, ...]
    vanished: tuple[Vanished, ...]
    cursor: str

    def ids(self) -> set[str]:
        """Return the ids of what arrived."""
        return {arrival.network_id for arrival in self.arrivals}

    def latest(self, network_id: str) -> Arrival:
        """Return a message as it was handed over last; it must have arrived."""
        found = [arrival for arrival in self.arrivals if arrival.network_id == network_id]
        expect(bool(found), "a message that is on the network arrives")
        return found[-1]


def read_on(connector: Connector, cursor: str = "") -> Read:
    """Read from a cursor until there is no more."""
    return walk(connector.fetch, cursor)


def read_back(connector: Connector, start: datetime, end: datetime) -> Read:
    """Read a past interval to its end."""
    return walk(lambda cursor: connector.fetch_back(start, end, cursor), "")


def walk(turn: Callable[[str], Batch], cursor: str) -> Read:
    """Turn pages until there is no more; a walk that never ends is a defect."""
    arrivals: list[Arrival] = []
    vanished: list[Vanished] = []
    for _page in range(_MOST_PAGES):
        batch = turn(cursor)
        arrivals += batch.arrivals
        vanished += batch.vanished
        expect(not batch.more or batch.cursor != cursor, "a page that says `more` moves the cursor")
        cursor = batch.cursor
        if not batch.more:
            return Read(tuple(arrivals), tuple(vanished), cursor)
    expect(is_kept=False, expectation="reading comes to an end")
    raise AssertionError("unreachable")


def arrived(connector: Connector, network_id: str) -> Arrival:
    """Return a message as a first read shows it."""
    return read_on(connector).latest(network_id)


def answer_to(arrival: Arrival, text: str, *, attempted_at: datetime | None = None, mark: str = "") -> Parcel:
    """Return the parcel of an answer."""
    return Parcel(
        mark=mark or new_public_id(),
        text=text,
        in_reply_to=arrival.network_id,
        thread_id=arrival.thread_id,
        hangs_on=arrival.hangs_on.network_id if arrival.hangs_on else "",
        message_kind=arrival.kind,
        to=arrival.author,
        subject=f"Re: {arrival.subject}" if arrival.subject else "",
        attempted_at=attempted_at,
    )


def ours(shown: Iterable[Shown], text: str) -> list[Shown]:
    """Return what stands there of ours with these words."""
    return [entry for entry in shown if entry.is_ours and not entry.is_gone and alike(entry.text, text)]


def alike(one: str, other: str) -> bool:
    """Say whether two texts are the same but for white space, which networks fold."""
    return " ".join(one.split()) == " ".join(other.split())


def expect_utc(moment: datetime | None, name: str) -> None:
    """A time, where there is one, is aware and in UTC."""
    expect(moment is None or moment.utcoffset() == timedelta(), f"{name} is aware and in UTC")


def question(bench: Bench, connector: Connector, text: str = "Where does the night bus stop?") -> Arrival:
    """Let a visitor ask and return the question as it arrived."""
    return arrived(connector, bench.plant(text))
