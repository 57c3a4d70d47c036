"""Writes about lists: keep a view, count it anew, delete it; labels of the team."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.models import Label, SavedView
from nestor.routing.reads import counted_by
from nestor.routing.reads.views import sought_by
from nestor.routing.rules.filters import InboxFilter, can_be_kept, filter_of, given_by
from nestor.work.actions import note
from nestor.work.rules import storable
from nestor.work.rules.words import fold

MOST_VIEWS = 60  # a person sees at once
MOST_LABELS = 300
TINTS = 8
COUNTED_ANEW_AFTER = timedelta(days=1)


class NoRoom(Exception):
    """There are as many views or labels as fit on a screen."""


def save_view(seat: Seat, name: str, wanted: InboxFilter, now: datetime, *, is_shared: bool) -> SavedView | None:
    """Keep a filter by name, for oneself or for the team; None without a name or the right. Raise `NoRoom`."""
    kept = storable(" ".join(name.split()), 60)
    if not kept or (is_shared and not seat.may(Permission.ROUTE)):
        return None
    owner = None if is_shared else seat.user
    with transaction.atomic():
        rows = SavedView.objects.of(seat.brand).filter(owner=owner)
        if rows.count() >= MOST_VIEWS:
            raise NoRoom
        view: SavedView = SavedView.objects.create(
            brand=seat.brand, name=kept, owner=owner, asked=given_by(wanted), place=rows.count(), made_at=now
        )
        count_view(view, now)
        if is_shared:
            note("save_view", view, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    return view


def rename_view(seat: Seat, view: SavedView, name: str) -> bool:
    """Give a view another name; the team's by whoever may share."""
    kept = storable(" ".join(name.split()), 60)
    rows = SavedView.objects.of(seat.brand).filter(_own(seat), pk=view.pk)
    return bool(kept) and rows.update(name=kept) == 1


def delete_view(seat: Seat, view: SavedView, now: datetime) -> bool:
    """Keep a view no longer."""
    with transaction.atomic():
        if not SavedView.objects.of(seat.brand).filter(_own(seat), pk=view.pk).delete()[0]:
            return False
        if view.owner_id is None:
            note("delete_view", view, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True


def _own(seat: Seat) -> Q:
    mine = Q(owner=seat.user)
    return mine | Q(owner__isnull=True) if seat.may(Permission.ROUTE) else mine


def count_view(view: SavedView, now: datetime) -> bool:
    """Count a view anew, and keep its count from here on; False where it depends on the hour or on words."""
    wanted = filter_of(view.asked)
    sought = sought_by(view.brand_id, wanted, view.owner_id)
    rows = SavedView.objects.of(view.brand_id).filter(pk=view.pk)
    if not can_be_kept(wanted) or (wanted.whose == "me" and view.owner_id is None):
        rows.update(counted_at=None)
        return False
    with transaction.atomic():
        resolved = {
            "channels": sorted(sought.channel_ids),
            "labels": sorted(sought.label_ids),
            "assignee": sought.assignee_id,
        }
        rows.update(counted_at=now, resolved=resolved)  # from here on, whoever moves a conversation counts it
        found = counted_by(view.brand_id, sought).values("is_sealed").annotate(n=Count("pk"))
        counts: Mapping[bool, int] = {row["is_sealed"]: row["n"] for row in found}
        rows.update(count=counts.get(False, 0), sealed_count=counts.get(True, 0))
    return True


def make_label(seat: Seat, name: str, now: datetime, *, tint: int | None = None) -> Label | None:
    """Make a label, or return the one of that name; None without a name or the right. Raise `NoRoom`."""
    kept = storable(" ".join(name.split()), 60)
    folded = " ".join(filter(None, map(fold, kept.split())))[:60] or kept.casefold()[:60]
    if not kept or not seat.may(Permission.ROUTE):
        return None
    rows = Label.objects.of(seat.brand)
    for _ in range(3):
        known: Label | None = rows.filter(folded=folded).first()
        if known is not None:
            return known
        count = rows.count()
        if count >= MOST_LABELS:
            raise NoRoom
        try:
            with transaction.atomic():
                label: Label = Label.objects.create(
                    brand=seat.brand,
                    name=kept,
                    folded=folded,
                    tint=count % TINTS if tint is None else tint % TINTS,
                    made_at=now,
                )
                note("make_label", label, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
                return label
        except IntegrityError:  # somebody was faster with the same name
            continue
    return None


def rename_label(seat: Seat, label: Label, name: str, *, tint: int | None = None) -> bool:
    """Give a label another name or tint; False where another has the name."""
    kept = storable(" ".join(name.split()), 60)
    folded = " ".join(filter(None, map(fold, kept.split())))[:60] or kept.casefold()[:60]
    if not kept or not seat.may(Permission.ROUTE, label):
        return False
    try:
        with transaction.atomic():
            changed = {"name": kept, "folded": folded} | ({} if tint is None else {"tint": tint % TINTS})
            return Label.objects.of(seat.brand).filter(pk=label.pk).update(**changed) == 1
    except IntegrityError:
        return False
