"""Failures on demand: which call goes wrong, and how. Counted or until cleared, and seeded, so that runs repeat."""

import json
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from nestor.networks.practice.server.store import Store, as_moment, as_text


class Mode(StrEnum):
    """Ways to fail. Settings in brackets; durations in seconds."""

    HANG_BEFORE = "hang_before"  # never answers, does nothing
    HANG_AFTER = "hang_after"  # does it, never answers
    ACCEPT_LATE = "accept_late"  # [seconds] does it that much later, whoever still waits
    CLOSE_BEFORE = "close_before"  # cuts the connection, does nothing
    CLOSE_AFTER = "close_after"  # does it, then cuts the connection
    ERROR_BEFORE = "error_before"  # [status, retry_after] 5xx, does nothing
    ERROR_AFTER = "error_after"  # [status] does it, then 5xx
    REFUSE = "refuse"  # [status, code] a clear no
    LIMIT = "limit"  # [seconds] 429 with Retry-After
    DEAD_TOKEN = "dead_token"  # noqa: S105 — 401, the token itself is left alone
    MALFORMED = "malformed"  # does it, then answers 200 with half a JSON
    SLOW = "slow"  # [seconds] before doing it
    STALE = "stale"  # [seconds] reads lag so much; without seconds: reads show what was there when it began
    SKEW = "skew"  # [seconds] the network's own times are off
    FORGET_MARKS = "forget_marks"  # a mark already used makes a second message
    DUPLICATE_WEBHOOK = "duplicate_webhook"
    SHUFFLE_WEBHOOKS = "shuffle_webhooks"  # [seconds] spread over so long, in any order
    DROP_WEBHOOK = "drop_webhook"
    GARBLE_WEBHOOK = "garble_webhook"  # the signature does not fit the body


BEFORE = frozenset({Mode.HANG_BEFORE, Mode.CLOSE_BEFORE, Mode.ERROR_BEFORE, Mode.REFUSE, Mode.LIMIT, Mode.DEAD_TOKEN})
DELAYS = frozenset({Mode.SLOW, Mode.ACCEPT_LATE})
AFTER = frozenset({Mode.HANG_AFTER, Mode.CLOSE_AFTER, Mode.ERROR_AFTER, Mode.MALFORMED, Mode.ACCEPT_LATE})
WEBHOOKS = frozenset({Mode.DUPLICATE_WEBHOOK, Mode.SHUFFLE_WEBHOOKS, Mode.DROP_WEBHOOK, Mode.GARBLE_WEBHOOK})
VERBS = frozenset({"any", "write", "send", "edit", "delete", "act", "read", "feed", "find", "webhook"})
_WRITES = frozenset({"send", "edit", "delete", "act"})


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure that strikes now."""

    id: int
    mode: Mode
    settings: Mapping[str, Any]
    horizon: int = 0

    def number(self, name: str, otherwise: float) -> float:
        """Return one of its settings as a number, the other one where it is none."""
        return as_number(self.settings.get(name), otherwise)

    def status(self, otherwise: int) -> int:
        """Return the HTTP status it answers with."""
        status = int(self.number("status", otherwise))
        return status if 400 <= status <= 599 else otherwise


def as_number(value: Any, otherwise: float) -> float:
    """Return a finite number within ten years of seconds, the other one where it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 316_000_000
    return float(value) if is_number else otherwise


class Failures:
    """The failures that are planted, and which of them strike."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plant(
        self,
        mode: Mode,
        *,
        place: str = "",
        account_id: str = "",
        verb: str = "any",
        count: int | None = None,
        chance: float = 1.0,
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> int:
        """Let calls fail from now on; `count` None lasts until cleared. Return its id."""
        newest = self._store.one("SELECT max(seq) AS seq FROM change")
        with self._store.changing():
            written = self._store.run(
                "INSERT INTO failure (mode, place, account_id, verb, remaining, chance, seed, settings, horizon)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(mode.value, place, account_id, verb, count, chance, seed, json.dumps(dict(settings or {}))),
                (newest["seq"] or 0) if newest else 0,
            )
        return int(written.lastrowid or 0)

    def clear(self, failure_id: int | None = None) -> int:
        """Forget one failure, or all of them; return how many."""
        with self._store.changing():
            if failure_id is None:
                return self._store.run("DELETE FROM failure").rowcount
            return self._store.run("DELETE FROM failure WHERE id = ?", failure_id).rowcount

    def planted(self) -> list[dict[str, Any]]:
        """Return every failure with how often it was asked and struck."""
        return [
            {**dict(row), "settings": json.loads(row["settings"])}
            for row in self._store.all("SELECT * FROM failure ORDER BY id")
        ]

    def strike(self, modes: frozenset[Mode], place: str, account_id: str, verb: str) -> list[Failure]:
        """Return the failures among these modes that strike this call, and count them down."""
        candidates = [
            row
            for row in self._store.all(
                "SELECT * FROM failure WHERE place IN ('', ?) AND account_id IN ('', ?)"
                " AND (remaining IS NULL OR remaining > 0) ORDER BY id",
                place,
                account_id,
            )
            if row["mode"] in modes and _covers(row["verb"], verb)
        ]
        return [failure for failure in map(self._toss, candidates) if failure]

    def _toss(self, row: sqlite3.Row) -> Failure | None:
        is_struck = random.Random(f"{row['seed']}:{row['asked']}").random() < row["chance"]  # noqa: S311 — repeatable
        with self._store.changing():
            self._store.run(
                "UPDATE failure SET asked = asked + 1, struck = struck + ?, remaining = remaining - ? WHERE id = ?",
                int(is_struck),
                int(is_struck),
                row["id"],
            )
        if not is_struck:
            return None
        return Failure(row["id"], Mode(row["mode"]), json.loads(row["settings"]), row["horizon"])

    def skew(self, place: str, account_id: str) -> timedelta:
        """Return how far the network's clock is off; nothing is counted down."""
        rows = self._store.all(
            "SELECT settings FROM failure WHERE mode = 'skew' AND place IN ('', ?) AND account_id IN ('', ?)",
            place,
            account_id,
        )
        return timedelta(seconds=sum(as_number(json.loads(row["settings"]).get("seconds"), 0) for row in rows))

    def horizon(self, place: str, account_id: str, verb: str, now: datetime) -> tuple[int | None, datetime]:
        """Return the last change a read may show (None: all of them) and the time up to which it is complete."""
        last: int | None = None
        complete_until = now
        for failure in self.strike(frozenset({Mode.STALE}), place, account_id, verb):
            reached, known_until = self._reach(failure, now)
            last = reached if last is None else min(last, reached)
            complete_until = min(complete_until, known_until)
        return last, complete_until

    def _reach(self, failure: Failure, now: datetime) -> tuple[int, datetime]:
        if "seconds" in failure.settings:
            known_until = now - timedelta(seconds=failure.number("seconds", 0))
            seen = self._store.one("SELECT max(seq) AS seq FROM change WHERE accepted_at <= ?", as_text(known_until))
            return (seen["seq"] or 0) if seen else 0, known_until
        hidden = self._store.one("SELECT min(accepted_at) AS at FROM change WHERE seq > ?", failure.horizon)
        is_behind = hidden is not None and hidden["at"]
        until = as_moment(hidden["at"]) - timedelta(microseconds=1) if hidden is not None and is_behind else now
        return failure.horizon, until


def _covers(planted: str, verb: str) -> bool:
    if planted in {"any", verb}:
        return True
    return (planted == "write" and verb in _WRITES) or (planted == "read" and verb in {"feed", "find"})
