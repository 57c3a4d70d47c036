"""Endpoints about words kept to answer with: saved replies, as they are and filled in, and one's signature."""

from datetime import datetime
from typing import Annotated, NoReturn

from ninja import Query, Schema, Status
from pydantic import BaseModel, Field, StringConstraints

from nestor.composer.actions.saved import BadReply, count_use, delete_reply, save_reply, set_signature
from nestor.composer.models import SavedReply
from nestor.composer.reads.saved import (
    MOST_OFFERED,
    Offered,
    as_answer,
    offered,
    saved_replies,
    saved_reply_for,
    signature_of,
)
from nestor.composer.rules import MOST_NAME, MOST_SHORTCUT, MOST_SIGNATURE, MOST_TEXT
from nestor.faces.api.v1.caller import ANSWER, ApiRequest, conversation_at, once
from nestor.faces.api.v1.given import Body, Paged, Spoken, place_in
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.routing.reads import cursor_at

AT = "/conversations/{public:conversation}"
Words = Annotated[str, StringConstraints(max_length=100)]


class Asked(Paged):
    """Which page of those that hold every word asked for."""

    q: Words = ""


class AskedHere(Schema):
    """How many, of those that hold every word asked for."""

    q: Words = ""
    limit: int = Field(MOST_OFFERED, ge=1, le=50)


class Reply(Body):
    """Words to answer with; `{member}`, `{brand}`, `{agent}` and `{channel}` are filled in where they are used."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME)]
    language: Spoken
    shortcut: Annotated[str, StringConstraints(max_length=2 * MOST_SHORTCUT)] = ""
    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT)]


class ReplyShape(BaseModel):
    """A saved reply; how often it was used is counted, by whom is not."""

    id: str
    name: str
    language: str
    shortcut: str
    text: str
    used: int
    changed_at: datetime


class Replies(BaseModel):
    """A page of saved replies, latest changed first."""

    items: list[ReplyShape]
    next: str | None


class OfferedShape(BaseModel):
    """A saved reply as it would stand in an answer here."""

    id: str
    name: str
    language: str
    shortcut: str
    text: str


class Offers(BaseModel):
    """Saved replies that fit a conversation, the best first."""

    items: list[OfferedShape]


class SignatureGiven(Body):
    """What stands below the answers of the person behind the token; empty for nothing."""

    text: Annotated[str, StringConstraints(max_length=MOST_SIGNATURE)]


class SignatureShape(BaseModel):
    """What stands below the answers of the person behind the token."""

    text: str


def reply_shape(row: SavedReply) -> ReplyShape:
    """Return a saved reply."""
    same = "name language shortcut text used changed_at"
    return ReplyShape(id=row.public_id, **{name: getattr(row, name) for name in same.split()})


def reply_at(request: ApiRequest, public_id: str) -> SavedReply:
    """Return a saved reply of this brand; raise `Problem` for any other."""
    found = saved_reply_for(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    return found


def refuse(error: BadReply) -> NoReturn:
    """Raise the problem of a saved reply that cannot be kept."""
    code = str(error)
    if code == "gone":
        raise Problem("not_found") from error
    if code == "too_many":
        raise Problem("no_room") from error
    known = {"length": "too_short_or_long", "shape": "shortcut", "taken": "shortcut_taken", "unknown": "braces"}
    misfit = {"loc": ("body", error.field), "type": known.get(code, code)}
    raise Problem("invalid", errors=misfits_of([misfit]), names=error.names) from error


def keep(request: ApiRequest, given: Reply, row: SavedReply | None) -> ReplyShape:
    """Keep a saved reply, a new one or another text for one there is; raise `Problem`."""
    call = request.call

    def kept() -> dict[str, str]:
        try:
            return {"reply": save_reply(call.seat, given.dict(), call.now, reply=row).public_id}
        except BadReply as error:
            refuse(error)

    return reply_shape(reply_at(request, once(request, kept)["reply"]))


@router.get("/replies", auth=ANSWER, response=Replies, tags=["replies"])
def list_replies(request: ApiRequest, given: Query[Asked]) -> Replies:
    """List the saved replies of the brand, latest changed first."""
    before = place_in(given.after)
    rows = sorted(saved_replies(request.call.seat.brand, given.q), key=_place, reverse=True)
    rows = [row for row in rows if before is None or _place(row) < before]
    page = rows[: given.limit]
    more = cursor_at(*_place(page[-1])) if len(rows) > len(page) else None
    return Replies(items=[reply_shape(row) for row in page], next=more)


def _place(row: SavedReply) -> tuple[datetime, int]:
    return row.changed_at, row.pk


@router.post("/replies", auth=ANSWER, response={201: ReplyShape}, tags=["replies"])
def add_reply(request: ApiRequest, given: Reply) -> Status[ReplyShape]:
    """Keep words to answer with."""
    return Status(201, keep(request, given, None))


@router.get("/replies/{public:reply}", auth=ANSWER, response=ReplyShape, tags=["replies"])
def show_reply(request: ApiRequest, reply: str) -> ReplyShape:
    """Show one saved reply."""
    return reply_shape(reply_at(request, reply))


@router.put("/replies/{public:reply}", auth=ANSWER, response=ReplyShape, tags=["replies"])
def change_reply(request: ApiRequest, reply: str, given: Reply) -> ReplyShape:
    """Give a saved reply another text, name, language or shortcut."""
    return keep(request, given, reply_at(request, reply))


@router.delete("/replies/{public:reply}", auth=ANSWER, response=Changed, tags=["replies"])
def forget_reply(request: ApiRequest, reply: str) -> Changed:
    """Delete a saved reply."""
    return Changed(changed=delete_reply(request.call.seat, reply_at(request, reply), request.call.now))


def offer_shape(row: Offered) -> OfferedShape:
    """Return a saved reply filled in."""
    same = "name language shortcut text"
    return OfferedShape(id=row.public_id, **{name: getattr(row, name) for name in same.split()})


@router.get(f"{AT}/replies", auth=ANSWER, response=Offers, tags=["replies"])
def list_offered_replies(request: ApiRequest, conversation: str, given: Query[AskedHere]) -> Offers:
    """List the saved replies that fit a conversation best, filled in for it."""
    found = conversation_at(request, conversation)
    return Offers(items=[offer_shape(row) for row in offered(request.call.seat, found, given.q, given.limit)])


@router.post(f"{AT}/replies/{{public:reply}}/use", auth=ANSWER, response=OfferedShape, tags=["replies"])
def use_reply(request: ApiRequest, conversation: str, reply: str) -> OfferedShape:
    """Fill in a saved reply for a conversation, and count that it was used; nothing is written or sent."""
    seat = request.call.seat
    found, row = conversation_at(request, conversation), reply_at(request, reply)
    once(request, lambda: {"changed": count_use(seat, row)})
    text = as_answer(seat, found, row)
    return offer_shape(Offered(row.public_id, row.name, row.shortcut, row.language, text))


@router.get("/signature", auth=ANSWER, response=SignatureShape, tags=["replies"])
def show_signature(request: ApiRequest) -> SignatureShape:
    """Show what stands below the answers of the person behind the token."""
    return SignatureShape(text=signature_of(request.call.seat))


@router.put("/signature", auth=ANSWER, response=SignatureShape, tags=["replies"])
def change_signature(request: ApiRequest, given: SignatureGiven) -> SignatureShape:
    """Say what stands below them; empty for nothing."""
    seat = request.call.seat
    once(request, lambda: {"changed": bool(set_signature(seat, given.text))})
    return SignatureShape(text=signature_of(seat))
