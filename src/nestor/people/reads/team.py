"""A brand's team as its page shows it, and who was invited to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from nestor.brands.models import Brand
from nestor.people.models import Invitation, TeamRole, User
from nestor.vocabulary import Role
from nestor.work.reads import is_free


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One person of the team."""

    public_id: str
    name: str
    email: str
    role: Role
    is_suspended: bool
    is_last_head: bool


def team_rows(brand: Brand | int) -> list[TeamRow]:
    """Return everybody of the team, suspended ones last, by name."""
    rows = list(TeamRole.objects.of(brand).filter(user__is_active=True).select_related("user"))
    rows.sort(key=lambda row: (row.suspended_at is not None, row.user.name.casefold(), row.pk))
    heads = [row.pk for row in rows if row.role == Role.HEAD.value and row.suspended_at is None]
    return [
        TeamRow(
            public_id=row.user.public_id,
            name=row.user.name,
            email=row.user.email,
            role=Role(row.role),
            is_suspended=row.suspended_at is not None,
            is_last_head=heads == [row.pk],
        )
        for row in rows
    ]


def on_team(brand: Brand | int, public_id: str) -> User | None:
    """Return somebody of the team, suspended or not."""
    row = TeamRole.objects.of(brand).filter(user__public_id=public_id).select_related("user").first()
    return row.user if row else None


def open_invitations(brand: Brand | int) -> list[Invitation]:
    """Return the invitations nobody used yet, latest first; those that lapsed are said to have."""
    rows = Invitation.objects.of(brand).filter(settled_at__isnull=True)
    return list(rows.order_by("-made_at", "-id"))


def invitation_for(brand: Brand | int, public_id: str) -> Invitation | None:
    """Return one open invitation of the brand."""
    found: Invitation | None = Invitation.objects.of(brand).filter(public_id=public_id, settled_at__isnull=True).first()
    return found


def invitation_behind(digest: str, now: datetime) -> Invitation | None:
    """Return the invitation whose link has this digest, while it can be used."""
    rows = Invitation.objects.across_brands("a link says which brand it is for").filter(
        Q(digest=digest) | Q(mailed_digest=digest), settled_at__isnull=True, expires_at__gt=now
    )
    found: Invitation | None = rows.select_related("brand").first()
    return found


def has_account(email: str) -> bool:
    """Return whether somebody signs in with this address."""
    return User.objects.filter(email__iexact=email).exists()


def due_invitations(now: datetime, most: int) -> Iterable[int]:
    """Return invitations that are to be mailed."""
    rows = Invitation.objects.across_brands("a sweep looks at every brand's due rows").filter(
        is_free(now), due_at__lte=now, settled_at__isnull=True, expires_at__gt=now
    )
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])
