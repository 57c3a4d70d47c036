"""Joining a team by the link of an invitation."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nestor.faces.web.desk import BRAND_KEY
from nestor.people.actions.team import accept_as, accept_as_new, digest_of
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.reads.team import has_account, invitation_behind


class JoinForm(forms.Form):
    """Who one is at the desk."""

    name = forms.CharField(label=_("Your name, as the team sees it"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters, and not one that everybody uses."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("fr", "Français")])

    def clean_name(self) -> str:
        """Refuse a name that cannot be seen."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name or not name.isprintable():
            raise ValidationError(_("Give a name of at most 120 characters."))
        return name


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def show_join_page(request: HttpRequest, secret: str) -> HttpResponse:
    """What one is invited to; with a name and a password one is in."""
    now = timezone.now()
    invitation = invitation_behind(digest_of(secret), now)
    if invitation is None:
        return render(request, "web/join_over.html", status=404)
    person = request.user if isinstance(request.user, User) else None
    is_mine = person is not None and person.email == invitation.email
    if not is_mine and has_account(invitation.email):
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "web/join.html", {"invitation": invitation, "must_sign_in": True})
    language = translation.get_language() or "en"
    form = JoinForm(None if is_mine else request.POST or None, initial={"language": language[:2]})
    context: dict[str, Any] = {"invitation": invitation, "form": form, "is_mine": is_mine}
    if request.method != "POST":
        return render(request, "web/join.html", context)
    if is_mine and person is not None:
        return _in(request, accept_as(secret, person, now))
    if form.is_valid():
        given = form.cleaned_data
        try:
            seat = accept_as_new(secret, given["name"], given["password"], now, language=given["language"])
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            return _in(request, seat, is_new=True)
    return render(request, "web/join.html", context, status=422)


def _in(request: HttpRequest, seat: Seat | None, *, is_new: bool = False) -> HttpResponse:
    if seat is None:
        return render(request, "web/join_over.html", status=404)
    if is_new:
        login(request, seat.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[BRAND_KEY] = seat.brand.slug
    return HttpResponseRedirect("/")
