"""The file of the practice network: SQLite in WAL mode, one writer, readable by anyone who wants to count."""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nestor.networks.practice.server.places import DEFAULT_MANNERS, Manners, as_stored, changed, from_stored

SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS place (key TEXT PRIMARY KEY, manners TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, place TEXT NOT NULL, ref TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL,
    is_desk INTEGER NOT NULL DEFAULT 0, about TEXT NOT NULL DEFAULT '', UNIQUE (place, ref));
CREATE TABLE IF NOT EXISTS token (
    token TEXT PRIMARY KEY, account_id TEXT NOT NULL, made_at TEXT NOT NULL, revoked_at TEXT);
CREATE TABLE IF NOT EXISTS item (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL, kind TEXT NOT NULL,
    thread TEXT NOT NULL, author_id TEXT NOT NULL, reply_to TEXT NOT NULL, post_id TEXT NOT NULL,
    partner_id TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
    language TEXT NOT NULL, images TEXT NOT NULL, mark TEXT NOT NULL, origin TEXT NOT NULL, ref TEXT NOT NULL,
    published_at TEXT NOT NULL, accepted_at TEXT NOT NULL, edited_at TEXT, deleted_at TEXT,
    state TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS item_thread ON item (thread, published_at);
CREATE INDEX IF NOT EXISTS item_author ON item (author_id, number);
CREATE INDEX IF NOT EXISTS item_mark ON item (author_id, mark);
CREATE INDEX IF NOT EXISTS item_post ON item (post_id);
CREATE INDEX IF NOT EXISTS item_reply ON item (reply_to);
CREATE INDEX IF NOT EXISTS item_ref ON item (ref);
CREATE TABLE IF NOT EXISTS picture (
    item_id TEXT NOT NULL, place INTEGER NOT NULL, media_type TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (item_id, place));
CREATE TABLE IF NOT EXISTS change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, item_id TEXT NOT NULL, verb TEXT NOT NULL,
    at TEXT NOT NULL, accepted_at TEXT NOT NULL, snapshot TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS change_feed ON change (account_id, seq);
CREATE INDEX IF NOT EXISTS change_item ON change (item_id, account_id, seq);
CREATE TABLE IF NOT EXISTS deed (
    account_id TEXT NOT NULL, item_id TEXT NOT NULL, deed TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (account_id, item_id, deed));
CREATE TABLE IF NOT EXISTS witness (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, place TEXT NOT NULL, account_id TEXT NOT NULL,
    verb TEXT NOT NULL, outcome TEXT NOT NULL, mark TEXT NOT NULL, item_id TEXT NOT NULL, reply_to TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS witness_mark ON witness (mark);
CREATE TABLE IF NOT EXISTS failure (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, place TEXT NOT NULL, account_id TEXT NOT NULL,
    verb TEXT NOT NULL, remaining INTEGER, chance REAL NOT NULL, seed INTEGER NOT NULL, settings TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0, horizon INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS hook (account_id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, account_id TEXT NOT NULL, seq INTEGER NOT NULL,
    due_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, garbled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS event_due ON event (state, due_at);
CREATE TABLE IF NOT EXISTS script (
    ref TEXT PRIMARY KEY, world TEXT NOT NULL, node TEXT NOT NULL, of_ref TEXT NOT NULL DEFAULT '',
    item_id TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS script_item ON script (item_id);
CREATE TABLE IF NOT EXISTS planned (
    number INTEGER PRIMARY KEY AUTOINCREMENT, due_at TEXT NOT NULL, action TEXT NOT NULL, ref TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '', reply_to TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT 'script');
CREATE INDEX IF NOT EXISTS planned_due ON planned (due_at, number);
CREATE TABLE IF NOT EXISTS waiting (
    number INTEGER PRIMARY KEY AUTOINCREMENT, on_ref TEXT NOT NULL, reason TEXT NOT NULL, ref TEXT NOT NULL,
    after INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS waiting_on ON waiting (on_ref, reason);
"""


def as_text(moment: datetime) -> str:
    """Return an aware time as sortable UTC text with microseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def as_moment(text: str) -> datetime:
    """Return the aware UTC time of `as_text`'s text; raise ValueError when it is none."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Store:
    """One open connection; not shared between threads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._connection = sqlite3.connect(file, timeout=20, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)
        self._manners: dict[str, Manners] = {}
        self._settle()

    def _settle(self) -> None:
        with self.changing():
            for key, manners in DEFAULT_MANNERS.items():
                self.run("INSERT OR IGNORE INTO place VALUES (?, ?)", key, json.dumps(as_stored(manners)))
            self.run("INSERT OR IGNORE INTO fact VALUES ('admin_token', ?)", secrets.token_urlsafe(24))
        for row in self.all("SELECT key, manners FROM place"):
            # A file of an older version lacks what was added since: the place's own defaults stand in.
            stored = as_stored(DEFAULT_MANNERS[row["key"]]) | json.loads(row["manners"])
            self._manners[row["key"]] = from_stored(stored)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold one write transaction; joins the one already open."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Execute one statement."""
        return self._connection.execute(statement, values)

    def one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row or None."""
        row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows."""
        return self._connection.execute(statement, values).fetchall()

    def fact(self, name: str, otherwise: str = "") -> str:
        """Return a stored fact about this network."""
        row = self.one("SELECT value FROM fact WHERE name = ?", name)
        return str(row["value"]) if row else otherwise

    def keep_fact(self, name: str, value: str) -> None:
        """Store a fact about this network."""
        self.run("INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)

    def manners(self, place: str) -> Manners:
        """Return how a place behaves now."""
        return self._manners[place]

    def change_manners(self, place: str, changes: Mapping[str, Any]) -> Manners:
        """Change how a place behaves; raise `BadManners` when the change makes no sense."""
        manners = changed(self._manners[place], changes)
        with self.changing():
            self.run("UPDATE place SET manners = ? WHERE key = ?", json.dumps(as_stored(manners)), place)
        self._manners[place] = manners
        return manners

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
