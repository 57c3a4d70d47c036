"""Saved views and counters: what is kept, and for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from nestor.brands.models import Brand, Channel
from nestor.brands.scoping import BrandQuerySet
from nestor.people.models import TeamRole
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.models import BulkDeed, ConversationLabel, Label, OpenCount, SavedView
from nestor.routing.rules.filters import Facts, InboxFilter, Sought, filter_of
from nestor.vocabulary import Lane


def facts_of(row: Mapping[str, Any]) -> Facts:
    """Return a standing, given by attribute, as filters see it."""
    return Facts(
        lane=row["lane"],
        tone=row["tone"],
        urgency=row["urgency"],
        channel_id=row["channel_id"],
        kind=row["kind"],
        language=row["language"],
        assignee_id=row["assignee_id"],
        label_ids=frozenset(row["label_ids"]),
        is_unsure=row["is_unsure"],
        is_open=row["is_open"],
        is_snoozed=row["snoozed_until"] is not None,
        is_sealed=row["is_sealed"],
    )


def counted_views(brand_id: int) -> list[tuple[int, Sought]]:
    """Return the brand's views whose counters are kept, each with what it goes by."""
    rows = SavedView.objects.of(brand_id).filter(counted_at__isnull=False).order_by("pk")
    return [
        (
            pk,
            Sought(
                filter_of(asked),
                channel_ids=frozenset(resolved.get("channels", ())),
                label_ids=frozenset(resolved.get("labels", ())),
                assignee_id=resolved.get("assignee"),
            ),
        )
        for pk, asked, resolved in rows.values_list("pk", "asked", "resolved")
    ]


def sought_by(brand: Brand | int, wanted: InboxFilter, user_id: int | None) -> Sought:
    """Return the filter with its public ids resolved within the brand; `me` is `user_id`."""
    channels = Channel.objects.of(brand).filter(public_id__in=wanted.channels) if wanted.channels else []
    labels = Label.objects.of(brand).filter(public_id__in=wanted.labels) if wanted.labels else []
    assignee = user_id if wanted.whose == "me" else None
    if wanted.whose not in ("", "me", "nobody"):
        rows = TeamRole.objects.of(brand).filter(user__public_id=wanted.whose)
        assignee = rows.values_list("user_id", flat=True).first() or 0
    return Sought(
        wanted,
        channel_ids=frozenset(one.pk for one in channels),
        label_ids=frozenset(one.pk for one in labels),
        assignee_id=assignee,
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of open conversations, for one person: by lane, by channel (internal id), and a few more."""

    lanes: dict[str, int]
    channels: dict[int, int]
    all: int
    nobody: int
    unsure: int
    snoozed: int


def counts_for(seat: Seat) -> Counts:
    """Return the kept counters this person may see. One query."""
    rows = OpenCount.objects.of(seat.brand)
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(is_sealed=False)
    found = {(row["facet"], row["value"]): row["n"] for row in rows.values("facet", "value").annotate(n=Sum("count"))}
    lanes = {lane.value: found.get(("lane", lane.value), 0) for lane in Lane}
    return Counts(
        lanes=lanes,
        channels={int(value): n for (facet, value), n in found.items() if facet == "channel"},
        all=sum(lanes.values()),
        nobody=found.get(("nobody", ""), 0),
        unsure=found.get(("unsure", ""), 0),
        snoozed=found.get(("snoozed", ""), 0),
    )


def lane_counts(seat: Seat) -> dict[str, int]:
    """Return how many open conversations each lane holds, and `all`; from kept counters."""
    found = counts_for(seat)
    return {"all": found.all, **found.lanes}


def views_for(seat: Seat) -> list[SavedView]:
    """Return the team's views and this person's own, in their order."""
    return list(usable_views(seat).order_by("place", "made_at", "id"))


def usable_views(seat: Seat) -> BrandQuerySet:
    """Return the same as a question, in no order."""
    return SavedView.objects.of(seat.brand).filter(Q(owner__isnull=True) | Q(owner=seat.user))


def view_for(seat: Seat, public_id: str) -> SavedView | None:
    """Return one view this person may use."""
    return next((view for view in views_for(seat) if view.public_id == public_id), None)


def labels_of(brand: Brand | int) -> list[Label]:
    """Return the brand's labels by name."""
    return list(Label.objects.of(brand).order_by("folded", "id"))


def labels_by_id(labels: Iterable[Label]) -> dict[int, Label]:
    """Return labels by their internal ids, as standings name them."""
    return {label.pk: label for label in labels}


def label_for(brand: Brand | int, public_id: str) -> Label | None:
    """Return one label of the brand."""
    found: Label | None = Label.objects.of(brand).filter(public_id=public_id).first()
    return found


def bulk_for(seat: Seat, public_id: str) -> BulkDeed | None:
    """Return one of this person's own deeds to many."""
    rows = BulkDeed.objects.of(seat.brand).filter(public_id=public_id, author=seat.user)
    found: BulkDeed | None = rows.first()
    return found


def label_counts(seat: Seat) -> dict[int, int]:
    """Return how many conversations this person may see have each label, by the label's internal id. One query."""
    rows = ConversationLabel.objects.of(seat.brand)
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(conversation__route__is_sealed=False)
    return dict(rows.values("label_id").annotate(n=Count("pk")).values_list("label_id", "n"))
