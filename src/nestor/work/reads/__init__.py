"""What is due, what happened, who is alive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q

from nestor.work.models import Event, IdempotencyKey, JournalEntry, Pulse, Wakeup
from nestor.work.rules import Lease


def is_free(now: datetime) -> Q:
    """Return the condition that nobody holds a row."""
    return Q(leased_until__isnull=True) | Q(leased_until__lte=now)


def is_still_held(rows: "models.QuerySet[Any]", lease: Lease, now: datetime) -> bool:
    """Return whether the lease is ours and has not lapsed: the last question before anything irrevocable."""
    return rows.filter(pk=lease.row_id, lease_token=lease.token, leased_until__gt=now).exists()


def due_wakeups(now: datetime, most: int) -> Iterable[int]:
    """Return one due wake-up per subscriber: whoever takes it takes the others along."""
    rows = Wakeup.objects.filter(is_free(now), due_at__lte=now)
    return list(rows.values("subscriber").annotate(first=models.Min("id")).values_list("first", flat=True)[:most])


def old_events(before: datetime) -> list[int]:
    """Return an event nobody is owed any more, or a key of a submission, older than that; [] when there is none."""
    events = Event.objects.filter(at__lt=before).exclude(pk__in=Wakeup.objects.values("event_id"))
    keys = IdempotencyKey.objects.filter(made_at__lt=before)
    return [*events.order_by("at").values_list("pk", flat=True)[:1], *keys.values_list("pk", flat=True)[:1]][:1]


@dataclass(frozen=True, slots=True)
class Stuck:
    """Wake-ups of one subscriber that keep failing."""

    subscriber: str
    count: int
    trouble: str


def stuck_wakeups(least_tries: int = 3) -> list[Stuck]:
    """Return what keeps failing, by subscriber, for `doctor` and the Channels page."""
    rows = (
        Wakeup.objects.filter(tries__gte=least_tries)
        .values("subscriber", "trouble")
        .annotate(count=models.Count("id"))
        .order_by("subscriber")
    )
    return [Stuck(row["subscriber"], row["count"], row["trouble"]) for row in rows]


def backlog() -> int:
    """Return how many wake-ups are owed."""
    return Wakeup.objects.count()


def events_since(since: datetime) -> list[Event]:
    """Return events of that window; ids are not in commit order, so the live stream keeps what it saw."""
    return list(Event.objects.filter(at__gte=since).order_by("at", "id"))


def moments_since(since: datetime) -> list[tuple[int, datetime]]:
    """Return the ids of events of that window with their times: looked at often, read from the index alone."""
    return list(Event.objects.filter(at__gte=since).order_by("at", "id").values_list("id", "at"))


def events_by_id(ids: Iterable[int]) -> list[Event]:
    """Return these events in the order of their times."""
    wanted: list[int] = list(ids)
    found: list[Event] = []
    for start in range(0, len(wanted), 500):
        found += Event.objects.filter(pk__in=wanted[start : start + 500])
    return sorted(found, key=lambda event: (event.at, event.pk))


def events_after(brand_id: int, event_id: int, margin: timedelta, most: int) -> list[Event] | None:
    """Return a brand's events since one of them, and somewhat before it, for ids are not in commit order.

    None where that event is not known any more, or where there are more than `most`.
    """
    at = Event.objects.filter(brand_id=brand_id, pk=event_id).values_list("at", flat=True).first()
    if at is None:
        return None
    rows = Event.objects.filter(brand_id=brand_id, at__gte=at - margin).exclude(pk=event_id)
    found = list(rows.order_by("at", "id")[: most + 1])
    return found if len(found) <= most else None


def journal(
    brand_id: int,
    before: tuple[datetime, int] | None = None,
    most: int = 50,
    *,
    since: datetime | None = None,
    subjects: Mapping[str, Sequence[int]] | None = None,
) -> "models.QuerySet[JournalEntry]":
    """Return one page of a brand's journal, newest first; `before` is the (at, id) of the last line seen.

    `subjects` keeps the lines about these rows, by the label of their table. Never asked by person.
    """
    rows = JournalEntry.objects.filter(brand_id=brand_id).order_by("-at", "-id")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if subjects is not None:
        about = [Q(subject=label, subject_id__in=ids) for label, ids in subjects.items()]
        rows = rows.filter(reduce(or_, about, Q(pk__in=[])))
    if before is not None:
        at, row_id = before
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=row_id))
    return rows[:most]


def pulses() -> list[Pulse]:
    """Return the parts of the desk that have ever said they were alive."""
    return list(Pulse.objects.order_by("part"))
