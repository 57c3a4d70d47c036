"""What shows that first steps were taken: asked of the desk, not of a person, from what it noted anyway."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Min, Value

from nestor.brands.reads import channels_of
from nestor.inbox.models import BlindSpot
from nestor.people.reads import Seat
from nestor.routing.models import Route
from nestor.routing.reads.views import usable_views
from nestor.routing.rules.first_steps import GAP_CLOSED, VERBS, VIEW_KEPT, WAS_THANKED
from nestor.work.models import JournalEntry

PRACTICE = "practice"


def practises(seat: Seat) -> bool:
    """Return whether the brand has a channel on the practice network: only there are first steps shown."""
    return bool(channels_of(seat.brand).filter(network=PRACTICE).exists())


def proofs_at(seats: Sequence[Seat], since: datetime | None) -> frozenset[str]:
    """Return what happened at these desks since then, as far as the first steps ask; whoever did it.

    One query, and for each brand at most two for what only the desk can have seen.
    """
    lines = JournalEntry.objects.filter(brand_id__in=[seat.brand.pk for seat in seats], verb__in=VERBS)
    if since is not None:
        lines = lines.filter(at__gte=since)
    happened = lines.values("brand_id", "verb").annotate(first=Min("at")).order_by()
    noted = list(happened.union(*(_views_kept(seat, since) for seat in seats), all=True))
    proofs = {str(row["verb"]) for row in noted}
    for row in noted:
        if row["verb"] == "resolve_conversation" and WAS_THANKED not in proofs:
            resolved = Route.objects.of(row["brand_id"]).filter(is_open=False, resolved_at__gte=row["first"])
            proofs |= {WAS_THANKED} if resolved.filter(last_at__gt=F("resolved_at")).exists() else set()
        if row["verb"] == "ask_backfill" and GAP_CLOSED not in proofs:
            closed = BlindSpot.objects.of(row["brand_id"]).filter(closed_at__gte=row["first"])
            proofs |= {GAP_CLOSED} if closed.exists() else set()
    return frozenset(proofs)


def _views_kept(seat: Seat, since: datetime | None) -> Any:
    """Return since when somebody has views, as a line of the journal would say it."""
    rows = usable_views(seat).order_by()
    if since is not None:
        rows = rows.filter(made_at__gte=since)
    said = rows.annotate(verb=Value(VIEW_KEPT, CharField()))
    return said.values("brand_id", "verb").annotate(first=Min("made_at"))
