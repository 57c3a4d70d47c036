"""The journal: who did what, when, why. Never by person."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from nestor.brands.reads import channels_of
from nestor.faces.journal import Asked, Cursor, Line, read_journal, subjects_of
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.exports import download
from nestor.faces.web.journal_words import DESK, FAMILIES, sentence_of, somebody
from nestor.people.reads import Seat, team_of

PAGE, EXPORT_PAGE = 60, 500
COLUMNS = ("at", "verb", "said", "reason", "conversation", "channel", "network", "member")
ASKED = ("about", "since", "day", "network", "brand", "conversation", "channel", "member")  # as addresses hold it
SUBJECTS = ASKED[-3:]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line in words, with where it leads."""

    at: datetime
    sentence: str | None
    verb: str
    reason: str
    line: Line


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one local day."""

    at: datetime
    lines: list[ShownLine]


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


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _until(request: DeskRequest) -> Cursor | None:
    """Return where to begin: after a line already seen, else with the end of the day asked for."""
    if text := request.GET.get("after", "")[:200]:
        return open_cursor(text)
    if text := request.GET.get("day", "")[:10]:
        return _midnight(date.fromisoformat(text) + timedelta(days=1)), 0
    return None


def _seat(request: DeskRequest) -> Seat:
    """Return the seat at the brand asked for, else the one this person sits at."""
    wanted = request.GET.get("brand", "")
    return next((seat for seat in request.seats if seat.brand.slug == wanted), request.seat)


def _asked(request: DeskRequest, seat: Seat) -> Asked:
    """Return what the address asks for; raise `ValueError` for what makes no sense."""
    family = next((one for one in FAMILIES if one.code == request.GET.get("about", "")), None)
    since = request.GET.get("since", "")[:10]
    return Asked(
        verbs=frozenset(family.verbs) if family else frozenset(),
        since=_midnight(date.fromisoformat(since)) if since else None,
        network=request.GET.get("network", "")[:40],
        subjects=subjects_of(seat, **{name: request.GET.get(name, "")[:16] for name in SUBJECTS}),
    )


def in_words(lines: Sequence[Line], seat: Seat) -> list[ShownLine]:
    """Return lines in words."""
    names = {user.pk: user.name for user, _role in team_of(seat.brand)}
    return [_shown(one, names) for one in lines]


def _shown(line: Line, names: dict[int, str]) -> ShownLine:
    entry = line.entry
    who = str(DESK) if entry.actor_id is None else names.get(entry.actor_id, somebody())
    return ShownLine(entry.at, sentence_of(entry.verb, who, entry.facts), entry.verb, entry.reason, line)


def by_day(lines: Sequence[ShownLine]) -> list[Day]:
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
    seat = _seat(request)
    try:
        page = read_journal(seat, _asked(request, seat), _until(request), PAGE)
    except (ValueError, OverflowError):
        return show_error(request, 400)
    given = {name: request.GET[name][:40] for name in ASKED if request.GET.get(name)}
    context = {
        "days": by_day(in_words(page.lines, seat)),
        "after": cursor_text(page.after) if page.after else "",
        "is_cut": page.is_cut,
        "families": FAMILIES,
        "given": given,
        "query": urlencode(given),
        "networks": sorted({channel.network for channel in channels_of(seat.brand)}),
        "brand_seat": seat,
    }
    return render(request, "web/journal.html", context)


@seated()
def export_journal(request: DeskRequest, form: str) -> HttpResponseBase:
    """Take along what is shown, without who did it: nobody gathers elsewhere what one person did."""
    seat = _seat(request)
    try:
        before, asked = _until(request), _asked(request, seat)
    except (ValueError, OverflowError):
        return show_error(request, 400)
    return download(form, "journal", COLUMNS, _rows(seat, asked, before))


def _rows(seat: Seat, asked: Asked, before: Cursor | None) -> Iterator[dict[str, object]]:
    while True:
        page = read_journal(seat, asked, before, EXPORT_PAGE)
        yield from map(_exported, page.lines)
        if page.after is None:
            return
        before = page.after


def _exported(line: Line) -> dict[str, object]:
    entry = line.entry
    return {
        "at": entry.at,
        "verb": entry.verb,
        "said": sentence_of(entry.verb, str(DESK) if entry.actor_id is None else _("Somebody"), entry.facts),
        "reason": entry.reason,
        "conversation": line.conversation,
        "channel": line.channel_name,
        "network": line.network,
        "member": line.member,
    }
