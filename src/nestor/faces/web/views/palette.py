"""The palette: one box from which everything is a few letters away."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.brands.reads import channels_of
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.settings_pages import PAGES
from nestor.faces.web.views.inbox import address_of, query_of
from nestor.faces.web.words import LANE_ORDER, LANES
from nestor.people.rules import Permission
from nestor.routing.reads.first_steps import practises
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import labels_of, views_for
from nestor.routing.rules.filters import EVERYTHING, InboxFilter, State, filter_of
from nestor.vocabulary import Lane
from nestor.work.rules.words import MOST_ASKED, as_typed, fold

MOST_OF_A_KIND = 6
LEAST_SEARCHED = 2  # letters


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it is called, where it leads or which key it stands for, and of what kind it is."""

    name: str
    icon: str
    kind: str
    href: str = ""
    key: str = ""
    about: str = ""


def places(request: DeskRequest) -> Iterable[Entry]:
    """Yield the pages one can go to."""
    kind = _("Go to")
    for name, icon, url_name in (
        (_("Today"), "today", "today"),
        (_("Inbox"), "inbox", "inbox"),
        (_("Members"), "members", "members"),
        (_("Channels"), "channels", "channels"),
        (_("Journal"), "journal", "journal"),
        (_("Hand over all you have"), "hand", "relief"),
        (_("Notices"), "bell", "notices"),
    ):
        yield Entry(name, icon, kind, reverse(url_name))
    yield Entry(_("Help"), "question", kind, reverse("help"))
    if len(request.seats) > 1:
        yield Entry(_("All your brands"), "brand", kind, reverse("brands"))
    if request.seat.may(Permission.ROUTE) and practises(request.seat):
        yield Entry(_("First steps"), "well", kind, reverse("first_steps"))
    for page in PAGES:
        if request.seat.may(page.permission):
            yield Entry(f"{_('Settings')} · {page.title}", "keys", kind, reverse(page.url_name), about=str(page.about))


def deeds(request: DeskRequest) -> Iterable[Entry]:
    """Yield what can be done with the open conversation, each as the key that does it."""
    kind = _("Do")
    if request.seat.may(Permission.ANSWER):
        yield Entry(_("Reply"), "pen", kind, key="r")
    if request.seat.brand.translator:
        yield Entry(_("Translate"), "question", kind, key="T")
    if request.seat.may(Permission.ROUTE):
        for name, icon, key in (
            (_("Resolve, reopen"), "check", "e"),
            (_("Take it"), "take", "a"),
            (_("Hand over"), "hand", "h"),
            (_("Correct the lane"), "why", "l"),
            (_("Labels"), "label", "t"),
            (_("Put off, bring back"), "clock", "s"),
            (_("Join conversations"), "merge", "m"),
        ):
            yield Entry(name, icon, kind, key=key)


def lists(request: DeskRequest) -> Iterable[Entry]:
    """Yield lists: lanes, views, labels, channels."""
    kind = _("Show")
    for code in LANE_ORDER:
        yield Entry(str(LANES[code]), code, kind, address_of(query_of(InboxFilter(lanes=(Lane(code),)))))
    yield Entry(_("Yours"), "take", kind, address_of(query_of(InboxFilter(whose="me"))))
    yield Entry(_("Done"), "check", kind, address_of(query_of(InboxFilter(state=State.DONE))))
    for view in views_for(request.seat):
        yield Entry(view.name, "view", kind, address_of(query_of(filter_of(view.asked))))
    for label in labels_of(request.seat.brand):
        yield Entry(label.name, "label", kind, address_of(query_of(InboxFilter(labels=(label.public_id,)))))
    for channel in channels_of(request.seat.brand):
        yield Entry(channel.name, "channels", kind, address_of(query_of(InboxFilter(channels=(channel.public_id,)))))


def brands(request: DeskRequest) -> Iterable[Entry]:
    """Yield the other brands one may speak for."""
    for seat in request.seats:
        if seat.brand.pk != request.seat.brand.pk:
            yield Entry(seat.brand.name, "brand", _("Speak for"), key=f"brand:{seat.brand.slug}")


def conversations(request: DeskRequest, words: str) -> Iterable[Entry]:
    """Yield the latest conversations in which the words were said; the last one may not be typed to its end."""
    wanted = InboxFilter(words=as_typed(words), state=State.ANY)
    for row in search_page(request.seat, wanted, request.now, most=MOST_OF_A_KIND).rows:
        said = _("Covered: harsh words") if row.harm_level >= 2 or row.hit is None else row.hit.excerpt
        href = reverse("conversation", args=[row.public_id])
        yield Entry(row.who or "?", row.lane, _("Conversations"), href, about=said)


def matching(entries: Iterable[Entry], words: str) -> list[Entry]:
    """Return the entries a few letters mean, those whose name begins so first."""
    parts = [fold(part) for part in words.split()]
    found: list[tuple[int, Entry]] = []
    for entry in entries:
        names = [fold(part) for part in entry.name.replace("·", " ").split()]
        if all(any(name.startswith(part) for name in names) for part in parts if part):
            found.append((0 if parts and names and names[0].startswith(parts[0]) else 1, entry))
    return [entry for _rank, entry in sorted(found, key=lambda one: one[0])]


@seated()
def show_palette(request: DeskRequest) -> HttpResponse:
    """What the letters typed so far lead to; with none, where one usually goes."""
    words = request.GET.get("q", "").strip()[:MOST_ASKED]
    is_open = request.GET.get("open") == "1"
    known = [*(deeds(request) if is_open else ()), *places(request), *lists(request), *brands(request)]
    found = matching(known, words) if words else known[:20]
    if len(words) >= LEAST_SEARCHED:
        search = Entry(
            _("Search messages for “%(words)s”") % {"words": words},
            "search",
            _("Search"),
            address_of(query_of(EVERYTHING, q=words)),
        )
        is_command = bool(found) and fold(found[0].name).startswith(fold(words))
        head = found[:MOST_OF_A_KIND]
        found = [*head, search] if is_command else [search, *head]
        found += conversations(request, words)
    return render(request, "web/parts/palette.html", {"entries": found, "words": words})
