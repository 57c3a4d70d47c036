"""Tokens of other programs: made, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.settings_pages import settings_context
from nestor.people.actions import make_token, revoke_token
from nestor.people.reads import token_for, tokens_of
from nestor.people.rules import TOKEN_FOR, Permission, Scope

SCOPES: dict[Scope, str | Promise] = {
    Scope.READ: gettext_lazy("Read: conversations, members, channels, search, the stream"),
    Scope.ORGANISE: gettext_lazy("Organise: take, hand over, resolve, put off, label, correct"),
    Scope.ANSWER: gettext_lazy("Answer: drafts and answers, through the guard"),
    Scope.MODERATE: gettext_lazy("Moderate messages on their network"),
    Scope.CHANNELS: gettext_lazy("Channels: hold them, lift holds, have them read again"),
    Scope.JOURNAL: gettext_lazy("Read the journal, without names"),
    Scope.WEBHOOKS: gettext_lazy("Manage webhooks"),
    Scope.BRAND: gettext_lazy("Brand: its settings, opening hours and clocks"),
    Scope.FORWARD: gettext_lazy("Forward: show a conversation to a colleague without an account"),
    Scope.TEAM: gettext_lazy("Team: invite, suspend, remove; who is on call"),
    Scope.RETENTION: gettext_lazy("Retention: how long things are kept"),
}


class TokenForm(forms.Form):
    """What a token is called, may do, and how long it lasts."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("Which program is it for? You will find it by this name."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ.value],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long it lasts"),
        choices=lambda: [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in TOKEN_FOR],
        coerce=int,
        initial=90,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.CONNECT)
def show_tokens(request: DeskRequest) -> HttpResponse:
    """The brand's tokens, and a form for one more; its secret is on the answer to the form, and nowhere after."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = make_token(request.seat, given["name"], map(Scope, given["scopes"]), given["days"], request.now)
        if made is None:
            form.add_error("name", _("Give it a name."))
        else:
            secret, form = made[1], TokenForm()
    response = render(request, "web/tokens.html", _context(request, form, secret), status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _context(request: DeskRequest, form: TokenForm, secret: str) -> dict[str, Any]:
    names = {scope.value: str(words).partition(":")[0].strip() for scope, words in SCOPES.items()}
    rows = [
        {
            "token": token,
            "scopes": [names.get(one, one) for one in token.scopes],
            "is_over": token.expires_at <= request.now,
        }
        for token in tokens_of(request.seat.brand)
    ]
    return settings_context(request.seat, "tokens") | {"form": form, "secret": secret, "tokens": rows}


@require_POST
@seated(Permission.CONNECT)
def revoke(request: DeskRequest, public_id: str) -> HttpResponse:
    """End a token at once."""
    token = token_for(request.seat.brand, public_id)
    if token is None:
        return show_error(request, 404)
    revoke_token(request.seat, token, request.now)
    messages.info(request, _("Revoked: whatever used it is shut out from now on."))
    return HttpResponseRedirect(reverse("tokens"))
