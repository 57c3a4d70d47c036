"""What an account's token opens: read the feed, send, edit, delete, act. Synchronous; failures are laid around it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from nestor.networks.practice.server.failures import Mode
from nestor.networks.practice.server.feeds import Page
from nestor.networks.practice.server.network import PracticeNetwork
from nestor.networks.practice.server.pictures import as_stored, keep, pictures_in
from nestor.networks.practice.server.places import Manners, length
from nestor.networks.practice.server.society import No, Utterance, last_word
from nestor.networks.practice.server.store import as_text
from nestor.networks.practice.server.wire import Answer, Fields, Request, as_json, moment
from nestor.networks.practice.server.witness import testify

_STATES = {"approve": "approved", "hold": "hold", "spam": "spam", "trash": "trash", "hide": "hidden", "unhide": ""}
_MARK_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an account that has shown its token; `item_id` is the message in the address, if any."""

    network: PracticeNetwork
    request: Request
    account: sqlite3.Row
    item_id: str

    @property
    def manners(self) -> Manners:
        """How the account's place behaves."""
        return self.network.store.manners(self.account["place"])

    @property
    def skew(self) -> timedelta:
        """How far the network's clock is off for this account."""
        return self.network.failures.skew(self.account["place"], self.account["id"])


View = Callable[[Call], Answer]


def me(call: Call) -> Answer:
    """Who the token is, and how its place behaves."""
    manners = call.manners
    limits = {
        "text": manners.text,
        "unit": manners.unit,
        "subject": manners.subject,
        "images": manners.images,
        "alt": manners.alt,
        "media_types": manners.media_types,
        "file_bytes": manners.file_bytes,
        "reply_within": manners.answer_within,
    }
    return as_json(
        {
            "account": call.network.feeds.person(call.account["id"]),
            "place": call.account["place"],
            "abilities": manners.abilities,
            "limits": limits,
            "settles_within": manners.settles_within,
        }
    )


def feed(call: Call) -> Answer:
    """Return a page of what is new, or of a past interval when `start` and `end` are given."""
    horizon, complete_until = call.network.failures.horizon(
        call.account["place"], call.account["id"], "feed", call.network.clock()
    )
    size = max(1, call.manners.page_size)
    cursor = call.request.query.get("cursor", "")
    if "start" in call.request.query or "end" in call.request.query:
        interval = (
            moment(call.request.query.get("start", ""), "start"),
            moment(call.request.query.get("end", ""), "end"),
        )
        page = call.network.feeds.between(call.account["id"], interval, cursor, size=size, horizon=horizon)
    else:
        page = call.network.feeds.after(call.account["id"], cursor, size=size, horizon=horizon)
    return as_json({**_as_content(page), "as_of": as_text(complete_until + call.skew)})


def sent(call: Call) -> Answer:
    """Return what the account itself wrote: by mark where marks are honoured, or below a message since a moment."""
    mark = call.request.query.get("mark", "")
    if mark and not call.manners.honours_marks:
        raise No(422, "invalid", "this place knows no marks")
    since = call.request.query.get("since", "")
    horizon, complete_until = call.network.failures.horizon(
        call.account["place"], call.account["id"], "find", call.network.clock()
    )
    if mark:
        page = call.network.feeds.marked(call.account["id"], mark, horizon)
    else:
        since_text = as_text(moment(since, "since")) if since else ""
        reply_to = call.request.query.get("in_reply_to", "")
        page = call.network.feeds.own(call.account["id"], since_text, reply_to, horizon)
    skew = call.skew
    return as_json(
        {
            "items": page.items,
            "more": page.more,
            "now": as_text(call.network.clock() + skew),
            "as_of": as_text(complete_until + skew),
            "settles_within": call.manners.settles_within,
        }
    )


def one(call: Call) -> Answer:
    """Return one message."""
    return as_json(call.network.feeds.rendered(dict(_visible(call, call.item_id)), call.account["id"]))


def counts(call: Call) -> Answer:
    """Return how often a message was liked and answered."""
    return as_json({"counts": call.network.feeds.counts(str(_visible(call, call.item_id)["id"]))})


def send(call: Call) -> Answer:
    """Take a message, once per mark where marks are honoured; what was accepted is testified in the same breath."""
    fields = call.request.fields()
    mark = call.request.headers.get("idempotency-key", "")
    if len(mark) > _MARK_LENGTH:
        raise No(422, "invalid", f"the mark: at most {_MARK_LENGTH} characters")
    with call.network.store.changing():
        if known := _known_mark(call, mark):
            _testify(call, "repeated", {"mark": mark, "item_id": known["id"]})
            return as_json(call.network.feeds.rendered(dict(known), call.account["id"]))
        enclosed = pictures_in(fields, call.manners)
        said = replace(_checked(call, fields, mark), pictures=as_stored(enclosed))
        made = call.network.society.say(said)
        keep(call.network.store, made, enclosed)
        about = {"mark": mark, "item_id": made, "reply_to": said.reply_to, "text": said.text}
        _testify(call, "accepted", about)
        if said.reply_to:
            call.network.replay.answered(said.reply_to, made, call.network.clock())
        row = call.network.society.item(made)
    return as_json(call.network.feeds.rendered(dict(row), call.account["id"]), 201)


