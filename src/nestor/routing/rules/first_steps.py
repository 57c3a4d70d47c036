"""The ten first steps of somebody new at a desk, and what shows that each was really taken. Pure.

A step is proved by what the desk noted when it was done, never by a tick: verbs of the desk's journal,
whoever did it, and three things it holds anyway.
"""

from collections.abc import Set as AbstractSet
from enum import StrEnum
from types import MappingProxyType

from nestor.people.rules import Permission

WAS_THANKED = "was thanked"  # a resolved conversation heard a thank-you since, and stayed resolved
VIEW_KEPT = "view kept"  # one's own, of which the journal says nothing, or the team's
GAP_CLOSED = "gap closed"  # an interval was read again to its end since somebody asked for it


class Step(StrEnum):
    """One first step, in the order they are shown."""

    TAKE = "take"
    ANSWER = "answer"
    THANKED = "thanked"
    CORRECT = "correct"
    LABEL = "label"
    PUT_OFF = "put-off"
    HAND_OVER = "hand-over"
    STOPPED = "stopped"
    GAP = "gap"
    MANY = "many"


Parts = tuple[frozenset[str], ...]  # each is shown by any one of its proofs; the step is done when all are

PARTS: "MappingProxyType[Step, Parts]" = MappingProxyType(
    {
        Step.TAKE: (frozenset({"take_conversation"}),),
        Step.ANSWER: (frozenset({"send_answer"}),),
        Step.THANKED: (frozenset({"resolve_conversation"}), frozenset({WAS_THANKED})),
        Step.CORRECT: (frozenset({"correct_reading"}),),
        Step.LABEL: (frozenset({"put_label", "bulk_label"}), frozenset({VIEW_KEPT})),
        Step.PUT_OFF: (frozenset({"snooze", "bulk_snooze"}),),
        Step.HAND_OVER: (frozenset({"write_note"}), frozenset({"hand_over", "bulk_assign", "offer_relief"})),
        Step.STOPPED: (frozenset({"ask_clearance"}),),
        Step.GAP: (frozenset({"ask_backfill"}), frozenset({GAP_CLOSED})),
        Step.MANY: (frozenset({"begin_bulk"}), frozenset({"undo_bulk"})),
    }
)
NEEDS = MappingProxyType(
    {Step.ANSWER: Permission.ANSWER, Step.STOPPED: Permission.ANSWER, Step.GAP: Permission.CONNECT}
)
VERBS = frozenset().union(*(part for parts in PARTS.values() for part in parts)) - {WAS_THANKED, VIEW_KEPT, GAP_CLOSED}


def needs_of(step: Step) -> Permission:
    """Return what somebody must be allowed to do to take a step."""
    return NEEDS.get(step, Permission.ROUTE)


def parts_done(step: Step, proofs: AbstractSet[str]) -> tuple[bool, ...]:
    """Return which parts of a step are shown to be done."""
    return tuple(bool(part & proofs) for part in PARTS[step])


def is_done(step: Step, proofs: AbstractSet[str]) -> bool:
    """Return whether the whole step is done."""
    return all(parts_done(step, proofs))
