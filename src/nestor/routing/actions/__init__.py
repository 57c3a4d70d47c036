"""Writes of routing: where a conversation stands, who has it, and its clock."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from nestor.inbox.models import Conversation, Message
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing import rules
from nestor.routing.actions.standing import Contended, Move, apply_moves, until_settled
from nestor.routing.models import Route
from nestor.routing.reads import standings
from nestor.routing.reads.standings import Clockwork, Heard, OwnWords
from nestor.routing.rules import Standing
from nestor.routing.rules.clocks import basis_after, basis_corrected
from nestor.work.actions import note
from nestor.work.reads.lookups import Among

__all__ = ["Contended"]  # written in `standing`, caught by callers of what is here


def route_messages(brand_id: int, message_ids: Iterable[int], now: datetime) -> int:
    """Route messages that triage has read, oldest first; return how many there were. A few queries for any number."""
    ids = list(message_ids)
    return until_settled(lambda: _route_all(brand_id, ids, now))


def _route_all(brand_id: int, ids: Sequence[int], now: datetime) -> int:
    messages = standings.heard(brand_id, ids)
    if not messages:
        return 0
    concerned = sorted({message.conversation_id for message in messages})
    rows = {row.conversation_id: row for row in Route.objects.of(brand_id).filter(Among("conversation_id", concerned))}
    ours, clockwork = OwnWords(brand_id, concerned), Clockwork(brand_id)
    by_conversation = sorted(messages, key=lambda message: message.conversation_id)  # stable: oldest first in each
    moves = [
        _route(rows.get(conversation_id), list(said), ours, clockwork)
        for conversation_id, said in groupby(by_conversation, key=lambda message: message.conversation_id)
    ]
    apply_moves(brand_id, moves, now)
    return len(messages)


def _route(row: Route | None, messages: Sequence[Heard], ours: OwnWords, clockwork: Clockwork) -> Move:
    """Return what some messages do to the standing of their conversation."""
    first = messages[0]
    standing = standings.standing_of(row) if row is not None else None
    basis, answered_at = standings.basis_of(row), row.answered_at if row is not None else None
    values: dict[str, Any] = {} if row is not None else {"channel_id": first.channel_id, "kind": first.kind}
    for message in messages:
        at = message.said.published_at
        until = at if message.is_history else ours.last_at(message.conversation_id)
        before, standing = standing, rules.after_message(standing, message.said, until)
        basis = basis_after(
            basis,
            before,
            standing,
            message.said,
            answered_at=answered_at,
            answered_until=until,
            due_at=lambda one: clockwork.due_at(one, first.channel_id),
        )
        if standing.last_at == at:
            values |= {"last_message_id": message.pk, "language": message.language}
        if not message.said.is_closer:
            values["snoozed_until"] = None  # whoever put it off did not know of this
        answer = ours.first_after(message.conversation_id, at)
        if answer is not None and answered_at is None:  # we had spoken before this was read
            values["answered_at"], values["answered_elsewhere"] = answer
            answered_at = answer[0]
    if standing is None:
        raise AssertionError
    return Move(
        first.conversation_id, row, columns_of(standing) | clockwork.columns(basis, first.channel_id, row) | values
    )


def columns_of(standing: Standing) -> dict[str, Any]:
    """Return a standing as the columns that hold it; what its clock is counted from is `Clockwork.columns`."""
    return {
        "lane": standing.lane.value,
        "urgency": standing.urgency,
        "tone": standing.tone,
        "harm_level": standing.harm_level,
        "is_unsure": standing.is_unsure,
        "is_sealed": standing.is_sealed,
        "is_open": standing.is_open,
        "last_at": standing.last_at,
        "clock_started_at": standing.clock_started_at,
        "clock_stopped_at": standing.clock_stopped_at,
        **({"resolved_at": None} if standing.is_open else {}),
    }


def record_answer(conversation: Conversation, at: datetime, now: datetime, *, is_elsewhere: bool) -> bool:
    """Stop the clock: we have spoken, from the desk or in the network's own app. Joins the caller's transaction.

    False where nothing changed, or where it is not routed yet: then routing will find that we have spoken.
    """

    def answered(row: Route) -> dict[str, Any]:
        before = standings.standing_of(row)
        after = rules.after_answer(before, at)
        values: dict[str, Any] = {}
        if after != before:
            values["clock_stopped_at"] = after.clock_stopped_at
        is_answer = row.clock_started_at is None or row.clock_started_at <= at  # earlier words are no answer to it
        if row.answered_at is None and is_answer:
            values |= {"answered_at": at, "answered_elsewhere": is_elsewhere}
        elif row.answered_at == at and row.answered_elsewhere and not is_elsewhere:
            values["answered_elsewhere"] = False
        return values

    return change_standing(conversation, answered, now)


def follow_correction(message: Message, now: datetime) -> bool:
    """Move the conversation to the lane a person said its message belongs to."""
    conversation = message.conversation
    found = standings.heard(message.brand_id, [message.pk])
    if not found:
        return False  # it is being read again
    said = found[0].said
    around = replace(said, is_sealed=said.is_sealed or standings.is_any_sealed(conversation))
    clockwork, ours = Clockwork(conversation.brand_id), OwnWords(conversation.brand_id, [conversation.pk])
    until = message.published_at if found[0].is_history else ours.last_at(conversation.pk)

    def corrected(row: Route) -> dict[str, Any]:
        before = standings.standing_of(row)
        after = rules.after_correction(before, said.lane, around, until)
        if after == before:
            return {}
        basis = basis_corrected(standings.basis_of(row), after, answered_at=row.answered_at)
        return columns_of(after) | clockwork.columns(basis, row.channel_id, row)

    return change_standing(conversation, corrected, now)


def change_standing(conversation: Conversation, change: Callable[[Route], dict[str, Any]], now: datetime) -> bool:
    """Give the standing new values, worked out again if another worker was faster. False if there are none."""

    def work() -> bool:
        row = Route.objects.of(conversation.brand_id).filter(conversation=conversation).first()
        values = change(row) if row is not None else {}
        if row is None or not values:
            return False
        apply_moves(conversation.brand_id, [Move(conversation.pk, row, values)], now)
        return True

    return until_settled(work)


def deed(
    seat: Seat,
    conversation: Conversation,
    change: Callable[[Route], dict[str, Any]],
    now: datetime,
    *,
    verb: str,
    facts: dict[str, Any] | None = None,
) -> bool:
    """Change a standing as a person asked, and note it. False without the right, or if nothing changes."""
    if not seat.may(Permission.ROUTE, conversation):
        return False

    def work() -> bool:
        if not change_standing(conversation, change, now):
            return False
        note(verb, conversation, now, brand_id=conversation.brand_id, actor_id=seat.user.pk, facts=facts)
        return True

    return until_settled(work)


def resolve_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Say that nothing more is owed; a clock that runs stops."""
    return deed(seat, conversation, lambda row: resolved(row, now), now, verb="resolve_conversation")


