"""What a message does to the standing of its conversation. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from nestor.vocabulary import Lane

# Heaviest first: while a conversation is open, its heaviest message says where it stands.
WEIGHT = (
    Lane.ALERT,
    Lane.THREAT,
    Lane.PRESS,
    Lane.COMPLAINT,
    Lane.RUMOUR,
    Lane.QUESTION,
    Lane.LEAD,
    Lane.ABUSE,
    Lane.PRAISE,
    Lane.CHATTER,
    Lane.SPAM,
)
OWED = frozenset(WEIGHT[:7])  # lanes that are owed an answer


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands. A clock runs when it has started and not stopped."""

    lane: Lane
    urgency: int = 0
    tone: str = "neutral"
    harm_level: int = 0
    is_unsure: bool = False
    is_sealed: bool = False
    is_open: bool = True
    last_at: datetime | None = None
    clock_started_at: datetime | None = None
    clock_stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message from outside as routing sees it, with what triage believes."""

    lane: Lane
    published_at: datetime
    urgency: int = 0
    tone: str = "neutral"
    harm_level: int = 0
    is_unsure: bool = False
    is_sealed: bool = False
    is_closer: bool = False  # a confident "thank you" that asks for nothing


def heavier(one: Lane, other: Lane) -> Lane:
    """Return the lane that decides where a conversation stands."""
    return one if WEIGHT.index(one) <= WEIGHT.index(other) else other


def is_owed(lane: Lane) -> bool:
    """Return whether a message in this lane is owed an answer."""
    return lane in OWED


def is_clock_running(standing: Standing) -> bool:
    """Return whether an answer is owed now."""
    return standing.clock_started_at is not None and standing.clock_stopped_at is None


def after_message(before: Standing | None, said: Utterance, answered_until: datetime | None) -> Standing:
    """Return the standing after a message; `answered_until` is when we last spoke in this conversation.

    A confident "thank you" neither reopens nor starts a clock; a message we have spoken after starts none either.
    """
    is_answered = answered_until is not None and said.published_at <= answered_until
    if before is None:
        before = Standing(lane=said.lane, is_open=not is_answered)
        return _with_clock(_said(before, said, said.lane), said, is_answered=is_answered)
    if said.is_closer and not said.is_sealed:
        is_last = before.last_at is None or said.published_at >= before.last_at
        last_at = _later(before.last_at, said.published_at)
        return replace(before, last_at=last_at, tone=said.tone if is_last else before.tone)
    was_settled = not before.is_open or (before.clock_started_at is not None and not is_clock_running(before))
    lane = said.lane if was_settled and is_owed(said.lane) else heavier(before.lane, said.lane)
    reopened = replace(before, is_open=before.is_open or not is_answered)
    return _with_clock(_said(reopened, said, lane), said, is_answered=is_answered)


def _said(before: Standing, said: Utterance, lane: Lane) -> Standing:
    is_last = before.last_at is None or said.published_at >= before.last_at
    return replace(
        before,
        lane=lane,
        urgency=max(said.urgency, before.urgency if before.is_open else 0),
        tone=said.tone if is_last else before.tone,
        harm_level=max(said.harm_level, before.harm_level),
        is_unsure=said.is_unsure if lane is said.lane else before.is_unsure,
        is_sealed=before.is_sealed or said.is_sealed,
        last_at=_later(before.last_at, said.published_at),
    )


def _with_clock(standing: Standing, said: Utterance, *, is_answered: bool) -> Standing:
    if not is_owed(said.lane) or is_answered or said.is_closer or is_clock_running(standing):
        return standing
    return replace(standing, clock_started_at=said.published_at, clock_stopped_at=None)


def after_answer(before: Standing, at: datetime) -> Standing:
    """Return the standing after we spoke at that moment; an answer older than the question stops nothing."""
    if is_clock_running(before) and before.clock_started_at is not None and at >= before.clock_started_at:
        return replace(before, clock_stopped_at=at)
    return before


def after_correction(before: Standing, lane: Lane, said: Utterance, answered_until: datetime | None) -> Standing:
    """Return the standing after a person said which lane it really is: the clock follows the lane.

    `said.is_sealed` speaks for the whole conversation: one sealed message seals it.
    """
    moved = replace(before, lane=lane, is_unsure=False, is_sealed=said.is_sealed)
    if not is_owed(lane):
        return replace(moved, clock_started_at=None, clock_stopped_at=None)
    is_answered = answered_until is not None and said.published_at <= answered_until
    return _with_clock(moved, replace(said, lane=lane), is_answered=is_answered)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one
