"""What this room holds of a member: texts written to them that were stopped."""

from typing import Any

from nestor.guard.models import Clearance
from nestor.people.models import Member

PERSONAL = {"guard.Clearance": ("text", "findings", "reason")}


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: a text that was stopped was never said to the member."""
    return {}


def forget_member(member: Member) -> int:
    """Delete stopped answers to the member."""
    count: int = Clearance.objects.of(member.brand_id).filter(conversation__member=member).delete()[0]
    return count
