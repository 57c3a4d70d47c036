"""What a person sets for themselves: brand, language, zone, theme."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nestor.faces.web.desk import DeskRequest, seated, sit_at
from nestor.faces.web.errors import show_error
from nestor.faces.web.forms import PreferencesForm
from nestor.faces.web.preferences import LANGUAGE_COOKIE, known_languages
from nestor.faces.web.settings_pages import settings_context
from nestor.people.actions import set_preferences

YEAR = 31_536_000


@require_POST
@seated()
def choose_brand(request: DeskRequest) -> HttpResponse:
    """Speak for another brand."""
    wanted = request.POST.get("brand", "")
    seat = next((one for one in request.seats if one.brand.slug == wanted), None)
    if seat is None:
        return show_error(request, 404)
    sit_at(request, seat)
    return HttpResponseRedirect(onward_of(request, request.POST.get("next", "/")))


def onward_of(request: HttpRequest, onward: str) -> str:
    """Return where to go on, if it is a place of this desk, else Today."""
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if is_ours else "/"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the sign-in pages, before anybody is known."""
    wanted, onward = request.POST.get("language", ""), request.POST.get("next", "/")
    response = HttpResponseRedirect(onward_of(request, onward))
    if wanted in known_languages():
        response.set_cookie(
            LANGUAGE_COOKIE, wanted, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def show_preferences(request: DeskRequest) -> HttpResponse:
    """A person's own settings."""
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        set_preferences(request.user, **form.cleaned_data)
        messages.info(request, _("Kept."))
        return HttpResponseRedirect(request.path)
    context = settings_context(request.seat, "preferences") | {"form": form}
    return render(request, "web/preferences.html", context, status=422 if form.errors else 200)


@seated()
def show_keys(request: DeskRequest) -> HttpResponse:
    """The list of keys, for one who opens it without scripts."""
    return render(request, "web/keys.html")
