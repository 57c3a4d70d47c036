"""Who is on call when, and what the head of the desk chose about reaching the team."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from django.db import transaction

from nestor.notices.events import RotaChanged
from nestor.notices.models import Policy, Shift, Swap
from nestor.notices.rules.reach import Way
from nestor.notices.rules.rota import RANKS
from nestor.people.models import User
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.work.actions import announce, note
from nestor.work.rules import storable

MOST_SHIFTS = 200
MOST_SWAPS = 200
MOST_SERVICES = 40
SERVICE = re.compile(r"[a-z][a-z0-9+-]{0,29}(://[a-z0-9._:\[\]-]{0,253})?")
NEXT_AFTER = (1, 240)  # minutes


def may_be_on_call(seat: Seat, colleague: User) -> bool:
    """Return whether somebody of the team can be called: whoever may act for the brand."""
    return any(user.pk == colleague.pk and may(role, Permission.ROUTE) for user, role in team_of(seat.brand))


def add_shifts(
    seat: Seat, colleague: User, weekdays: Iterable[int], times: tuple[time, time], now: datetime, *, rank: int = 1
) -> int:
    """Put somebody on call at these days of each week; return how many slots are new."""
    days = sorted({day for day in weekdays if day in range(7)})
    if not seat.may(Permission.HEAD) or rank not in RANKS or not days or not may_be_on_call(seat, colleague):
        return 0
    start, end = times
    with transaction.atomic():
        if Shift.objects.of(seat.brand).count() + len(days) > MOST_SHIFTS:
            return 0
        rows = [
            Shift(brand=seat.brand, user=colleague, rank=rank, weekday=day, starts_at=start, ends_at=end)
            for day in days
        ]
        Shift.objects.bulk_create(rows, ignore_conflicts=True)
        kept = Shift.objects.of(seat.brand).filter(pk__in=[row.pk for row in rows]).count()
        if kept:
            _say("add_shifts", seat, now, rank=rank, days=days)
        return kept


def remove_shift(seat: Seat, public_id: str, now: datetime) -> bool:
    """Take one slot off the week."""
    if not seat.may(Permission.HEAD):
        return False
    with transaction.atomic():
        if not Shift.objects.of(seat.brand).filter(public_id=public_id).delete()[0]:
            return False
        _say("remove_shift", seat, now)
        return True


def swap_duty(
    seat: Seat, colleague: User | None, interval: tuple[datetime, datetime], now: datetime, *, rank: int = 1
) -> bool:
    """For once, have somebody else on call (None: nobody). False where it makes no sense or is not theirs to do."""
    start, end = interval
    is_sensible = rank in RANKS and start < end and end > now
    if not seat.may(Permission.HEAD) or not is_sensible:
        return False
    if colleague is not None and not may_be_on_call(seat, colleague):
        return False
    with transaction.atomic():
        if Swap.objects.of(seat.brand).filter(ends_at__gt=now).count() >= MOST_SWAPS:
            return False
        Swap.objects.create(brand=seat.brand, user=colleague, rank=rank, starts_at=start, ends_at=end, made_at=now)
        _say("swap_duty", seat, now, rank=rank)
        return True


def remove_swap(seat: Seat, public_id: str, now: datetime) -> bool:
    """Take a swap back: the week holds again."""
    if not seat.may(Permission.HEAD):
        return False
    with transaction.atomic():
        if not Swap.objects.of(seat.brand).filter(public_id=public_id).delete()[0]:
            return False
        _say("remove_swap", seat, now)
        return True


def set_policy(seat: Seat, ways: Iterable[str], services: Iterable[str], next_after: int, now: datetime) -> bool:
    """Choose which ways notices may take for this brand, which services of Apprise, and when the next is told."""
    least, most = NEXT_AFTER
    lines = [storable(line.strip().lower().rstrip("/"), 300) for line in services if line.strip()]
    if not seat.may(Permission.HEAD) or not least <= next_after <= most or len(lines) > MOST_SERVICES:
        return False
    if not all(SERVICE.fullmatch(line) for line in lines):
        return False
    known = sorted({way for way in ways if way in set(Way)})
    values = {"ways": known, "services": sorted(set(lines)), "next_after": next_after}
    rows = Policy.objects.of(seat.brand)
    with transaction.atomic():
        if not rows.update(**values):
            Policy.objects.bulk_create([Policy(brand=seat.brand, **values)], ignore_conflicts=True)
            rows.update(**values)
        _say("choose_notices", seat, now, ways=known, next_after=next_after)
        return True


def _say(verb: str, seat: Seat, now: datetime, **facts: object) -> None:
    note(verb, seat.brand, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts=facts)
    announce(RotaChanged(brand_id=seat.brand.pk), now)
