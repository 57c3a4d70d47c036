"""What wakes routing: a message was read, corrected, or we have spoken on the network."""

from collections.abc import Sequence
from datetime import datetime

from nestor.inbox.events import OwnMessageSeen
from nestor.inbox.models import Message
from nestor.routing import actions
from nestor.triage.events import MessageRead, ReadingCorrected
from nestor.work.events import Happening
from nestor.work.registry import Subscriber


def route_messages(happenings: Sequence[Happening], now: datetime) -> None:
    """Route what was read, brand by brand."""
    by_brand: dict[int, list[int]] = {}
    for one in happenings:
        if isinstance(one, MessageRead):
            by_brand.setdefault(one.brand_id, []).append(one.message_id)
    for brand_id, message_ids in by_brand.items():
        actions.route_messages(brand_id, message_ids, now)


def follow_corrections(happenings: Sequence[Happening], now: datetime) -> None:
    """Move conversations after a person's correction."""
    for one in happenings:
        if isinstance(one, ReadingCorrected):
            rows = Message.objects.of(one.brand_id).filter(pk=one.message_id).select_related("reading", "conversation")
            for message in rows:
                actions.follow_correction(message, now)


def note_answers(happenings: Sequence[Happening], now: datetime) -> None:
    """Stop clocks for answers seen on the network, typed there by whoever."""
    for one in happenings:
        if isinstance(one, OwnMessageSeen):
            rows = Message.objects.of(one.brand_id).filter(pk=one.message_id).select_related("conversation")
            for message in rows:
                is_elsewhere = not message.mark  # a mark says that it left from the desk
                actions.record_answer(message.conversation, message.published_at, now, is_elsewhere=is_elsewhere)


SUBSCRIBERS = (
    Subscriber("routing.route_messages", event="MessageRead", serve=route_messages),
    Subscriber("routing.follow_corrections", event="ReadingCorrected", serve=follow_corrections),
    Subscriber("routing.note_answers", event="OwnMessageSeen", serve=note_answers),
)
