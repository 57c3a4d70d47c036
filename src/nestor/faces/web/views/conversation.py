"""One conversation: as a page, as a pane, and the parts of it that change."""

from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.composer.reads import room_left
from nestor.composer.reads.saved import box_of, signed
from nestor.faces.web.desk import DeskRequest, seated, sit_at
from nestor.faces.web.errors import show_error
from nestor.faces.web.forms import ForwardForm
from nestor.faces.web.reasons import reasons_of
from nestor.faces.web.timeline import timeline
from nestor.faces.web.views.inbox import filter_context, list_context, query_of, read_page, wanted_by
from nestor.faces.web.words import LANE_KEYS, LANE_ORDER, LANES, PLACES
from nestor.inbox.models import Conversation
from nestor.inbox.reads import Window, conversation_for, message_for, other_conversations, where_it_went
from nestor.inbox.rules import ARCHIVE
from nestor.media.reads import taken_by, taken_here
from nestor.people.reads import team_of
from nestor.people.rules import Permission, may
from nestor.routing.reads import BadCursor, open_cursor, row_at, row_of
from nestor.routing.reads.among import around
from nestor.routing.reads.clocks import clock_face
from nestor.routing.reads.members import beside_conversation
from nestor.triage.reads import reading_of, translator_of

PAGE = 100  # messages of a thread that are shown at once
MOST_AGAIN = 1000  # that are drawn again, once somebody has looked further back


def open_conversation(request: DeskRequest, public_id: str) -> Conversation:
    """Return the conversation, moving to another brand of this person if it is there; raise `Http404`."""
    seats = [request.seat, *(seat for seat in request.seats if seat.brand.pk != request.seat.brand.pk)]
    for seat in seats:
        found = conversation_for(seat, public_id)
        if found is not None:
            if seat is not request.seat:
                sit_at(request, seat)
            return found
    raise Http404


def window_in(request: DeskRequest) -> Window:
    """Return which part of the thread is asked for: the last, that before a place, or all the page shows already."""
    try:
        if before := request.GET.get("before", ""):
            return Window(before=open_cursor(before))
        if since := request.headers.get("X-Nestor-From", ""):
            return Window(since=open_cursor(since), most=MOST_AGAIN)
    except BadCursor:
        pass
    return Window(most=PAGE)


def pane_context(request: DeskRequest, conversation: Conversation, *, is_fresh: bool = False) -> dict[str, Any]:
    """Return what head and thread show; raise `Http404` where the conversation is not routed yet.

    `is_fresh`: nothing was done to the conversation since it was read.
    """
    label_ids = conversation.route.label_ids if is_fresh and hasattr(conversation, "route") else ()
    team = around(conversation, request.seat, request.now, label_ids)
    if is_fresh:
        row = row_at(request.seat, conversation, request.now, team.labels)
    else:
        row = row_of(request.seat, conversation.pk, request.now)
    if row is None:
        raise Http404
    window = window_in(request)
    column = timeline(conversation, request.seat, request.now, window, team.words)
    return {
        "conversation": conversation,
        "row": row,
        "share": row.clock_share(request.now),
        "post": conversation.post,
        "entries": column.entries,
        "earlier": column.earlier,
        "attached": column.attached,
        "from_here": column.start if window.before or window.since else "",
        "is_before": window.before is not None,
        "may_route": request.seat.may(Permission.ROUTE),
        "noted": taken_here(),
        "note_key": token_urlsafe(18),
        "elsewhere_choices": list(PLACES.items()),
        "forward_form": ForwardForm(brand=request.seat.brand),
        "lane_choices": [(code, LANES[code], LANE_KEYS[code]) for code in LANE_ORDER],
        "translator": translator_of(request.seat.brand),
        "now": request.now,
        "open_id": conversation.public_id,
        "query": query_of(wanted_by(request)),
        "title": row.who or _("Conversation"),
    }


def answer_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the answer box shows."""
    box = box_of(request.seat, conversation)
    whole = signed(conversation, box.text, box.signature)
    return {
        "conversation": conversation,
        "draft_text": box.text,
        "revision": box.revision,
        "room": room_left(conversation, whole),
        "signature": box.signature,
        "is_signed": not box.text or whole.endswith(box.signature),
        "key": token_urlsafe(18),
        "begun_at": box.changed_at if box.text else request.now,
        "may_answer": request.seat.may(Permission.ANSWER),
        "can_answer": conversation.channel.network != ARCHIVE and conversation.channel.is_connected,
        "taken": taken_by(conversation.channel, conversation.kind),
    }


def whole_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the whole pane shows."""
    return (
        pane_context(request, conversation, is_fresh=True)
        | answer_context(request, conversation)
        | {
            "history": other_conversations(conversation, request.seat),
            "person": beside_conversation(request.seat, conversation),
        }
    )


@seated()
def show_conversation(request: DeskRequest, public_id: str) -> HttpResponse:
    """The conversation in its pane, or within the whole page when the address was opened by itself."""
    try:
        conversation = open_conversation(request, public_id)
    except Http404:
        if went_to := where_it_went(request.seat, public_id):
            return HttpResponseRedirect(reverse("conversation", args=[went_to]))
        raise
    context = whole_context(request, conversation)
    if request.headers.get("X-Nestor") == "fragment":
        return render(request, "web/parts/conversation.html", context)
    wanted = wanted_by(request)
    try:
        page = read_page(request, wanted)
    except BadCursor:
        return show_error(request, 400)
    beside = list_context(request, page, wanted)
    beside |= filter_context(request, wanted, beside)
    return render(request, "web/inbox.html", beside | context)


@seated()
def show_fresh(request: DeskRequest, public_id: str) -> HttpResponse:
    """Head and thread again; the answer box is never touched while somebody writes."""
    conversation = open_conversation(request, public_id)
    return render(
        request, "web/parts/fresh_pane.html", pane_context(request, conversation, is_fresh=True) | {"oob": True}
    )


@seated()
def show_earlier(request: DeskRequest, public_id: str) -> HttpResponse:
    """What was said before a place in the thread."""
    conversation = open_conversation(request, public_id)
    return render(request, "web/parts/entries.html", pane_context(request, conversation, is_fresh=True))


@seated()
def show_clock(request: DeskRequest, public_id: str) -> HttpResponse:
    """How much opening time its clock has left, exactly; asked for when somebody opens it."""
    conversation = open_conversation(request, public_id)
    context = {"face": clock_face(request.seat, conversation.pk, request.now), "conversation": conversation}
    return render(request, "web/parts/clock_sheet.html" if request.htmx else "web/clock.html", context)


@seated(Permission.ROUTE)
def show_team(request: DeskRequest, public_id: str) -> HttpResponse:
    """Whom it can be handed to."""
    conversation = open_conversation(request, public_id)
    team = [(user, role) for user, role in team_of(request.seat.brand) if may(role, Permission.ANSWER)]
    context = {"conversation": conversation, "team": team}
    is_part = bool(request.htmx)
    return render(request, "web/parts/team.html" if is_part else "web/team.html", context)


@seated()
def show_reasons(request: DeskRequest, public_id: str, message_id: str) -> HttpResponse:
    """Why a message was read as it was, its words marked."""
    conversation = open_conversation(request, public_id)
    message = message_for(request.seat, message_id)
    reading = reading_of(message) if message is not None and message.conversation_id == conversation.pk else None
    if message is None or reading is None:
        raise Http404
    segments, reasons = reasons_of(message, reading)
    return render(request, "web/parts/reasons.html", {"segments": segments, "reasons": reasons, "reading": reading})
