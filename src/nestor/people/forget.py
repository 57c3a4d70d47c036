"""What this room holds of a member, how it exports and forgets it: of the whole person, whoever was joined to them."""

from typing import Any

from nestor.people.models import Member
from nestor.people.reads.members import identities_of, same_person

PERSONAL = {
    "people.Member": ("name", "search_text", "looks"),
    "people.Identity": ("network_id", "handle", "name", "url"),
}
TEAM = {  # the team's own, kept while they work here
    "people.User": ("email", "name", "language", "zone", "theme"),
    "people.AccessToken": ("name",),
    "people.Invitation": ("email",),
}
COLUMNS = ("network", "network_id", "handle", "name", "url")


def export_member(member: Member) -> dict[str, Any]:
    """Return everything this room holds of the person, as plain values."""
    rows = list(Member.objects.of(member.brand_id).filter(pk__in=same_person(member)).order_by("first_seen_at", "id"))
    return {
        "name": member.name,
        "names": [one.name for one in rows],
        "first_seen_at": min(one.first_seen_at for one in rows).isoformat(),
        "last_seen_at": max(one.last_seen_at for one in rows).isoformat(),
        "identities": [{name: getattr(one, name) for name in COLUMNS} for one in identities_of(member)],
    }


def forget_member(member: Member) -> int:
    """Delete the person and their identities; call it last, when the other rooms have let go."""
    rows = Member.objects.of(member.brand_id).filter(pk__in=same_person(member))
    count: int = rows.delete()[0]
    return count
