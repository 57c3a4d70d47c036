"""Standings, messages and our own words as routing weighs them against one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nestor.brands.models import Brand
from nestor.brands.reads import opening_hours
from nestor.brands.rules import OpeningHours, due_at
from nestor.inbox import rules as inbox_rules
from nestor.inbox.models import Conversation, Message
from nestor.people.models import TeamRole, User
from nestor.people.rules import Permission, may
from nestor.routing.models import Route
from nestor.routing.rules import Standing, Utterance
from nestor.triage.rules.contract import Flag
from nestor.vocabulary import Lane, Role

HISTORY_BEFORE = timedelta(days=3)  # what was said that long before a channel was connected is not owed an answer
HEARD = (
    "pk conversation_id published_at is_sealed reading__lane reading__urgency reading__tone reading__harm_level"
    " reading__is_unsure reading__flags reading__language conversation__kind channel_id channel__network"
    " channel__made_at"
).split()


def standing_of(row: Route) -> Standing:
    """Return the stored standing as rules see it."""
    return Standing(
        lane=Lane(row.lane),
        urgency=row.urgency,
        tone=row.tone,
        harm_level=row.harm_level,
        is_unsure=row.is_unsure,
        is_sealed=row.is_sealed,
        is_open=row.is_open,
        last_at=row.last_at,
        clock_started_at=row.clock_started_at,
        clock_stopped_at=row.clock_stopped_at,
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from outside that triage has read, as routing sees it; never its words."""

    pk: int
    conversation_id: int
    channel_id: int
    kind: str
    language: str
    said: Utterance
    is_history: bool


def heard(brand_id: int, ids: Sequence[int]) -> list[Heard]:
    """Return those of these messages from outside that triage has read, oldest first. One query."""
    rows = Message.objects.of(brand_id).filter(pk__in=ids, is_ours=False, shown_at__isnull=False)
    found = rows.filter(reading__isnull=False).order_by("published_at", "id").values_list(*HEARD)
    return [_heard(dict(zip(HEARD, row, strict=True))) for row in found]


def _heard(row: dict[str, Any]) -> Heard:
    at = row["published_at"]
    return Heard(
        pk=row["pk"],
        conversation_id=row["conversation_id"],
        channel_id=row["channel_id"],
        kind=row["conversation__kind"],
        language=row["reading__language"],
        said=Utterance(
            lane=Lane(row["reading__lane"]),
            published_at=at,
            urgency=row["reading__urgency"],
            tone=row["reading__tone"],
            harm_level=row["reading__harm_level"],
            is_unsure=row["reading__is_unsure"],
            is_sealed=row["is_sealed"],
            is_closer=Flag.CLOSER.value in row["reading__flags"],
        ),
        is_history=was_over(row["channel__network"], row["channel__made_at"], at),
    )


def was_over(network: str, connected_at: datetime, published_at: datetime) -> bool:
    """Return whether a message was over before the desk began to read its channel: kept and found, owed nothing."""
    return network == inbox_rules.ARCHIVE or published_at < connected_at - HISTORY_BEFORE


class OwnWords:
    """When we spoke in some conversations, and whether from the desk. One query."""

    def __init__(self, brand_id: int, conversation_ids: Sequence[int]) -> None:
        rows = Message.objects.of(brand_id).filter(conversation_id__in=conversation_ids, is_ours=True)
        self._said: dict[int, list[tuple[datetime, bool]]] = {}
        for conversation_id, at, mark in rows.order_by("published_at", "id").values_list(
            "conversation_id", "published_at", "mark"
        ):
            self._said.setdefault(conversation_id, []).append((at, not mark))

    def last_at(self, conversation_id: int) -> datetime | None:
        """Return when we last spoke there."""
        said = self._said.get(conversation_id)
        return said[-1][0] if said else None

    def first_after(self, conversation_id: int, at: datetime) -> tuple[datetime, bool] | None:
        """Return what we said next after a moment: when, and whether in the network's own app."""
        return next((one for one in self._said.get(conversation_id, ()) if one[0] >= at), None)


class Clockwork:
    """When answers are due by a brand's hours; asked once for however many conversations."""

    def __init__(self, brand_id: int) -> None:
        self._brand_id = brand_id
        self._hours: OpeningHours | None = None
        self._allowed: timedelta | None = None

    def due_at(self, started_at: datetime | None) -> datetime | None:
        """Return when a clock that started then runs out; None where none runs, or the desk never opens."""
        if started_at is None:
            return None
        if self._hours is None or self._allowed is None:
            brand = Brand.objects.get(pk=self._brand_id)
            self._hours, self._allowed = opening_hours(brand), brand.first_answer_for
        return due_at(self._hours, started_at, self._allowed)


def is_any_sealed(conversation: Conversation) -> bool:
    """Return whether any message of a conversation is sealed: then all of it is."""
    return bool(Message.objects.of(conversation.brand_id).filter(conversation=conversation, is_sealed=True).exists())


def may_be_given(conversation: Conversation, user: User) -> bool:
    """Return whether it can be handed to this person: of the team, active, allowed to answer, and to see it."""
    row = TeamRole.objects.of(conversation.brand_id).filter(user=user, user__is_active=True).first()
    if row is None or not may(Role(row.role), Permission.ANSWER):
        return False
    return may(Role(row.role), Permission.SEE_SEALED) or not is_any_sealed(conversation)
