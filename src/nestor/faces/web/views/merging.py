"""Joining conversations and parting them."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.pasted import other_in
from nestor.faces.web.replies import reply_pane
from nestor.faces.web.views.conversation import open_conversation
from nestor.inbox.models import Conversation
from nestor.inbox.reads import conversation_for, merged_into, message_for
from nestor.people.rules import Permission
from nestor.routing.actions.merging import merge_conversations, split_conversation, unmerge_conversation
from nestor.routing.reads.beside import beside


@seated(Permission.ROUTE)
def show_merge(request: DeskRequest, public_id: str) -> HttpResponse:
    """What it could be joined with: the same person's, and those below the same post."""
    conversation = open_conversation(request, public_id)
    context = {
        "conversation": conversation,
        "others": beside(request.seat, conversation, request.now),
        "merged": merged_into(conversation),
        "now": request.now,
    }
    return render(request, "web/parts/merge_menu.html" if request.htmx else "web/merge.html", context)


@require_POST
@seated(Permission.ROUTE)
def merge(request: DeskRequest, public_id: str) -> HttpResponse:
    """Join another conversation to this one."""
    conversation = open_conversation(request, public_id)
    other = conversation_for(request.seat, other_in(request))
    if other is None:
        return reply_pane(request, conversation, says=_("No conversation of this brand has that address."))
    if not merge_conversations(request.seat, conversation, other, request.now):
        return reply_pane(request, conversation, says=_("These two cannot be one: they must be of the same channel."))
    return reply_pane(request, conversation, says=_("Joined. What comes later in either thread arrives here."))


@require_POST
@seated(Permission.ROUTE)
def unmerge(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take a conversation out again."""
    conversation = open_conversation(request, public_id)
    rows = Conversation.objects.of(request.seat.brand).filter(merged_into=conversation)
    other = rows.filter(public_id=request.POST.get("other", "")[:16]).first()
    if other is None:
        return show_error(request, 404)
    done = unmerge_conversation(request.seat, other, request.now)
    says = _("Taken out again, with what was said in its own thread.") if done else _("It was taken out already.")
    return reply_pane(request, conversation, says=says)


@require_POST
@seated(Permission.ROUTE)
def split(request: DeskRequest, public_id: str, message_id: str) -> HttpResponse:
    """Give a message and what came after it a conversation of its own."""
    conversation = open_conversation(request, public_id)
    message = message_for(request.seat, message_id)
    if message is None or message.conversation_id != conversation.pk:
        return show_error(request, 404)
    fresh = split_conversation(request.seat, message, request.now)
    if fresh is None:
        return reply_pane(request, conversation, says=_("The first message cannot be split off: nothing would stay."))
    if request.htmx:
        return reply_pane(request, conversation, says=_("Split off."), event="split", to=fresh.public_id)
    return HttpResponseRedirect(reverse("conversation", args=[fresh.public_id]))
