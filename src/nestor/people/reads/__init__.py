"""Who is who, and who may what."""

from dataclasses import dataclass
from datetime import datetime

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandRow
from nestor.people.models import AccessToken, TeamRole, User
from nestor.people.rules import Permission, Scope, digest_of, may, narrowed_to
from nestor.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at the desk of one brand, for the length of one request."""

    user: User
    brand: Brand
    role: Role
    only: frozenset[Permission] | None = None  # what a token narrows it to

    def may(self, permission: Permission, row: BrandRow | None = None) -> bool:
        """Return whether this person may do it for this brand; to this row, if it is the same brand's."""
        is_open = self.only is None or permission in self.only
        return is_open and may(self.role, permission) and (row is None or row.brand_id == self.brand.pk)


def seats_of(user: User) -> list[Seat]:
    """Return the brands this person works for, by name."""
    rows = TeamRole.objects.across_brands("a person's own list of brands").filter(user=user, suspended_at__isnull=True)
    rows = rows.select_related("brand")
    return [Seat(user, row.brand, Role(row.role)) for row in rows.order_by("brand__name", "brand_id")]


def seat_at(user: User, slug: str) -> Seat | None:
    """Return the person's seat for that brand; None is all that a stranger learns."""
    return next((seat for seat in seats_of(user) if seat.brand.slug == slug), None)


def team_of(brand: Brand | int) -> list[tuple[User, Role]]:
    """Return the active team of a brand, by name."""
    rows = (
        TeamRole.objects.of(brand)
        .filter(user__is_active=True, suspended_at__isnull=True)
        .select_related("user")
        .order_by("user__name", "id")
    )
    return [(row.user, Role(row.role)) for row in rows]


def colleague(brand: Brand | int, public_id: str) -> User | None:
    """Return somebody of the brand's team."""
    row = (
        TeamRole.objects.of(brand)
        .filter(user__public_id=public_id, user__is_active=True, suspended_at__isnull=True)
        .select_related("user")
        .first()
    )
    return row.user if row else None


def tokens_of(brand: Brand | int) -> list[AccessToken]:
    """Return the brand's tokens that were not revoked, newest first."""
    rows = AccessToken.objects.of(brand).filter(revoked_at__isnull=True).select_related("owner")
    return list(rows.order_by("-made_at", "-id"))


def token_for(brand: Brand | int, public_id: str) -> AccessToken | None:
    """Return one token of the brand that was not revoked."""
    found: AccessToken | None = AccessToken.objects.of(brand).filter(public_id=public_id, revoked_at=None).first()
    return found


def token_behind(secret: str, now: datetime) -> tuple[AccessToken, Seat] | None:
    """Return the token with this secret and whose seat it acts from, narrowed to its scopes; None once it is over.

    It acts for whoever made it, and no longer than they are of the team.
    """
    rows = AccessToken.objects.across_brands("a secret names its brand").filter(digest=digest_of(secret))
    token = rows.filter(revoked_at__isnull=True, expires_at__gt=now).select_related("owner", "brand").first()
    if token is None or not token.owner.is_active:
        return None
    rows = TeamRole.objects.of(token.brand).filter(user=token.owner, suspended_at__isnull=True)
    role = rows.values_list("role", flat=True).first()
    if role is None:
        return None
    scopes = [Scope(one) for one in token.scopes if one in set(Scope)]
    return token, Seat(token.owner, token.brand, Role(role), only=narrowed_to(scopes))
