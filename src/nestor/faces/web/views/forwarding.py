"""Asking a colleague without an account, by a link."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.forms import ForwardForm
from nestor.faces.web.replies import reply_pane
from nestor.faces.web.views.conversation import open_conversation, pane_context
from nestor.inbox.models import Conversation
from nestor.people.rules import Permission
from nestor.routing.actions.forwarding import (
    SEALED,
    TOO_MANY,
    Colleague,
    NotForwarded,
    forward_conversation,
    revoke_forward,
)
from nestor.routing.reads.forwarding import forward_in
from nestor.routing.wording import can_mail
from nestor.work.actions import KeyReused


@require_POST
@seated(Permission.ROUTE)
def forward(request: DeskRequest, public_id: str) -> HttpResponse:
    """Send a colleague a link to this conversation."""
    conversation = open_conversation(request, public_id)
    key = request.POST.get("key", "")[:80]
    if not key:
        return show_error(request, 400)
    form = ForwardForm(request.POST, brand=request.seat.brand)
    if not form.is_valid():
        return _refuse(request, conversation, form, _("Give a name, an address and a question; nothing was sent."))
    given = form.cleaned_data
    to = Colleague(given["name"], given["email"], given["language"], given["question"], int(given["days"]))
    try:
        row = forward_conversation(request.seat, conversation, to, request.now, key=key)
    except NotForwarded as error:
        return _refuse(request, conversation, form, _why(str(error)))
    except KeyReused:
        return _refuse(request, conversation, form, _("This form was sent already, with another text. Send it again."))
    says = _("%(name)s gets a mail with the link.") % {"name": row.name}
    if not can_mail():
        says = _("The link is made. There is no mail server here: pass it on yourself.")
    return reply_pane(request, conversation, says=says, event="forwarded", with_note=True)


def _why(code: str) -> str:
    if code == SEALED:
        return _("A sealed conversation is shown to nobody outside.")
    if code == TOO_MANY:
        return _("That is many in one hour: try again later. Nothing was sent.")
    return _("Give a name, an address and a question; nothing was sent.")


def _refuse(request: DeskRequest, conversation: Conversation, form: ForwardForm, sentence: str) -> HttpResponse:
    """Say what is wrong; what was written stays in its form."""
    if request.htmx:
        return reply_pane(request, conversation, says=sentence)
    context: dict[str, Any] = pane_context(request, conversation) | {"forward_form": form}
    form.add_error(None, sentence)
    return render(request, "web/forward.html", context, status=422)


@require_POST
@seated(Permission.ROUTE)
def revoke(request: DeskRequest, public_id: str, forward_id: str) -> HttpResponse:
    """Take a link back."""
    conversation = open_conversation(request, public_id)
    row = forward_in(conversation, forward_id)
    done = row is not None and revoke_forward(request.seat, row, request.now)
    says = _("The link is taken back: it opens nothing any more.") if done else _("That link is over already.")
    return reply_pane(request, conversation, says=says)
