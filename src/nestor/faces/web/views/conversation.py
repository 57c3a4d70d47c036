"""One conversation: as a page, as a pane, and the parts of it that change."""

from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.composer.reads import draft_of, room_left
from nestor.faces.web.desk import DeskRequest, seated, sit_at
from nestor.faces.web.errors import show_error
from nestor.faces.web.reasons import reasons_of
from nestor.faces.web.timeline import timeline
from nestor.faces.web.views.inbox import filter_context, list_context, query_of, read_page, wanted_by
from nestor.faces.web.words import LANE_KEYS, LANE_ORDER, LANES
from nestor.inbox.models import Conversation
from nestor.inbox.reads import conversation_for, message_for, other_conversations, where_it_went
from nestor.inbox.rules import ARCHIVE
from nestor.people.reads import team_of
from nestor.people.rules import Permission, may
from nestor.routing.reads import BadCursor, row_of
from nestor.triage.reads import reading_of


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


def pane_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what head and thread show; raise `Http404` where the conversation is not routed yet."""
    row = row_of(request.seat, conversation.pk, request.now)
    if row is None:
        raise Http404
    return {
        "conversation": conversation,
        "row": row,
        "post": conversation.post,
        "entries": timeline(conversation, request.seat, request.now),
        "may_route": request.seat.may(Permission.ROUTE),
        "lane_choices": [(code, LANES[code], LANE_KEYS[code]) for code in LANE_ORDER],
        "now": request.now,
        "open_id": conversation.public_id,
        "query": query_of(wanted_by(request)),
        "title": row.who or _("Conversation"),
    }


def answer_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the answer box shows."""
    draft = draft_of(request.seat, conversation)
    text = draft.text if draft else ""
    return {
        "conversation": conversation,
        "draft_text": text,
        "revision": draft.revision if draft else 0,
        "room": room_left(conversation, text),
        "key": token_urlsafe(18),
        "may_answer": request.seat.may(Permission.ANSWER),
        "can_answer": conversation.channel.network != ARCHIVE,
    }


def whole_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the whole pane shows."""
    return (
        pane_context(request, conversation)
        | answer_context(request, conversation)
        | {"history": other_conversations(conversation, request.seat)}
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
    return render(request, "web/parts/fresh_pane.html", pane_context(request, conversation) | {"oob": True})


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
