"""Answers given where the desk cannot see them. Pure."""

from datetime import datetime
from enum import StrEnum

MOST_DETAIL = 200


class Elsewhere(StrEnum):
    """Where somebody answered."""

    PHONE = "phone"
    PERSON = "person"
    MAIL = "mail"
    ACCOUNT = "account"  # another account, ours or the network's own app under another name
    OTHER = "other"


def is_news(last_heard_at: datetime, last_marked_at: datetime | None) -> bool:
    """Return whether there is something to mark as answered: one mark answers all that was said before it."""
    return last_marked_at is None or last_marked_at < last_heard_at
