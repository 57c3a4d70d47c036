"""Who does what: jobs (rows that are due) and subscribers (events that are owed). Rooms register when Django starts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class Job:
    """Background work on one table: `due` finds row ids, `look` looks at one. Twice, late or never is harmless."""

    name: str
    due: Callable[[datetime, int], Iterable[int]]
    look: Callable[[int, datetime], None]
    every: timedelta = timedelta(milliseconds=500)  # how often the sweep asks


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A room that is woken by an event. `serve` gets events of that name only, in order, inside one transaction."""

    name: str
    event: str
    serve: Callable[[Sequence[Happening], datetime], None] | None = None
    serve_numbered: Callable[[Sequence[tuple[int, Happening]], datetime], None] | None = None  # with the events' ids
    wants: Callable[[int], bool] | None = None  # whether a brand's events are owed to it at all; None: every brand's


JOBS: dict[str, Job] = {}
SUBSCRIBERS: dict[str, Subscriber] = {}


def register(*entries: Job | Subscriber) -> None:
    """Register a room's jobs and subscribers. Raise `ValueError` when a name is taken by another."""
    for entry in entries:
        shelf: dict[str, Job] | dict[str, Subscriber] = JOBS if isinstance(entry, Job) else SUBSCRIBERS
        if shelf.get(entry.name, entry) is not entry:
            raise ValueError(f"{entry.name} is registered twice")
        shelf[entry.name] = entry  # type: ignore[assignment]


def subscribers_of(event: str, brand_id: int) -> list[str]:
    """Return the names of those who are woken by this event of this brand."""
    woken = (one for one in SUBSCRIBERS.values() if one.event == event)
    return [one.name for one in woken if one.wants is None or one.wants(brand_id)]
