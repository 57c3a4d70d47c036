"""What an account can read: its feed from a cursor, a past interval again, its own messages, one message, counts."""

import base64
import binascii
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nestor.networks.practice.server.pictures import ENDINGS
from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.store import Store, as_text

_MOST_OWN = 500  # of an account's own messages in one answer


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes, as JSON-able values."""

    items: list[dict[str, Any]]
    gone: list[dict[str, str]]
    cursor: str
    more: bool


def as_cursor(seq: int) -> str:
    """Return the opaque cursor after this change."""
    return base64.urlsafe_b64encode(f"after:{seq}".encode()).decode()


def as_seq(cursor: str) -> int:
    """Return the change a cursor stands after, 0 for the very first; raise `No` for what is no cursor."""
    if not cursor:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "after" and number.isdecimal() and len(number) < 18:
            return int(number)
    except (binascii.Error, UnicodeDecodeError, UnicodeEncodeError, ValueError):
        pass
    raise No(422, "invalid", "no such cursor")


class Feeds:
    """Reads on behalf of one account. `horizon` is the last change a lagging replica knows; None means all."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def _base_url(self) -> str:
        """Where the network lives since it was last started; kept in the file."""
        return self._store.fact("base_url")

    def after(self, account_id: str, cursor: str, *, size: int, horizon: int | None) -> Page:
        """Return what the account has not seen yet, oldest first."""
        rows = self._store.all(
            "SELECT * FROM change WHERE account_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            account_id,
            as_seq(cursor),
            _upto(horizon),
            size + 1,
        )
        return self._page(account_id, rows, size=size, cursor=cursor, horizon=horizon)

    def between(
        self, account_id: str, interval: tuple[datetime, datetime], cursor: str, *, size: int, horizon: int | None
    ) -> Page:
        """Return what was published or changed in [start, end), page by page."""
        start, end = map(as_text, interval)
        rows = self._store.all(
            "SELECT change.* FROM change JOIN item ON item.id = change.item_id"
            " WHERE change.account_id = ? AND change.seq > ? AND change.seq <= ?"
            " AND ((change.at >= ? AND change.at < ?) OR (item.published_at >= ? AND item.published_at < ?))"
            " ORDER BY change.seq LIMIT ?",
            *(account_id, as_seq(cursor), _upto(horizon), start, end, start, end, size + 1),
        )
        return self._page(account_id, rows, size=size, cursor=cursor, horizon=horizon)

    def _page(
        self, account_id: str, rows: Sequence[sqlite3.Row], *, size: int, cursor: str, horizon: int | None
    ) -> Page:
        shown = rows[:size]
        items: list[dict[str, Any]] = []
        gone: list[dict[str, str]] = []
        for item_id in dict.fromkeys(row["item_id"] for row in shown):
            latest = self._store.one(
                "SELECT * FROM change WHERE item_id = ? AND account_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
                *(item_id, account_id, _upto(horizon)),
            )
            if latest is None or latest["verb"] == "deleted":
                gone.append({"id": item_id, "at": latest["at"] if latest else ""})
            else:
                items.append(self.rendered(json.loads(latest["snapshot"]), account_id))
        return Page(items, gone, as_cursor(shown[-1]["seq"]) if shown else cursor, len(rows) > size)

    def marked(self, account_id: str, mark: str, horizon: int | None) -> Page:
        """Return what the account itself wrote with this mark, gone or not."""
        return self._own("author_id = ? AND mark = ?", account_id, mark, horizon=horizon)

    def own(self, account_id: str, since: str, reply_to: str, horizon: int | None) -> Page:
        """Return what stands of the account itself below a message ("": publications) since a moment, newest first."""
        where = "author_id = ? AND published_at >= ? AND reply_to = ? AND deleted_at IS NULL"
        return self._own(where, account_id, since, reply_to, horizon=horizon)

    def _own(self, where: str, account_id: str, *values: str, horizon: int | None) -> Page:
        found = f"SELECT * FROM item WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 — our own two conditions
        rows = self._store.all(found, account_id, *values, _MOST_OWN + 1)
        items = [
            self.rendered(dict(row), account_id)
            for row in rows[:_MOST_OWN]
            if horizon is None or self._is_within(row["id"], horizon)
        ]
        return Page(items, [], "", len(rows) > _MOST_OWN)

    def _is_within(self, item_id: str, horizon: int) -> bool:
        row = self._store.one("SELECT min(seq) AS seq FROM change WHERE item_id = ?", item_id)
        return bool(row and row["seq"] is not None and row["seq"] <= horizon)

    def counts(self, item_id: str) -> dict[str, int]:
        """Return how often a message was liked and answered."""
        likes = self._store.one("SELECT count(*) AS n FROM deed WHERE item_id = ? AND deed = 'like'", item_id)
        replies = self._store.one("SELECT count(*) AS n FROM item WHERE reply_to = ? AND deleted_at IS NULL", item_id)
        return {"likes": likes["n"] if likes else 0, "replies": replies["n"] if replies else 0}

    def person(self, account_id: str) -> dict[str, str]:
        """Return an account as the API shows it."""
        row = self._store.one("SELECT * FROM account WHERE id = ?", account_id)
        if row is None:
            return {"id": account_id, "handle": "", "name": "", "url": "", "avatar_url": ""}
        return {
            "id": row["id"],
            "handle": row["handle"],
            "name": row["name"],
            "url": f"{self._base_url}/u/{row['id']}",
            "avatar_url": f"{self._base_url}/media/{row['id']}.svg",
        }

    def rendered(self, row: Mapping[str, Any], account_id: str) -> dict[str, Any]:
        """Return an item as the API shows it to this account."""
        is_mine = row["author_id"] == account_id
        keeps_marks = self._store.manners(row["place"]).honours_marks
        return {
            **{name: row[name] for name in ("id", "place", "kind", "thread", "subject", "text", "html", "language")},
            "author": self.person(row["author_id"]),
            "mine": is_mine,
            "mark": row["mark"] if is_mine and keeps_marks else "",
            "in_reply_to": row["reply_to"],
            "published_at": row["published_at"],
            "edited_at": row["edited_at"] or "",
            "url": f"{self._base_url}/p/{row['id']}",
            "public": row["place"] in {"square", "page"},
            "state": row["state"],
            "post": self._post(row["post_id"], account_id) if row["post_id"] else None,
            "images": [self._image(row["id"], *one) for one in enumerate(json.loads(row["images"]))],
        }

    def _image(self, item_id: str, number: int, picture: Mapping[str, str]) -> dict[str, str]:
        """Return a picture: what visitors show is described to nobody, what was sent keeps its description."""
        media_type = picture.get("type", "")
        ending = ENDINGS.get(media_type, "svg")
        return {
            "url": f"{self._base_url}/media/{item_id}-{number}.{ending}",
            "type": media_type or "image/svg+xml",
            "alt": picture["alt"] if media_type else "",
        }

    def _post(self, post_id: str, account_id: str) -> dict[str, Any] | None:
        row = self._store.one("SELECT * FROM item WHERE id = ?", post_id)
        if row is None:
            return None
        return {
            "id": post_id,
            "text": row["text"],
            "url": f"{self._base_url}/p/{post_id}",
            "published_at": row["published_at"],
            "mine": row["author_id"] == account_id,
        }


def _upto(horizon: int | None) -> int:
    return (1 << 62) if horizon is None else horizon
