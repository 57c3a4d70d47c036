"""Writes that join conversations and part them: by hand, within one channel, reversible; standings follow."""

from datetime import datetime
from typing import Any

from nestor.inbox.actions import moving
from nestor.inbox.models import Conversation, Message
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing import rules
from nestor.routing.actions import columns_of
from nestor.routing.actions.standing import Contended, Move, apply_moves, recount, until_settled
from nestor.routing.models import ConversationLabel, Route
from nestor.routing.reads import standings
from nestor.routing.reads.standings import Clockwork, OwnWords
from nestor.routing.reads.views import facts_of
from nestor.routing.rules import Standing
from nestor.routing.rules.clocks import Basis, basis_after
from nestor.work.actions import note


def merge_conversations(seat: Seat, kept: Conversation, other: Conversation, now: datetime) -> bool:
    """Make one conversation of two of the same channel; False without the right, or where they cannot be one."""
    if not _may(seat, kept) or not _may(seat, other):
        return False

    def work() -> bool:
        gone = Route.objects.of(seat.brand).filter(conversation=other).first()
        if gone is None or not moving.join(kept, other):
            return False
        labels = [*gone.label_ids]
        ConversationLabel.objects.of(seat.brand).filter(conversation=other).delete()
        if Route.objects.of(seat.brand).filter(pk=gone.pk, version=gone.version).delete()[0] != 1:
            raise Contended  # somebody did something else to it meanwhile: begun again, with that in it
        recount(seat.brand.pk, [(facts_of(vars(gone)), None)])
        _stand_anew(kept, now, given={"assignee_id": gone.assignee_id, "label_ids": labels, "is_open": gone.is_open})
        facts = {"other": other.pk}
        note("merge_conversations", kept, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts=facts)
        return True

    return until_settled(work)


def unmerge_conversation(seat: Seat, other: Conversation, now: datetime) -> Conversation | None:
    """Take a merged conversation out again; return the one it was in, None where it is in none."""
    if not _may(seat, other):
        return None
    found: list[Conversation] = []

    def work() -> bool:
        kept = moving.part(other)
        if kept is None:
            return False
        _stand_anew(other, now)
        _stand_anew(kept, now)
        note("unmerge_conversation", other, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        found.append(kept)
        return True

    return found[-1] if until_settled(work) else None


def split_conversation(seat: Seat, message: Message, now: datetime) -> Conversation | None:
    """Give a message and what came after it a conversation of its own; None without the right, or for the first."""
    found: list[Conversation] = []
    rows = Message.objects.of(seat.brand).filter(pk=message.pk)

    def work() -> bool:
        here = rows.select_related("conversation").first()  # wherever a merge has just taken it
        if here is None or not _may(seat, here.conversation):
            return False
        fresh = moving.split_off(here)
        if fresh is None:
            if not rows.filter(conversation_id=here.conversation_id).exists():
                raise Contended
            return False
        _stand_anew(fresh, now)
        _stand_anew(here.conversation, now)
        facts = {"from": here.conversation_id}
        note("split_conversation", fresh, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts=facts)
        found.append(fresh)
        return True

    return found[-1] if until_settled(work) else None


def _may(seat: Seat, conversation: Conversation) -> bool:
    sees = seat.may(Permission.SEE_SEALED) or not standings.is_any_sealed(conversation)
    return seat.may(Permission.ROUTE, conversation) and sees


def _stand_anew(conversation: Conversation, now: datetime, *, given: dict[str, Any] | None = None) -> None:
    """Work a standing out from what was said; whether it is done, who has it and its labels stay, with `given`."""
    brand_id = conversation.brand_id
    row = Route.objects.of(brand_id).filter(conversation=conversation).first()
    ids = Message.objects.of(brand_id).filter(conversation=conversation, is_ours=False).values_list("pk", flat=True)
    heard = standings.heard(brand_id, list(ids))
    if not heard:
        return
    ours = OwnWords(brand_id, [conversation.pk])
    answer = ours.first_after(conversation.pk, heard[0].said.published_at)
    clockwork, last = Clockwork(brand_id), heard[-1]
    standing: Standing | None = None
    basis: Basis | None = None
    for one in heard:
        until = one.said.published_at if one.is_history else ours.last_at(conversation.pk)
        before, standing = standing, rules.after_message(standing, one.said, until)
        basis = basis_after(
            basis,
            before,
            standing,
            one.said,
            answered_at=answer[0] if answer else None,
            answered_until=until,
            due_at=lambda other: clockwork.due_at(other, conversation.channel_id),
        )
    if standing is None:
        raise AssertionError
    values = (
        columns_of(standing)
        | clockwork.columns(basis, conversation.channel_id, row)
        | {
            "last_message_id": last.pk,
            "language": last.language,
            "answered_at": answer[0] if answer else None,
            "answered_elsewhere": answer[1] if answer else False,
        }
    )
    values |= _kept(row, given or {})
    if row is None:
        values |= {"channel_id": conversation.channel_id, "kind": conversation.kind}
    apply_moves(brand_id, [Move(conversation.pk, row, values)], now)
    fresh = [
        ConversationLabel(brand_id=brand_id, conversation=conversation, label_id=one) for one in values["label_ids"]
    ]
    ConversationLabel.objects.bulk_create(fresh, ignore_conflicts=True)


def _kept(row: Route | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return what no message says: open if either is, the first who has it, both their labels."""
    if row is None:
        return {"label_ids": []}
    labels = [*row.label_ids, *(one for one in given.get("label_ids", []) if one not in row.label_ids)]
    is_open = row.is_open or given.get("is_open", False)
    resolved_at = None if is_open else row.resolved_at
    assignee = row.assignee_id or given.get("assignee_id")
    found = {"label_ids": labels, "is_open": is_open, "resolved_at": resolved_at, "assignee_id": assignee}
    return found if is_open else found | {"clock_stopped_at": row.clock_stopped_at, "snoozed_until": None}
