"""Who is who, and who may what."""

from dataclasses import dataclass

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandRow
from nestor.people.models import Identity, Member, TeamRole, User
from nestor.people.rules import Permission, may
from nestor.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at the desk of one brand, for the length of one request."""

    user: User
    brand: Brand
    role: Role

    def may(self, permission: Permission, row: BrandRow | None = None) -> bool:
        """Return whether this person may do it for this brand; to this row, if it is the same brand's."""
        return may(self.role, permission) and (row is None or row.brand_id == self.brand.pk)


def seats_of(user: User) -> list[Seat]:
    """Return the brands this person works for, by name."""
    rows = TeamRole.objects.across_brands("a person's own list of brands").filter(user=user).select_related("brand")
    return [Seat(user, row.brand, Role(row.role)) for row in rows.order_by("brand__name", "brand_id")]


def seat_at(user: User, slug: str) -> Seat | None:
    """Return the person's seat for that brand; None is all that a stranger learns."""
    return next((seat for seat in seats_of(user) if seat.brand.slug == slug), None)


def team_of(brand: Brand | int) -> list[tuple[User, Role]]:
    """Return the active team of a brand, by name."""
    rows = TeamRole.objects.of(brand).filter(user__is_active=True).select_related("user").order_by("user__name", "id")
    return [(row.user, Role(row.role)) for row in rows]


def colleague(brand: Brand | int, public_id: str) -> User | None:
    """Return somebody of the brand's team."""
    row = (
        TeamRole.objects.of(brand)
        .filter(user__public_id=public_id, user__is_active=True)
        .select_related("user")
        .first()
    )
    return row.user if row else None


def identities_of(member: Member) -> list[Identity]:
    """Return a member's accounts."""
    return list(Identity.objects.of(member.brand_id).filter(member=member).order_by("network", "id"))
