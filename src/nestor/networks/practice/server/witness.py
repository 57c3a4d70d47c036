"""What was asked of the network and what it did: written at once, never changed, readable from the file alone."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nestor.networks.practice.server.store import Store, as_text


@dataclass(frozen=True, slots=True)
class Testimony:
    """One write that reached the network. `outcome`: accepted | repeated (mark honoured) | an error code."""

    number: int
    at: str
    place: str
    account_id: str
    verb: str  # send | edit | delete | act
    outcome: str
    mark: str
    item_id: str
    reply_to: str
    text: str


def testify(store: Store, at: datetime, testimony: Mapping[str, str]) -> None:
    """Write down one write that reached the network."""
    names = ("place", "account_id", "verb", "outcome", "mark", "item_id", "reply_to", "text")
    with store.changing():
        store.run(
            "INSERT INTO witness (at, place, account_id, verb, outcome, mark, item_id, reply_to, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(as_text(at), *(testimony.get(name, "") for name in names)),
        )


_SELECT = (
    "SELECT * FROM witness WHERE number > ? AND (? = '' OR place = ?) AND (? = '' OR mark = ?) ORDER BY number LIMIT ?"
)


def heard(store: Store, *, after: int = 0, place: str = "", mark: str = "", at_most: int = 100_000) -> list[Testimony]:
    """Return testimonies in the order they were given."""
    return [Testimony(**dict(row)) for row in store.all(_SELECT, after, place, place, mark, mark, at_most)]


def read_file(file: Path) -> list[Testimony]:
    """Return every testimony straight from the file, whether the network runs or was killed."""
    # Not read-only: after a kill the first reader has to recover the write-ahead log.
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=20)
    connection.row_factory = sqlite3.Row
    try:
        return [Testimony(**dict(row)) for row in connection.execute(_SELECT, (0, "", "", "", "", -1))]
    finally:
        connection.close()


def times_accepted(testimonies: list[Testimony]) -> dict[str, int]:
    """Return for every mark how many messages it made; 1 is right, more is sent twice."""
    counted: dict[str, int] = {}
    for testimony in testimonies:
        if testimony.verb == "send" and testimony.mark:
            counted[testimony.mark] = counted.get(testimony.mark, 0) + (testimony.outcome == "accepted")
    return counted
