"""Webhooks: one signed call per change, in order, repeated until it is taken; spoiled where a failure says so."""

import hashlib
import hmac
import json
import logging
import random
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from nestor.networks.contract import NetworkTrouble
from nestor.networks.http import HttpSession
from nestor.networks.practice.server.failures import WEBHOOKS, Failures, Mode
from nestor.networks.practice.server.feeds import Feeds
from nestor.networks.practice.server.society import Change, Clock, No
from nestor.networks.practice.server.store import Store, as_text

RETRIES_AFTER = (1, 3, 10, 30, 120, 600)  # seconds; then the network gives up
_log = logging.getLogger("nestor.practice")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call ready to be made."""

    number: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `v1=` and the HMAC-SHA256, in hexadecimal, over the timestamp, a dot and the body."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Hooks:
    """Which accounts are called, and the queue of calls; made once per thread that uses it."""

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._feeds = Feeds(store)

    def subscribe(self, account_id: str, url: str, secret: str = "") -> str:
        """Call this address from now on; "" stops it. Return the secret calls are signed with."""
        if url and not _is_here(url):
            raise No(422, "invalid", "webhooks of the practice network stay on this machine")
        secret = secret or secrets.token_urlsafe(24)
        with self._store.changing():
            self._store.run("DELETE FROM hook WHERE account_id = ?", account_id)
            if url:
                self._store.run("INSERT INTO hook VALUES (?, ?, ?)", account_id, url, secret)
        return secret

    def note(self, change: Change, now: datetime) -> None:
        """Queue the call for a change, once, twice, late or never as the failures want it."""
        place = self._store.one("SELECT place FROM account WHERE id = ?", change.account_id)
        if place is None or not self._store.manners(place["place"]).webhooks:
            return
        if not self._store.one("SELECT 1 FROM hook WHERE account_id = ?", change.account_id):
            return
        struck = {
            failure.mode: failure
            for failure in self._failures.strike(WEBHOOKS, place["place"], change.account_id, "webhook")
        }
        due_at = now
        if shuffle := struck.get(Mode.SHUFFLE_WEBHOOKS):
            spread = random.Random(f"{shuffle.id}:{change.seq}").random()  # noqa: S311 — repeatable
            due_at += timedelta(seconds=spread * shuffle.number("seconds", 2))
        state = "dropped" if Mode.DROP_WEBHOOK in struck else "waiting"
        event_id = f"evt_{secrets.token_hex(10)}"
        for _time in range(2 if Mode.DUPLICATE_WEBHOOK in struck else 1):
            self._store.run(
                "INSERT INTO event (id, account_id, seq, due_at, state, garbled) VALUES (?, ?, ?, ?, ?, ?)",
                *(event_id, change.account_id, change.seq, as_text(due_at), state, Mode.GARBLE_WEBHOOK in struck),
            )

    def due(self, now: datetime, *, at_most: int = 20) -> list[Call]:
        """Return the calls to make now, in order."""
        rows = self._store.all(
            "SELECT event.*, hook.url, hook.secret FROM event JOIN hook USING (account_id)"
            " WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, number LIMIT ?",
            as_text(now),
            at_most,
        )
        return [self.prepared(row, now) for row in rows]

    def prepared(self, row: sqlite3.Row, now: datetime) -> Call:
        """Return the signed call for a queued event."""
        change = self._store.one("SELECT * FROM change WHERE seq = ?", row["seq"])
        snapshot = json.loads(change["snapshot"]) if change else {}
        is_gone = not change or change["verb"] == "deleted"
        content = {
            "event": row["id"],
            "account": row["account_id"],
            "items": [] if is_gone else [self._feeds.rendered(snapshot, row["account_id"])],
            "gone": [{"id": snapshot.get("id", ""), "at": change["at"] if change else ""}] if is_gone else [],
        }
        body = json.dumps(content).encode()
        skew = self._failures.skew(snapshot.get("place", ""), row["account_id"])
        timestamp = str(int((now + skew).timestamp()))
        signed = signature(row["secret"], timestamp, body)
        headers = {
            "Content-Type": "application/json",
            "X-Practice-Event": row["id"],
            "X-Practice-Timestamp": timestamp,
            "X-Practice-Signature": signed,
        }
        return Call(row["number"], row["url"], headers, body + b" " if row["garbled"] else body)

    def settle(self, call: Call, *, is_taken: bool, now: datetime) -> None:
        """Note how a call went; plan the next try where it was not taken."""
        with self._store.changing():
            row = self._store.one("SELECT attempts FROM event WHERE number = ?", call.number)
            attempts = row["attempts"] if row else 0
            given_up = attempts >= len(RETRIES_AFTER)
            state = "taken" if is_taken else ("given_up" if given_up else "waiting")
            pause = 0 if is_taken or given_up else RETRIES_AFTER[attempts]
            self._store.run(
                "UPDATE event SET attempts = attempts + 1, state = ?, due_at = ? WHERE number = ?",
                *(state, as_text(now + timedelta(seconds=pause)), call.number),
            )


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def make_call(call: Call) -> bool:
    """Call once; say whether it was taken (any answer below 400)."""
    base = f"http://{urlsplit(call.url).netloc}"
    session = HttpSession(base, allow_private=True, connect_for=2, read_for=5, total_for=6, max_bytes=65_536)
    try:
        session.request("POST", call.url, content=call.body, headers=call.headers)
    except NetworkTrouble:
        return False
    finally:
        session.close()
    return True


class Caller(threading.Thread):
    """The thread that makes the calls, with its own connection to the file."""

    def __init__(self, file: Path, clock: Clock, call: Callable[[Call], bool] = make_call) -> None:
        super().__init__(name="practice-webhooks", daemon=True)
        self._file = file
        self._clock = clock
        self._call = call
        self._is_over = threading.Event()

    def run(self) -> None:
        """Make calls as they fall due, until `stop`."""
        store = Store(self._file)
        hooks = Hooks(store, Failures(store))
        while not self._is_over.wait(0.1):
            try:
                for call in hooks.due(self._clock()):
                    hooks.settle(call, is_taken=self._call(call), now=self._clock())
            except Exception:  # noqa: BLE001 — one call must not end all the others
                _log.exception("a webhook stumbled")
        store.close()

    def stop(self) -> None:
        """End after the call under way."""
        self._is_over.set()
        self.join(timeout=10)
