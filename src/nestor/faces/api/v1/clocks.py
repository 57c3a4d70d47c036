"""Endpoints about clocks: by when answers are owed, what another table would do, how far a change has come."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, StrictBool, StrictInt

from nestor.brands.reads import channels_of
from nestor.faces.api.v1.caller import BRAND, READ, ApiRequest, conversation_at, once
from nestor.faces.api.v1.given import Body, PublicId, among, as_whole, enum_of
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.people.reads import Seat
from nestor.routing.actions.clocks import go_on_moving, set_targets, stop_move
from nestor.routing.models import ClockMove
from nestor.routing.reads.clocks import clock_face, consequences, epoch_of, latest_move, policy_of, targets_of
from nestor.routing.rules import is_owed
from nestor.routing.rules.clocks import EVERY_CHANNEL, EVERY_LANE, LEAST, MOST, Cell, Targets
from nestor.routing.rules.steps import SHARES, Policy
from nestor.vocabulary import Lane

MINUTE = timedelta(minutes=1)
Minutes = Annotated[StrictInt, Field(ge=LEAST // MINUTE, le=MOST // MINUTE), BeforeValidator(as_whole)]
Share = Annotated[int, among(SHARES), enum_of(SHARES)]
MOST_CELLS = 5_000


class Target(Body):
    """Minutes of open time an answer may take, null for none; a null lane or channel stands for every one."""

    lane: Lane | None = None
    channel: PublicId | None = None
    is_next: StrictBool = False
    minutes: Minutes | None


class Wanted(Body):
    """A table of targets."""

    targets: list[Target] = Field(max_length=MOST_CELLS)


class ClocksGiven(Wanted):
    """All targets, and when clocks warn and pass on; `mark` is that of the table they replace."""

    mark: Annotated[StrictInt, Field(ge=0, le=2**31 - 1), BeforeValidator(as_whole)]
    warn_share: Share
    escalate_after: Minutes | None


class TargetShape(BaseModel):
    """One place of the table, in minutes of open time."""

    lane: str | None
    channel: str | None
    is_next: bool
    minutes: int | None


class MoveShape(BaseModel):
    """How far running clocks have followed the last change."""

    state: str
    total: int
    done: int
    made_at: datetime
    settled_at: datetime | None


class ClocksShape(BaseModel):
    """By when answers are owed; `otherwise` counts where no target says anything. `mark` tells tables apart."""

    mark: int
    otherwise: int
    warn_share: int
    escalate_after: int | None
    targets: list[TargetShape]
    move: MoveShape | None


class ConsequencesShape(BaseModel):
    """What a table would do to the clocks that run now."""

    running: int
    moved: int
    late_before: int
    late_after: int


class FaceShape(BaseModel):
    """A conversation's clock: seconds of open time allowed and left, those left negative once it is late."""

    from_at: datetime
    due_at: datetime
    warn_at: datetime | None
    allowed: int
    left: int
    lane: str
    is_next: bool
    is_late: bool


def _minutes(span: timedelta | None) -> int | None:
    return span // MINUTE if span is not None else None


def clocks_shape(seat: Seat) -> ClocksShape:
    """Return the table as it is now; targets of channels that are not connected rest, and are left out."""
    brand = seat.brand
    channels = {row.pk: row.public_id for row in channels_of(brand).filter(is_connected=True)}
    targets, policy = targets_of(brand), policy_of(brand)
    cells = [one for one in targets.cells if one.channel_id == EVERY_CHANNEL or one.channel_id in channels]
    cells.sort(key=lambda one: (channels.get(one.channel_id, ""), one.lane, one.is_next))
    return ClocksShape(
        mark=epoch_of(brand),
        otherwise=targets.otherwise // MINUTE,
        warn_share=policy.warn_share,
        escalate_after=_minutes(policy.escalate_after),
        targets=[
            TargetShape(
                lane=one.lane or None,
                channel=channels.get(one.channel_id),
                is_next=one.is_next,
                minutes=_minutes(targets.cells[one]),
            )
            for one in cells
        ],
        move=move_shape(latest_move(brand)),
    )


