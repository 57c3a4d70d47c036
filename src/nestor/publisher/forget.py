"""What this room holds of a member: answers to them."""

from typing import Any

from nestor.people.models import Member
from nestor.publisher.models import Delivery

PERSONAL = {"publisher.Delivery": ("text", "receipt_id", "receipt_url"), "publisher.Moderation": ("rule",)}


def _answers(member: Member) -> Any:
    return Delivery.objects.of(member.brand_id).filter(conversation__member=member)


def export_member(member: Member) -> dict[str, Any]:
    """Return what was answered to the member, as plain values."""
    rows = _answers(member).filter(state="sent").order_by("made_at", "id")
    return {"answers": [{"at": row.made_at.isoformat(), "text": row.text, "url": row.receipt_url} for row in rows]}


def forget_member(member: Member) -> int:
    """Empty what was answered to the member; that something was answered stays, for the counts."""
    count: int = _answers(member).update(text="", receipt_id="", receipt_url="")
    return count