def _known_mark(call: Call, mark: str) -> sqlite3.Row | None:
    if not mark or not call.manners.honours_marks:
        return None
    known = call.network.store.one("SELECT * FROM item WHERE author_id = ? AND mark = ?", call.account["id"], mark)
    if known is None or call.network.failures.strike(
        frozenset({Mode.FORGET_MARKS}), call.account["place"], call.account["id"], "send"
    ):
        return None
    return known


def _checked(call: Call, fields: Fields, mark: str) -> Utterance:
    manners = call.manners
    text, subject, kind = fields.text("text"), fields.text("subject", ""), fields.text("kind", "reply")
    if manners.closed:
        raise No(403, "closed", "nobody may write here for now")
    if not text.strip():
        raise No(422, "invalid", "text: there is none")
    if manners.text is not None and length(text, manners.unit) > manners.text:
        raise No(422, "too_long", f"text: at most {manners.text} {manners.unit}")
    if manners.subject is not None and len(subject) > manners.subject:
        raise No(422, "too_long", f"subject: at most {manners.subject} characters")
    shared: dict[str, Any] = {
        "place": call.account["place"],
        "author_id": call.account["id"],
        "text": text,
        "mark": mark,
    }
    shared |= {"language": fields.text("language", ""), "origin": "desk"}
    if kind == "post":
        if "publish" not in manners.abilities:
            raise No(403, "forbidden", "nothing can be published here")
        return Utterance(kind="post", **shared)
    if kind != "reply":
        raise No(422, "invalid", "kind: reply or post is expected")
    return _checked_reply(call, fields.text("in_reply_to"), {**shared, "subject": subject})


def _checked_reply(call: Call, reply_to: str, shared: dict[str, Any]) -> Utterance:
    manners = call.manners
    parent = _visible(call, reply_to)
    if parent["state"] in {"spam", "trash"}:
        raise No(404, "gone", "what is answered was put away")
    if manners.answer_within is not None:
        heard_at = last_word(call.network.store, parent["thread"], call.account["id"])
        if heard_at is None or call.network.clock() - heard_at > timedelta(seconds=manners.answer_within):
            raise No(403, "closed", "too long since their last message")
    if manners.refuses_twins_for:
        since = as_text(call.network.clock() - timedelta(seconds=manners.refuses_twins_for))
        if call.network.store.one(
            "SELECT 1 FROM item WHERE author_id = ? AND reply_to = ? AND text = ? AND accepted_at >= ?"
            " AND deleted_at IS NULL",
            *(call.account["id"], reply_to, shared["text"], since),
        ):
            raise No(409, "duplicate", "the same was said here already")
    return Utterance(reply_to=reply_to, **shared)


def edit(call: Call) -> Answer:
    """Replace the text of a message of one's own."""
    text = call.request.fields().text("text")
    manners = call.manners
    _able(call, "edit")
    _own(call, call.item_id)
    if not text.strip():
        raise No(422, "invalid", "text: there is none")
    if manners.text is not None and length(text, manners.unit) > manners.text:
        raise No(422, "too_long", f"text: at most {manners.text} {manners.unit}")
    with call.network.store.changing():
        call.network.society.edit(call.item_id, text)
        _testify(call, "accepted", {"item_id": call.item_id, "text": text}, verb="edit")
    return as_json(call.network.feeds.rendered(dict(call.network.society.item(call.item_id)), call.account["id"]))


def delete(call: Call) -> Answer:
    """Remove a message of one's own."""
    _able(call, "delete")
    _own(call, call.item_id)
    with call.network.store.changing():
        call.network.society.remove(call.item_id)
        _testify(call, "accepted", {"item_id": call.item_id}, verb="delete")
    return Answer(204)


def act(call: Call) -> Answer:
    """Like, block or moderate somebody's message; done already is fine."""
    deed = call.request.fields().text("deed")
    _able(call, "hide" if deed == "unhide" else deed)
    _visible(call, call.item_id)
    with call.network.store.changing():
        if deed in _STATES:
            call.network.society.moderate(call.item_id, _STATES[deed])
        else:
            call.network.society.do(call.account["id"], call.item_id, deed)
        _testify(call, "accepted", {"item_id": call.item_id, "text": deed}, verb="act")
    return Answer(204)


def _able(call: Call, ability: str) -> None:
    offered = {"edit", "delete", "like", "hide", "block", "approve", "hold", "spam", "trash"}
    if ability not in offered or ability not in call.manners.abilities:
        raise No(403, "forbidden", "not possible at this place")


def _visible(call: Call, item_id: str) -> sqlite3.Row:
    row = call.network.society.item(item_id)
    is_public = row["place"] == call.account["place"] and row["place"] in {"square", "page"}
    concerns = call.network.store.one(
        "SELECT 1 FROM change WHERE account_id = ? AND item_id = ? LIMIT 1", call.account["id"], item_id
    )
    if not is_public and not concerns:
        raise No(404, "gone", "no such message")
    return row


def _own(call: Call, item_id: str) -> None:
    if call.network.society.item(item_id)["author_id"] != call.account["id"]:
        raise No(403, "forbidden", "somebody else wrote this")


def _skew(call: Call) -> timedelta:
    return call.network.failures.skew(call.account["place"], call.account["id"])


def _as_content(page: Page) -> dict[str, Any]:
    return {"items": page.items, "gone": page.gone, "cursor": page.cursor, "more": page.more}


def _testify(call: Call, outcome: str, about: dict[str, str], verb: str = "send") -> None:
    said = {"place": call.account["place"], "account_id": call.account["id"], "verb": verb, "outcome": outcome, **about}
    testify(call.network.store, call.network.clock(), said)
