"""By which ways somebody is told, and when not. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from nestor.brands.rules import OpeningHours, Period
from nestor.notices.rules import Topic
from nestor.vocabulary import Lane, Urgency

LONGEST_QUIET = timedelta(days=8)  # whoever is always quiet is asked again after this long
MOST_PERIODS = 28
MOST_TRIES = 5


class Way(StrEnum):
    """How a notice leaves the page."""

    MAIL = "mail"
    PUSH = "push"
    PHONE = "phone"  # whatever Apprise reaches: gateways of text messages, telephones, chats


class State(StrEnum):
    """Where one notice by one way stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"  # nobody knows whether it arrived: it is not sent again
    DROPPED = "dropped"  # there was no need any more


class Why(StrEnum):
    """Why a notice did not leave, beyond what the contract's reasons say."""

    NO_SERVER = "no_server"  # the installation has no mail server
    NOT_CHOSEN = "not_chosen"  # the head of the desk did not choose that way, or not that service
    SENDER_DIED = "sender_died"
    SEEN = "seen"
    OVER = "over"  # somebody else took it, or it no longer matters
    LEFT = "left"  # the person no longer works there, or may no longer know
    SECRET_LOST = "secret_lost"  # noqa: S105  a reason
    NO_WAY = "no_way"  # nothing is left by which to reach them


@dataclass(frozen=True, slots=True)
class Matter:
    """What a notice is about, as far as choosing its ways goes."""

    topic: Topic
    lane: str = ""
    urgency: int = 0


Wishes = Mapping[str, frozenset[Way]]
_ALL = frozenset(Way)
URGENT_FROM = Urgency.TODAY
ROWS: tuple[str, ...] = (
    *(f"topic:{one.value}" for one in Topic),
    *(f"urgency:{one.value}" for one in Urgency if one >= URGENT_FROM),
    *(f"lane:{one.value}" for one in Lane),
)
DEFAULT: dict[str, frozenset[Way]] = {
    "topic:call": _ALL,
    "topic:asks": frozenset({Way.MAIL, Way.PUSH}),
    "topic:clocks": frozenset({Way.PUSH}),
    "topic:info": frozenset(),
    "urgency:3": frozenset({Way.PUSH}),
}


def wishes_of(stored: Mapping[str, Any]) -> dict[str, frozenset[Way]]:
    """Return what was chosen, row by row, or the default. Senseless rows and ways are left out."""
    found = {row: DEFAULT.get(row, frozenset()) for row in ROWS}
    for row, ways in stored.items():
        if row in found and isinstance(ways, list):
            found[row] = frozenset(Way(way) for way in ways if way in set(Way))
    return found


def ways_for(wishes: Wishes, matter: Matter) -> frozenset[Way]:
    """Return the ways chosen for a matter: for its topic, its lane, or its urgency and every lower one chosen."""
    chosen = wishes.get(f"topic:{matter.topic.value}", frozenset())
    if matter.lane:
        chosen |= wishes.get(f"lane:{matter.lane}", frozenset())
    for level in range(URGENT_FROM, matter.urgency + 1):
        chosen |= wishes.get(f"urgency:{level}", frozenset())
    return chosen


Periods = tuple[tuple[int, time, time], ...]
DEFAULT_QUIET: Periods = tuple((day, time(20), time(8)) for day in range(7))


def quiet_hours(zone: str, periods: Iterable[tuple[int, time, time]]) -> OpeningHours:
    """Return quiet periods (weekday, from, to) as hours in the person's own zone; one may run past midnight."""
    week: dict[int, list[Period]] = {}
    for day, start, end in periods:
        week.setdefault(day, []).append(Period(start, end))
    return OpeningHours(zone=zone, week=week)


def quiet_until(hours: OpeningHours, now: datetime) -> datetime | None:
    """Return when quiet ends, periods that touch taken together; None when it is not quiet now."""
    at, last = now, now + LONGEST_QUIET
    while at < last:
        end = _end_of_period(hours, at)
        if end is None:
            return at if at > now else None
        at = end
    return last


def _end_of_period(hours: OpeningHours, at: datetime) -> datetime | None:
    today = at.astimezone(ZoneInfo(hours.zone)).date()
    found = [
        end for day in (today - timedelta(days=1), today) for start, end in hours.periods_on(day) if start <= at < end
    ]
    return max(found) if found else None


def breaks_quiet(*, is_called: bool, stands_in: bool, urgency: int) -> bool:
    """Return whether a notice comes although it is quiet.

    It does for whoever is on call; and for who stands in where the rota ends, if it cannot wait.
    """
    return is_called and (not stands_in or urgency >= Urgency.NOW)


def next_digest(at: time, zone: str, day_done: str, now: datetime) -> datetime | None:
    """Return when today's digest is due, in UTC; None when it went out today (`day_done`: an ISO date)."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if day_done >= today.isoformat():
        return None
    return datetime.combine(today, at, ZoneInfo(zone)).astimezone(UTC)


# The services to which browsers register; others have to be chosen by the head of the desk.
PUSH_SERVICES = ("googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com")


def is_chosen(schema: str, host: str, chosen: Collection[str], *, has_host: bool) -> bool:
    """Return whether the head of the desk chose this service; one that calls any host is chosen with its host.

    `chosen` holds lines such as `tgram` or `ntfys://ntfy.example.org`.
    """
    lines = {line.strip().lower().rstrip("/") for line in chosen}
    if has_host:
        return f"{schema}://{host}".lower() in lines
    return schema.lower() in {line.removesuffix("://").removesuffix(":") for line in lines}


def may_push_to(host: str, chosen: Collection[str]) -> bool:
    """Return whether notices may go to this push service."""
    host = host.lower().rstrip(".")
    known = any(host == one or host.endswith(f".{one}") for one in PUSH_SERVICES)
    return known or is_chosen("push", host, chosen, has_host=True)
