"""Webhooks: whom the desk tells outside, with what secret, what they were told, and telling them again."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.words import TROUBLES
from nestor.hooks import actions, reads
from nestor.hooks.models import Call, Receiver
from nestor.hooks.rules import KINDS, PING, is_callable_address
from nestor.people.rules import Permission

LOG = 50
KIND_WORDS: dict[str, str | Promise] = {
    "ConversationRouted": gettext_lazy("A conversation came in or moved"),
    "MessageChanged": gettext_lazy("A message vanished, came back or was moderated"),
    "OwnMessageSeen": gettext_lazy("A message of ours is on its network"),
    "DeliveryMoved": gettext_lazy("An answer is on its way, or waits for a person"),
    "DeliverySent": gettext_lazy("An answer arrived on its network"),
    "ClearanceMoved": gettext_lazy("A second reading was asked for, given or refused"),
    "ChannelConnected": gettext_lazy("A channel was connected"),
    "ChannelTroubled": gettext_lazy("A channel got into trouble, or out of it"),
    "ChannelHeld": gettext_lazy("A channel was held, or the hold lifted"),
    "ChannelRead": gettext_lazy("A blind channel can be read again"),
    PING: gettext_lazy("A try"),
}
TROUBLE_WORDS: dict[str, str | Promise] = {
    "unreachable": gettext_lazy("This address cannot be reached."),
    "outage": gettext_lazy("It does not answer in time, or says that it failed."),
    "unsafe": gettext_lazy("The desk refuses to call this address: it leads inside, or its certificate is wrong."),
    "gone": gettext_lazy("It says that nobody listens there any more."),
    "limited": gettext_lazy("It asks the desk to slow down."),
    "secret_lost": TROUBLES["secret_lost"],
}
REFUSES = gettext_lazy("It refuses the call.")
STATE_WORDS: dict[str, str | Promise] = {
    Call.WAITING: pgettext_lazy("webhook", "waits"),
    Call.TOLD: pgettext_lazy("webhook", "told"),
    Call.FAILED: pgettext_lazy("webhook", "given up"),
    Call.WITHHELD: pgettext_lazy("webhook", "withheld"),
}


class ReceiverForm(forms.Form):
    """Who is told, where, of what."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    url = forms.CharField(label=gettext_lazy("Address"), max_length=1000, widget=forms.URLInput)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=[(kind, KIND_WORDS[kind]) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
        initial=["ConversationRouted"],
    )

    def clean_url(self) -> str:
        """Refuse what the desk would never call."""
        url: str = self.cleaned_data["url"].strip()
        if not is_callable_address(url, allow_private=settings.NESTOR_PRIVATE_NETWORKS):
            raise forms.ValidationError(_("Give a whole address that begins with https://, without a user in it."))
        return url


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.CONNECT)
def show_webhooks(request: DeskRequest) -> HttpResponse:
    """Everybody outside who is told, and a form for one more."""
    form = ReceiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.add_receiver(request.seat, given["name"], given["url"], given["kinds"], request.now)
        except actions.NoRoom:
            form.add_error(None, _("There is no room for more webhooks. Delete one first."))
        else:
            if made is not None:
                return _shown(request, made[0], made[1])
            form.add_error("name", _("Give it a name."))
    context = settings_context(request.seat, "webhooks") | {
        "form": form,
        "receivers": reads.receivers_of(request.seat.brand),
    }
    return render(request, "web/webhooks.html", context, status=422 if form.errors else 200)


@seated(Permission.CONNECT)
def show_receiver(request: DeskRequest, public_id: str) -> HttpResponse:
    """One of them: what it was told, and what can be done."""
    receiver = reads.receiver_for(request.seat.brand, public_id)
    return show_error(request, 404) if receiver is None else _shown(request, receiver)


def _shown(request: DeskRequest, receiver: Receiver, secret: str = "") -> HttpResponse:
    context = settings_context(request.seat, "webhooks") | {
        "receiver": receiver,
        "secret": secret,
        "kinds": [KIND_WORDS[kind] for kind in receiver.kinds if kind in KIND_WORDS],
        "trouble": TROUBLE_WORDS.get(receiver.trouble, REFUSES) if receiver.trouble else "",
        "calls": [_line(call) for call in reads.calls_page(receiver, None, LOG)],
    }
    response = render(request, "web/webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _line(call: Call) -> dict[str, Any]:
    return {
        "call": call,
        "kind": KIND_WORDS.get(call.kind, call.kind),
        "state": STATE_WORDS[call.state],
        "trouble": TROUBLE_WORDS.get(call.trouble, REFUSES) if call.trouble else "",
    }


@require_POST
@seated(Permission.CONNECT)
def do(request: DeskRequest, public_id: str) -> HttpResponse:
    """Try it, switch it on or off, give it a new secret, delete it."""
    receiver = reads.receiver_for(request.seat.brand, public_id)
    wanted = request.POST.get("do", "")
    if receiver is None:
        return show_error(request, 404)
    if wanted == "rotate":
        secret = actions.rotate_secret(request.seat, receiver, request.now) or ""
        return _shown(request, receiver, secret)
    if wanted == "delete":
        actions.delete_receiver(request.seat, receiver, request.now)
        messages.info(request, _("Deleted: it is told nothing any more."))
        return HttpResponseRedirect(reverse("webhooks"))
    if wanted == "try":
        actions.ping(request.seat, receiver, request.now)
        messages.info(request, _("It is being called. Reload to see whether it heard."))
    elif wanted in ("on", "off"):
        actions.switch_receiver(request.seat, receiver, request.now, is_on=wanted == "on")
    else:
        return show_error(request, 400)
    return HttpResponseRedirect(reverse("webhook", args=[public_id]))


@require_POST
@seated(Permission.CONNECT)
def replay_call(request: DeskRequest, public_id: str, call_id: str) -> HttpResponse:
    """Tell it once more."""
    receiver = reads.receiver_for(request.seat.brand, public_id)
    call = reads.call_for(receiver, call_id) if receiver is not None else None
    if call is None:
        return show_error(request, 404)
    if actions.replay(request.seat, call, request.now):
        messages.info(request, _("It is told once more, under the same id."))
    return HttpResponseRedirect(reverse("webhook", args=[public_id]))
