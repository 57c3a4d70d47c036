"""What this room holds of a member: drafts of answers to them."""

from typing import Any

from nestor.composer.models import Draft, DraftFile
from nestor.inbox.forget import conversations_with
from nestor.media.actions import let_go
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
    """Delete drafts of answers to the member, with what was attached to them."""
    rows = Draft.objects.of(member.brand_id).filter(conversation_id__in=conversations_with(member))
    links = DraftFile.objects.of(member.brand_id).filter(draft__in=rows)
    files = list(links.values_list("file_id", flat=True))
    links.delete()
    let_go(member.brand_id, files)
    count: int = rows.delete()[0]
    return count
