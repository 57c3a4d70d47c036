"""Showing a conversation to a colleague without an account: until when, and to what point. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from nestor.vocabulary import Lane

LASTS = (1, 3, 7, 14)  # days a link may be good for
MOST_QUESTION = 2_000
MOST_ANSWER = 10_000
MOST_AN_HOUR = 20  # by one person of the team
MOST_TRIES = 6  # to hand the mail over
COVERED_FROM = 2  # harm level from which a text is covered; behind a link nobody uncovers it


class LinkState(StrEnum):
    """What a link still does."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    REVOKED = "revoked"  # taken back, or the conversation is for fewer eyes now


def state_of(
    *, now: datetime, expires_at: datetime, revoked_at: datetime | None, answered_at: datetime | None, is_sealed: bool
) -> LinkState:
    """Return what a link still does; an answer that came in time stays one."""
    if is_sealed or (revoked_at is not None and answered_at is None):
        return LinkState.REVOKED
    if answered_at is not None:
        return LinkState.ANSWERED
    return LinkState.EXPIRED if now >= expires_at else LinkState.OPEN


def expires_at(made_at: datetime, days: int) -> datetime:
    """Return when a link made now ends; any other length than those offered is the shortest."""
    return made_at + timedelta(days=days if days in LASTS else LASTS[0])


def shows_text(harm_level: int, lane: Lane) -> bool:
    """Return whether a text is shown behind a link, to somebody who did not choose to read abuse."""
    return harm_level < COVERED_FROM and lane not in (Lane.ABUSE, Lane.THREAT)
