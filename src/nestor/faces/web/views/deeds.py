"""What one does with a conversation besides answering: take, hand over, resolve, reopen, correct its lane."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.replies import reply_pane, too_late
from nestor.faces.web.views.conversation import open_conversation
from nestor.faces.web.words import DEEDS, LANES
from nestor.inbox.reads import last_from_outside, message_for
from nestor.networks.contract import Deed
from nestor.people.reads import colleague
from nestor.people.rules import Permission
from nestor.publisher.actions.moderation import ask_deed
from nestor.publisher.rules import takes_a_voice_away
from nestor.routing import actions as routing
from nestor.triage import actions as triage
from nestor.vocabulary import Lane


@require_POST
@seated(Permission.ROUTE)
def take(request: DeskRequest, public_id: str) -> HttpResponse:
    """Make it mine."""
    conversation = open_conversation(request, public_id)
    done = routing.take_conversation(request.seat, conversation, request.now)
    return reply_pane(request, conversation, says=_("It is yours.") if done else too_late())


@require_POST
@seated(Permission.ROUTE)
def hand_over(request: DeskRequest, public_id: str) -> HttpResponse:
    """Give it to a colleague, or back to everybody."""
    conversation = open_conversation(request, public_id)
    wanted = request.POST.get("to", "")
    to = colleague(request.seat.brand, wanted) if wanted else None
    if wanted and to is None:
        return show_error(request, 404)
    done = routing.hand_over(request.seat, conversation, to, request.now)
    given = _("Handed over to %(name)s.") % {"name": to.name} if to else _("Given back to everybody.")
    return reply_pane(request, conversation, says=given if done else too_late())


@require_POST
@seated(Permission.ROUTE)
def resolve(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say that nothing more is owed."""
    conversation = open_conversation(request, public_id)
    done = routing.resolve_conversation(request.seat, conversation, request.now)
    says = _("Resolved.") if done else too_late()
    return reply_pane(request, conversation, says=says, event="resolved" if done else "")


@require_POST
@seated(Permission.ROUTE)
def reopen(request: DeskRequest, public_id: str) -> HttpResponse:
    """Put it back into the inbox."""
    conversation = open_conversation(request, public_id)
    done = routing.reopen_conversation(request.seat, conversation, request.now)
    return reply_pane(request, conversation, says=_("Open again.") if done else too_late())


@require_POST
@seated(Permission.MODERATE)
def moderate(request: DeskRequest, public_id: str, message_id: str) -> HttpResponse:
    """Do a deed to one message on its network; what takes a voice away names the rule it breaks."""
    conversation = open_conversation(request, public_id)
    message = message_for(request.seat, message_id)
    wanted = request.POST.get("deed", "")
    if message is None or message.conversation_id != conversation.pk:
        return show_error(request, 404)
    if wanted not in DEEDS:
        return show_error(request, 400)
    rule = request.POST.get("rule", "")
    done = ask_deed(request.seat, message, Deed(wanted), rule, request.now)
    if done is not None:
        says = _("The network is being told.")
    elif takes_a_voice_away(Deed(wanted)) and not rule.strip():
        says = _("Say which rule of your charter it breaks; nothing was done.")
    else:
        says = too_late()
    return reply_pane(request, conversation, says=says)


@require_POST
@seated(Permission.ROUTE)
def correct_lane(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say which lane their last message really belongs to."""
    conversation = open_conversation(request, public_id)
    wanted = request.POST.get("lane", "")
    if wanted not in LANES:
        return show_error(request, 400)
    last = last_from_outside(conversation, request.seat)
    if last is None:
        return show_error(request, 404)
    done = triage.correct_reading(request.seat, last, Lane(wanted), request.now)
    return reply_pane(
        request, conversation, says=_("Corrected; the desk learns from it.") if done else "", event="corrected"
    )
