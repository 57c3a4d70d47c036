"""Today: what happened while one was away, what is due, what needs a person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nestor.brands.models import Channel
from nestor.brands.reads import channels_of, whereabouts_of
from nestor.faces.web.charts import Bar, bars
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.finding_words import stored_sentence
from nestor.faces.web.first_steps import Progress, is_away, progress_of
from nestor.faces.web.views.inbox import query_of
from nestor.faces.web.words import LANE_ORDER
from nestor.guard.models import Clearance
from nestor.guard.reads import clearances_waiting, files_judged
from nestor.media.reads import FileRow
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.publisher.reads import unsettled
from nestor.routing.reads import due_soon, moments_since, since
from nestor.routing.reads.first_steps import PRACTICE
from nestor.routing.rules.filters import EVERYTHING

SEEN_COOKIE = "nestor_seen"
KEPT_FOR = timedelta(days=60)
AWAY_AFTER = timedelta(minutes=30)  # a shorter absence goes on counting from the same moment
MOST_AWAY = timedelta(days=7)
HOURS = 24


@dataclass(frozen=True, slots=True)
class Absence:
    """When one left, as the session remembers it."""

    left_at: datetime
    is_known: bool


def absence_of(request: DeskRequest) -> Absence:
    """Return when this person was last here, as their browser remembers it."""
    stored = request.get_signed_cookie(SEEN_COOKIE, default="", salt=_salt(request)) or ""
    last, left = (_moment(part) for part in [*stored.split("|"), "", ""][:2])
    if last is None:
        return Absence(request.now - timedelta(hours=14), is_known=False)
    if left is None or request.now - last > AWAY_AFTER:
        left = last
    return Absence(max(left, request.now - MOST_AWAY), is_known=True)


def remember(request: DeskRequest, response: HttpResponse, absence: Absence) -> HttpResponse:
    """Let the browser remember that they are here now; the desk keeps nothing of it."""
    response.set_signed_cookie(
        SEEN_COOKIE,
        f"{request.now.isoformat()}|{absence.left_at.isoformat()}",
        salt=_salt(request),
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _salt(request: DeskRequest) -> str:
    return f"nestor.seen.{request.user.pk}"  # what one person's browser remembers is no other's


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


@dataclass(frozen=True, slots=True)
class Hours:
    """Conversations by the hour of their last message, for the picture and its table."""

    bars: list[Bar]
    rows: list[tuple[datetime, int]]
    total: int


def hours_of(seat: Seat, now: datetime) -> Hours:
    """Return how the latest conversations fell over the last 24 hours."""
    first = timezone.localtime(now).replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    places = (int((at - first) / timedelta(hours=1)) for at in moments_since(seat, first))
    count = Counter(place for place in places if 0 <= place < HOURS)
    at = [first + timedelta(hours=place) for place in range(HOURS)]
    counts = [count[place] for place in range(HOURS)]
    titles = [f"{moment:%H:%M} · {number}" for moment, number in zip(at, counts, strict=True)]
    return Hours(bars(counts, titles), list(zip(at, counts, strict=True)), sum(counts))


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A consent that waits, with what was objected to in words."""

    clearance: Clearance
    objections: list[str]
    files: Sequence[FileRow]


def requests_for(seat: Seat) -> list[ConsentAsked]:
    """Return consents that wait for this person, in words, with what is attached."""
    waiting = clearances_waiting(seat)
    files = files_judged(seat, waiting)
    said = {one.pk: [stored_sentence(finding) for finding in one.findings] for one in waiting}
    return [ConsentAsked(one, said[one.pk], files.get(one.pk, ())) for one in waiting]


def steps_on_today(request: DeskRequest, channels: Sequence[Channel]) -> Progress | None:
    """Return the first steps while some are left, where there is a practice network and nobody put them away."""
    practises = any(channel.network == PRACTICE for channel in channels)
    if not practises or is_away(request) or not request.seat.may(Permission.ROUTE):
        return None
    progress = progress_of(request)
    return progress if progress.next else None


@seated()
def show_today(request: DeskRequest) -> HttpResponse:
    """The page one opens in the morning."""
    seat, now = request.seat, request.now
    absence = absence_of(request)
    happened = since(seat, absence.left_at, now)
    due = due_soon(seat, 12, now)
    channels = list(channels_of(seat.brand))
    context = {
        "absence": absence,
        "happened": happened,
        "away_for": now - absence.left_at,
        "arrived_lanes": [
            (code, happened.by_lane[code], query_of(EVERYTHING, lane=code))
            for code in LANE_ORDER
            if happened.by_lane.get(code)
        ],
        "first": due[0] if due else None,
        "late": [row for row in due if row.is_late],
        "soon": [row for row in due if not row.is_late],
        "unsettled": unsettled(seat),
        "requests": requests_for(seat),
        "troubled": [one for one in channels if one.is_connected and (one.trouble or one.held_at)],
        "channels": [one for one in channels if one.is_connected],
        "steps": steps_on_today(request, channels),
        "unread": [one for one in whereabouts_of(seat.brand, channels) if one.is_blind],
        "hours": hours_of(seat, now),
        "now": now,
    }
    return remember(request, render(request, "web/today.html", context), absence)
