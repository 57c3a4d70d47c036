"""Deeds to many conversations: begun, watched, stopped, undone."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.snoozing import until_of
from nestor.faces.web.views.inbox import address_of, query_of, wanted_by
from nestor.people.rules import Permission
from nestor.routing.actions.bulk import begin_bulk, step_bulk, stop_bulk, undo_bulk
from nestor.routing.actions.views import NoRoom, make_label
from nestor.routing.models import BulkDeed
from nestor.routing.reads.views import bulk_for
from nestor.routing.rules.bulk import Deed
from nestor.routing.rules.filters import PUBLIC_ID

AT_ONCE = 100  # so many are done before the page answers
MOST_CHOSEN = 500


@require_POST
@seated(Permission.ROUTE)
def begin(request: DeskRequest) -> HttpResponse:
    """Begin one deed to the chosen conversations, or to all that the list holds."""
    asked = request.POST.get("deed", "")
    if asked not in set(Deed):
        return show_error(request, 400)
    deed, wanted = Deed(asked), wanted_by(request)
    chosen = [one for one in request.POST.getlist("row")[:MOST_CHOSEN] if PUBLIC_ID.fullmatch(one)]
    is_all = request.POST.get("all") == "1" and not wanted.words
    target = _target(request, deed)
    bulk = None
    if target is not None and (is_all or chosen):
        bulk = begin_bulk(request.seat, deed, target, wanted if is_all else chosen, request.now)
    if bulk is None:
        says = _("Choose conversations first.") if not chosen and not is_all else _("That cannot be done to these.")
        return _answer(request, None, says)
    if bulk.total <= AT_ONCE:
        step_bulk(bulk.pk, request.now)
        bulk.refresh_from_db()
    return _answer(request, bulk, "")


def _target(request: DeskRequest, deed: Deed) -> str | None:
    given = request.POST.get(f"{deed.value}_to", "")[:60]
    if deed is Deed.SNOOZE:
        until = until_of(given, request.now)
        return until.isoformat() if until is not None else None
    if deed is Deed.LABEL and given.startswith("new:"):
        try:
            label = make_label(request.seat, given.removeprefix("new:"), request.now)
        except NoRoom:
            return None
        return label.public_id if label is not None else None
    return given


def _answer(request: DeskRequest, bulk: BulkDeed | None, says: str) -> HttpResponse:
    if request.htmx:
        return render(request, "web/parts/bulk_progress.html", {"bulk": bulk, "says": says})
    if says:
        messages.info(request, says)
    elif bulk is not None:
        messages.info(request, _("Done to %(n)s of them.") % {"n": bulk.changed})
    return HttpResponseRedirect(address_of(query_of(wanted_by(request))))


@seated(Permission.ROUTE)
def show(request: DeskRequest, public_id: str) -> HttpResponse:
    """How far it has come."""
    bulk = bulk_for(request.seat, public_id)
    if bulk is None:
        return show_error(request, 404)
    return render(request, "web/parts/bulk_progress.html", {"bulk": bulk, "says": ""})


@require_POST
@seated(Permission.ROUTE)
def stop(request: DeskRequest, public_id: str) -> HttpResponse:
    """Do no more of it."""
    return _change(request, public_id, is_undo=False)


@require_POST
@seated(Permission.ROUTE)
def undo(request: DeskRequest, public_id: str) -> HttpResponse:
    """Undo it."""
    return _change(request, public_id, is_undo=True)


def _change(request: DeskRequest, public_id: str, *, is_undo: bool) -> HttpResponse:
    bulk = bulk_for(request.seat, public_id)
    if bulk is None:
        return show_error(request, 404)
    done = (undo_bulk if is_undo else stop_bulk)(request.seat, bulk, request.now)
    if done and is_undo and bulk.done <= AT_ONCE:
        step_bulk(bulk.pk, request.now)
    bulk.refresh_from_db()
    return _answer(request, bulk, "" if done else _("It was over already."))
