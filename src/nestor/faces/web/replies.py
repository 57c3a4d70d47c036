"""How a deed answers: parts of the page for one who has scripts, a redirect with a sentence for one who has none."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nestor.faces.web.desk import DeskRequest
from nestor.faces.web.views.conversation import answer_context, pane_context
from nestor.inbox.models import Conversation


def too_late() -> str:
    """Return what is said when somebody was faster."""
    return _("Somebody was faster: this has changed meanwhile.")


def reply_pane(
    request: DeskRequest,
    conversation: Conversation,
    *,
    says: str = "",
    event: str = "",
    with_answer: bool = False,
    with_note: bool = False,
    **facts: Any,
) -> HttpResponse:
    """Show the conversation after a deed. `event` and `facts` tell the page's scripts what happened."""
    if not request.htmx:
        if says:
            messages.info(request, says)
        return HttpResponseRedirect(reverse("conversation", args=[conversation.public_id]))
    context = pane_context(request, conversation) | {"oob": True}
    if with_answer:
        context |= answer_context(request, conversation) | {"oob_answer": True, "with_answer": True}
    if with_note:
        context |= {"oob_note": True, "with_note": True}
    response = render(request, "web/parts/after_deed.html", context)
    triggers: dict[str, Any] = {}
    if says:
        triggers["nestor:says"] = {"text": says}
    if event:
        triggers[f"nestor:{event}"] = {"conversation": conversation.public_id, **facts}
    if triggers:
        response["HX-Trigger"] = json.dumps(triggers)
    return response
