"""Endpoints about handing over all one has: offered, taken over, declined, kept."""

from datetime import datetime

from ninja import Status
from pydantic import BaseModel

from nestor.composer.actions import confirm_relief
from nestor.composer.reads import drafts_of
from nestor.faces.api.v1.caller import ORGANISE, ApiRequest, once
from nestor.faces.api.v1.given import Body, PublicId
from nestor.faces.api.v1.ordering import BulkShape, bulk_at, bulk_shape
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.people.models import User
from nestor.people.reads import colleague
from nestor.routing.actions.relief import decline_relief, offer_relief, withdraw_relief
from nestor.routing.models import Relief
from nestor.routing.reads.relief import load_of, relief_for, reliefs_around, who_could

AT = "/relief/{public:relief}"


class OfferGiven(Body):
    """Whom all of it is offered to."""

    to: PublicId


class ReliefShape(BaseModel):
    """All somebody has, offered to a colleague; `giver` and `receiver` are ids of the team."""

    id: str
    giver: str
    receiver: str
    state: str
    made_at: datetime
    settled_at: datetime | None
    threads: int
    late: int
    urgent: int


class Own(BaseModel):
    """What the person behind the token has, whom it can go to, and what is on offer from them and to them."""

    threads: int
    late: int
    urgent: int
    drafts: int
    colleagues: list[str]
    offers: list[ReliefShape]


def relief_shape(request: ApiRequest, row: Relief) -> ReliefShape:
    """Return an offer, with what its giver has now as far as the token may see it."""
    load = load_of(request.call.seat, row.giver_id, request.call.now)
    same = "state made_at settled_at"
    return ReliefShape(
        id=row.public_id,
        giver=row.giver.public_id,
        receiver=row.receiver.public_id,
        threads=load.threads,
        late=load.late,
        urgent=load.urgent,
        **{name: getattr(row, name) for name in same.split()},
    )


def relief_at(request: ApiRequest, public_id: str, *, is_own: bool = False) -> Relief:
    """Return what was offered to the person behind the token, or by them; raise `Problem` for any other."""
    found = relief_for(request.call.seat, public_id)
    mine = request.call.seat.user.pk
    if found is None or mine != (found.giver_id if is_own else found.receiver_id):
        raise Problem("not_found")
    return found


@router.get("/relief", auth=ORGANISE, response=Own, tags=["relief"])
def show_relief(request: ApiRequest) -> Own:
    """Show what the person behind the token has, whom it can go to, and what is on offer."""
    seat, now = request.call.seat, request.call.now
    load = load_of(seat, seat.user.pk, now)
    return Own(
        threads=load.threads,
        late=load.late,
        urgent=load.urgent,
        drafts=drafts_of(seat),
        colleagues=[user.public_id for user, _seats in who_could([seat])],
        offers=[relief_shape(request, row) for row in reliefs_around([seat], now)],
    )


@router.post("/relief", auth=ORGANISE, response={201: ReliefShape}, tags=["relief"])
def offer(request: ApiRequest, given: OfferGiven) -> Status[ReliefShape]:
    """Offer all of it to a colleague; it stays where it is until they take it over."""
    to = colleague(request.call.seat.brand, given.to)
    if to is None:
        raise Problem("not_found")
    public_id = once(request, lambda: {"relief": _offered(request, to)})["relief"]
    return Status(201, relief_shape(request, relief_at(request, public_id, is_own=True)))


def _offered(request: ApiRequest, to: User) -> str:
    seat, now = request.call.seat, request.call.now
    if all(user.pk != to.pk for user, _seats in who_could([seat])):
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "to"), "type": "target"}]))
    row = offer_relief(seat, to, now)
    if row is None:
        raise Problem("changed")
    return row.public_id


@router.post(f"{AT}/confirm", auth=ORGANISE, response={202: BulkShape}, tags=["relief"])
def confirm(request: ApiRequest, relief: str) -> Status[BulkShape]:
    """Take over what a colleague offers, drafts included; done in the background, as a deed to many."""
    row = relief_at(request, relief)

    def confirmed() -> dict[str, str]:
        bulk = confirm_relief(request.call.seat, row, request.call.now)
        if bulk is None:
            raise Problem("changed")
        return {"bulk": bulk.public_id}

    return Status(202, bulk_shape(bulk_at(request, once(request, confirmed)["bulk"])))


@router.post(f"{AT}/decline", auth=ORGANISE, response=Changed, tags=["relief"])
def decline(request: ApiRequest, relief: str) -> Changed:
    """Say that one cannot take it: everything stays where it is."""
    call, row = request.call, relief_at(request, relief)
    done = once(request, lambda: {"changed": decline_relief(call.seat, row, call.now)})
    return Changed(changed=done["changed"])


@router.post(f"{AT}/withdraw", auth=ORGANISE, response=Changed, tags=["relief"])
def withdraw(request: ApiRequest, relief: str) -> Changed:
    """Keep what the person behind the token had offered."""
    call, row = request.call, relief_at(request, relief, is_own=True)
    done = once(request, lambda: {"changed": withdraw_relief(call.seat, row, call.now)})
    return Changed(changed=done["changed"])
