"""What notices ask of routing: whether what was told of is still so, and what somebody's day holds."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from nestor.inbox.models import Conversation
from nestor.notices.reads import Figure
from nestor.people.reads import Seat
from nestor.routing.models import Route
from nestor.routing.reads import is_visible, since, visible_routes
from nestor.routing.rules.steps import Step


def is_still_sealed(brand_id: int, about: str) -> bool:
    """Return whether a sealed conversation is open and nobody has taken or answered it."""
    rows = Route.objects.of(brand_id).filter(conversation__public_id=about, is_sealed=True, is_open=True)
    return rows.filter(assignee__isnull=True, answered_at__isnull=True).exists()


def is_still_due(step: Step) -> Callable[[int, str], bool]:
    """Return what says whether a clock that came to that step still runs; about "": any of the brand's."""

    def is_so(brand_id: int, about: str) -> bool:
        running = {"is_open": True, "clock_started_at__isnull": False, "clock_stopped_at__isnull": True}
        rows = Route.objects.of(brand_id).filter(**running, clock_step__gte=step.value)
        return bool((rows.filter(conversation__public_id=about) if about else rows).exists())

    return is_so


def hidden_among(seat: Seat, about: Iterable[str]) -> frozenset[str]:
    """Return which of these public ids are conversations the seat may not see, sealed since they were told of."""
    rows = Conversation.objects.of(seat.brand).filter(public_id__in=set(about))
    own, other = is_visible(seat, "pk"), is_visible(seat, "merged_into_id")
    is_seen = Q(own, merged_into__isnull=True) | Q(other)
    return frozenset(rows.exclude(is_seen).values_list("public_id", flat=True))


def figures(seat: Seat, now: datetime) -> Iterable[Figure]:
    """Yield what is open, late, nobody's and one's own; what one may not know is not counted."""
    rows = visible_routes(seat).filter(is_open=True)
    happened = since(seat, now - timedelta(days=1), now)
    yield Figure("late", happened.late, "/inbox/?clock=late")
    yield Figure("mine", rows.filter(assignee=seat.user).count(), "/inbox/?whose=me")
    yield Figure("nobody", rows.filter(assignee__isnull=True).count(), "/inbox/?whose=nobody")
    yield Figure("open", rows.count(), "/inbox/")
    yield Figure("arrived", happened.arrived, "/inbox/?state=any")
