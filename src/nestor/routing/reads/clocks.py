"""Targets of a brand's clocks, what changing them would change, and how far a change has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Min, Q

from nestor.brands.models import Brand
from nestor.brands.reads import opening_hours
from nestor.brands.rules import OpeningHours, due_at, latest_start, open_time_between
from nestor.brands.scoping import BrandQuerySet
from nestor.people.reads import Seat
from nestor.routing.models import ClockMove, ClockPolicy, ClockTarget, Route
from nestor.routing.rules.clocks import EVERY_CHANNEL, Cell, Targets, allowed_for
from nestor.routing.rules.steps import Policy

WHY = "a sweep looks at every brand's due rows"


def targets_of(brand: Brand) -> Targets:
    """Return the brand's table of targets. One query."""
    rows = ClockTarget.objects.of(brand).values_list("lane", "channel_id", "is_next", "allowed_for")
    cells = {Cell(lane, channel or EVERY_CHANNEL, is_next): allowed for lane, channel, is_next, allowed in rows}
    return Targets(brand.first_answer_for, cells)


def with_resting(brand: Brand, cells: Mapping[Cell, timedelta | None]) -> dict[Cell, timedelta | None]:
    """Return a table with the targets of disconnected channels, which nobody is shown and which stay as they are."""
    rows = ClockTarget.objects.of(brand).filter(channel__is_connected=False)
    found = rows.values_list("lane", "channel_id", "is_next", "allowed_for")
    return {Cell(lane, channel, is_next): allowed for lane, channel, is_next, allowed in found} | dict(cells)


def policy_of(brand: Brand | int) -> Policy:
    """Return when the brand's clocks warn and pass on; before anybody chose: the default."""
    row = ClockPolicy.objects.of(brand).first()
    return Policy(row.warn_share, row.escalate_after) if row is not None else Policy()


def epoch_of(brand: Brand | int) -> int:
    """Return how often what clocks are counted by has changed."""
    return ClockPolicy.objects.of(brand).values_list("epoch", flat=True).first() or 0


def running(brand: Brand | int) -> BrandQuerySet:
    """Return the standings whose clock runs."""
    return Route.objects.of(brand).filter(clock_stopped_at__isnull=True, clock_started_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What another table would do to the clocks that run now."""

    running: int
    moved: int
    late_before: int
    late_after: int


def consequences(seat: Seat, wanted: Targets, now: datetime) -> Consequences:
    """Return what these targets would do, sealed conversations included: a number tells nothing of them."""
    brand = seat.brand
    hours, known = opening_hours(brand), targets_of(brand)
    wanted = Targets(wanted.otherwise, with_resting(brand, wanted.cells))
    rows = running(brand).values_list("clock_lane", "channel_id", "clock_is_next").annotate(n=Count("id"))
    groups = {Cell(lane, channel, is_next): n for lane, channel, is_next, n in rows}
    changed = {cell for cell in groups if allowed_for(known, cell) != allowed_for(wanted, cell)}
    return Consequences(
        running=sum(groups.values()),
        moved=sum(groups[cell] for cell in changed),
        late_before=_late(brand, groups, known, hours, now),
        late_after=_late(brand, groups, wanted, hours, now),
    )


def _late(brand: Brand, groups: Iterable[Cell], targets: Targets, hours: OpeningHours, now: datetime) -> int:
    """Count clocks that are late by some targets, without looking at each: what started early enough is late."""
    starts: dict[timedelta, datetime | None] = {}
    late: list[Q] = []
    for cell in groups:
        allowed = allowed_for(targets, cell)
        if allowed is None:
            continue
        if allowed not in starts:
            starts[allowed] = latest_start(hours, now, allowed)
        start = starts[allowed]
        if start is not None:
            of_cell = Q(clock_lane=cell.lane, channel_id=cell.channel_id, clock_is_next=cell.is_next)
            late.append(of_cell & Q(clock_from_at__lt=start))
    return running(brand).filter(reduce(or_, late)).count() if late else 0


def due_now(brand: Brand, targets: Targets, cells: Iterable[Cell], now: datetime) -> Mapping[Cell, datetime | None]:
    """Return when an answer to a message of this moment would be due, by cell."""
    hours = opening_hours(brand)
    allowed = {cell: allowed_for(targets, cell) for cell in cells}
    return {cell: due_at(hours, now, span) if span is not None else None for cell, span in allowed.items()}


def latest_move(brand: Brand | int) -> ClockMove | None:
    """Return the last change of running clocks, over or not."""
    found: ClockMove | None = ClockMove.objects.of(brand).order_by("-id").first()
    return found


def due_moves(now: datetime, most: int) -> Iterable[int]:
    """Return changes of running clocks that are to go on."""
    rows = ClockMove.objects.across_brands(WHY).filter(due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def stepping(now: datetime) -> Q:
    """Return the condition that a clock has come to its next step."""
    return Q(clock_stopped_at__isnull=True, is_open=True, clock_step_at__lte=now)


def due_steps(now: datetime, most: int) -> Iterable[int]:
    """Return one standing per brand whose clock has come to a step: whoever takes it takes the others along."""
    rows = Route.objects.across_brands(WHY).filter(stepping(now))
    return list(rows.values("brand_id").annotate(first=Min("id")).values_list("first", flat=True)[:most])


@dataclass(frozen=True, slots=True)
class ClockFace:
    """How much of its open time a clock has left; `left` is negative by the open time it is late."""

    from_at: datetime
    due_at: datetime
    warn_at: datetime | None
    allowed: timedelta
    left: timedelta
    lane: str
    is_next: bool

    @property
    def is_late(self) -> bool:
        """Return whether the time is over."""
        return self.left < timedelta()


def clock_face(seat: Seat, conversation_id: int, now: datetime) -> ClockFace | None:
    """Return the face of a conversation's clock; None where none runs or nothing is due."""
    row = running(seat.brand).filter(conversation_id=conversation_id, is_open=True, clock_due_at__isnull=False).first()
    if row is None:
        return None
    hours, due_at = opening_hours(seat.brand), row.clock_due_at
    left = open_time_between(hours, now, due_at) if now <= due_at else -open_time_between(hours, due_at, now)
    allowed = open_time_between(hours, row.clock_from_at, due_at)
    if now > due_at:
        left = min(left, timedelta(seconds=-1))  # late while the desk is closed
    return ClockFace(row.clock_from_at, due_at, row.clock_warn_at, allowed, left, row.clock_lane, row.clock_is_next)
