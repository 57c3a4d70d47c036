"""Writes of the clocks: targets by lane and channel, and running clocks that follow them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.brands.models import Channel
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions.standing import Contended, until_settled
from nestor.routing.events import ClocksMoved
from nestor.routing.models import ClockMove, ClockPolicy, ClockTarget, Route
from nestor.routing.reads.clocks import epoch_of, running
from nestor.routing.reads.standings import Clockwork, basis_of
from nestor.routing.rules.clocks import EVERY_CHANNEL, LEAST, MOST, Cell
from nestor.routing.rules.steps import SHARES, Policy
from nestor.work.actions import announce, note, release_lease, take_lease
from nestor.work.actions.many import change_rows
from nestor.work.rules import Lease

STEP = 500  # clocks moved in one transaction
STEPS = 5  # of one look
LOOK_AGAIN_AFTER = timedelta(minutes=1)  # for a clock that somebody counted by the old table meanwhile


def set_targets(
    seat: Seat, cells: Mapping[Cell, timedelta | None], epoch: int, now: datetime, *, policy: Policy | None = None
) -> bool:
    """Replace the table that was read at `epoch`; running clocks follow. False without the right, or if it changed.

    Targets of disconnected channels rest: nobody is shown them, and they are there again once it is connected.
    `policy`: when clocks warn and pass on; None leaves that as it is. Raise `ValueError` for what makes no sense.
    """
    if not seat.may(Permission.HEAD):
        return False
    spans = [*cells.values(), policy.escalate_after if policy is not None else None]
    if any(span is not None and not LEAST <= span <= MOST for span in spans):
        raise ValueError("a target lies out of bounds")
    if policy is not None and policy.warn_share not in SHARES:
        raise ValueError("no such share")
    brand_id = seat.brand.pk
    channels = {cell.channel_id for cell in cells} - {EVERY_CHANNEL}
    if Channel.objects.of(brand_id).filter(pk__in=channels, is_connected=True).count() != len(channels):
        raise ValueError("no connected channel of this brand")
    rows = [
        ClockTarget(
            brand_id=brand_id,
            lane=cell.lane,
            channel_id=cell.channel_id if cell.channel_id != EVERY_CHANNEL else None,
            is_next=cell.is_next,
            allowed_for=allowed,
        )
        for cell, allowed in sorted(cells.items(), key=lambda one: (one[0].lane, one[0].channel_id, one[0].is_next))
    ]
    with transaction.atomic():
        if not _raise_epoch(brand_id, epoch):
            return False
        if policy is not None:
            chosen = {"warn_share": policy.warn_share, "escalate_after": policy.escalate_after}
            ClockPolicy.objects.of(brand_id).update(**chosen)
        ClockTarget.objects.of(brand_id).exclude(channel__is_connected=False).delete()
        ClockTarget.objects.bulk_create(rows)
        note("set_targets", seat.brand, now, brand_id=brand_id, actor_id=seat.user.pk)
        _begin_move(brand_id, now)
        return True


def _raise_epoch(brand_id: int, epoch: int) -> bool:
    ClockPolicy.objects.bulk_create([ClockPolicy(brand_id=brand_id)], ignore_conflicts=True)
    return ClockPolicy.objects.of(brand_id).filter(epoch=epoch).update(epoch=F("epoch") + 1) == 1


def follow_hours(brand_id: int, now: datetime) -> None:
    """Let running clocks follow hours that changed. Joins the caller's transaction."""
    ClockPolicy.objects.bulk_create([ClockPolicy(brand_id=brand_id)], ignore_conflicts=True)
    ClockPolicy.objects.of(brand_id).update(epoch=F("epoch") + 1)
    _begin_move(brand_id, now)


def _begin_move(brand_id: int, now: datetime) -> ClockMove:
    """Let every running clock be counted anew; a change that is still under way is overtaken by this one."""
    old = ClockMove.objects.of(brand_id).filter(settled_at__isnull=True)
    old.update(state=ClockMove.STOPPED, due_at=None, settled_at=now, lease_token="", leased_until=None)
    epoch = epoch_of(brand_id)
    total = running(brand_id).filter(clock_epoch__lt=epoch).count()
    move: ClockMove = ClockMove.objects.create(brand_id=brand_id, epoch=epoch, total=total, made_at=now, due_at=now)
    return move


def step_move(move_id: int, now: datetime) -> bool:
    """Count some more running clocks anew; False when somebody else is at it, or it was stopped."""
    rows = ClockMove.objects.across_brands("a worker looks at one due row by its id")
    for _ in range(STEPS):
        lease = take_lease(rows.filter(due_at__lte=now), move_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
        if lease is None:
            return False
        move = rows.get(pk=move_id)
        if not until_settled(lambda: _step(move, lease, now)):  # noqa: B023  called at once
            return False
    return True


def _step(move: ClockMove, lease: Lease, now: datetime) -> bool:
    """Move some clocks and give the row back; False when there is nothing more to do, or it was stopped meanwhile."""
    stale = list(running(move.brand_id).filter(clock_epoch__lt=move.epoch)[:STEP])
    _count_anew(move.brand_id, stale, now)
    is_over = len(stale) < STEP
    after: dict[str, object] = {"due_at": now}
    if is_over and move.state == ClockMove.RUNNING:  # once more a little later, for who had read the old table
        after = {"due_at": now + LOOK_AGAIN_AFTER, "state": ClockMove.DONE, "settled_at": now}
    elif is_over:
        after = {"due_at": None}
    mine = ClockMove.objects.of(move.brand_id).filter(state=move.state)
    done = F("done") + len(stale) if move.state == ClockMove.RUNNING else F("done")
    if not release_lease(mine, lease, done=done, **after):
        transaction.set_rollback(True)
        return False
    if stale or is_over:
        announce(ClocksMoved(brand_id=move.brand_id, move_id=move.pk), now)
    return not is_over


def _count_anew(brand_id: int, stale: list[Route], now: datetime) -> None:
    """Count clocks anew. Nobody is told of those the change makes late: whoever changed it was shown how many."""
    clockwork = Clockwork(brand_id)
    rows = [
        (
            row.pk,
            clockwork.columns(basis_of(row), row.channel_id, row, silent_until=now)
            | {"version": row.version + 1, "guard": (row.version,)},
        )
        for row in stale
    ]
    if change_rows(Route, brand_id, rows, guard="version = %s") != len(rows):
        raise Contended


def stop_move(seat: Seat, move: ClockMove, now: datetime) -> bool:
    """Move no more clocks: those that were moved stay so, the others are due as before. False if it is over."""
    return _steer(seat, move, ClockMove.RUNNING, "stop_clocks", now, state=ClockMove.STOPPED, due_at=None)


def go_on_moving(seat: Seat, move: ClockMove, now: datetime) -> bool:
    """Go on where it was stopped; False if it was not, or another change has come since."""
    if move.epoch != epoch_of(seat.brand):
        return False
    return _steer(seat, move, ClockMove.STOPPED, "go_on_with_clocks", now, state=ClockMove.RUNNING, due_at=now)


def _steer(seat: Seat, move: ClockMove, before: str, verb: str, now: datetime, **after: object) -> bool:
    if not seat.may(Permission.HEAD, move):
        return False
    rows = ClockMove.objects.of(seat.brand).filter(pk=move.pk, state=before)
    settled_at = now if after["state"] == ClockMove.STOPPED else None
    with transaction.atomic():
        if rows.update(lease_token="", leased_until=None, settled_at=settled_at, **after) != 1:
            return False
        note(verb, seat.brand, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True
