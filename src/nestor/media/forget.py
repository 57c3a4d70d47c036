"""What this room holds of a member: pictures in drafts, answers and notes. They go with the row that points at them."""

from typing import Any

from nestor.people.models import Member

PERSONAL = {"media.File": ("name", "alt")}


def export_member(member: Member) -> dict[str, Any]:
    """Return nothing: what was sent to them stands with the answers."""
    return {}


def forget_member(member: Member) -> int:
    """Do nothing: the rooms that point at files let go of them first, and the file goes with its last row."""
    return 0
