"""Several brands at a glance, for whoever speaks for more than one: a handful of queries whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Q

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import BlindSpot
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.models import OpenCount, Route


@dataclass(slots=True)
class BrandGlance:
    """How one brand's desk stands, for one person."""

    seat: Seat
    open: int = 0
    nobody: int = 0
    arrived: int = 0
    late: int = 0
    soon: int = 0
    next_due_at: datetime | None = None
    channels: int = 0
    blind: list[tuple[str, datetime]] = field(default_factory=list)  # channel, since when
    troubled: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # disconnected


def glances(seats: Sequence[Seat], since: datetime, now: datetime) -> list[BrandGlance]:
    """Return how each of one's brands stands, the most urgent first. Five queries."""
    found = {seat.brand.pk: BrandGlance(seat) for seat in seats}
    _count(found, seats)
    _clock(found, seats, now)
    _arrive(found, seats, since)
    _look_at_channels(found)
    return sorted(found.values(), key=lambda one: (-one.late, -one.soon, -len(one.blind), one.seat.brand.name))


def _visible(rows: BrandQuerySet, seats: Sequence[Seat]) -> BrandQuerySet:
    """Keep what this person may see of each brand: sealed rows where they must know."""
    sees = [seat.brand.pk for seat in seats if seat.may(Permission.SEE_SEALED)]
    rows = rows.filter(brand_id__in=[seat.brand.pk for seat in seats])
    return rows.filter(Q(is_sealed=False) | Q(brand_id__in=sees))


def _count(found: dict[int, BrandGlance], seats: Sequence[Seat]) -> None:
    rows = _visible(OpenCount.objects.filter(facet__in=["lane", "nobody"]), seats)
    for brand_id, facet, count in rows.values_list("brand_id", "facet", "count"):
        if facet == "lane":
            found[brand_id].open += count
        else:
            found[brand_id].nobody += count


def _clock(found: dict[int, BrandGlance], seats: Sequence[Seat], now: datetime) -> None:
    running = Q(clock_due_at__isnull=False, clock_stopped_at__isnull=True, is_open=True)
    rows = _visible(Route.objects.filter(running, Q(clock_due_at__lt=now) | Q(clock_warn_at__lte=now)), seats).values(
        "brand_id"
    )
    late = Count("pk", filter=Q(clock_due_at__lt=now))
    for row in rows.annotate(late=late, all=Count("pk"), first=Min("clock_due_at")):
        glance = found[row["brand_id"]]
        glance.late, glance.soon, glance.next_due_at = row["late"], row["all"] - row["late"], row["first"]


def _arrive(found: dict[int, BrandGlance], seats: Sequence[Seat], since: datetime) -> None:
    rows = _visible(Route.objects.filter(last_at__gte=since), seats).values("brand_id")
    for row in rows.annotate(n=Count("pk")):
        found[row["brand_id"]].arrived = row["n"]


def _look_at_channels(found: dict[int, BrandGlance]) -> None:
    blind = BlindSpot.objects.filter(brand_id__in=list(found), until_at__isnull=True)
    since = dict(blind.values_list("channel_id", "from_at"))
    for channel in Channel.objects.filter(brand_id__in=list(found)).order_by("name", "id"):
        glance = found[channel.brand_id]
        glance.channels += 1
        if not channel.is_connected:
            glance.missing.append(channel.name)
        elif channel.pk in since:
            glance.blind.append((channel.name, since[channel.pk]))
        elif channel.trouble:
            glance.troubled.append(channel.name)
        if channel.held_at:
            glance.held.append(channel.name)
