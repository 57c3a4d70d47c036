"""Deliveries that need a person, and consent asked of a second one."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.forms import ReasonForm
from nestor.faces.web.replies import reply_pane, too_late
from nestor.guard import actions as guard
from nestor.guard.reads import clearance_for
from nestor.inbox.models import Conversation
from nestor.people.rules import Permission
from nestor.publisher import actions as publisher
from nestor.publisher.models import Delivery
from nestor.publisher.reads import delivery_for


def open_delivery(request: DeskRequest, public_id: str) -> tuple[Delivery, Conversation]:
    """Return a delivery and its conversation; raise `Http404`."""
    delivery = delivery_for(request.seat, public_id)
    if delivery is None or delivery.conversation is None:
        raise Http404
    return delivery, delivery.conversation


@require_POST
@seated(Permission.ANSWER)
def take_back(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take an answer back before it leaves."""
    delivery, conversation = open_delivery(request, public_id)
    done = publisher.take_back(request.seat, delivery, request.now)
    says = _("Taken back: your text is in the box again.") if done else _("Too late: it has left.")
    return reply_pane(request, conversation, says=says, event="taken-back" if done else "")


@require_POST
@seated(Permission.ANSWER)
def send_again(request: DeskRequest, public_id: str) -> HttpResponse:
    """Decide that it did not arrive."""
    delivery, conversation = open_delivery(request, public_id)
    done = publisher.send_again(request.seat, delivery, request.now)
    return reply_pane(request, conversation, says=_("It is sent again.") if done else too_late())


@require_POST
@seated(Permission.ANSWER)
def declare_sent(request: DeskRequest, public_id: str) -> HttpResponse:
    """Decide that it is there."""
    delivery, conversation = open_delivery(request, public_id)
    url = request.POST.get("url", "").strip()[:2000]
    if url and not url.lower().startswith(("https://", "http://")):
        return reply_pane(
            request, conversation, says=_("That is not an address one can open; leave it empty if you have none.")
        )
    done = publisher.declare_sent(request.seat, delivery, url, request.now)
    return reply_pane(request, conversation, says=_("Noted: it is there.") if done else too_late())


@require_POST
@seated(Permission.ANSWER)
def give_up(request: DeskRequest, public_id: str) -> HttpResponse:
    """Decide that it is not to be sent any more."""
    delivery, conversation = open_delivery(request, public_id)
    done = publisher.give_up(request.seat, delivery, request.now)
    return reply_pane(request, conversation, says=_("Given up.") if done else too_late())


@require_POST
@seated(Permission.ANSWER)
def dismiss(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say that one has seen it, with the text back in the box where it is wanted again."""
    delivery, conversation = open_delivery(request, public_id)
    wants_text = request.POST.get("text") == "again"
    if wants_text:
        publisher.write_again(request.seat, delivery, request.now)
    publisher.dismiss(request.seat, delivery, request.now)
    return reply_pane(request, conversation, event="taken-back" if wants_text else "")


@require_POST
@seated(Permission.CLEAR)
def judge_clearance(request: DeskRequest, public_id: str) -> HttpResponse:
    """Consent to somebody else's text, or refuse; both want a reason."""
    clearance = clearance_for(request.seat, public_id)
    if clearance is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show_error(request, 400)
    judge = guard.give_clearance if request.POST.get("verdict") == "give" else guard.refuse_clearance
    if not judge(request.seat, clearance, form.cleaned_data["reason"], request.now):
        return show_error(request, 409)
    return HttpResponseRedirect(reverse("today") + "#clearances")
