"""Who is on the practice network and what they say: every write goes through here, and through here only."""

import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nestor.networks.practice.server.store import Store, as_moment, as_text

Clock = Callable[[], datetime]
_MENTION = re.compile(r"@[\w.-]*\w")
_SHORT = {"square": "sq", "page": "pg", "private": "pm", "mail": "ml"}


class No(Exception):
    """What the network refuses, with the HTTP status and the code it answers."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody says, before it has a number. `published_at` None means now."""

    place: str
    author_id: str
    text: str
    kind: str = ""  # "" lets the place decide; "post" is a publication
    reply_to: str = ""
    post_id: str = ""
    partner_id: str = ""  # direct and mail: the account it is for; a fresh mention: whom it concerns
    subject: str = ""
    html: str = ""
    language: str = ""
    images: tuple[str, ...] = ()  # descriptions of pictures that are drawn from them
    pictures: tuple[dict[str, str], ...] = ()  # pictures that came with it: type and description
    mark: str = ""
    origin: str = "visitor"  # desk (by the API) | app (the account, elsewhere) | visitor | script
    ref: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something one account can now see: `seq` orders them."""

    seq: int
    account_id: str
    item_id: str
    verb: str


class Society:
    """Accounts and what they said, for one thread. `listen` is told of every change, inside its transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.skew: Callable[[str, str], timedelta] = _no_skew
        self.listen: Callable[[Change, datetime], None] = _tell_nobody

    # -- accounts

    def join(self, place: str, ref: str, handle: str, name: str, *, is_desk: bool = False, about: str = "") -> str:
        """Return the id of the account with this reference, made if it is new."""
        known = self.store.one("SELECT id FROM account WHERE place = ? AND ref = ?", place, ref)
        if known:
            return str(known["id"])
        with self.store.changing():
            number = self.store.one("SELECT count(*) AS n FROM account")
            account_id = f"{_SHORT[place]}-u{(number['n'] if number else 0) + 1}"
            self.store.run(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)", account_id, place, ref, handle, name, is_desk, about
            )
        return account_id

    def account(self, account_id: str) -> sqlite3.Row:
        """Return an account's row; raise `No` when there is none."""
        row = self.store.one("SELECT * FROM account WHERE id = ?", account_id)
        if row is None:
            raise No(404, "gone", "no such account")
        return row

    def issue_token(self, account_id: str) -> str:
        """Return a new token for the account."""
        token = "practice_" + secrets.token_urlsafe(24)
        with self.store.changing():
            self.store.run("INSERT INTO token VALUES (?, ?, ?, NULL)", token, account_id, as_text(self.clock()))
        return token

    def revoke_tokens(self, account_id: str) -> int:
        """Kill every token of the account; return how many died."""
        with self.store.changing():
            return self.store.run(
                "UPDATE token SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL",
                as_text(self.clock()),
                account_id,
            ).rowcount

    def token_owner(self, token: str) -> tuple[sqlite3.Row, bool] | None:
        """Return the account a token was made for and whether it still lives."""
        row = self.store.one("SELECT account_id, revoked_at FROM token WHERE token = ?", token)
        return (self.account(row["account_id"]), row["revoked_at"] is None) if row else None

    # -- items

    def item(self, item_id: str) -> sqlite3.Row:
        """Return an item that is still there; raise `No(gone)` otherwise."""
        row = self.store.one("SELECT * FROM item WHERE id = ?", item_id)
        if row is None or row["deleted_at"]:
            raise No(404, "gone", "no such message")
        return row

    def say(self, said: Utterance) -> str:
        """Store an utterance, tell everyone whom it concerns, return its id."""
        now = self.clock()
        with self.store.changing():
            parent = self.store.one("SELECT * FROM item WHERE id = ?", said.reply_to) if said.reply_to else None
            post_id = said.post_id or (self._post_of(parent) if parent else "")
            partner_id = said.partner_id or self._partner(said, parent)
            kind = said.kind or self._kind(said.place, post_id)
            shown_at = said.published_at or now + self.skew(said.place, said.author_id)
            number = self._next_number()
            item_id = f"{_SHORT[said.place]}-{number}"
            thread = self._thread(said, parent, partner_id, item_id)
            state = "hold" if said.origin == "visitor" and self.store.manners(said.place).holds_first else ""
            self.store.run(
                "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
                *(number, item_id, said.place, kind, thread, said.author_id, said.reply_to, post_id, partner_id),
                *(said.subject, said.text, said.html, said.language, _pictures(said), said.mark),
                *(said.origin, said.ref, as_text(shown_at), as_text(now), state),
            )
            self._announce(item_id, "created", shown_at)
        return item_id

    def edit(self, item_id: str, text: str, *, at: datetime | None = None) -> None:
        """Replace an item's text."""
        now = self.clock()
        with self.store.changing():
            row = self.item(item_id)
            shown_at = at or now + self.skew(row["place"], row["author_id"])
            self.store.run(
                "UPDATE item SET text = ?, html = '', edited_at = ? WHERE id = ?", text, as_text(shown_at), item_id
            )
            self._announce(item_id, "edited", shown_at)

    def remove(self, item_id: str, *, at: datetime | None = None) -> None:
        """Delete an item for good."""
        now = self.clock()
        with self.store.changing():
            row = self.item(item_id)
            shown_at = at or now + self.skew(row["place"], row["author_id"])
            self.store.run("UPDATE item SET deleted_at = ? WHERE id = ?", as_text(shown_at), item_id)
            self._announce(item_id, "deleted", shown_at)

    def moderate(self, item_id: str, state: str) -> None:
        """Set an item's moderation state; setting it again changes nothing."""
        with self.store.changing():
            row = self.item(item_id)
            if row["state"] != state:
                self.store.run("UPDATE item SET state = ? WHERE id = ?", state, item_id)
                self._announce(item_id, "moderated", self.clock() + self.skew(row["place"], row["author_id"]))

    def do(self, account_id: str, item_id: str, deed: str) -> None:
        """Note a like or a block; noting it again changes nothing."""
        with self.store.changing():
            self.store.run(
                "INSERT OR IGNORE INTO deed VALUES (?, ?, ?, ?)", account_id, item_id, deed, as_text(self.clock())
            )

    def _is_blocked(self, account_id: str, author_id: str) -> bool:
        return bool(
            self.store.one(
                "SELECT 1 FROM deed JOIN item ON item.id = deed.item_id"
                " WHERE deed.account_id = ? AND deed.deed = 'block' AND item.author_id = ?",
                account_id,
                author_id,
            )
        )

    # -- whom it concerns

    def _next_number(self) -> int:
        row = self.store.one("SELECT seq FROM sqlite_sequence WHERE name = 'item'")
        return (row["seq"] if row else 0) + 1

    def _kind(self, place: str, post_id: str) -> str:
        if place == "square":
            return "comment" if post_id else "mention"
        return {"page": "comment", "private": "direct", "mail": "mail"}[place]

    def _post_of(self, parent: sqlite3.Row) -> str:
        return str(parent["id"] if parent["kind"] == "post" else parent["post_id"])

    def _partner(self, said: Utterance, parent: sqlite3.Row | None) -> str:
        if parent is None or said.place not in {"private", "mail"}:
            return ""
        return str(parent["partner_id"] if parent["author_id"] == said.author_id else parent["author_id"])

    def _thread(self, said: Utterance, parent: sqlite3.Row | None, partner_id: str, item_id: str) -> str:
        if said.place == "private":
            return "dm-" + "-".join(sorted((said.author_id, partner_id)))
        if parent is None or parent["kind"] == "post":
            return item_id
        return str(parent["thread"])

    def _announce(self, item_id: str, verb: str, shown_at: datetime) -> None:
        now = self.clock()
        row = self.store.one("SELECT * FROM item WHERE id = ?", item_id)
        if row is None:
            return
        snapshot = json.dumps({name: row[name] for name in row.keys()})  # noqa: SIM118 — a Row is no mapping
        # A publication is in nobody's feed, but a lagging replica must know when it came.
        readers = sorted(self._concerned(row)) if row["kind"] != "post" else [""]
        for account_id in (reader for reader in readers if not self._is_blocked(reader, row["author_id"])):
            written = self.store.run(
                "INSERT INTO change (account_id, item_id, verb, at, accepted_at, snapshot) VALUES (?, ?, ?, ?, ?, ?)",
                *(account_id, item_id, verb, as_text(shown_at), as_text(now), snapshot),
            )
            if account_id:
                self.listen(Change(int(written.lastrowid or 0), account_id, item_id, verb), now)

    def _concerned(self, row: sqlite3.Row) -> set[str]:
        candidates = {row["author_id"], row["partner_id"]}
        if row["post_id"]:
            post = self.store.one("SELECT author_id FROM item WHERE id = ?", row["post_id"])
            candidates.add(post["author_id"] if post else "")
        earlier = self.store.all(
            "SELECT DISTINCT account_id FROM change JOIN item ON item.id = change.item_id WHERE item.thread = ?",
            row["thread"],
        )
        desks = {
            entry["id"]: entry["handle"].lower()
            for entry in self.store.all("SELECT id, handle FROM account WHERE place = ? AND is_desk", row["place"])
        }
        named = (
            {name.lower() for name in _MENTION.findall(row["text"])} if row["place"] in {"square", "page"} else set()
        )
        mentioned = {account_id for account_id, handle in desks.items() if handle in named}
        return ((candidates & desks.keys()) | mentioned) | {entry["account_id"] for entry in earlier}


def _no_skew(_place: str, _account_id: str) -> timedelta:
    return timedelta()


def _tell_nobody(_change: Change, _now: datetime) -> None:
    return None


def _pictures(said: Utterance) -> str:
    return json.dumps([*({"alt": description} for description in said.images), *said.pictures])


def last_word(store: Store, thread: str, account_id: str) -> datetime | None:
    """Return when the other side last wrote in a thread."""
    row: Any = store.one(
        "SELECT max(published_at) AS at FROM item WHERE thread = ? AND author_id <> ? AND deleted_at IS NULL",
        thread,
        account_id,
    )
    return as_moment(row["at"]) if row and row["at"] else None
