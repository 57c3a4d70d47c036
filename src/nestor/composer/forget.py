"""What this room holds of a member: drafts of answers to them."""

from typing import Any

from nestor.composer.models import Draft
from nestor.inbox.forget import conversations_with
from nestor.people.models import Member

PERSONAL = {"composer.Draft": ("text",)}
# The team's own words, about nobody outside.
TEAM = {
    "composer.SavedReply": ("name", "shortcut", "text", "search_text"),
    "composer.Signature": ("text",),
}


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: a draft is its author's alone until it is sent."""
    return {}


def forget_member(member: Member) -> int:
    """Delete drafts of answers to the member."""
    rows = Draft.objects.of(member.brand_id).filter(conversation_id__in=conversations_with(member))
    count: int = rows.delete()[0]
    return count
