"""Notices of one matter to several people. Joins the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from nestor.notices.events import NoticeMade
from nestor.notices.models import Call, Notice
from nestor.notices.rules import Occasion
from nestor.work.actions import announce_all


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: codes, and the public id of what it is about."""

    brand_id: int
    occasion: Occasion
    about: str
    lane: str = ""
    urgency: int = 0
    is_sealed: bool = False


def write_notices(
    told: Told, people: Collection[int], now: datetime, call: Call | None = None, *, stands_in: bool = False
) -> int:
    """Tell each of these people; who has not seen the same notice yet is not told twice. Return how many were."""
    rows = [
        Notice(
            brand_id=told.brand_id,
            user_id=user_id,
            call=call,
            occasion=told.occasion.value,
            about=told.about,
            lane=told.lane,
            urgency=told.urgency,
            is_sealed=told.is_sealed,
            rung=call.rung if call is not None else 0,
            stands_in=stands_in,
            made_at=now,
        )
        for user_id in sorted(people)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(Notice.objects.of(told.brand_id).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    announce_all([NoticeMade(brand_id=told.brand_id, notice_id=row.pk) for row in rows if row.pk in kept], now)
    return len(kept)
