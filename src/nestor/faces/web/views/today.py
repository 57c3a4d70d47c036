"""Today: what happened while one was away, what is due, what needs a person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nestor.brands.reads import channels_of
from nestor.faces.web.charts import Bar, bars
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.finding_words import stored_sentence
from nestor.faces.web.views.inbox import query_of
from nestor.faces.web.words import LANE_ORDER
from nestor.guard.models import Clearance
from nestor.guard.reads import clearances_waiting
from nestor.people.reads import Seat
from nestor.publisher.reads import unsettled
from nestor.routing.reads import due_soon, moments_since, since
from nestor.routing.reads.views import lane_counts
from nestor.routing.rules.filters import EVERYTHING

SEEN_KEY = "seen"
AWAY_AFTER = timedelta(minutes=30)  # a shorter absence goes on counting from the same moment
MOST_AWAY = timedelta(days=7)
HOURS = 24


@dataclass(frozen=True, slots=True)
class Absence:
    """When one left, as the session remembers it."""

    left_at: datetime
    is_known: bool


def absence_of(request: DeskRequest) -> Absence:
    """Return when this person was last here, and remember that they are here now."""
    stored = request.session.get(SEEN_KEY) or {}
    known = _moment(stored.get("last")), _moment(stored.get("left"))
    last, left = known
    if last is None:
        left = request.now - timedelta(hours=14)
    elif request.now - last > AWAY_AFTER or left is None:
        left = last
    left = max(left, request.now - MOST_AWAY)
    request.session[SEEN_KEY] = {"last": request.now.isoformat(), "left": left.isoformat()}
    return Absence(left, last is not None)


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


def requests_for(waiting: Sequence[Clearance]) -> list[ConsentAsked]:
    """Return consents that wait, in words."""
    return [ConsentAsked(one, [stored_sentence(finding) for finding in one.findings]) for one in waiting]


@seated()
def show_today(request: DeskRequest) -> HttpResponse:
    """The page one opens in the morning."""
    seat, now = request.seat, request.now
    absence = absence_of(request)
    happened = since(seat, absence.left_at, now)
    counts = lane_counts(seat)
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
        "counts": counts,
        "first": due[0] if due else None,
        "late": [row for row in due if row.is_late],
        "soon": [row for row in due if not row.is_late],
        "unsettled": unsettled(seat),
        "requests": requests_for(clearances_waiting(seat)),
        "troubled": [one for one in channels if one.trouble or one.held_at or not one.is_connected],
        "channels": channels,
        "hours": hours_of(seat, now),
        "now": now,
    }
    return render(request, "web/today.html", context)
