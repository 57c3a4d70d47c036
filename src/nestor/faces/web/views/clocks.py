"""By when an answer is owed: the head's table of targets, what changing it would do, and how far that has come."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nestor.brands.reads import channels_of, opening_hours
from nestor.faces.web.clock_table import Typed, as_typed, cells_of, tables_of, typed_in
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.settings_pages import settings_context
from nestor.people.rules import Permission
from nestor.routing.actions.clocks import go_on_moving, set_targets, stop_move
from nestor.routing.models import ClockMove
from nestor.routing.reads.clocks import consequences, due_now, epoch_of, latest_move, policy_of, targets_of
from nestor.routing.rules.clocks import Targets
from nestor.routing.rules.steps import SHARES


def _context(request: DeskRequest, typed: Typed | None = None) -> dict[str, Any]:
    seat, brand = request.seat, request.seat.brand
    channels = list(channels_of(brand).filter(is_connected=True))
    typed = as_typed(targets_of(brand), policy_of(brand)) if typed is None else typed
    targets = Targets(brand.first_answer_for, typed.cells)
    due = due_now(brand, targets, [cell for cell, _name in cells_of(channels) if not cell.is_next], request.now)
    move = latest_move(brand)
    return settings_context(seat, "clocks") | {
        "tables": tables_of(typed, brand.first_answer_for, channels, due),
        "epoch": epoch_of(brand),
        "has_errors": typed.is_wrong,
        "typed": typed,
        "shares": [(share, share == typed.policy.warn_share) for share in SHARES],
        "hours": opening_hours(brand),
        "move": move,
        "can_go_on": move is not None and move.state == ClockMove.STOPPED and move.epoch == epoch_of(brand),
        "now": request.now,
    }


@require_http_methods(["GET", "POST"])
@seated(Permission.HEAD)
def show_clocks(request: DeskRequest) -> HttpResponse:
    """The table; sent, it is shown with what it would do, or kept."""
    if request.method == "GET":
        return render(request, "web/clocks.html", _context(request))
    channels = list(channels_of(request.seat.brand).filter(is_connected=True))
    typed = typed_in(request.POST.dict(), channels)
    if typed.is_wrong:
        return render(request, "web/clocks.html", _context(request, typed) | {"epoch": _epoch_in(request)}, status=422)
    if request.POST.get("do") != "keep":
        would = consequences(request.seat, Targets(request.seat.brand.first_answer_for, typed.cells), request.now)
        template = "web/parts/clock_consequences.html" if request.htmx else "web/clocks.html"
        return render(request, template, _context(request, typed) | {"would": would, "epoch": _epoch_in(request)})
    if set_targets(request.seat, typed.cells, _epoch_in(request), request.now, policy=typed.policy):
        messages.info(request, _("Kept. The clocks that run follow now."))
        return HttpResponseRedirect(reverse("clocks"))
    says = _("Somebody changed this table meanwhile. Below is what you typed; keeping it replaces theirs.")
    return render(request, "web/clocks.html", _context(request, typed) | {"says": says}, status=409)


def _epoch_in(request: DeskRequest) -> int:
    given = request.POST.get("epoch", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


@seated(Permission.HEAD)
def show_move(request: DeskRequest) -> HttpResponse:
    """How far the clocks have followed."""
    return render(request, "web/parts/clock_move.html", _context(request))


@require_POST
@seated(Permission.HEAD)
def steer_move(request: DeskRequest) -> HttpResponse:
    """Stop moving clocks, or go on."""
    move = latest_move(request.seat.brand)
    steer = go_on_moving if request.POST.get("do") == "go_on" else stop_move
    done = move is not None and steer(request.seat, move, request.now)
    if request.htmx:
        return render(request, "web/parts/clock_move.html", _context(request))
    if not done:
        messages.info(request, _("It was over already."))
    return HttpResponseRedirect(reverse("clocks"))
