"""What happens while a clock runs: a warning, lateness, passing it on; each once. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

SHARES = (0, 50, 75, 90)  # percent of the time after which one may be warned; 0: never


class Step(IntEnum):
    """How far the desk has gone about a clock that runs."""

    CALM = 0
    SOON = 1  # a part of the time is gone: whoever has it is told
    LATE = 2
    ESCALATED = 3  # it is late for long: whoever is on call is told, then the next


@dataclass(frozen=True, slots=True)
class Policy:
    """When steps are taken: after which share of the time, and after how much open time of lateness."""

    warn_share: int = 75
    escalate_after: timedelta | None = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Times:
    """When each step of one clock is due; None: never."""

    warn_at: datetime | None
    due_at: datetime | None
    escalate_at: datetime | None


def reached(times: Times, now: datetime) -> Step:
    """Return the furthest step whose time has come."""
    if times.due_at is None:
        return Step.CALM
    if times.escalate_at is not None and times.escalate_at <= now:
        return Step.ESCALATED
    if times.due_at <= now:
        return Step.LATE
    return Step.SOON if times.warn_at is not None and times.warn_at <= now else Step.CALM


def next_at(times: Times, step: Step) -> datetime | None:
    """Return when there is something more to do after that step; None: never."""
    if times.due_at is None or step is Step.ESCALATED:
        return None
    if step is Step.LATE:
        return times.escalate_at
    return times.warn_at if step is Step.CALM and times.warn_at is not None else times.due_at


def share_gone(from_at: datetime, times: Times, now: datetime, warn_share: int) -> int:
    """Return the percentage of a clock's time that is gone: straight from its start to its warning to its end.

    Only what is stored is asked for, so that a list can draw it; nights are in it, but the order of things is right.
    """
    if times.due_at is None:
        return 0
    points = [(from_at, 0), *([(times.warn_at, warn_share)] if times.warn_at is not None else []), (times.due_at, 100)]
    for (start, low), (end, high) in pairwise(points):
        if now < end:
            return low + round((high - low) * (now - start) / (end - start)) if now > start else low
    return 100
