"""The team of a brand: who is on it, what each role may do, who was invited."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.preferences import known_languages
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.words import PERMISSIONS, ROLES
from nestor.people.actions import team
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.reads.team import invitation_for, on_team, open_invitations, team_rows
from nestor.people.rules import Permission, matrix
from nestor.vocabulary import Role


class InviteForm(forms.Form):
    """Who is invited, and as what."""

    email = forms.EmailField(label=gettext_lazy("Mail address"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, ROLES[role.value]) for role in Role])
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the mail"), choices=[("en", "English"), ("fr", "Français")], required=False
    )

    def __init__(self, *args: Any, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"role": Role.AGENT.value, "language": language if language in known_languages() else "en"}


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def show_team_page(request: DeskRequest) -> HttpResponse:
    """The team, the matrix of roles, and for the head: invitations."""
    seat, link = request.seat, ""
    may_change = seat.may(Permission.HEAD)
    if request.method == "POST" and not may_change:
        return show_error(request, 403)
    form = InviteForm(request.POST or None, language=seat.brand.language)
    if request.method == "POST" and form.is_valid():
        link = _invite(request, form)
        form = InviteForm(language=seat.brand.language) if link else form
    context = settings_context(seat, "settings_team") | {
        "form": form,
        "link": link,
        "rows": team_rows(seat.brand),
        "roles": [(role.value, ROLES[role.value]) for role in Role],
        "matrix": [(PERMISSIONS[permission.value], list(may.values())) for permission, may in matrix()],
        "invitations": open_invitations(seat.brand) if may_change else [],
        "may_change": may_change,
        "mail_works": team.mail_works(),
        "now": request.now,
    }
    response = render(request, "web/settings_team.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


def _invite(request: DeskRequest, form: InviteForm) -> str:
    """Invite; return the link, "" with an error in the form where nobody could be invited."""
    given = form.cleaned_data
    try:
        secret = team.invite(request.seat, given["email"], Role(given["role"]), request.now, language=given["language"])
    except team.TooMany:
        form.add_error(None, _("So many invitations are open that no more fit. Withdraw some first."))
        return ""
    if secret is None:
        form.add_error("email", _("Somebody with this address is on the team already."))
        return ""
    return request.build_absolute_uri(reverse("join", args=[secret]))


@require_POST
@seated(Permission.HEAD)
def withdraw(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    row = invitation_for(request.seat.brand, public_id)
    if row is not None and team.withdraw_invitation(request.seat, row, request.now):
        messages.info(request, _("Withdrawn: the link works no more."))
    else:
        messages.info(request, _("It was used or withdrawn already."))
    return HttpResponseRedirect(reverse("settings_team"))


@require_POST
@seated(Permission.HEAD)
def give_role(request: DeskRequest, public_id: str) -> HttpResponse:
    """Give somebody another role."""
    given = request.POST.get("role", "")
    if given not in [role.value for role in Role]:
        return show_error(request, 400)

    def act(seat: Seat, one: User, now: datetime) -> bool:
        return team.change_role(seat, one, Role(given), now)

    return _done(request, public_id, act, _("The role is changed, from the next click on."))


@require_POST
@seated(Permission.HEAD)
def suspend(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take a seat away for now."""
    says = _("Suspended: their sessions are ended, their work stays where it is.")
    return _done(request, public_id, team.suspend, says)


@require_POST
@seated(Permission.HEAD)
def resume(request: DeskRequest, public_id: str) -> HttpResponse:
    """Give a seat back."""
    return _done(request, public_id, team.resume, _("Back on the team."))


@require_POST
@seated(Permission.HEAD)
def remove(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take somebody off the team."""
    says = _("No longer on the team: their sessions are ended, what they did stays.")
    return _done(request, public_id, team.remove, says)


def _done(request: DeskRequest, public_id: str, act: Callable[[Seat, User, datetime], bool], says: str) -> HttpResponse:
    """Do a deed to somebody of the team, and say what became of it."""
    one = on_team(request.seat.brand, public_id)
    if one is None:
        return show_error(request, 404)
    try:
        done = act(request.seat, one, request.now)
    except team.LastHead:
        messages.warning(request, _("Nothing was changed: a brand needs a head. Make somebody else head first."))
    else:
        messages.info(request, says if done else _("Nothing was changed: that is so already."))
    return HttpResponseRedirect(reverse("settings_team"))
