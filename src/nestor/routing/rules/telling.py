"""What was told of a conversation and is over once its standing has changed. Pure."""

from collections.abc import Mapping
from typing import Any

from nestor.notices.rules import Occasion
from nestor.routing.rules.steps import Step

CLOCKS = frozenset({Occasion.CLOCK_SOON, Occasion.CLOCK_LATE, Occasion.ESCALATED})
Columns = Mapping[str, Any]  # of a standing, by name


def over(before: Columns, after: Columns) -> frozenset[Occasion]:
    """Return which occasions told of before need nobody any more."""
    found: set[Occasion] = set()
    if waits_under_seal(before) and not waits_under_seal(after):
        found.add(Occasion.SEALED)
    if before["clock_step"] != Step.CALM.value:
        if not clock_runs(after) or after["clock_step"] == Step.CALM.value:
            found |= CLOCKS
        elif after["assignee_id"] is not None and after["assignee_id"] != before["assignee_id"]:
            found.add(Occasion.ESCALATED)  # somebody takes it: the next need not be woken
    return frozenset(found)


def comes_under_seal(before: Columns, after: Columns) -> bool:
    """Return whether a conversation that is open came under seal by this; `before` is {} for a new one."""
    was = before.get("is_sealed") and before.get("is_open")
    return bool(after.get("is_sealed") and after.get("is_open") and not was)


def waits_under_seal(columns: Columns) -> bool:
    """Return whether a sealed conversation is open and nobody has taken or answered it."""
    is_open = columns["is_sealed"] and columns["is_open"]
    return bool(is_open and columns["assignee_id"] is None and columns["answered_at"] is None)


def clock_runs(columns: Columns) -> bool:
    """Return whether an answer is owed."""
    return bool(columns["is_open"] and columns["clock_started_at"] and columns["clock_stopped_at"] is None)
