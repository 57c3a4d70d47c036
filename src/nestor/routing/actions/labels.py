"""Writes about one conversation as the team orders its work: labels on it, and putting it off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from nestor.inbox.models import Conversation
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions import change_standing, deed
from nestor.routing.actions.standing import Move, apply_moves, until_settled
from nestor.routing.models import ConversationLabel, Label, Route
from nestor.work.actions import note

MOST_ON_ONE = 12  # labels one conversation may have
CHUNK = 500


def put_label(seat: Seat, conversation: Conversation, label: Label, now: datetime) -> bool:
    """Put a label on a conversation; False when it is there already, without the right, or when it has too many."""
    if label.brand_id != conversation.brand_id:
        return False

    def work() -> bool:
        done = deed(seat, conversation, lambda row: labelled(row, label.pk), now, verb="put_label")
        if done:
            keep_labels(conversation.brand_id, [(conversation.pk, label.pk)])
        return done

    return until_settled(work)


def take_label(seat: Seat, conversation: Conversation, label: Label, now: datetime) -> bool:
    """Take a label off a conversation."""

    def work() -> bool:
        done = deed(seat, conversation, lambda row: unlabelled(row, label.pk), now, verb="take_label")
        if done:
            rows = ConversationLabel.objects.of(conversation.brand_id)
            rows.filter(conversation=conversation, label=label).delete()
        return done

    return until_settled(work)


def keep_labels(brand_id: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Write down which conversations have which labels. Joins the caller's transaction."""
    fresh = [ConversationLabel(brand_id=brand_id, conversation_id=one, label_id=label) for one, label in pairs]
    ConversationLabel.objects.bulk_create(fresh, ignore_conflicts=True)


def labelled(row: Route, label_id: int) -> dict[str, Any]:
    """Return what putting a label on changes."""
    if label_id in row.label_ids or len(row.label_ids) >= MOST_ON_ONE:
        return {}
    return {"label_ids": [*row.label_ids, label_id]}


def unlabelled(row: Route, label_id: int) -> dict[str, Any]:
    """Return what taking a label off changes."""
    if label_id not in row.label_ids:
        return {}
    return {"label_ids": [one for one in row.label_ids if one != label_id]}


def delete_label(seat: Seat, label: Label, now: datetime) -> bool:
    """Take a label off everything and forget it."""
    if not seat.may(Permission.ROUTE, label):
        return False
    while _strip(label, now):
        pass
    with transaction.atomic():
        if not Label.objects.of(seat.brand).filter(pk=label.pk).delete()[0]:
            return False
        note("delete_label", label, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    return True


def _strip(label: Label, now: datetime) -> int:
    """Take a label off some conversations; return how many."""

    def work() -> int:
        on = ConversationLabel.objects.of(label.brand_id).filter(label=label)
        some = list(on.values_list("conversation_id", flat=True)[:CHUNK])
        rows = Route.objects.of(label.brand_id).filter(conversation_id__in=some)
        moves = [Move(row.conversation_id, row, values) for row in rows if (values := unlabelled(row, label.pk))]
        if moves:
            apply_moves(label.brand_id, moves, now)
        on.filter(conversation_id__in=some).delete()
        return len(some)

    return until_settled(work)


def snooze(seat: Seat, conversation: Conversation, until: datetime, now: datetime) -> bool:
    """Put a conversation off until later; a new message from outside brings it back at once. Its clock runs on."""
    if until <= now:
        return False
    facts = {"until": until.isoformat()}
    return deed(seat, conversation, lambda row: snoozed(row, until), now, verb="snooze", facts=facts)


def snoozed(row: Route, until: datetime) -> dict[str, Any]:
    """Return what putting it off changes."""
    return {} if not row.is_open or row.snoozed_until == until else {"snoozed_until": until}


def wake(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Bring back what was put off."""
    return deed(seat, conversation, woken, now, verb="wake")


def woken(row: Route) -> dict[str, Any]:
    """Return what bringing it back changes."""
    return {} if row.snoozed_until is None else {"snoozed_until": None}


def wake_due(route_id: int, now: datetime) -> bool:
    """Bring back one conversation whose time has come, and tell who has it."""
    rows = Route.objects.across_brands("a worker looks at one due row by its id").select_related("conversation")
    row = rows.filter(pk=route_id, snoozed_until__lte=now).first()
    if row is None:
        return False

    def due(current: Route) -> dict[str, Any]:
        return woken(current) if current.snoozed_until is not None and current.snoozed_until <= now else {}

    def work() -> bool:
        if not change_standing(row.conversation, due, now):
            return False
        if row.assignee_id is not None:
            tell(
                row.brand_id,
                Occasion.SNOOZE_OVER,
                row.conversation.public_id,
                now,
                to=[row.assignee_id],
                lane=row.lane,
                is_sealed=row.is_sealed,
            )
        return True

    return until_settled(work)
