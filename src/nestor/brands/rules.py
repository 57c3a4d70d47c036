"""Opening hours in local wall-clock time, and what a clock counts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_SEARCH = timedelta(days=400)  # beyond this an allowance has no due time: the desk never opens


@dataclass(frozen=True, slots=True)
class Period:
    """Open from `opens_at` to `closes_at`, local wall-clock time; 00:00 as an end means midnight."""

    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Periods per weekday (0 is Monday), days closed, and the zone they are lived in."""

    zone: str
    week: Mapping[int, Sequence[Period]]
    closed_on: frozenset[date] = frozenset()

    def periods_on(self, day: date) -> Iterable[tuple[datetime, datetime]]:
        """Yield the open intervals of a local day, in UTC, in order."""
        if day in self.closed_on:
            return
        zone = ZoneInfo(self.zone)
        for period in sorted(self.week.get(day.weekday(), ()), key=lambda one: one.opens_at):
            end_day = day if period.closes_at > period.opens_at else day + timedelta(days=1)
            start = datetime.combine(day, period.opens_at, zone).astimezone(UTC)
            end = datetime.combine(end_day, period.closes_at, zone).astimezone(UTC)
            if end > start:
                yield start, end


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Return whether the desk is open at that moment; a period that runs past midnight counts on both days."""
    today = at.astimezone(ZoneInfo(hours.zone)).date()
    days = (today - timedelta(days=1), today)
    return any(start <= at < end for day in days for start, end in hours.periods_on(day))


def due_at(hours: OpeningHours, started_at: datetime, allowance: timedelta) -> datetime | None:
    """Return when the allowance, counted in open time only, runs out; None if the desk does not open for a year."""
    left = allowance
    day = started_at.astimezone(ZoneInfo(hours.zone)).date() - timedelta(days=1)
    last = day + LONGEST_SEARCH
    counted_to = started_at
    while day <= last:
        for start, end in hours.periods_on(day):
            start = max(start, counted_to)
            if end <= start:
                continue
            if end - start >= left:
                return start + left
            left -= end - start
            counted_to = end
        day += timedelta(days=1)
    return None


def open_time_between(hours: OpeningHours, start: datetime, end: datetime) -> timedelta:
    """Return how much open time lies between two moments."""
    zone = ZoneInfo(hours.zone)
    day, last, total, counted_to = (
        start.astimezone(zone).date() - timedelta(days=1),
        end.astimezone(zone).date(),
        timedelta(),
        start,
    )
    while day <= last:
        for opened, closed in hours.periods_on(day):
            opened, closed = max(opened, counted_to), min(closed, end)
            if closed > opened:
                total += closed - opened
                counted_to = closed
        day += timedelta(days=1)
    return total
