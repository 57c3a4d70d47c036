"""What each role may do. Pure."""

import hashlib
from collections.abc import Iterable
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


class Scope(StrEnum):
    """One thing a machine's token is allowed, at most as much as whoever made it."""

    READ = "read"  # conversations, messages, readings, members, channels, search, the stream
    ORGANISE = "organise"  # take, hand over, resolve, put off, label, correct, keep views
    ANSWER = "answer"  # drafts, checks, answers
    MODERATE = "moderate"
    CHANNELS = "channels"  # hold a channel, lift the hold, have it read again
    JOURNAL = "journal"
    WEBHOOKS = "webhooks"  # who is told outside of the desk
    BRAND = "brand"  # how the brand is called and speaks, when its desk is open, by when answers are owed
    FORWARD = "forward"  # show a conversation to somebody without an account
    TEAM = "team"  # who is of the team, as what, and who is on call
    RETENTION = "retention"  # how long things are kept: what goes does not come back


SCOPE_MAY: dict[Scope, Permission] = {
    Scope.READ: Permission.SEE,
    Scope.ORGANISE: Permission.ROUTE,
    Scope.ANSWER: Permission.ANSWER,
    Scope.MODERATE: Permission.MODERATE,
    Scope.CHANNELS: Permission.HOLD,
    Scope.JOURNAL: Permission.SEE,
    Scope.WEBHOOKS: Permission.CONNECT,
    Scope.BRAND: Permission.HEAD,
    Scope.FORWARD: Permission.ROUTE,
    Scope.TEAM: Permission.HEAD,
    Scope.RETENTION: Permission.HEAD,
}
SCOPE_ALSO: dict[Scope, Permission] = {Scope.CHANNELS: Permission.CONNECT}  # where the maker's role has it
TOKEN_FOR = (7, 30, 90, 365)  # days a token may last


def digest_of(secret: str) -> str:
    """Return what is stored of a token: a secret of 256 random bits needs no slower hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def narrowed_to(scopes: Iterable[Scope]) -> frozenset[Permission]:
    """Return what a token with these scopes may do at most; what is sealed is never a machine's to see."""
    chosen = set(scopes)
    also = (permission for scope, permission in SCOPE_ALSO.items() if scope in chosen)
    return frozenset({Permission.SEE, *(SCOPE_MAY[scope] for scope in chosen), *also})


def is_given_by_machines(role: Role) -> bool:
    """Return whether a token may give a role: none that sees more than any token does."""
    return Permission.SEE_SEALED not in ROLE_MAY[role]


def may(role: Role | None, permission: Permission) -> bool:
    """Return whether the role includes the permission; nobody without a role may anything."""
    return role is not None and permission in ROLE_MAY[role]


def matrix() -> list[tuple[Permission, dict[Role, bool]]]:
    """Return what each role may do, permission by permission: as the table on screen shows it."""
    return [(permission, {role: may(role, permission) for role in Role}) for permission in Permission]
