"""What this room holds of a member: where their conversations stand, and the counters that count them."""

from typing import Any

from nestor.inbox.forget import conversations_of_nobody_else
from nestor.people.models import Member
from nestor.routing.actions.standing import recount
from nestor.routing.models import Route
from nestor.routing.reads.views import facts_of

PERSONAL: dict[str, tuple[str, ...]] = {}  # lanes, clocks and codes; the words are the inbox's
TEAM = {"routing.Label": ("name", "folded"), "routing.SavedView": ("name", "asked")}  # the team's own words


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: where a conversation stands is the desk's own."""
    return {}


def forget_member(member: Member) -> int:
    """Take conversations that go with the member out of the list and its counters; call it before the inbox's."""
    gone = conversations_of_nobody_else(member)
    rows = list(Route.objects.of(member.brand_id).filter(conversation_id__in=gone))
    kept = [row for row in rows if Route.objects.of(member.brand_id).filter(pk=row.pk).delete()[0]]
    recount(member.brand_id, [(facts_of(vars(row)), None) for row in kept])
    return len(rows)
