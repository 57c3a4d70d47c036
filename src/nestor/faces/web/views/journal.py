"""The journal: who did what, when, why. Never by person."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nestor.brands.reads import channels_of
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.journal_words import DESK, FAMILIES, Family, sentence_of, somebody
from nestor.people.reads import Seat, team_of
from nestor.routing.reads import visible_routes
from nestor.work.models import JournalEntry
from nestor.work.reads import journal

PAGE = 60
SCAN, MOST_TURNS = 500, 10  # lines looked at to find those of one family
Cursor = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line in words, with where it leads."""

    at: datetime
    sentence: str | None
    verb: str
    reason: str
    conversation: str
    channel: str


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one local day."""

    at: datetime
    lines: list[Line]


def cursor_text(cursor: Cursor) -> str:
    """Return a place in the journal as an address carries it."""
    return urlsafe_b64encode(f"{cursor[0].isoformat()}|{cursor[1]}".encode()).decode().rstrip("=")


def open_cursor(text: str) -> Cursor:
    """Return the place; raise `ValueError` for one that is none of ours."""
    try:
        at, _bar, number = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
    except BadBase64 as error:
        raise ValueError("cursor") from error
    moment, row_id = datetime.fromisoformat(at), int(number)
    if moment.tzinfo is None or not 0 <= row_id < 2**63:
        raise ValueError("cursor")
    return moment, row_id


def _until(request: DeskRequest) -> Cursor | None:
    """Return where to begin: after a line already seen, else with the end of the day asked for."""
    if text := request.GET.get("after", "")[:200]:
        return open_cursor(text)
    if text := request.GET.get("day", "")[:10]:
        end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, timezone.get_current_timezone())
        return end, 0
    return None


def _page(seat: Seat, family: Family | None, before: Cursor | None) -> list[JournalEntry]:
    """Return one line more than a page holds; a family's lines are looked for among many others."""
    if family is None:
        return list(journal(seat.brand.pk, before, most=PAGE + 1))
    found: list[JournalEntry] = []
    for _turn in range(MOST_TURNS):
        rows = list(journal(seat.brand.pk, before, most=SCAN))
        found += [row for row in rows if row.verb in family.verbs]
        if len(rows) < SCAN or len(found) > PAGE:
            break
        before = rows[-1].at, rows[-1].pk
    return found[: PAGE + 1]


def lines_of(entries: Sequence[JournalEntry], seat: Seat) -> list[Line]:
    """Return entries in words: three queries whatever their number."""
    names = {user.pk: user.name for user, _role in team_of(seat.brand)}
    channels = {row.pk: row.name for row in channels_of(seat.brand)}
    wanted = {one.subject_id for one in entries if one.subject == "inbox.Conversation"}
    known = dict(
        visible_routes(seat)
        .filter(conversation_id__in=wanted)
        .values_list("conversation_id", "conversation__public_id")
    )
    return [
        Line(
            at=one.at,
            sentence=sentence_of(
                one.verb, str(DESK) if one.actor_id is None else names.get(one.actor_id, somebody()), one.facts
            ),
            verb=one.verb,
            reason=one.reason,
            conversation=known.get(one.subject_id, "") if one.subject == "inbox.Conversation" else "",
            channel=channels.get(one.subject_id, "") if one.subject == "brands.Channel" else "",
        )
        for one in entries
    ]


def by_day(lines: Sequence[Line]) -> list[Day]:
    """Return lines under their local days."""
    days: list[Day] = []
    for line in lines:
        if not days or timezone.localtime(days[-1].at).date() != timezone.localtime(line.at).date():
            days.append(Day(line.at, []))
        days[-1].lines.append(line)
    return days


@seated()
def show_journal(request: DeskRequest) -> HttpResponse:
    """One page of the journal, latest first."""
    family = next((one for one in FAMILIES if one.code == request.GET.get("about", "")), None)
    try:
        before = _until(request)
    except (ValueError, OverflowError):
        return show_error(request, 400)
    found = _page(request.seat, family, before)
    entries = found[:PAGE]
    context = {
        "days": by_day(lines_of(entries, request.seat)),
        "after": cursor_text((entries[-1].at, entries[-1].pk)) if len(found) > PAGE else "",
        "families": FAMILIES,
        "family": family,
        "day": request.GET.get("day", "")[:10],
    }
    return render(request, "web/journal.html", context)
