"""Endpoints about links that show a conversation to a colleague without an account."""

from datetime import datetime
from typing import Annotated

from ninja import Status
from pydantic import BaseModel, StringConstraints

from nestor.faces.api.v1.caller import FORWARD, ApiRequest, conversation_at, key_of, once
from nestor.faces.api.v1.given import Body, Spoken, among, enum_of
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.routing.actions.forwarding import (
    SEALED,
    TOO_MANY,
    Colleague,
    NotForwarded,
    forward_conversation,
    revoke_forward,
)
from nestor.routing.models import Forward
from nestor.routing.reads.forwarding import ForwardRow, forward_in, forward_row, forwards_of
from nestor.routing.rules.forwarding import LASTS, MOST_QUESTION
from nestor.vocabulary import new_public_id
from nestor.work.actions import KeyReused

AT = "/conversations/{public:conversation}/forwards"
Days = Annotated[int, among(LASTS), enum_of(LASTS)]


class ForwardGiven(Body):
    """Whom one asks, in which language, what, and for how many days the link is good."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    question: Annotated[str, StringConstraints(min_length=1, max_length=MOST_QUESTION)]
    language: Spoken
    days: Days = 3


class ForwardShape(BaseModel):
    """A link, and what became of it; `link` only where its mail could not leave, to whoever made it.

    Its one answer is a note of the conversation, `is_from_outside`.
    """

    id: str
    name: str
    email: str
    question: str
    state: str
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    is_mailed: bool
    trouble: str
    link: str


class Forwards(BaseModel):
    """Links to a conversation, oldest first."""

    items: list[ForwardShape]


def forward_shape(request: ApiRequest, row: Forward) -> ForwardShape:
    """Return a link as whoever is behind the token is shown it."""
    shown: ForwardRow = forward_row(row, request.call.seat.user, request.call.now)
    same = "name email question made_at expires_at is_mailed trouble link"
    return ForwardShape(
        id=shown.public_id,
        state=shown.state.value,
        answered_at=row.answered_at,
        **{name: getattr(shown, name) for name in same.split()},
    )


@router.get(AT, auth=FORWARD, response=Forwards, tags=["forwards"])
def list_forwards(request: ApiRequest, conversation: str) -> Forwards:
    """List to whom a conversation was shown by a link, and whether they answered."""
    rows = forwards_of(conversation_at(request, conversation))
    return Forwards(items=[forward_shape(request, row) for row in rows])


@router.post(AT, auth=FORWARD, response={201: ForwardShape}, tags=["forwards"])
def forward(request: ApiRequest, conversation: str, given: ForwardGiven) -> Status[ForwardShape]:
    """Mail somebody without an account a link to a conversation, with a question they can answer once."""
    call, found = request.call, conversation_at(request, conversation)
    to = Colleague(given.name, given.email, given.language, given.question, given.days)
    key = f"api:{key_of(request) or new_public_id()}"
    try:
        row = forward_conversation(call.seat, found, to, call.now, key=key)
    except KeyReused as error:
        raise Problem("key_reused") from error
    except NotForwarded as error:
        raise _why(str(error)) from error
    return Status(201, forward_shape(request, row))


def _why(code: str) -> Problem:
    if code == SEALED:
        return Problem("not_found")  # a token never learns that something near it is sealed
    if code == TOO_MANY:
        return Problem("no_room")
    return Problem("invalid", errors=misfits_of([{"loc": ("body", "email"), "type": "mail"}]))


@router.post(f"{AT}/{{public:forward}}/revoke", auth=FORWARD, response=Changed, tags=["forwards"])
def revoke_a_forward(request: ApiRequest, conversation: str, forward: str) -> Changed:
    """Take a link back: it opens nothing any more."""
    call, row = request.call, forward_in(conversation_at(request, conversation), forward)
    if row is None:
        raise Problem("not_found")
    return Changed(changed=once(request, lambda: {"changed": revoke_forward(call.seat, row, call.now)})["changed"])
