"""Endpoints about answers the team gave where the desk cannot see them."""

from datetime import datetime
from typing import Annotated

from ninja import Status
from pydantic import BaseModel, StringConstraints

from nestor.faces.api.v1.caller import ORGANISE, READ, ApiRequest, conversation_at, once
from nestor.faces.api.v1.given import Body
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.routing.actions.elsewhere import answer_elsewhere, take_back_elsewhere
from nestor.routing.reads.elsewhere import elsewhere_in, elsewhere_of
from nestor.routing.rules.elsewhere import MOST_DETAIL, Elsewhere

AT = "/conversations/{public:conversation}/elsewhere"


class Marked(Body):
    """Where somebody answered, and more about it: which account, which meeting."""

    place: Elsewhere
    detail: Annotated[str, StringConstraints(max_length=MOST_DETAIL)] = ""


class ElsewhereShape(BaseModel):
    """An answer given elsewhere; not by whom."""

    id: str
    place: str
    detail: str
    at: datetime


class ElsewhereList(BaseModel):
    """Answers given elsewhere in a conversation, oldest first."""

    items: list[ElsewhereShape]


@router.get(AT, auth=READ, response=ElsewhereList, tags=["conversations"])
def list_elsewhere(request: ApiRequest, conversation: str) -> ElsewhereList:
    """List the answers the team gave where the desk cannot see them."""
    rows = elsewhere_of(conversation_at(request, conversation))
    items = [ElsewhereShape(id=one.public_id, place=one.place, detail=one.detail, at=one.at) for one in rows]
    return ElsewhereList(items=items)


@router.post(AT, auth=ORGANISE, response={201: ElsewhereShape}, tags=["conversations"])
def mark_elsewhere(request: ApiRequest, conversation: str, given: Marked) -> Status[ElsewhereShape]:
    """Say that somebody answered elsewhere: the clock stops as for an answer."""
    call, found = request.call, conversation_at(request, conversation)

    def marked() -> dict[str, str]:
        row = answer_elsewhere(call.seat, found, given.place, given.detail, call.now)
        if row is None:  # nobody has spoken since somebody said so
            raise Problem("changed")
        return {"elsewhere": row.public_id}

    public_id = once(request, marked)["elsewhere"]
    shown = next((one for one in list_elsewhere(request, conversation).items if one.id == public_id), None)
    if shown is None:
        raise Problem("not_found")
    return Status(201, shown)


@router.delete(f"{AT}/{{public:elsewhere}}", auth=ORGANISE, response=Changed, tags=["conversations"])
def forget_elsewhere(request: ApiRequest, conversation: str, elsewhere: str) -> Changed:
    """Take that back: the clock goes on as if it had not been said."""
    rows = elsewhere_in(conversation_at(request, conversation)).filter(public_id=elsewhere)
    row = rows.select_related("conversation__merged_into").first()
    if row is None:
        raise Problem("not_found")
    return Changed(changed=take_back_elsewhere(request.call.seat, row, request.call.now))
