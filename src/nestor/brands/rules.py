"""Opening hours in local wall-clock time, and what a clock counts. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_SEARCH = timedelta(days=400)  # beyond this an allowance has no due time: the desk never opens

# Where a brand may have an account, whether or not this desk can read it: proper nouns, the same in every language.
PLACES: Mapping[str, str] = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "snapchat": "Snapchat",
    "pinterest": "Pinterest",
    "reddit": "Reddit",
    "discord": "Discord",
    "telegram": "Telegram",
    "twitch": "Twitch",
    "google_reviews": "Google",
    "trustpilot": "Trustpilot",
    "tripadvisor": "Tripadvisor",
    "app_store": "App Store",
    "google_play": "Google Play",
    "discourse": "Discourse",
    "wordpress": "WordPress",
    "mail": "E-mail",
}


def folded_handle(handle: str) -> str:
    """Return a handle or address as two writings of the same one are equal: no scheme, no @, no case, no slash."""
    text = handle.strip().casefold()
    text = text.partition("://")[2] or text
    return text.removeprefix("www.").removeprefix("@").rstrip("/")


def is_read_by(network: str, handle: str, channels: Iterable[tuple[str, Sequence[str]]]) -> bool:
    """Return whether one of these connected channels (network, its names) reads that account.

    A channel that knows no name of its own reads whatever the brand has on its network.
    """
    wanted = folded_handle(handle)
    for its_network, names in channels:
        known = {folded_handle(name) for name in names if name}
        if its_network == network and (not known or wanted in known):
            return True
    return False


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


def hours_mark(periods: Iterable[tuple[int, time, time]], closures: Iterable[tuple[date, str]]) -> str:
    """Return what tells these hours from others: who changes them says with it which ones they saw."""
    return hashlib.sha256(repr((sorted(periods), sorted(closures))).encode()).hexdigest()[:16]


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


def latest_start(hours: OpeningHours, end: datetime, allowance: timedelta) -> datetime | None:
    """Return the last moment from which the allowance had run out by `end`; None if the desk was not open that long.

    What started then or earlier is due by `end`, what started later is not: `due_at`, backwards.
    """
    left = allowance
    day = end.astimezone(ZoneInfo(hours.zone)).date()
    first = day - LONGEST_SEARCH
    while day >= first:
        for start, closed in reversed(_open_within(hours, day)):
            closed = min(closed, end)
            if closed <= start:
                continue
            if closed - start >= left:
                return closed - left
            left -= closed - start
        day -= timedelta(days=1)
    return None


def _open_within(hours: OpeningHours, day: date) -> list[tuple[datetime, datetime]]:
    """Return what is open between two local midnights, in order, overlapping periods as one."""
    zone = ZoneInfo(hours.zone)
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
    periods = [*hours.periods_on(day - timedelta(days=1)), *hours.periods_on(day)]
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in periods):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found
