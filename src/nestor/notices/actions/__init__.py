"""Writes of this room: tell people of the team, and note that they have seen it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from nestor.notices import reads
from nestor.notices.actions.calls import call_out, end_calls
from nestor.notices.actions.telling import Told, write_notices
from nestor.notices.events import NoticeMoved
from nestor.notices.models import Notice, Sending
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import State, Why
from nestor.people.models import User
from nestor.vocabulary import Urgency
from nestor.work.actions import announce_all
from nestor.work.reads.lookups import Among

MOST_FORGOTTEN = 2000


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

    Joins the caller's transaction. Who has not seen the same notice yet is not told twice. Where nobody is named, one
    after another is told until somebody takes it.
    """
    told = Told(brand_id, occasion, about, "" if is_sealed else lane, urgency, is_sealed)
    people = set(to)
    with transaction.atomic():
        return write_notices([told], people, now) if people else call_out([told], now)


def tell_of_sealed(brand_id: int, about: Iterable[str], now: datetime) -> int:
    """Call whoever may know and is on call about conversations that came under seal (public ids), at once.

    Without a word of them. Joins the caller's transaction; return how many notices there are.
    """
    urgency = int(Urgency.NOW)
    return call_out([Told(brand_id, Occasion.SEALED, one, "", urgency, is_sealed=True) for one in about], now)


def mark_seen(owner: User, now: datetime, public_ids: Sequence[str] | None = None) -> int:
    """Note that somebody has seen notices of theirs (None: all of them); what still waited to leave stays here."""
    with transaction.atomic():
        rows = reads.unseen_of(owner)
        if public_ids is not None:
            rows = rows.filter(public_id__in=public_ids)
        return close_notices(list(rows), now, Why.SEEN)


def withdraw(brand_id: int, occasions: Iterable[Occasion], about: Iterable[str], now: datetime) -> int:
    """End what was told of these matters: nobody needs to know it any more. Joins the caller's transaction."""
    names, codes = list(about), [one.value for one in occasions]
    end_calls(brand_id, codes, names, now)
    rows = Notice.objects.of(brand_id).filter(Among("about", names), occasion__in=codes, seen_at__isnull=True)
    return close_notices(list(rows), now, Why.OVER)


def close_notices(notices: Sequence[Notice], now: datetime, why: Why) -> int:
    """Note that there is no need to tell any more. Joins the caller's transaction."""
    done = 0
    for brand_id in sorted({one.brand_id for one in notices}):
        ids = [one.pk for one in notices if one.brand_id == brand_id]
        done += Notice.objects.of(brand_id).filter(pk__in=ids, seen_at__isnull=True).update(seen_at=now)
        waiting = Sending.objects.of(brand_id).filter(notice_id__in=ids, state=State.WAITING.value)
        waiting.update(state=State.DROPPED.value, reason=why.value, due_at=None, settled_at=now)
    announce_all([NoticeMoved(brand_id=one.brand_id, notice_id=one.pk) for one in notices], now)
    return done


def forget_old_notices(before: datetime) -> int:
    """Delete notices older than that, with how they left."""
    rows = Notice.objects.across_brands("upkeep of the installation").filter(made_at__lt=before)
    some = list(rows.values_list("pk", flat=True)[:MOST_FORGOTTEN])
    old = Notice.objects.across_brands("upkeep of the installation").filter(pk__in=some)
    return int(old.delete()[0])
