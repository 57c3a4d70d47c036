"""Handing over at the end of one's hours: what there is to hand over, and what is on offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from nestor.brands.scoping import BrandQuerySet
from nestor.people.models import User
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.routing.models import Relief
from nestor.routing.reads import visible_routes

SAID_FOR = timedelta(minutes=15)  # how long whoever was relieved is told so


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has at one brand, as a colleague would get it."""

    seat: Seat
    threads: int
    late: int
    urgent: int

    def __bool__(self) -> bool:
        return bool(self.threads)


def routes_of(seat: Seat, giver_id: int) -> BrandQuerySet:
    """Return the open conversations somebody has, as far as this seat may see them."""
    return visible_routes(seat).filter(assignee_id=giver_id, is_open=True)


def load_of(seat: Seat, giver_id: int, now: datetime) -> Load:
    """Return what somebody has, counted; one query."""
    is_late = Q(clock_due_at__lt=now, clock_stopped_at__isnull=True)
    found = routes_of(seat, giver_id).aggregate(
        threads=Count("pk"), late=Count("pk", filter=is_late), urgent=Count("pk", filter=Q(urgency__gte=2))
    )
    return Load(seat, found["threads"], found["late"], found["urgent"])


def who_could(seats: Iterable[Seat]) -> list[tuple[User, list[Seat]]]:
    """Return the colleagues one could hand over to, each with the brands they answer for too; by name."""
    found: dict[int, tuple[User, list[Seat]]] = {}
    for seat in seats:
        for user, role in team_of(seat.brand):
            if user.pk != seat.user.pk and may(role, Permission.ROUTE):
                found.setdefault(user.pk, (user, []))[1].append(seat)
    return sorted(found.values(), key=lambda one: (one[0].name.casefold(), one[0].pk))


def reliefs_around(seats: Sequence[Seat], now: datetime) -> list[Relief]:
    """Return what is offered to a person or by them, at every brand of theirs, and what ended just now; one query."""
    if not seats:
        return []
    user = seats[0].user
    rows = Relief.objects.across_brands("a person's own offers, at the brands they have a seat at")
    is_open = Q(state=Relief.OFFERED)
    is_told = Q(state__in=(Relief.CONFIRMED, Relief.DECLINED), settled_at__gte=now - SAID_FOR)
    concerns = Q(is_open, receiver=user) | Q(is_open | is_told, giver=user)
    found = rows.filter(concerns, brand__in=[seat.brand.pk for seat in seats])
    return list(found.select_related("giver", "receiver").order_by("made_at"))


def relief_for(seat: Seat, public_id: str) -> Relief | None:
    """Return one offer this person made or was made, settled or not."""
    rows = Relief.objects.of(seat.brand).filter(Q(giver=seat.user) | Q(receiver=seat.user), public_id=public_id)
    found: Relief | None = rows.select_related("giver", "receiver").first()
    return found
