"""Conversations that stand close to another."""

from datetime import datetime

from django.db.models import Q

from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from nestor.people.reads.members import same_person
from nestor.routing.reads import InboxRow, rows_of, taken, visible_routes


def beside(seat: Seat, conversation: Conversation, now: datetime, most: int = 12) -> tuple[InboxRow, ...]:
    """Return conversations of the same channel with the same member or below the same post, latest first."""
    known = same_person(conversation.member) if conversation.member is not None else []
    close = Q(conversation__member_id__in=known)
    if conversation.post_id is not None:
        close |= Q(conversation__post_id=conversation.post_id)
    rows = visible_routes(seat).filter(close, channel_id=conversation.channel_id).exclude(conversation=conversation)
    return rows_of(seat, taken(rows.order_by("-last_at", "-id")[:most]), now)
