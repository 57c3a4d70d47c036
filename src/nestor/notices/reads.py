"""Who is told, and what they have not seen."""

from nestor.brands.models import Brand
from nestor.people.models import User
from nestor.people.reads import team_of
from nestor.people.rules import Permission, may


def on_call(brand: Brand | int, *, sees_sealed: bool) -> list[User]:
    """Return those who are told what concerns nobody in particular."""
    needed = Permission.SEE_SEALED if sees_sealed else Permission.HEAD
    return [user for user, role in team_of(brand) if may(role, needed)]
