"""Endpoints about what the person behind the token is told, and how far their desk is with its first steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from ninja import Query, Schema
from pydantic import BaseModel, Field

from nestor.faces.api.v1.caller import ORGANISE, READ, ApiRequest, once
from nestor.faces.api.v1.given import Body, Moment, Paged, PublicId, place_in
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.notices.actions import mark_seen
from nestor.notices.actions.calls import take_call
from nestor.notices.models import Notice
from nestor.notices.reads import notice_at, notices_at
from nestor.notices.wording import sentence_of
from nestor.people.rules import may
from nestor.routing.reads import cursor_at
from nestor.routing.reads.first_steps import practises, proofs_at
from nestor.routing.reads.telling import hidden_among
from nestor.routing.rules.first_steps import Step, is_done, needs_of, parts_done


class NoticesAsked(Paged):
    """Which page of them; those not seen alone, or all."""

    unseen: bool = False


class Seen(Body):
    """What was seen; null is all of them."""

    notices: Annotated[list[PublicId], Field(max_length=100)] | None


class NoticeShape(BaseModel):
    """One thing a person is told: what is the case; `about` is the id of the conversation, channel … it is about."""

    id: str
    occasion: str
    says: str
    about: str
    lane: str
    urgency: int
    made_at: datetime
    seen_at: datetime | None
    is_call: bool
    is_open_call: bool


class Notices(BaseModel):
    """A page of notices, newest first."""

    items: list[NoticeShape]
    next: str | None


class StepShape(BaseModel):
    """One first step: which parts of it the desk has seen done."""

    step: str
    parts: list[bool]
    is_done: bool


class StepsAsked(Schema):
    """Since when deeds count; from the beginning where nothing is said."""

    since: Moment | None = None


class Steps(BaseModel):
    """First steps that the role of the person behind the token can do, in order."""

    done: int
    items: list[StepShape]


def notice_shape(row: Notice) -> NoticeShape:
    """Return a notice, in the language of whoever asks."""
    same = "occasion about lane urgency made_at seen_at"
    is_call = row.call is not None
    return NoticeShape(
        id=row.public_id,
        says=sentence_of(row),
        is_call=is_call,
        is_open_call=row.call is not None and row.call.over_at is None,
        **{name: getattr(row, name) for name in same.split()},
    )


def open_to(request: ApiRequest, rows: Sequence[Notice]) -> list[Notice]:
    """Return those about nothing that is sealed by now: a token never learns of it."""
    hidden = hidden_among(request.call.seat, [row.about for row in rows])
    return [row for row in rows if row.about not in hidden]


@router.get("/notices", auth=READ, response=Notices, tags=["notices"])
def list_notices(request: ApiRequest, given: Query[NoticesAsked]) -> Notices:
    """List what the person behind the token is told at this brand, newest first."""
    before = place_in(given.after)
    rows = notices_at(request.call.seat, before, given.limit + 1, unseen_only=given.unseen)
    page = rows[: given.limit]
    more = cursor_at(page[-1].made_at, page[-1].pk) if len(rows) > len(page) else None
    return Notices(items=[notice_shape(row) for row in open_to(request, page)], next=more)


@router.post("/notices/seen", auth=ORGANISE, response=Changed, tags=["notices"])
def see_notices(request: ApiRequest, given: Seen) -> Changed:
    """Say that they have seen some, or all of this brand's that are not sealed."""
    seat, now = request.call.seat, request.call.now

    def seen() -> dict[str, bool]:
        rows = notices_at(seat, None, None, unseen_only=True)
        wanted = [row.public_id for row in rows if given.notices is None or row.public_id in given.notices]
        return {"changed": mark_seen(seat.user, now, wanted) > 0}

    return Changed(changed=once(request, seen)["changed"])


@router.post("/notices/{public:notice}/take", auth=ORGANISE, response=Changed, tags=["notices"])
def take_notice(request: ApiRequest, notice: str) -> Changed:
    """Take what concerns nobody in particular: nobody else is told any more."""
    call = request.call
    row = notice_at(call.seat, notice)
    if row is None or row.call is None or not open_to(request, [row]):
        raise Problem("not_found")
    matter = row.call
    return Changed(changed=once(request, lambda: {"changed": take_call(call.seat, matter, call.now)})["changed"])


@router.get("/first-steps", auth=ORGANISE, response=Steps, tags=["first steps"])
def show_first_steps(request: ApiRequest, given: Query[StepsAsked]) -> Steps:
    """Show which first steps were taken at this brand; only where it has a channel on the practice network."""
    seat = request.call.seat
    if not practises(seat):
        raise Problem("not_found")
    proofs = proofs_at([seat], given.since)
    items = [
        StepShape(step=step.value, parts=list(parts_done(step, proofs)), is_done=is_done(step, proofs))
        for step in Step
        if may(seat.role, needs_of(step))
    ]
    return Steps(done=sum(one.is_done for one in items), items=items)
