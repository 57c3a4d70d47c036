"""The parts of the practice network put together around one file and one clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from nestor.networks.practice.server.failures import Failures
from nestor.networks.practice.server.feeds import Feeds
from nestor.networks.practice.server.hooks import Hooks
from nestor.networks.practice.server.replay import Replay
from nestor.networks.practice.server.society import Clock, Society
from nestor.networks.practice.server.store import Store


def wall_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PracticeNetwork:
    """Everything one request may need; belongs to one thread."""

    store: Store
    clock: Clock
    society: Society
    failures: Failures
    feeds: Feeds
    hooks: Hooks
    replay: Replay
    calls: dict[str, tuple[int, int]] = field(default_factory=dict)  # account → (minute, calls in it)


def open_network(store: Store, clock: Clock = wall_clock) -> PracticeNetwork:
    """Put a network together on an open file."""
    failures = Failures(store)
    society = Society(store, clock)
    society.skew = failures.skew
    hooks = Hooks(store, failures)
    society.listen = hooks.note
    return PracticeNetwork(store, clock, society, failures, Feeds(store), hooks, Replay(store, society))
