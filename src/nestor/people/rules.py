"""What each role may do. Pure."""

from enum import StrEnum

from nestor.vocabulary import Role


class Permission(StrEnum):
    """One thing a person may be allowed to do for a brand."""

    SEE = "see"
    SEE_SEALED = "see_sealed"  # suspected alerts: need-to-know
    ANSWER = "answer"
    ROUTE = "route"  # take, hand over, resolve, correct a reading
    MODERATE = "moderate"
    CLEAR = "clear"  # consent, as the second person, to what the guard stopped
    HOLD = "hold"
    CONNECT = "connect"  # channels, secrets, back-fill
    HEAD = "head"  # team, hours, everything else of the brand


_AGENT = frozenset({Permission.SEE, Permission.ANSWER, Permission.ROUTE, Permission.MODERATE, Permission.HOLD})
ROLE_MAY: dict[Role, frozenset[Permission]] = {
    Role.HEAD: frozenset(Permission),
    Role.AGENT: _AGENT,
    Role.SUBSTITUTE: _AGENT | {Permission.SEE_SEALED, Permission.CLEAR, Permission.CONNECT},
    Role.VIEWER: frozenset({Permission.SEE}),
}


def may(role: Role | None, permission: Permission) -> bool:
    """Return whether the role includes the permission; nobody without a role may anything."""
    return role is not None and permission in ROLE_MAY[role]
