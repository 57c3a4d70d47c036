"""What wakes routing: a message was read, corrected, we have spoken on the network; and what it does by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nestor.inbox.events import OwnMessageSeen
from nestor.inbox.models import Message
from nestor.routing import actions
from nestor.routing.actions.bulk import forget_bulk, step_bulk
from nestor.routing.actions.labels import wake_due
from nestor.routing.actions.views import count_view
from nestor.routing.models import SavedView
from nestor.routing.reads import due
from nestor.triage.events import MessageRead, ReadingCorrected
from nestor.work.events import Happening
from nestor.work.registry import Job, Subscriber


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


def wake_up(row_id: int, now: datetime) -> None:
    """Bring back one conversation that was put off until now."""
    wake_due(row_id, now)


def go_on(row_id: int, now: datetime) -> None:
    """Do some more of one deed to many."""
    step_bulk(row_id, now)


def count_again(row_id: int, now: datetime) -> None:
    """Count one saved view anew."""
    view = SavedView.objects.across_brands("a worker looks at one due row by its id").filter(pk=row_id).first()
    if view is not None:
        count_view(view, now)


def forget_old_bulk(row_id: int, now: datetime) -> None:
    """Forget what nobody can undo any more."""
    forget_bulk(now - due.UNDO_FOR)


JOBS = (
    Job("routing.wake_up", due=due.due_snoozed, look=wake_up, every=timedelta(seconds=2)),
    Job("routing.go_on", due=due.due_bulk, look=go_on, every=timedelta(milliseconds=300)),
    Job("routing.count_again", due=due.due_views, look=count_again, every=timedelta(minutes=5)),
    Job("routing.forget_old_bulk", due=due.old_bulk, look=forget_old_bulk, every=timedelta(minutes=30)),
)
SUBSCRIBERS = (
    Subscriber("routing.route_messages", event="MessageRead", serve=route_messages),
    Subscriber("routing.follow_corrections", event="ReadingCorrected", serve=follow_corrections),
    Subscriber("routing.note_answers", event="OwnMessageSeen", serve=note_answers),
)
