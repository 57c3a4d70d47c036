"""Writes of this room: tell people of the team."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from nestor.notices import reads
from nestor.notices.events import NoticeMade
from nestor.notices.models import Notice
from nestor.notices.rules import Occasion
from nestor.work.actions import announce_all


def tell(
    brand_id: int,
    occasion: Occasion,
    about: str,
    now: datetime,
    *,
    to: Iterable[int] = (),
    lane: str = "",
    urgency: int = 0,
    is_sealed: bool = False,
) -> int:
    """Tell these people of the brand's team (ids), or whoever is on call; return how many were told something new.

    Joins the caller's transaction. Who has not seen the same notice yet is not told twice.
    """
    people = set(to) or {user.pk for user in reads.on_call(brand_id, sees_sealed=is_sealed)}
    rows = [
        Notice(
            brand_id=brand_id,
            user_id=user_id,
            occasion=occasion.value,
            about=about,
            lane="" if is_sealed else lane,
            urgency=urgency,
            is_sealed=is_sealed,
            made_at=now,
        )
        for user_id in sorted(people)
    ]
    with transaction.atomic():
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        kept = set(Notice.objects.of(brand_id).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        announce_all([NoticeMade(brand_id=brand_id, notice_id=row.pk) for row in rows if row.pk in kept], now)
    return len(kept)
