"""Endpoints about who is on call when, and which ways notices may take."""

from datetime import datetime, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, StrictInt, StringConstraints

from nestor.faces.api.v1.caller import READ, TEAM, ApiRequest, once
from nestor.faces.api.v1.given import Body, Moment, PublicId, among, as_whole, enum_of
from nestor.faces.api.v1.our_brand import WEEK, TimeOfDay, Weekday, misfit
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.notices import reads
from nestor.notices.actions import rota as acts
from nestor.notices.rules.reach import Way
from nestor.notices.rules.rota import RANKS, on_duty
from nestor.people.models import User
from nestor.people.reads import colleague, team_of

Rank = Annotated[int, among(RANKS), enum_of(RANKS)]
Service = Annotated[str, StringConstraints(min_length=1, max_length=300)]
LEAST_AFTER, MOST_AFTER = acts.NEXT_AFTER


class SlotsGiven(Body):
    """Somebody on call at these hours of some days of each week; an end at or before its beginning: the next day."""

    seat: PublicId
    rank: Rank = 1
    days: list[Weekday] = Field(min_length=1, max_length=7)
    starts_at: TimeOfDay
    ends_at: TimeOfDay


class SwapGiven(Body):
    """For once somebody else at a rank, or nobody."""

    seat: PublicId | None
    rank: Rank = 1
    starts_at: Moment
    ends_at: Moment


class ReachGiven(Body):
    """Which ways notices may take, by which services of Apprise, and after how many minutes the next is told."""

    ways: list[Way] = Field(max_length=3)
    services: list[Service] = Field(max_length=acts.MOST_SERVICES)
    next_after: Annotated[StrictInt, Field(ge=LEAST_AFTER, le=MOST_AFTER), BeforeValidator(as_whole)]


class SlotShape(BaseModel):
    """Somebody is on call at this time of each week; `seat` is an id of the team."""

    id: str
    seat: str
    rank: int
    day: Weekday
    starts_at: str
    ends_at: str


class SwapShape(BaseModel):
    """For once somebody else is on call, or nobody."""

    id: str
    seat: str | None
    rank: int
    starts_at: datetime
    ends_at: datetime


class RotaShape(BaseModel):
    """Who is on call when, in the brand's zone; `on_call` are those of this moment, first told first."""

    zone: str
    slots: list[SlotShape]
    swaps: list[SwapShape]
    on_call: list[list[str]]


class ReachShape(BaseModel):
    """Which ways notices may take."""

    ways: list[str]
    services: list[str]
    next_after: int


@router.get("/rota", auth=READ, response=RotaShape, tags=["rota"])
def show_rota(request: ApiRequest) -> RotaShape:
    """Show who is on call when, for once and each week, and who is now."""
    brand, now = request.call.seat.brand, request.call.now
    team = team_of(brand)
    ids = {user.pk: user.public_id for user, _role in team}
    ranks = on_duty(reads.rota_of(brand, now, team), now)
    return RotaShape(
        zone=brand.zone,
        slots=[
            SlotShape(
                id=one.public_id,
                seat=one.user.public_id,
                rank=one.rank,
                day=WEEK[one.weekday],
                starts_at=f"{one.starts_at:%H:%M}",
                ends_at=f"{one.ends_at:%H:%M}",
            )
            for one in reads.shifts_of(brand)
        ],
        swaps=[
            SwapShape(
                id=one.public_id,
                seat=one.user.public_id if one.user is not None else None,
                rank=one.rank,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )
            for one in reads.swaps_of(brand, now)
        ],
        on_call=[[ids[one] for one in rank if one in ids] for rank in ranks],
    )


def callable_at(request: ApiRequest, public_id: str) -> User:
    """Return somebody of the team who can be on call; raise `Problem`."""
    found = colleague(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    if not acts.may_be_on_call(request.call.seat, found):
        raise misfit("seat", "target")
    return found


@router.post("/rota/slots", auth=TEAM, response=Changed, tags=["rota"])
def add_slots(request: ApiRequest, given: SlotsGiven) -> Changed:
    """Put somebody on call at some days of each week; nothing changes where that is so already, or 200 are there."""
    call, found = request.call, callable_at(request, given.seat)
    times = time.fromisoformat(given.starts_at), time.fromisoformat(given.ends_at)
    days = [WEEK.index(day) for day in given.days]

    def added() -> dict[str, bool]:
        return {"changed": acts.add_shifts(call.seat, found, days, times, call.now, rank=given.rank) > 0}

    return Changed(changed=once(request, added)["changed"])


@router.delete("/rota/slots/{public:slot}", auth=TEAM, response=Changed, tags=["rota"])
def remove_slot(request: ApiRequest, slot: str) -> Changed:
    """Take one slot off the week."""
    call = request.call

    def removed() -> dict[str, bool]:
        if not acts.remove_shift(call.seat, slot, call.now):
            raise Problem("not_found")
        return {"changed": True}

    return Changed(changed=once(request, removed)["changed"])


@router.post("/rota/swaps", auth=TEAM, response=Changed, tags=["rota"])
def add_swap(request: ApiRequest, given: SwapGiven) -> Changed:
    """For once, have somebody else on call (`seat` null: nobody)."""
    call = request.call
    found = callable_at(request, given.seat) if given.seat is not None else None
    if not given.starts_at < given.ends_at or given.ends_at <= call.now:
        raise misfit("starts_at", "duty")
    interval = given.starts_at, given.ends_at

    def swapped() -> dict[str, bool]:
        if not acts.swap_duty(call.seat, found, interval, call.now, rank=given.rank):
            raise Problem("no_room")
        return {"changed": True}

    return Changed(changed=once(request, swapped)["changed"])


@router.delete("/rota/swaps/{public:swap}", auth=TEAM, response=Changed, tags=["rota"])
def remove_swap(request: ApiRequest, swap: str) -> Changed:
    """Take a swap back: the week holds again."""
    call = request.call

    def removed() -> dict[str, bool]:
        if not acts.remove_swap(call.seat, swap, call.now):
            raise Problem("not_found")
        return {"changed": True}

    return Changed(changed=once(request, removed)["changed"])


def reach_shape(request: ApiRequest) -> ReachShape:
    """Return what was chosen; before anybody chose: mail and push."""
    row = reads.policy_of(request.call.seat.brand)
    return ReachShape(ways=row.ways, services=row.services, next_after=row.next_after)


@router.get("/reach", auth=TEAM, response=ReachShape, tags=["rota"])
def show_reach(request: ApiRequest) -> ReachShape:
    """Show which ways notices may take to the team, and how long the next on call is not told."""
    return reach_shape(request)


@router.put("/reach", auth=TEAM, response=ReachShape, tags=["rota"])
def set_reach(request: ApiRequest, given: ReachGiven) -> ReachShape:
    """Choose which ways notices may take; by which a person is reached is theirs to say, at their desk."""
    call = request.call

    def chosen() -> dict[str, bool]:
        if not acts.set_policy(call.seat, given.ways, given.services, given.next_after, call.now):
            raise misfit("services", "service")
        return {"changed": True}

    once(request, chosen)
    return reach_shape(request)
