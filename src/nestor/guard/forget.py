"""What this room holds of a member: texts written to them that were stopped."""

from typing import Any

from nestor.guard.models import Clearance
from nestor.inbox.forget import conversations_with
from nestor.people.models import Member

PERSONAL = {"guard.Clearance": ("text", "findings", "reason")}


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: a text that was stopped was never said to the member."""
    return {}


def forget_member(member: Member) -> int:
    """Delete stopped answers to the member."""
    rows = Clearance.objects.of(member.brand_id).filter(conversation_id__in=conversations_with(member))
    count: int = rows.delete()[0]
    return count
