"""What routing has to do by itself: rows whose time has come."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from nestor.routing.models import BulkDeed, BulkItem, Route, SavedView
from nestor.work.reads import is_free

WHY = "a sweep looks at every brand's due rows"
COUNTED_ANEW_AFTER = timedelta(days=1)
UNDO_FOR = timedelta(days=2)


def due_snoozed(now: datetime, most: int) -> Iterable[int]:
    """Return standings that were put off until now."""
    rows = Route.objects.across_brands(WHY).filter(snoozed_until__lte=now)
    return list(rows.order_by("snoozed_until").values_list("pk", flat=True)[:most])


def due_bulk(now: datetime, most: int) -> Iterable[int]:
    """Return deeds to many that are to go on."""
    rows = BulkDeed.objects.across_brands(WHY).filter(is_free(now), due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def due_views(now: datetime, most: int) -> Iterable[int]:
    """Return saved views whose count was last taken a day ago."""
    rows = SavedView.objects.across_brands(WHY).filter(counted_at__lte=now - COUNTED_ANEW_AFTER)
    return list(rows.order_by("counted_at").values_list("pk", flat=True)[:most])


def old_bulk(now: datetime, most: int) -> Iterable[int]:
    """Return one row while there is anything to forget of deeds nobody can undo any more."""
    rows = BulkItem.objects.across_brands(WHY).filter(bulk__settled_at__lt=now - UNDO_FOR)
    return list(rows.values_list("pk", flat=True)[: min(most, 1)])
