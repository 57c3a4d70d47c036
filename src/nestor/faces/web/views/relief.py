"""Handing over at the end of one's hours: offered, taken over or declined, at every brand one works for at once."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nestor.composer.actions import confirm_relief
from nestor.composer.reads import drafts_of
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.replies import too_late
from nestor.faces.web.views.bulk import AT_ONCE
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions.bulk import step_bulk
from nestor.routing.actions.relief import decline_relief, offer_relief, withdraw_relief
from nestor.routing.models import Relief
from nestor.routing.reads.relief import load_of, reliefs_around, who_could


@dataclass(frozen=True, slots=True)
class Offer:
    """What a colleague offers, over all brands of both."""

    giver: User
    threads: int
    late: int


@dataclass(frozen=True, slots=True)
class Own:
    """What became of one's own offer."""

    receiver: User
    state: str


def strip_of(request: DeskRequest) -> dict[str, object]:
    """Return what stands above every page while an offer is open: one query, more only while there is one."""
    seats = {seat.brand.pk: seat for seat in request.seats}
    around = reliefs_around(request.seats, request.now)
    offers: dict[int, list[Relief]] = {}
    for relief in around:
        if relief.receiver_id == request.user.pk:
            offers.setdefault(relief.giver_id, []).append(relief)
    found = []
    for giver_id, reliefs in offers.items():
        loads = [load_of(seats[one.brand_id], giver_id, request.now) for one in reliefs]
        found.append(Offer(reliefs[0].giver, sum(one.threads for one in loads), sum(one.late for one in loads)))
    own = {one.receiver_id: Own(one.receiver, one.state) for one in around if one.giver_id == request.user.pk}
    return {"offers": found, "own": list(own.values())}


@seated(Permission.ROUTE)
def show_relief(request: DeskRequest) -> HttpResponse:
    """What one has, and to whom it can go."""
    loads = [(load_of(seat, request.user.pk, request.now), drafts_of(seat)) for seat in routing_seats(request)]
    context = {
        "loads": [one for one in loads if one[0] or one[1]],
        "colleagues": [
            (user, [seat.brand.name for seat in shared], len(shared) < len(routing_seats(request)))
            for user, shared in who_could(routing_seats(request))
        ],
        "several": len(routing_seats(request)) > 1,
    }
    return render(request, "web/relief.html", context)


def routing_seats(request: DeskRequest) -> list[Seat]:
    """Return the brands at which this person can have conversations."""
    return [seat for seat in request.seats if seat.may(Permission.ROUTE)]


@seated()
def show_strip(request: DeskRequest) -> HttpResponse:
    """The strip alone, for open pages."""
    return render(request, "web/parts/relief_strip.html", {"relief": strip_of(request)})


@require_POST
@seated(Permission.ROUTE)
def offer(request: DeskRequest) -> HttpResponse:
    """Offer all one has to a colleague."""
    wanted = request.POST.get("to", "")
    shared = next(((user, at) for user, at in who_could(routing_seats(request)) if user.public_id == wanted), None)
    if shared is None:
        return show_error(request, 404)
    user, seats = shared
    offered = [offer_relief(seat, user, request.now) for seat in seats]
    if any(offered):
        says = _("Offered to %(name)s. It stays yours until they take over.") % {"name": user.name}
    else:
        says = _("Nothing was offered: this changed meanwhile. Try again.")
    messages.info(request, says)
    return HttpResponseRedirect(reverse("today"))


@require_POST
@seated(Permission.ROUTE)
def settle(request: DeskRequest) -> HttpResponse:
    """Take over what a colleague offers, decline it, or keep what one had offered."""
    verdict, giver = request.POST.get("verdict", ""), request.POST.get("giver", "")
    seats = {seat.brand.pk: seat for seat in request.seats}
    around = [one for one in reliefs_around(request.seats, request.now) if one.state == Relief.OFFERED]
    offered = [one for one in around if one.giver.public_id == giver and one.receiver_id == request.user.pk]
    if verdict == "withdraw":
        own = [one for one in around if one.giver_id == request.user.pk]
        done = [withdraw_relief(seats[one.brand_id], one, request.now) for one in own]
        return _said(request, _("It stays yours.") if any(done) else too_late())
    if verdict == "decline":
        done = [decline_relief(seats[one.brand_id], one, request.now) for one in offered]
        return _said(request, _("Declined: everything stays where it is.") if any(done) else too_late())
    if verdict == "confirm":
        return _confirm(request, offered, seats)
    return show_error(request, 400)


def _confirm(request: DeskRequest, reliefs: list[Relief], seats: dict[int, Seat]) -> HttpResponse:
    taken, done = 0, False
    for relief in reliefs:
        bulk = confirm_relief(seats[relief.brand_id], relief, request.now)
        if bulk is None:
            continue
        done, taken = True, taken + bulk.total
        if bulk.total <= AT_ONCE:
            step_bulk(bulk.pk, request.now)
    if not done:
        return _said(request, too_late())
    says = ngettext("%(n)s conversation is yours now.", "%(n)s conversations are yours now.", taken) % {"n": taken}
    return _said(request, says)


def _said(request: DeskRequest, says: str) -> HttpResponse:
    messages.info(request, says)
    return HttpResponseRedirect(reverse("inbox") + "?whose=me" if request.POST.get("verdict") == "confirm" else "/")
