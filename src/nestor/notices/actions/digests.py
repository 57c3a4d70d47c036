"""The daily digest: one mail to each who wants one, at most once a day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from nestor.notices import reads
from nestor.notices.models import Habit, Notice, Sending
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import Way
from nestor.people.reads import seats_of


def begin_digest(habit_id: int, now: datetime) -> bool:
    """Have today's digest sent; of two workers, and of two looks, one begins it. False where there is none to begin."""
    habit = Habit.objects.select_related("user").filter(pk=habit_id).first()
    due_at = reads.digest_due(habit, now) if habit is not None else None
    if habit is None or due_at is None or due_at > now:
        return False
    today = now.astimezone(ZoneInfo(reads.zone_of(habit.user))).date().isoformat()
    with transaction.atomic():
        rows = Habit.objects.filter(pk=habit.pk, digest_day=habit.digest_day, digest_at=habit.digest_at)
        if rows.update(digest_day=today) != 1:
            return False
        seats = seats_of(habit.user)
        if not seats:
            return False
        notice = Notice.objects.create(
            brand=seats[0].brand,
            user=habit.user,
            occasion=Occasion.DIGEST.value,
            about=today,
            made_at=now,
            seen_at=now,  # it is a mail, not something that waits on the page
        )
        Sending.objects.create(brand=seats[0].brand, notice=notice, way=Way.MAIL.value, due_at=now)
        return True
