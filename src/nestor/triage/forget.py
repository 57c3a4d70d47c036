"""What this room holds of a member: readings and corrections go with the messages they are about."""

from typing import Any

from nestor.people.models import Member
from nestor.people.reads.members import accounts_of, same_person
from nestor.triage.models import Correction, Reading

PERSONAL = {
    "triage.Reading": ("reasons", "flags", "lanes"),
    "triage.Correction": ("was", "should_be"),
}


def _identities(member: Member) -> Any:
    return accounts_of(same_person(member), member.brand_id).values("pk")


def export_member(member: Member) -> dict[str, Any]:
    """Return what was believed of the member's messages, as plain values."""
    rows = Reading.objects.of(member.brand_id).filter(message__identity_id__in=_identities(member))
    return {"readings": list(rows.values("lane", "tone", "harm_level", "urgency", "language"))}


def forget_member(member: Member) -> int:
    """Delete readings and corrections of the member's messages."""
    identities = _identities(member)
    Correction.objects.of(member.brand_id).filter(message__identity_id__in=identities).delete()
    count: int = Reading.objects.of(member.brand_id).filter(message__identity_id__in=identities).delete()[0]
    return count
