"""Notices of matters to several people. Joins the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nestor.notices.events import NoticeMade
from nestor.notices.models import Call, Notice
from nestor.notices.rules import Occasion
from nestor.work.actions import announce_all
from nestor.work.reads.lookups import Among


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: codes, the public id of what it is about, and the call it belongs to."""

    brand_id: int
    occasion: Occasion
    about: str
    lane: str = ""
    urgency: int = 0
    is_sealed: bool = False
    call: Call | None = None


def write_notices(matters: Sequence[Told], people: Collection[int], now: datetime, *, stands_in: bool = False) -> int:
    """Tell each of these people of matters of one brand; return how many notices there are.

    Who has not seen the same notice yet is not told twice.
    """
    if not matters:
        return 0
    rows = [
        Notice(
            brand_id=told.brand_id,
            user_id=user_id,
            call=told.call,
            occasion=told.occasion.value,
            about=told.about,
            lane=told.lane,
            urgency=told.urgency,
            is_sealed=told.is_sealed,
            rung=told.call.rung if told.call is not None else 0,
            stands_in=stands_in,
            made_at=now,
        )
        for told in matters
        for user_id in sorted(people)
    ]
    brand_id = matters[0].brand_id
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(Notice.objects.of(brand_id).filter(Among("pk", [row.pk for row in rows])).values_list("pk", flat=True))
    announce_all([NoticeMade(brand_id=brand_id, notice_id=row.pk) for row in rows if row.pk in kept], now)
    return len(kept)
