"""Standings, messages and our own words as routing weighs them against one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Q

from nestor.brands.models import Brand
from nestor.brands.reads import opening_hours
from nestor.brands.rules import OpeningHours, due_at
from nestor.inbox import rules as inbox_rules
from nestor.inbox.models import Conversation, Message
from nestor.people.models import TeamRole, User
from nestor.people.rules import Permission, may
from nestor.routing.models import ClockPolicy, ElsewhereAnswer, Route
from nestor.routing.reads.clocks import targets_of
from nestor.routing.rules import Standing, Utterance
from nestor.routing.rules.clocks import Basis, Cell, Targets, allowed_for
from nestor.routing.rules.steps import Policy, Step, Times, next_at, reached
from nestor.triage.rules.contract import Flag
from nestor.vocabulary import Lane, Role
from nestor.work.reads.lookups import Among

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
    rows = Message.objects.of(brand_id).filter(Among("pk", ids), is_ours=False, shown_at__isnull=False)
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
    """When we spoke in some conversations, and whether from the desk. Two queries."""

    def __init__(self, brand_id: int, conversation_ids: Sequence[int]) -> None:
        rows = Message.objects.of(brand_id).filter(Among("conversation_id", conversation_ids), is_ours=True)
        self._said: dict[int, list[tuple[datetime, bool]]] = {}
        for conversation_id, at, mark in rows.order_by("published_at", "id").values_list(
            "conversation_id", "published_at", "mark"
        ):
            self._said.setdefault(conversation_id, []).append((at, not mark))
        self._add_elsewhere(brand_id, conversation_ids)

    def _add_elsewhere(self, brand_id: int, conversation_ids: Sequence[int]) -> None:
        """Add what was answered where the desk cannot see it: it counts where its conversation went."""
        here = Q(Among("conversation_id", conversation_ids), conversation__merged_into__isnull=True)
        went = Q(Among("conversation__merged_into_id", conversation_ids))
        rows = ElsewhereAnswer.objects.of(brand_id).filter(here | went)
        for at, own_id, went_to in rows.values_list("at", "conversation_id", "conversation__merged_into_id"):
            said = self._said.setdefault(went_to or own_id, [])
            said.append((at, True))
            said.sort(key=itemgetter(0))

    def last_at(self, conversation_id: int) -> datetime | None:
        """Return when we last spoke there."""
        said = self._said.get(conversation_id)
        return said[-1][0] if said else None

    def first_after(self, conversation_id: int, at: datetime) -> tuple[datetime, bool] | None:
        """Return what we said next after a moment: when, and whether in the network's own app."""
        return next((one for one in self._said.get(conversation_id, ()) if one[0] >= at), None)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the clocks of a brand are counted by."""

    hours: OpeningHours
    targets: Targets
    policy: Policy
    epoch: int


class Clockwork:
    """When answers are due by a brand's targets and hours; asked once for however many conversations."""

    def __init__(self, brand_id: int) -> None:
        self._brand_id = brand_id
        self._asked: _Counted | None = None

    def _known(self) -> _Counted:
        if self._asked is None:
            brand = Brand.objects.get(pk=self._brand_id)
            row = ClockPolicy.objects.of(brand).first() or ClockPolicy()
            policy = Policy(row.warn_share, row.escalate_after)
            self._asked = _Counted(opening_hours(brand), targets_of(brand), policy, row.epoch)
        return self._asked

    def _allowed(self, basis: Basis, channel_id: int) -> timedelta | None:
        return allowed_for(self._known().targets, Cell(basis.lane.value, channel_id, basis.is_next))

    def due_at(self, basis: Basis | None, channel_id: int) -> datetime | None:
        """Return when a clock counted from there runs out; None for no clock, no deadline, or a desk never open."""
        allowed = self._allowed(basis, channel_id) if basis is not None else None
        return due_at(self._known().hours, basis.from_at, allowed) if basis and allowed is not None else None

    def times(self, basis: Basis, channel_id: int) -> Times:
        """Return when each step of a clock is due."""
        allowed, known = self._allowed(basis, channel_id), self._known()
        if allowed is None:
            return Times(None, None, None)
        due = due_at(known.hours, basis.from_at, allowed)
        share = known.policy.warn_share
        warn_at = due_at(known.hours, basis.from_at, allowed * share / 100) if share else None
        return Times(warn_at, due, self.escalate_at(due))

    def escalate_at(self, due: datetime | None) -> datetime | None:
        """Return when a clock that was due then is passed on."""
        after = self._known().policy.escalate_after
        return due_at(self._known().hours, due, after) if due is not None and after is not None else None

    def columns(
        self, basis: Basis | None, channel_id: int, row: Route | None = None, *, silent_until: datetime | None = None
    ) -> dict[str, Any]:
        """Return the columns that hold a clock besides when it started and stopped; {} where they stay as in `row`.

        A clock that is counted anew begins with its first step; those due by `silent_until` count as taken.
        """
        if basis is None:
            if row is not None and row.clock_started_at is None:
                return {}
            empty: dict[str, Any] = dict.fromkeys(("clock_due_at", "clock_from_at", "clock_warn_at", "clock_step_at"))
            return empty | {"clock_lane": "", "clock_is_next": False, "clock_step": Step.CALM.value}
        if row is not None and basis_of(row) == basis and row.clock_epoch == self._known().epoch:
            return {}
        times = self.times(basis, channel_id)
        step = reached(times, silent_until) if silent_until is not None else Step.CALM
        return {
            "clock_due_at": times.due_at,
            "clock_lane": basis.lane.value,
            "clock_from_at": basis.from_at,
            "clock_is_next": basis.is_next,
            "clock_epoch": self._known().epoch,
            "clock_warn_at": times.warn_at,
            "clock_step": step.value,
            "clock_step_at": next_at(times, step),
        }


def basis_of(row: Route | None) -> Basis | None:
    """Return what the stored due time is counted from; None where no clock has ever run."""
    if row is None or row.clock_started_at is None:
        return None
    return Basis(Lane(row.clock_lane or row.lane), row.clock_from_at or row.clock_started_at, row.clock_is_next)


def is_any_sealed(conversation: Conversation) -> bool:
    """Return whether any message of a conversation is sealed: then all of it is."""
    return bool(Message.objects.of(conversation.brand_id).filter(conversation=conversation, is_sealed=True).exists())


def may_be_given(conversation: Conversation, user: User) -> bool:
    """Return whether it can be handed to this person: of the team, active, allowed to answer, and to see it."""
    row = TeamRole.objects.of(conversation.brand_id).filter(user=user, user__is_active=True).first()
    if row is None or not may(Role(row.role), Permission.ANSWER):
        return False
    return may(Role(row.role), Permission.SEE_SEALED) or not is_any_sealed(conversation)
