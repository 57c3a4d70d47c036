"""What one is told: the list, the bell, seen and taken."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated, sit_at
from nestor.faces.web.errors import show_error
from nestor.faces.web.notice_words import shown, where_to
from nestor.notices import reads
from nestor.notices.actions import mark_seen
from nestor.notices.actions.calls import take_call
from nestor.notices.models import Notice
from nestor.people.reads import Seat
from nestor.routing.reads import BadCursor, cursor_at, open_cursor

PAGE = 50


def seat_for(request: DeskRequest, notice: Notice) -> Seat | None:
    """Return the seat at the brand a notice is of."""
    return next((one for one in request.seats if one.brand.pk == notice.brand_id), None)


def page_context(request: DeskRequest) -> dict[str, Any]:
    """Return what the list shows; raise `BadCursor`."""
    after, is_unseen = request.GET.get("after", ""), request.GET.get("state") == "unseen"
    before = open_cursor(after) if after else None
    rows = reads.notices_of(request.user, before, PAGE + 1, unseen_only=is_unseen)
    page = rows[:PAGE]
    return {
        "notices": shown(page, reads.sendings_of(page)),
        "is_unseen": is_unseen,
        "after": cursor_at(page[-1].made_at, page[-1].pk) if len(rows) > PAGE else "",
        "now": request.now,
    }


@seated()
def show_notices(request: DeskRequest) -> HttpResponse:
    """Everything one was told, newest first."""
    try:
        context = page_context(request)
    except BadCursor:
        return show_error(request, 400)
    return render(request, "web/parts/notices.html" if request.htmx else "web/notices.html", context)


@seated()
def show_bell(request: DeskRequest) -> HttpResponse:
    """How many one has not seen: asked for by an open page, once it stands and whenever that may have changed."""
    return render(request, "web/parts/bell.html", {"unseen_notices": reads.unseen_count(request.user)})


@require_POST
@seated()
def see_notices(request: DeskRequest) -> HttpResponse:
    """Note that one has seen some, or all."""
    some = request.POST.getlist("notice")[:PAGE]
    mark_seen(request.user, request.now, some or None)
    return HttpResponseRedirect(reverse("notices"))


@seated()
def open_notice(request: DeskRequest, public_id: str) -> HttpResponse:
    """Go to what a notice is about, at its brand. A call is shown first: it is there to be taken."""
    notice = reads.notice_of(request.user, public_id)
    seat = seat_for(request, notice) if notice is not None else None
    if notice is None or seat is None:
        return show_error(request, 404)
    if notice.call is not None and notice.call.over_at is None:
        return HttpResponseRedirect(f"{reverse('notices')}#n-{notice.public_id}")
    mark_seen(request.user, request.now, [public_id])
    sit_at(request, seat)
    return HttpResponseRedirect(where_to(notice))


@require_POST
@seated()
def take_notice(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take what concerns nobody in particular, and go to it."""
    notice = reads.notice_of(request.user, public_id)
    seat = seat_for(request, notice) if notice is not None else None
    if notice is None or notice.call is None or seat is None:
        return show_error(request, 404)
    if not take_call(seat, notice.call, request.now):
        messages.info(request, _("Somebody was faster, or it has ended by itself."))
        return HttpResponseRedirect(reverse("notices"))
    sit_at(request, seat)
    messages.info(request, _("It is yours: nobody else is told any more."))
    return HttpResponseRedirect(where_to(notice))
