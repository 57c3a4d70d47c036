"""The list of conversations: lanes, views, filters, pages of rows."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.brands.models import Channel
from nestor.brands.reads import channels_of
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.filter_words import alive_first, channel_name, chips_of, choices_of
from nestor.faces.web.snoozing import usual_moments
from nestor.faces.web.words import LANE_ORDER, LANES
from nestor.people.reads import team_of
from nestor.people.rules import Permission, may
from nestor.routing.models import SavedView
from nestor.routing.reads import BadCursor, InboxPage, inbox_page
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import Counts, counts_for, labels_of, views_for
from nestor.routing.rules.filters import EVERYTHING, InboxFilter, State, filter_of, given_by
from nestor.vocabulary import Lane

PAGE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the lanes pane."""

    name: str
    icon: str
    href: str
    is_current: bool
    count: int | None = None
    title: str = ""
    key: str = ""  # what a counter that moves is found by


def wanted_by(request: HttpRequest) -> InboxFilter:
    """Return the filter of the address; what makes no sense there is left out."""
    return filter_of({name: ",".join(filter(None, request.GET.getlist(name))) for name in request.GET})


def query_of(wanted: InboxFilter, **changes: str) -> str:
    """Return the filter as an address's query, with some of it changed; "" takes a part away."""
    parts = given_by(wanted) | changes
    return urlencode({name: value for name, value in parts.items() if value}, safe=",")


def list_context(request: DeskRequest, page: InboxPage, wanted: InboxFilter) -> dict[str, Any]:
    """Return what the two left panes show."""
    counts, views = counts_for(request.seat), views_for(request.seat)
    channels = list(channels_of(request.seat.brand))
    return {
        "wanted": wanted,
        "query": query_of(wanted),
        "page": page,
        "views": view_choices(wanted, counts),
        "saved": saved_choices(views, wanted),
        "current_view": next((view for view in views if filter_of(view.asked) == wanted), None),
        "lanes": lane_choices(wanted, counts),
        "places": channel_choices(channels, wanted, counts),
        "channels": channels,
        "now": request.now,
        "may_choose": request.seat.may(Permission.ROUTE),
        "after": request.GET.get("after", ""),
    }


def filter_context(request: DeskRequest, wanted: InboxFilter, beside: dict[str, Any]) -> dict[str, Any]:
    """Return what the bar above the list says of the present filter."""
    labels, may_route = labels_of(request.seat.brand), request.seat.may(Permission.ROUTE)
    found = {"chips": chips_of(request.seat, wanted, beside["channels"], labels), "may_share": may_route}
    if not may_route:
        return found
    team = [(user, role) for user, role in team_of(request.seat.brand) if may(role, Permission.ANSWER)]
    others = [(user.public_id, user.name) for user, _role in team if user.pk != request.seat.user.pk]
    moments = usual_moments(request.now)
    return found | {"team": [("me", _("me")), *others], "labels": labels, "moments": moments}


@seated()
def show_narrow(request: DeskRequest) -> HttpResponse:
    """What the list can be narrowed by: within its menu, or as a page for one without scripts."""
    wanted = wanted_by(request)
    channels, labels = list(channels_of(request.seat.brand)), labels_of(request.seat.brand)
    context = {"wanted": wanted, "choices": choices_of(request.seat, wanted, channels, labels)}
    return render(request, "web/parts/narrow.html" if request.htmx else "web/narrow.html", context)


def view_choices(wanted: InboxFilter, counts: Counts) -> list[Choice]:
    """Return the lines above the lanes: everything, mine, nobody's, unsure, put off, done."""
    rows = (
        (_("All open"), "all", counts.all, EVERYTHING),
        (_("Yours"), "take", None, replace(EVERYTHING, whose="me")),
        (_("Nobody’s"), "nobody", counts.nobody, replace(EVERYTHING, whose="nobody")),
        (_("Unsure"), "unsure", counts.unsure, replace(EVERYTHING, is_unsure=True)),
        (_("Put off"), "clock", counts.snoozed, replace(EVERYTHING, state=State.SNOOZED)),
        (_("Done"), "check", None, replace(EVERYTHING, state=State.DONE)),
    )
    return [
        Choice(name, icon, address_of(query_of(one)), is_current=wanted == one, count=count, key=icon)
        for name, icon, count, one in rows
    ]


def saved_choices(views: list[SavedView], wanted: InboxFilter) -> list[Choice]:
    """Return one line per saved view."""
    return [
        Choice(
            view.name,
            "views" if view.owner_id is None else "view",
            address_of(urlencode(view.asked, safe=",")),
            is_current=filter_of(view.asked) == wanted,
            count=view.count if view.counted_at is not None else None,
            key=f"v-{view.public_id}",
        )
        for view in views
    ]


def lane_choices(wanted: InboxFilter, counts: Counts) -> list[Choice]:
    """Return one line per lane."""
    return [
        Choice(
            str(LANES[code]),
            code,
            address_of(query_of(replace(EVERYTHING, lanes=(Lane(code),)))),
            is_current=wanted.lanes == (code,),
            count=counts.lanes[code],
            key=code,
        )
        for code in LANE_ORDER
    ]


def channel_choices(channels: list[Channel], wanted: InboxFilter, counts: Counts) -> list[Choice]:
    """Return one line per channel, where there are several; a disconnected one only while something is open there."""
    shown = [one for one in alive_first(channels) if one.is_connected or counts.channels.get(one.pk)]
    return [
        Choice(
            channel_name(channel),
            "channels",
            address_of(query_of(replace(EVERYTHING, channels=(channel.public_id,)))),
            is_current=wanted.channels == (channel.public_id,),
            count=counts.channels.get(channel.pk, 0),
            key=f"c-{channel.public_id}",
        )
        for channel in shown
        if len(shown) > 1
    ]


def address_of(query: str) -> str:
    """Return the inbox's address with this query."""
    return reverse("inbox") + (f"?{query}" if query else "")


def read_page(request: DeskRequest, wanted: InboxFilter) -> InboxPage:
    """Return the page of the list this address asks for; raise `BadCursor`."""
    after = request.GET.get("after", "")[:200]
    read = search_page if wanted.words else inbox_page
    return read(request.seat, wanted, request.now, after, PAGE)


@seated()
def show_inbox(request: DeskRequest) -> HttpResponse:
    """The inbox with no conversation open."""
    wanted = wanted_by(request)
    try:
        page = read_page(request, wanted)
    except BadCursor:
        return show_error(request, 400)
    context = list_context(request, page, wanted)
    context |= filter_context(request, wanted, context) | {"conversation": None}
    return render(request, "web/inbox.html", context)


@seated()
def show_rows(request: DeskRequest) -> HttpResponse:
    """A page of rows alone: the next ones (`after`), or the first ones again with the counts of the lanes."""
    wanted = wanted_by(request)
    try:
        page = read_page(request, wanted)
    except BadCursor:
        return show_error(request, 400)
    if request.GET.get("after"):
        may_choose = request.seat.may(Permission.ROUTE)
        context = {"page": page, "query": query_of(wanted), "now": request.now, "may_choose": may_choose}
        return render(request, "web/parts/next_rows.html", context)
    return render(request, "web/parts/fresh_list.html", list_context(request, page, wanted))


@seated()
def show_nothing(request: DeskRequest) -> HttpResponse:
    """What the conversation pane says when nothing is open."""
    return render(request, "web/parts/nothing_open.html")