def move_shape(move: ClockMove | None) -> MoveShape | None:
    """Return how far it has come; None where nothing was ever changed."""
    names = MoveShape.model_fields
    return MoveShape(**{name: getattr(move, name) for name in names}) if move is not None else None


def cells_in(seat: Seat, given: Iterable[Target]) -> dict[Cell, timedelta | None]:
    """Return the table that was sent; raise `Problem`."""
    channels = {row.public_id: row.pk for row in channels_of(seat.brand).filter(is_connected=True)}
    found: dict[Cell, timedelta | None] = {}
    for number, one in enumerate(given):
        if one.channel is not None and one.channel not in channels:
            raise Problem("not_found")
        place = EVERY_CHANNEL if one.channel is None else channels[one.channel]
        cell = Cell(one.lane.value if one.lane is not None else EVERY_LANE, place, one.is_next)
        if cell in found or (one.lane is not None and not is_owed(one.lane)):
            raise Problem("invalid", errors=misfits_of([{"loc": ("body", "targets", number), "type": "clock"}]))
        found[cell] = one.minutes * MINUTE if one.minutes is not None else None
    return found


@router.get("/clocks", auth=BRAND, response=ClocksShape, tags=["clocks"])
def show_clocks(request: ApiRequest) -> ClocksShape:
    """Show by when answers are owed, when clocks warn, and how far they have followed the last change."""
    return clocks_shape(request.call.seat)


@router.put("/clocks", auth=BRAND, response=ClocksShape, tags=["clocks"])
def set_clocks(request: ApiRequest, given: ClocksGiven) -> ClocksShape:
    """Replace the targets that were seen; clocks that run follow. Where there are others by now, nothing is changed."""
    call = request.call
    cells = cells_in(call.seat, given.targets)
    after = given.escalate_after * MINUTE if given.escalate_after is not None else None

    def kept() -> dict[str, bool]:
        if not set_targets(call.seat, cells, given.mark, call.now, policy=Policy(given.warn_share, after)):
            raise Problem("changed")
        return {"changed": True}

    once(request, kept)
    return clocks_shape(call.seat)


@router.post("/clocks/preview", auth=BRAND, response=ConsequencesShape, tags=["clocks"])
def preview_clocks(request: ApiRequest, given: Wanted) -> ConsequencesShape:
    """Say what a table would do to the clocks that run now; nothing is changed."""
    seat = request.call.seat
    wanted = Targets(seat.brand.first_answer_for, cells_in(seat, given.targets))
    found = consequences(seat, wanted, request.call.now)
    return ConsequencesShape(**{name: getattr(found, name) for name in ConsequencesShape.model_fields})


def _steered(request: ApiRequest, steer: Callable[[Seat, ClockMove, datetime], bool]) -> ClocksShape:
    call, move = request.call, latest_move(request.call.seat.brand)

    def steered() -> dict[str, bool]:
        if move is None or not steer(call.seat, move, call.now):
            raise Problem("changed")
        return {"changed": True}

    once(request, steered)
    return clocks_shape(call.seat)


@router.post("/clocks/stop", auth=BRAND, response=ClocksShape, tags=["clocks"])
def stop_clocks(request: ApiRequest) -> ClocksShape:
    """Let no more running clocks follow the last change; those that have stay so."""
    return _steered(request, stop_move)


@router.post("/clocks/go-on", auth=BRAND, response=ClocksShape, tags=["clocks"])
def go_on_with_clocks(request: ApiRequest) -> ClocksShape:
    """Let the rest of them follow, where that was stopped."""
    return _steered(request, go_on_moving)


@router.get("/conversations/{public:conversation}/clock", auth=READ, response=FaceShape, tags=["clocks"])
def show_clock(request: ApiRequest, conversation: str) -> FaceShape:
    """Show how much of its open time an answer has left; nothing where no clock runs."""
    face = clock_face(request.call.seat, conversation_at(request, conversation).pk, request.call.now)
    if face is None:
        raise Problem("not_found")
    return FaceShape(
        allowed=int(face.allowed.total_seconds()),
        left=int(face.left.total_seconds()),
        **{name: getattr(face, name) for name in "from_at due_at warn_at lane is_next is_late".split()},
    )
