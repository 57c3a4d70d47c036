"""Saying that one answered where the desk cannot see it."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.replies import reply_pane
from nestor.faces.web.views.conversation import open_conversation
from nestor.faces.web.words import PLACES
from nestor.people.rules import Permission
from nestor.routing.actions.elsewhere import answer_elsewhere, take_back_elsewhere
from nestor.routing.reads.elsewhere import elsewhere_in
from nestor.routing.rules.elsewhere import Elsewhere


@require_POST
@seated(Permission.ROUTE)
def mark(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say that one answered elsewhere."""
    conversation = open_conversation(request, public_id)
    place = request.POST.get("place", "")
    if place not in PLACES:
        return show_error(request, 400)
    detail = request.POST.get("detail", "")[:1000]
    done = answer_elsewhere(request.seat, conversation, Elsewhere(place), detail, request.now)
    if done is None:
        says = _("That is marked already: nobody has spoken since.")
        return reply_pane(request, conversation, says=says)
    says = _("Answered %(place)s: its clock has stopped.") % {"place": PLACES[place]}
    return reply_pane(request, conversation, says=says, event="elsewhere")


@require_POST
@seated(Permission.ROUTE)
def undo(request: DeskRequest, public_id: str, answer_id: str) -> HttpResponse:
    """Take it back."""
    conversation = open_conversation(request, public_id)
    row = elsewhere_in(conversation).filter(public_id=answer_id).select_related("conversation__merged_into").first()
    if row is None or not take_back_elsewhere(request.seat, row, request.now):
        return reply_pane(request, conversation, says=_("That was taken back already."))
    return reply_pane(request, conversation, says=_("Taken back: its clock goes on as if it had not been said."))
