"""What is done to lists: a view kept or deleted, a list taken along as a file."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.exports import download, paged
from nestor.faces.web.views.inbox import address_of, query_of, wanted_by
from nestor.routing.actions.views import NoRoom, delete_view, save_view
from nestor.routing.reads import InboxRow, inbox_page
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import view_for
from nestor.routing.rules.filters import filter_of


@require_POST
@seated()
def keep_view(request: DeskRequest) -> HttpResponse:
    """Keep the list as it is narrowed now, by name."""
    wanted = filter_of(dict(parse_qsl(request.POST.get("asked", "")[:2000])))
    is_shared = request.POST.get("shared") == "1"
    try:
        view = save_view(request.seat, request.POST.get("name", ""), wanted, request.now, is_shared=is_shared)
    except NoRoom:
        messages.info(request, _("There is no room for more views. Delete one first."))
    else:
        messages.info(request, _("Kept as a view.") if view else _("Give the view a name."))
    return HttpResponseRedirect(address_of(query_of(wanted)))


@require_POST
@seated()
def drop_view(request: DeskRequest, public_id: str, back: str = "inbox") -> HttpResponse:
    """Keep a view no longer."""
    view = view_for(request.seat, public_id)
    if view is None or not delete_view(request.seat, view, request.now):
        return show_error(request, 404)
    messages.info(request, _("The view is gone; its conversations are where they were."))
    return HttpResponseRedirect(reverse(back))


PAGE = 500
COLUMNS = (
    "conversation channel network kind who handle subject excerpt lane tone urgency harm_level is_unsure is_open"
    " is_public assignee last_at due_at is_late answered_at labels"
).split()


@seated()
def export_inbox(request: DeskRequest, form: str) -> HttpResponseBase:
    """Take the list along as it is narrowed now: what it shows, no more."""
    return download(form, "inbox", COLUMNS, _rows(request))


def _rows(request: DeskRequest) -> Iterator[dict[str, object]]:
    wanted = wanted_by(request)
    read = search_page if wanted.words else inbox_page
    return map(_row, paged(lambda after: read(request.seat, wanted, request.now, after, PAGE)))


def _row(row: InboxRow) -> dict[str, object]:
    found = {name: getattr(row, name) for name in COLUMNS if name not in ("conversation", "labels")}
    return found | {"conversation": row.public_id, "labels": [label.name for label in row.labels]}
