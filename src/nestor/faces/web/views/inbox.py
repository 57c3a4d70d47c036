"""The list of conversations: lanes, filters, pages of rows."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.brands.reads import channels_of
from nestor.faces.addresses import PublicId
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.words import LANE_ORDER, LANES
from nestor.people.reads import Seat
from nestor.routing.reads import BadCursor, InboxFilter, InboxPage, inbox_page, lane_counts
from nestor.vocabulary import Lane

PAGE = 50
WHOSE = ("me", "nobody")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the lanes pane."""

    name: str
    icon: str
    href: str
    is_current: bool
    count: int | None = None
    title: str = ""


PUBLIC_ID = re.compile(PublicId.regex)


def wanted_by(request: HttpRequest) -> InboxFilter:
    """Return the filter of the address; what makes no sense there is left out."""
    asked = request.GET
    lane = asked.get("lane", "")
    whose = asked.get("whose", "")
    channel = asked.get("channel", "")
    return InboxFilter(
        lane=Lane(lane) if lane in LANES else None,
        channel=channel if PUBLIC_ID.fullmatch(channel) else "",
        whose=whose if whose in WHOSE else "",
        is_open=asked.get("state") != "done",
        words=asked.get("q", "").strip()[:200],
    )


def query_of(wanted: InboxFilter, **changes: str) -> str:
    """Return the filter as an address's query, with some of it changed; "" takes a part away."""
    parts = {
        "lane": wanted.lane.value if wanted.lane else "",
        "channel": wanted.channel,
        "whose": wanted.whose,
        "state": "" if wanted.is_open else "done",
        "q": wanted.words,
    }
    return urlencode({name: value for name, value in (parts | changes).items() if value})


def list_context(request: DeskRequest, page: InboxPage, wanted: InboxFilter) -> dict[str, Any]:
    """Return what the two left panes show."""
    counts = lane_counts(request.seat)
    return {
        "wanted": wanted,
        "query": query_of(wanted),
        "page": page,
        "counts": counts,
        "views": view_choices(wanted, counts),
        "lanes": lane_choices(wanted, counts),
        "now": request.now,
        "after": request.GET.get("after", ""),
    }


def view_choices(wanted: InboxFilter, counts: dict[str, int]) -> list[Choice]:
    """Return the lines above the lanes: everything, mine, nobody's, done."""
    rows = (
        (_("All open"), "all", counts["all"], {"lane": "", "whose": "", "state": ""}),
        (_("Yours"), "take", None, {"lane": "", "whose": "me", "state": ""}),
        (_("Nobody’s"), "unsure", None, {"lane": "", "whose": "nobody", "state": ""}),
        (_("Done"), "check", None, {"lane": "", "whose": "", "state": "done"}),
    )
    here = {"lane": wanted.lane or "", "whose": wanted.whose, "state": "" if wanted.is_open else "done"}
    return [
        Choice(name, icon, _address(query_of(wanted, **changes)), is_current=changes == here, count=count)
        for name, icon, count, changes in rows
    ]


def lane_choices(wanted: InboxFilter, counts: dict[str, int]) -> list[Choice]:
    """Return one line per lane."""
    return [
        Choice(
            str(LANES[code]),
            code,
            _address(query_of(wanted, lane=code, state="")),
            is_current=wanted.lane == code,
            count=counts.get(code, 0),
        )
        for code in LANE_ORDER
    ]


def _address(query: str) -> str:
    return reverse("inbox") + (f"?{query}" if query else "")


def read_page(request: DeskRequest, wanted: InboxFilter) -> InboxPage:
    """Return the page of the list this address asks for; raise `BadCursor`."""
    return inbox_page(request.seat, wanted, request.now, after=request.GET.get("after", "")[:200], most=PAGE)


def channels_for(seat: Seat) -> list[Any]:
    """Return the brand's channels for the filter."""
    return list(channels_of(seat.brand))


@seated()
def show_inbox(request: DeskRequest) -> HttpResponse:
    """The inbox with no conversation open."""
    wanted = wanted_by(request)
    try:
        page = read_page(request, wanted)
    except BadCursor:
        return show_error(request, 400)
    context = list_context(request, page, wanted) | {"channels": channels_for(request.seat), "conversation": None}
    return render(request, "web/inbox.html", context)


@seated()
def show_rows(request: DeskRequest) -> HttpResponse:
    """A page of rows alone: the next ones (`after`), or the first ones again with the counts of the lanes."""
    wanted = wanted_by(request)
    try:
        page = read_page(request, wanted)
    except BadCursor:
        return show_error(request, 400)
    context: dict[str, Any]
    if request.GET.get("after"):
        context = {"page": page, "query": query_of(wanted), "now": request.now}
        return render(request, "web/parts/next_rows.html", context)
    context = list_context(request, page, wanted) | {"channels": [True]}
    return render(request, "web/parts/fresh_list.html", context)


@seated()
def show_nothing(request: DeskRequest) -> HttpResponse:
    """What the conversation pane says when nothing is open."""
    return render(request, "web/parts/nothing_open.html")
