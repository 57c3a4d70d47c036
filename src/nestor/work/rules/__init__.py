"""When to try again, what a job is, and what both databases can hold. Pure."""

import hashlib
import random
import re
from dataclasses import dataclass
from datetime import timedelta

MOST_WAIT = timedelta(minutes=10)
_SURROGATES = re.compile("[\ud800-\udfff]")


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


def storable(text: str, most: int) -> str:
    """Return text that both databases can hold: no NUL, no lone surrogate, at most so many characters."""
    if "\x00" in text:
        text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)[:most]


def storable_name(name: str, most: int = 300) -> str:
    """Return a network's own id as it is stored; one that is too long ends in its SHA-256, so that two still differ."""
    kept = storable(name, len(name))
    if len(kept) <= most:
        return kept
    return f"{kept[: most - 65]}#{hashlib.sha256(kept.encode()).hexdigest()}"