def resolved(row: Route, now: datetime) -> dict[str, Any]:
    """Return what resolving changes; nothing where it is done already."""
    if not row.is_open:
        return {}
    runs = row.clock_started_at is not None and row.clock_stopped_at is None
    return {
        "is_open": False,
        "resolved_at": now,
        "snoozed_until": None,
        **({"clock_stopped_at": now} if runs else {}),
    }


def reopen_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Put a resolved conversation back into the inbox."""
    return deed(seat, conversation, reopened, now, verb="reopen_conversation")


def reopened(row: Route) -> dict[str, Any]:
    """Return what reopening changes: a clock that only resolving stopped goes on, for that was no answer."""
    if row.is_open:
        return {}
    goes_on = row.clock_stopped_at is not None and row.clock_stopped_at == row.resolved_at
    return {"is_open": True, "resolved_at": None, **({"clock_stopped_at": None} if goes_on else {})}


def take_conversation(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Make it mine; False when it is mine already or the person may not."""
    return _assign(seat, conversation, seat.user, "take_conversation", now)


def hand_over(seat: Seat, conversation: Conversation, to: User | None, now: datetime) -> bool:
    """Give it to a colleague of the same brand, or back to everybody."""
    return _assign(seat, conversation, to, "hand_over", now)


def _assign(seat: Seat, conversation: Conversation, to: User | None, verb: str, now: datetime) -> bool:
    if to is not None and not standings.may_be_given(conversation, to):
        return False

    def given() -> bool:
        facts = {"to": to.pk if to else None}
        change = partial(assigned, user_id=to.pk if to else None)
        if not deed(seat, conversation, change, now, verb=verb, facts=facts):
            return False
        if to is not None and to.pk != seat.user.pk:
            tell_assigned(conversation, to, now)
        return True

    return until_settled(given)


def tell_assigned(conversation: Conversation, to: User, now: datetime) -> None:
    """Tell somebody that a conversation was handed to them. Joins the caller's transaction."""
    row = Route.objects.of(conversation.brand_id).get(conversation=conversation)
    codes = {"lane": row.lane, "urgency": row.urgency, "is_sealed": row.is_sealed}
    tell(row.brand_id, Occasion.ASSIGNED, conversation.public_id, now, to=[to.pk], **codes)


def assigned(row: Route, user_id: int | None) -> dict[str, Any]:
    """Return what giving it to somebody, or to nobody, changes."""
    return {} if row.assignee_id == user_id else {"assignee_id": user_id}
