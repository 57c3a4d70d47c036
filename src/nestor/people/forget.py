"""What this room holds of a member, how it exports and forgets it."""

from typing import Any

from nestor.people.models import Identity, Member

PERSONAL = {
    "people.Member": ("name",),
    "people.Identity": ("network_id", "handle", "name", "url"),
}
TEAM = {"people.User": ("email", "name", "language", "zone", "theme")}  # the team's own, kept while they work here


def export_member(member: Member) -> dict[str, Any]:
    """Return everything this room holds of the member, as plain values."""
    rows = Identity.objects.of(member.brand_id).filter(member=member)
    return {
        "name": member.name,
        "first_seen_at": member.first_seen_at.isoformat(),
        "last_seen_at": member.last_seen_at.isoformat(),
        "identities": list(rows.values("network", "network_id", "handle", "name", "url")),
    }


def forget_member(member: Member) -> int:
    """Delete the member and their identities; call it last, when the other rooms have let go."""
    count: int = Member.objects.of(member.brand_id).filter(pk=member.pk).delete()[0]
    return count
