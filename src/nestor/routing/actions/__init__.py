"""Writes of routing: where a conversation stands, who has it, and its clock."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from nestor.brands.models import Brand
from nestor.brands.reads import opening_hours
from nestor.brands.rules import due_at
from nestor.inbox.models import Conversation, Message
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing import reads, rules
from nestor.routing.events import ConversationRouted
from nestor.routing.models import LaneCount, Route
from nestor.routing.rules import Standing
from nestor.vocabulary import Lane
from nestor.work.actions import announce, note

MOST_RETRIES = 5


class Contended(Exception):
    """Other workers keep changing this conversation; the work is due again later."""


def route_messages(brand_id: int, message_ids: Iterable[int], now: datetime) -> int:
    """Route messages that triage has read, oldest first; return how many moved something."""
    rows = Message.objects.of(brand_id).filter(pk__in=list(message_ids), is_ours=False, shown_at__isnull=False)
    messages = list(rows.select_related("reading", "conversation__channel").order_by("published_at", "id"))
    return sum(_route(message, now) for message in messages)


def _route(message: Message, now: datetime) -> bool:
    said, conversation = reads.utterance_of(message), message.conversation

    def change(before: Standing | None) -> Standing:
        return rules.after_message(before, said, _answered_until(message))

    is_changed = _change(conversation, change, now, last_message=message)
    if (answer := reads.first_answer(message)) is not None:  # we had spoken before this was read
        is_elsewhere = not answer.mark
        Route.objects.of(message.brand_id).filter(conversation=conversation, answered_at__isnull=True).update(
            answered_at=answer.published_at, answered_elsewhere=is_elsewhere
        )
    return is_changed


def _answered_until(message: Message) -> datetime | None:
    """Return until when nothing is owed: our last word, or for history the message itself."""
    return message.published_at if reads.is_history(message) else reads.answered_until(message.conversation)


def record_answer(conversation: Conversation, at: datetime, now: datetime, *, is_elsewhere: bool) -> bool:
    """Stop the clock: we have spoken, from the desk or in the network's own app. Joins the caller's transaction."""
    row = Route.objects.of(conversation.brand_id).filter(conversation=conversation)
    if not row.exists():
        return False  # it will be routed later, and then finds that we have spoken
    asked = Q(clock_started_at__isnull=True) | Q(
        clock_started_at__lte=at
    )  # what we said before they asked is no answer
    row.filter(asked, answered_at__isnull=True).update(answered_at=at, answered_elsewhere=is_elsewhere)
    if not is_elsewhere:
        row.filter(answered_at=at).update(answered_elsewhere=False)
    return _change(conversation, lambda before: rules.after_answer(before or Standing(Lane.CHATTER), at), now)


def follow_correction(message: Message, now: datetime) -> bool:
    """Move the conversation to the lane a person said its message belongs to."""
    said = reads.utterance_of(message)
    around = replace(said, is_sealed=said.is_sealed or reads.is_any_sealed(message.conversation))

    def change(before: Standing | None) -> Standing:
        standing = before or Standing(lane=said.lane)
        return rules.after_correction(standing, said.lane, around, _answered_until(message))

    return _change(message.conversation, change, now)


def _change(
    conversation: Conversation,
    change: Callable[[Standing | None], Standing],
    now: datetime,
    *,
    last_message: Message | None = None,
) -> bool:
    """Apply a pure change to the standing, again if another worker was faster. False if nothing changed."""
    for _ in range(MOST_RETRIES):
        with transaction.atomic():
            row = Route.objects.of(conversation.brand_id).filter(conversation=conversation).first()
            before = reads.standing_of(row) if row is not None else None
            after = change(before)
            if after == before and last_message is None:
                return False
            if _store(conversation, row, before, after, last_message):
                announce(ConversationRouted(brand_id=conversation.brand_id, conversation_id=conversation.pk), now)
                return True
    raise Contended


def _store(
    conversation: Conversation,
    row: Route | None,
    before: Standing | None,
    after: Standing,
    last_message: Message | None,
) -> bool:
    values = _columns(conversation, after)
    if last_message is not None and after.last_at == last_message.published_at:
        values["last_message"] = last_message
    if row is None:
        fresh = Route(brand_id=conversation.brand_id, conversation=conversation, **values)
        done = len(Route.objects.bulk_create([fresh], ignore_conflicts=True)) == 1
        if not Route.objects.of(conversation.brand_id).filter(pk=fresh.pk).exists():
            return False
    else:
        mine = Route.objects.of(conversation.brand_id).filter(pk=row.pk, version=row.version)
        done = mine.update(version=F("version") + 1, **values) == 1
    if done:
        _count(conversation.brand_id, before, -1)
        _count(conversation.brand_id, after, 1)
    return done


def _columns(conversation: Conversation, standing: Standing) -> dict[str, Any]:
    due = None
    if standing.clock_started_at is not None:
        brand = Brand.objects.get(pk=conversation.brand_id)
        due = due_at(opening_hours(brand), standing.clock_started_at, brand.first_answer_for)
    return {
        "lane": standing.lane.value,
        "urgency": standing.urgency,
        "tone": standing.tone,
        "harm_level": standing.harm_level,
        "is_unsure": standing.is_unsure,
        "is_sealed": standing.is_sealed,
        "is_open": standing.is_open,
        "last_at": standing.last_at or conversation.last_at,
        "clock_started_at": standing.clock_started_at,
        "clock_due_at": due,
        "clock_stopped_at": standing.clock_stopped_at,
        **({"resolved_at": None} if standing.is_open else {}),
    }


def _count(brand_id: int, standing: Standing | None, step: int) -> None:
    if standing is None or not standing.is_open:
        return
    key = {"lane": standing.lane.value, "is_sealed": standing.is_sealed}
    rows = LaneCount.objects.of(brand_id).filter(**key)
    if not rows.update(count=F("count") + step):
        LaneCount.objects.bulk_create([LaneCount(brand_id=brand_id, **key)], ignore_conflicts=True)
        rows.update(count=F("count") + step)


def _settle(seat: Seat, conversation: Conversation, now: datetime, *, is_open: bool) -> bool:
    """Resolve or reopen from the other state; the counter of its lane follows."""
    with transaction.atomic():
        rows = Route.objects.of(conversation.brand_id).filter(conversation=conversation, is_open=not is_open)
        row = rows.first()
        if row is None or not seat.may(Permission.ROUTE, conversation):
            return False
        clock = _clock_after(row, now, is_open=is_open)
        done = rows.filter(version=row.version).update(
            is_open=is_open, resolved_at=None if is_open else now, version=F("version") + 1, **clock
        )
        if done != 1:
            return False
        _count(conversation.brand_id, Standing(Lane(row.lane), is_sealed=row.is_sealed), 1 if is_open else -1)
        verb = "reopen_conversation" if is_open else "resolve_conversation"
        note(verb, conversation, now, brand_id=conversation.brand_id, actor_id=seat.user.pk)
        announce(ConversationRouted(brand_id=conversation.brand_id, conversation_id=conversation.pk), now)
        return True


def _clock_after(row: Route, now: datetime, *, is_open: bool) -> dict[str, datetime | None]:
    """Resolving stops a clock that runs; reopening lets that clock go on: it was no answer that stopped it."""
    if is_open and row.clock_stopped_at is not None and row.clock_stopped_at == row.resolved_at:
        return {"clock_stopped_at": None}
    if not is_open and row.clock_started_at is not None and row.clock_stopped_at is None:
        return {"clock_stopped_at": now}
    return {}


def resolve_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Say that nothing more is owed; a clock that runs stops."""
    return _settle(seat, conversation, now, is_open=False)


def reopen_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Put a resolved conversation back into the inbox."""
    return _settle(seat, conversation, now, is_open=True)


def take_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Make it mine; False when it is mine already or the person may not."""
    return _assign(seat, conversation, seat.user, "take_conversation", now)


def hand_over(seat: Seat, conversation: Conversation, to: User | None, now: datetime) -> bool:
    """Give it to a colleague of the same brand, or back to everybody."""
    return _assign(seat, conversation, to, "hand_over", now)


def _assign(seat: Seat, conversation: Conversation, to: User | None, verb: str, now: datetime) -> bool:
    if not seat.may(Permission.ROUTE, conversation) or (to is not None and not reads.may_be_given(conversation, to)):
        return False
    with transaction.atomic():
        rows = Route.objects.of(conversation.brand_id).filter(conversation=conversation)
        rows = rows.filter(assignee__isnull=False) if to is None else rows.exclude(assignee=to)
        if rows.update(assignee=to, version=F("version") + 1) != 1:
            return False
        facts = {"to": to.pk if to else None}
        note(verb, conversation, now, brand_id=conversation.brand_id, actor_id=seat.user.pk, facts=facts)
        announce(ConversationRouted(brand_id=conversation.brand_id, conversation_id=conversation.pk), now)
        return True
