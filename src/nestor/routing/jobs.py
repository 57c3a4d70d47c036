"""What wakes routing: a message was read, corrected, we have spoken on the network; and what it does by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nestor.brands.events import OpeningHoursChanged
from nestor.inbox.events import OwnMessageSeen
from nestor.inbox.models import Message
from nestor.people.events import TeamChanged
from nestor.routing import actions
from nestor.routing.actions.bulk import forget_bulk, step_bulk
from nestor.routing.actions.clocks import follow_hours, step_move
from nestor.routing.actions.forwarding import mail_forward
from nestor.routing.actions.labels import wake_due
from nestor.routing.actions.leaving import free_of
from nestor.routing.actions.steps import step_clocks
from nestor.routing.actions.views import count_view
from nestor.routing.models import SavedView
from nestor.routing.reads import due
from nestor.routing.reads.clocks import due_moves, due_steps
from nestor.routing.reads.forwarding import due_forwards
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


def follow_new_hours(happenings: Sequence[Happening], now: datetime) -> None:
    """Count running clocks anew after a brand's opening hours changed."""
    for brand_id in sorted({one.brand_id for one in happenings if isinstance(one, OpeningHoursChanged)}):
        follow_hours(brand_id, now)


def move_clocks(row_id: int, now: datetime) -> None:
    """Count some more running clocks anew."""
    step_move(row_id, now)


def free_of_leavers(happenings: Sequence[Happening], now: datetime) -> None:
    """Give back the conversations of those who can answer no longer."""
    for one in happenings:
        if isinstance(one, TeamChanged):
            free_of(one.brand_id, one.user_id, now)


def take_steps(row_id: int, now: datetime) -> None:
    """Warn, say that it is late, or pass it on: for one brand's clocks that have come to it."""
    step_clocks(row_id, now)


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


def send_link(row_id: int, now: datetime) -> None:
    """Mail one link to a colleague without an account."""
    mail_forward(row_id, now)


JOBS = (
    Job("routing.send_link", due=due_forwards, look=send_link, every=timedelta(seconds=2)),
    Job("routing.wake_up", due=due.due_snoozed, look=wake_up, every=timedelta(seconds=2)),
    Job("routing.go_on", due=due.due_bulk, look=go_on, every=timedelta(milliseconds=300)),
    Job("routing.move_clocks", due=due_moves, look=move_clocks, every=timedelta(milliseconds=300)),
    Job("routing.take_steps", due=due_steps, look=take_steps, every=timedelta(seconds=1)),
    Job("routing.count_again", due=due.due_views, look=count_again, every=timedelta(minutes=5)),
    Job("routing.forget_old_bulk", due=due.old_bulk, look=forget_old_bulk, every=timedelta(minutes=30)),
)
SUBSCRIBERS = (
    Subscriber("routing.route_messages", event="MessageRead", serve=route_messages),
    Subscriber("routing.follow_corrections", event="ReadingCorrected", serve=follow_corrections),
    Subscriber("routing.follow_new_hours", event="OpeningHoursChanged", serve=follow_new_hours),
    Subscriber("routing.free_of_leavers", event="TeamChanged", serve=free_of_leavers),
    Subscriber("routing.note_answers", event="OwnMessageSeen", serve=note_answers),
)
