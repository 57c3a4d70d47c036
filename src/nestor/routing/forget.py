"""What this room holds of a member: where their conversations stand, and the counters that count them."""

from typing import Any

from django.db.models import F

from nestor.inbox.forget import conversations_of_nobody_else
from nestor.people.models import Member
from nestor.routing.models import LaneCount, Route

PERSONAL: dict[str, tuple[str, ...]] = {}  # lanes, clocks and codes; the words are the inbox's


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: where a conversation stands is the desk's own."""
    return {}


def forget_member(member: Member) -> int:
    """Take conversations that go with the member out of the list and its counters; call it before the inbox's."""
    gone = conversations_of_nobody_else(member)
    rows = list(Route.objects.of(member.brand_id).filter(conversation_id__in=gone))
    for row in rows:
        if Route.objects.of(member.brand_id).filter(pk=row.pk).delete()[0] and row.is_open:
            counts = LaneCount.objects.of(member.brand_id).filter(lane=row.lane, is_sealed=row.is_sealed)
            counts.update(count=F("count") - 1)
    return len(rows)
