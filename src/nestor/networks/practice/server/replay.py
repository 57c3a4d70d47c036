"""The script as it is played: what is planned happens at its time, and people react to what the desk answers.

Everything lies in the file, so that a restart goes on where it stopped; nothing is left to chance.
"""

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from nestor.networks.practice.server.society import No, Society, Utterance
from nestor.networks.practice.server.store import Store, as_moment, as_text

DEFAULT_SPEED = 180  # script seconds a second: a day takes 8 minutes
_STANDSTILL = timedelta(seconds=60)  # nobody ran the network for longer: the script waited
_NOTED_EVERY = timedelta(seconds=5)
_REACTS_WITHIN = (6.0, 60.0)  # seconds
_COMPLAINS_WITHIN = (45.0, 180.0)  # of silence: whoever watches needs time to answer first


class Replay:
    """Plays what `stock` has laid out."""

    def __init__(self, store: Store, society: Society) -> None:
        self._store = store
        self._society = society
        self._noted_at: datetime | None = None

    def tick(self, now: datetime) -> int:
        """Let everything happen that is due; return how much did."""
        self._stand_still(now)
        happened = 0
        while row := self._store.one(
            "SELECT * FROM planned WHERE due_at <= ? ORDER BY due_at, number LIMIT 1", as_text(now)
        ):
            with self._store.changing():
                self._store.run("DELETE FROM planned WHERE number = ?", row["number"])
                self._let_happen(row, now)
            happened += 1
        return happened

    def plan(
        self, due_at: datetime, action: str, ref: str, *, text: str = "", reply_to: str = "", reason: str = "script"
    ) -> None:
        """Lay out something to happen: post, say, edit or remove."""
        self._store.run(
            "INSERT INTO planned (due_at, action, ref, text, reply_to, reason) VALUES (?, ?, ?, ?, ?, ?)",
            *(as_text(due_at), action, ref, text, reply_to, reason),
        )

    def wait(self, on_ref: str, reason: str, ref: str, after: int) -> None:
        """Let `ref` be said `after` script minutes after `on_ref` was answered, or posted, or left in silence."""
        self._store.run(
            "INSERT INTO waiting (on_ref, reason, ref, after) VALUES (?, ?, ?, ?)", on_ref, reason, ref, after
        )

    def answered(self, item_id: str, answer_id: str, now: datetime) -> None:
        """Let people react: the desk has answered this message."""
        item = self._store.one("SELECT * FROM item WHERE id = ?", item_id)
        if item is None:
            return
        earlier = self._store.all(
            "SELECT script.ref FROM script JOIN item ON item.id = script.item_id"
            " WHERE item.thread = ? AND item.author_id = ? AND item.number <= ? ORDER BY item.number DESC",
            *(item["thread"], item["author_id"], item["number"]),
        )
        has_reacted = False
        with self._store.changing():
            for (ref,) in earlier:
                self._store.run("DELETE FROM waiting WHERE on_ref = ? AND reason = 'silent'", ref)
                self._store.run(
                    "DELETE FROM planned WHERE reason = 'silent' AND ref IN (SELECT ref FROM script WHERE of_ref = ?)",
                    ref,
                )
                reactions = self._taken(ref, "answered")
                for reaction in () if has_reacted else reactions:
                    pause = self._pause(reaction["after"], _REACTS_WITHIN)
                    self.plan(now + pause, "say", reaction["ref"], reply_to=answer_id, reason="reaction")
                has_reacted = has_reacted or bool(reactions)

    def hurry(self, seconds: float) -> None:
        """Let everything planned happen so much earlier, in the same order."""
        self._shift(timedelta(seconds=-seconds))

    def progress(self) -> dict[str, Any]:
        """Return what is still to come."""
        planned = self._store.one("SELECT count(*) AS n, min(due_at) AS next FROM planned")
        said = self._store.one("SELECT count(*) AS n FROM script WHERE item_id <> ''")
        waiting = self._store.one("SELECT count(*) AS n FROM waiting")
        return {
            "planned": planned["n"] if planned else 0,
            "next_at": (planned["next"] or "") if planned else "",
            "said": said["n"] if said else 0,
            "waiting": waiting["n"] if waiting else 0,
            "worlds": json.loads(self._store.fact("worlds", "[]")),
        }

    def note_said(self, ref: str, item_id: str) -> None:
        """Remember which message a line of the script became."""
        self._store.run("UPDATE script SET item_id = ? WHERE ref = ?", item_id, ref)

    # -- inside

    def _stand_still(self, now: datetime) -> None:
        if self._noted_at and timedelta() <= now - self._noted_at < _NOTED_EVERY:
            return
        noted = self._store.fact("ticked_at")
        with self._store.changing():
            if noted and now - as_moment(noted) > _STANDSTILL:
                self._shift(now - as_moment(noted))
            self._store.keep_fact("ticked_at", as_text(now))
        self._noted_at = now

    def _shift(self, by: timedelta) -> None:
        with self._store.changing():
            for row in self._store.all("SELECT number, due_at FROM planned"):
                due_at = as_text(as_moment(row["due_at"]) + by)
                self._store.run("UPDATE planned SET due_at = ? WHERE number = ?", due_at, row["number"])

    def _taken(self, on_ref: str, reason: str) -> list[sqlite3.Row]:
        rows = self._store.all("SELECT * FROM waiting WHERE on_ref = ? AND reason = ? ORDER BY number", on_ref, reason)
        self._store.run("DELETE FROM waiting WHERE on_ref = ? AND reason = ?", on_ref, reason)
        return rows

    def _pause(self, after: int, within: tuple[float, float]) -> timedelta:
        speed = float(self._store.fact("speed", str(DEFAULT_SPEED)))
        return timedelta(seconds=min(max(after * 60 / speed, within[0]), within[1]))

    def _let_happen(self, row: sqlite3.Row, now: datetime) -> None:
        script = self._store.one("SELECT * FROM script WHERE ref = ?", row["ref"])
        if script is None:
            return
        try:
            if row["action"] == "say":
                self.note_said(row["ref"], self._society.say(self.utterance(script, reply_to=row["reply_to"])))
                self.follow_up(row["ref"], now)
            elif row["action"] == "edit":
                self._society.edit(script["item_id"], row["text"])
            else:
                self._society.remove(script["item_id"])
        except No:
            return  # gone meanwhile: somebody removed it, or it was never said

    def follow_up(self, ref: str, now: datetime) -> None:
        """Plan what follows from a line having been said: who goes on talking, and who loses patience."""
        for row in self._taken(ref, "posted"):
            self.plan(now + self._pause(row["after"], _REACTS_WITHIN), "say", row["ref"])
        for row in self._taken(ref, "silent"):
            self.plan(now + self._pause(row["after"], _COMPLAINS_WITHIN), "say", row["ref"], reason="silent")

    def utterance(self, script: sqlite3.Row, *, reply_to: str = "", published_at: datetime | None = None) -> Utterance:
        """Return what a line of the script says, addressed to what is really there."""
        node = json.loads(script["node"])
        place, world = node["place"], script["world"]
        brand_id = self._account(place, world, "brand")
        author_id = self._account(place, world, node["by"])
        parent = self._standing(reply_to) or self._standing_of(node["to"])
        is_for_brand = node["by"] != "brand" and (place in {"private", "mail"} or not parent)
        return Utterance(
            place=place,
            author_id=author_id,
            text=node["text"],
            kind=node["kind"],
            reply_to=parent,
            partner_id=brand_id if is_for_brand else "",
            subject=node["subject"],
            language=node["lang"],
            images=(node["image"],) if node["image"] else (),
            origin="script",
            ref=script["ref"],
            published_at=published_at,
        )

    def _account(self, place: str, world: str, key: str) -> str:
        row = self._store.one("SELECT id FROM account WHERE place = ? AND ref = ?", place, f"{world}/{key}")
        if row is None:
            raise No(404, "gone", "nobody of that name at this place")
        return str(row["id"])

    def _standing(self, item_id: str) -> str:
        row = self._store.one("SELECT id FROM item WHERE id = ? AND deleted_at IS NULL", item_id)
        return str(row["id"]) if row else ""

    def _standing_of(self, ref: str) -> str:
        """Return the message of a line, or the nearest one above it that is really there."""
        while ref:
            script = self._store.one("SELECT * FROM script WHERE ref = ?", ref)
            if script is None:
                return ""
            if standing := self._standing(script["item_id"]):
                return standing
            ref = json.loads(script["node"])["to"]
        return ""
