"""What shows that first steps were taken: asked of the desk, not of a person, from what it noted anyway."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Min

from nestor.brands.reads import channels_of
from nestor.inbox.models import BlindSpot
from nestor.people.reads import Seat
from nestor.routing.models import Route
from nestor.routing.reads.views import views_for
from nestor.routing.rules.first_steps import GAP_CLOSED, VERBS, VIEW_KEPT, WAS_THANKED
from nestor.work.models import JournalEntry

PRACTICE = "practice"


def practises(seat: Seat) -> bool:
    """Return whether the brand has a channel on the practice network: only there are first steps shown."""
    return bool(channels_of(seat.brand).filter(network=PRACTICE).exists())


def proofs_at(seats: Sequence[Seat], since: datetime | None) -> frozenset[str]:
    """Return what happened at these desks since then, as far as the first steps ask; whoever did it.

    One query, and for each brand one for its views and at most two for what only the desk can have seen.
    """
    lines = JournalEntry.objects.filter(brand_id__in=[seat.brand.pk for seat in seats], verb__in=VERBS)
    if since is not None:
        lines = lines.filter(at__gte=since)
    noted = list(lines.values("brand_id", "verb").annotate(first=Min("at")).order_by())
    proofs = {str(row["verb"]) for row in noted}
    for row in noted:
        if row["verb"] == "resolve_conversation" and WAS_THANKED not in proofs:
            resolved = Route.objects.of(row["brand_id"]).filter(is_open=False, resolved_at__gte=row["first"])
            proofs |= {WAS_THANKED} if resolved.filter(last_at__gt=F("resolved_at")).exists() else set()
        if row["verb"] == "ask_backfill" and GAP_CLOSED not in proofs:
            closed = BlindSpot.objects.of(row["brand_id"]).filter(closed_at__gte=row["first"])
            proofs |= {GAP_CLOSED} if closed.exists() else set()
    kept = (view for seat in seats for view in views_for(seat))
    if any(since is None or view.made_at >= since for view in kept):
        proofs.add(VIEW_KEPT)
    return frozenset(proofs)
