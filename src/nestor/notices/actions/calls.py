"""Matters that concern nobody in particular: whoever is on call is told, then the next, until somebody takes it.

The sweep finds calls that are due; each step is one conditional UPDATE from the rung it was read at, so that a worker
that dies, or two at once, change nothing: the step was taken once, or is due again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nestor.brands.models import Brand
from nestor.notices import reads
from nestor.notices.actions.telling import Told, write_notices
from nestor.notices.events import NoticeMoved
from nestor.notices.models import Call, Notice, Sending
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import State, Why
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.work.actions import announce_all, note
from nestor.work.reads.lookups import Among


def call_out(matters: Sequence[Told], now: datetime) -> int:
    """Call whoever is on call about matters of one brand, all sealed or none; return how many notices there are.

    Nobody is called for what they are being called for already. Joins the caller's transaction.
    """
    if not matters:
        return 0
    brand = Brand.objects.get(pk=matters[0].brand_id)
    rung = reads.next_told(brand, (), now, is_sealed=matters[0].is_sealed)
    due_at = now + timedelta(minutes=reads.policy_of(brand).next_after)
    asked: dict[str, Any] = {"rung": 1, "told": sorted(rung.people), "due_at": due_at} if rung else {}
    rows = [
        Call(
            brand_id=told.brand_id,
            occasion=told.occasion.value,
            about=told.about,
            lane=told.lane,
            urgency=told.urgency,
            is_sealed=told.is_sealed,
            made_at=now,
            **asked,
        )
        for told in matters
    ]
    Call.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(Call.objects.of(brand).filter(Among("pk", [row.pk for row in rows])).values_list("pk", flat=True))
    if rung is None:
        return 0
    fresh = [replace(told, call=row) for told, row in zip(matters, rows, strict=True) if row.pk in kept]
    return write_notices(fresh, rung.people, now, stands_in=rung.stands_in)


def climb(call: Call, now: datetime) -> int:
    """Tell the next who has not been told; return how many. Joins the caller's transaction."""
    brand = Brand.objects.get(pk=call.brand_id)
    rung = reads.next_told(brand, call.told, now, is_sealed=call.is_sealed)
    rows = Call.objects.of(call.brand_id).filter(pk=call.pk, rung=call.rung, over_at__isnull=True)
    if rung is None:  # nobody is left: it stays open on the pages of those who were told
        rows.update(due_at=None)
        return 0
    next_after = timedelta(minutes=reads.policy_of(brand).next_after)
    told_now = sorted({*call.told, *rung.people})
    if rows.update(rung=call.rung + 1, told=told_now, due_at=now + next_after) != 1:
        return 0
    call.rung, call.told = call.rung + 1, told_now
    told = Told(call.brand_id, Occasion(call.occasion), call.about, call.lane, call.urgency, call.is_sealed, call)
    return write_notices([told], rung.people, now, stands_in=rung.stands_in)


def escalate(call_id: int, now: datetime) -> bool:
    """Tell the next of a call nobody has taken in time; or end it, where it no longer matters."""
    rows = Call.objects.across_brands("a worker looks at one due row by its id")
    call = rows.filter(pk=call_id, due_at__lte=now, over_at__isnull=True).first()
    if call is None:
        return False
    with transaction.atomic():
        if not reads.is_still_so(call.brand_id, call.occasion, call.about):
            return end_call(call, now)
        done = climb(call, now)
        if done:
            facts = {"rung": call.rung, "occasion": call.occasion}
            note("escalate_call", call, now, brand_id=call.brand_id, actor_id=None, facts=facts)
        return bool(done)


def end_call(call: Call, now: datetime, taken_by: int | None = None) -> bool:
    """End a call, taken or not: nobody else is told. False if it was over. Joins the caller's transaction."""
    rows = Call.objects.of(call.brand_id).filter(pk=call.pk, over_at__isnull=True)
    taken_at = now if taken_by is not None else None
    if rows.update(over_at=now, due_at=None, taken_by=taken_by, taken_at=taken_at) != 1:
        return False
    notices = Notice.objects.of(call.brand_id).filter(call=call)
    ids = list(notices.values_list("pk", flat=True))
    notices.filter(seen_at__isnull=True).update(seen_at=now)
    waiting = Sending.objects.of(call.brand_id).filter(notice_id__in=ids, state=State.WAITING.value)
    waiting.update(state=State.DROPPED.value, reason=Why.OVER.value, due_at=None, settled_at=now)
    announce_all([NoticeMoved(brand_id=call.brand_id, notice_id=one) for one in ids], now)
    return True


def take_call(seat: Seat, call: Call, now: datetime) -> bool:
    """Take what concerned nobody in particular; False when somebody was faster, or it is not theirs to take."""
    if not seat.may(Permission.SEE_SEALED if call.is_sealed else Permission.ROUTE, call):
        return False
    with transaction.atomic():
        if not end_call(call, now, seat.user.pk):
            return False
        note("take_call", call, now, brand_id=call.brand_id, actor_id=seat.user.pk, facts={"occasion": call.occasion})
        return True


def end_calls(brand_id: int, occasions: Iterable[str], about: Iterable[str], now: datetime) -> int:
    """End calls of matters that have come to their end: said by the room that told of them, in its own transaction."""
    rows = Call.objects.of(brand_id).filter(Among("about", about), occasion__in=occasions, over_at__isnull=True)
    return sum(end_call(row, now) for row in rows)
