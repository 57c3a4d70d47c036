"""When to try again, and what a job is. Pure."""

import random
from dataclasses import dataclass
from datetime import timedelta

MOST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pointer:
    """All that a carrier carries: look at row `row_id` with job `job`."""

    job: str
    row_id: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a row for a while."""

    row_id: int
    token: str


def wait_for(tries: int, luck: random.Random, least: timedelta = timedelta(seconds=1)) -> timedelta:
    """Return how long to wait after that many failures: doubling, at most ten minutes, jittered by a quarter."""
    base: timedelta = min(MOST_WAIT, least * 2 ** min(tries, 16))
    return base * luck.uniform(0.75, 1.25)
