"""How one is reached: where, by which ways, and when not."""

import json
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nestor.brands.secrets import SecretLost
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.notice_words import WAYS, reason_words, wish_rows
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.weekdays import Periods, grouped, weekday_names
from nestor.networks.contract import NetworkTrouble
from nestor.notices import reads
from nestor.notices.actions import choosing
from nestor.notices.actions.choosing import TooMany
from nestor.notices.rules.reach import ROWS, Way
from nestor.notices.ways import mail, push
from nestor.notices.ways.ping import NotPossible

MOST_GROUPS = 8  # quiet periods one can give, each for several days
TRYING = "reached"


class PhoneForm(forms.Form):
    """A telephone or a chat, as Apprise writes its address."""

    name = forms.CharField(max_length=60, strip=True)
    address = forms.CharField(max_length=1000, strip=True)


def page_context(request: DeskRequest, phone: PhoneForm | None = None) -> dict[str, Any]:
    """Return what the page shows."""
    seat, habit = request.seat, reads.habit_of(request.user)
    policy = reads.policy_of(seat.brand)
    return settings_context(seat, "reached") | {
        "ways": [(way.value, WAYS[way.value], way.value in policy.ways) for way in Way],
        "wishes": wish_rows(reads.reach_of(seat)),
        "has_mail": mail.is_possible(),
        "browsers": reads.addresses_of(request.user, Way.PUSH),
        "phones": reads.addresses_of(request.user, Way.PHONE),
        "services": policy.services if Way.PHONE.value in policy.ways else [],
        "phone_form": phone or PhoneForm(),
        "quiet": [*grouped(reads.periods_of(habit)), ((), None, None)],
        "is_default_quiet": habit.quiet is None,
        "zone": reads.zone_of(request.user),
        "weekdays": weekday_names(),
        "digest_at": time_format(habit.digest_at, "H:i") if habit.digest_at else "",
        "now": request.now,
    }


@require_http_methods(["GET", "HEAD"])
@seated()
def show_reached(request: DeskRequest) -> HttpResponse:
    """The page."""
    return render(request, "web/reached.html", page_context(request))


def _back(place: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('reached')}{f'#{place}' if place else ''}")


@require_POST
@seated()
def choose_ways(request: DeskRequest) -> HttpResponse:
    """Keep by which ways one is told of what, at this brand."""
    choosing.choose_ways(request.seat, {row: request.POST.getlist(row) for row in ROWS})
    messages.info(request, _("Kept."))
    return _back("ways")


@require_POST
@seated()
def choose_times(request: DeskRequest) -> HttpResponse:
    """Keep when one is left in peace, and when the day in figures comes."""
    try:
        periods = given_periods(request)
        digest = given_time(request.POST.get("digest_at", "")) if request.POST.get("digest") else None
    except ValueError:
        messages.warning(request, _("A time was missing or made no sense: nothing was changed."))
        return _back("times")
    choosing.choose_quiet(request.user, periods)
    choosing.choose_digest(request.user, digest, request.now)
    messages.info(request, _("Kept."))
    return _back("times")


def given_time(text: str) -> time:
    """Return a time of day; raise `ValueError`."""
    return time.fromisoformat(text.strip()[:8]).replace(second=0, microsecond=0, tzinfo=None)


def given_periods(request: DeskRequest) -> Periods:
    """Return the quiet periods of the form: groups of days with one beginning and one end; raise `ValueError`."""
    found: list[tuple[int, time, time]] = []
    for place in range(MOST_GROUPS):
        days = {int(day) for day in request.POST.getlist(f"days-{place}") if day in "0123456" and len(day) == 1}
        if days:
            start, end = (given_time(request.POST.get(f"{name}-{place}", "")) for name in ("from", "to"))
            found += [(day, start, end) for day in days]
    return tuple(found)


@require_POST
@seated()
def add_phone(request: DeskRequest) -> HttpResponse:
    """Add a telephone or a chat."""
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            choosing.add_phone(request.seat, form.cleaned_data["address"], form.cleaned_data["name"], request.now)
        except ValueError:
            form.add_error("address", _("Apprise does not know such an address. Check it against the service’s page."))
        except NotPossible:
            form.add_error("address", _("The head of the desk did not choose this service: ask them to."))
        except TooMany:
            form.add_error(None, _("You have as many as the desk keeps: remove one first."))
        else:
            messages.info(request, _("Added. Send a test, to be sure."))
            return _back("places")
    return render(request, "web/reached.html", page_context(request, form), status=422)


@require_POST
@seated()
def add_browser(request: DeskRequest) -> JsonResponse:
    """Add this browser; it says where its push service takes notices for it."""
    try:
        given = json.loads(request.body)
        name = str(given.get("name", ""))
        choosing.add_browser(request.user, given.get("subscription") or {}, name, request.now)
    except (ValueError, AttributeError):
        return JsonResponse({"says": _("This browser gave nothing the desk can use.")}, status=400)
    except TooMany:
        return JsonResponse({"says": _("You have as many as the desk keeps: remove one first.")}, status=409)
    return JsonResponse({"says": _("Added. Send a test, to be sure.")})


@require_POST
@seated()
def remove_address(request: DeskRequest, public_id: str) -> HttpResponse:
    """Forget a browser, a telephone or a chat."""
    if not choosing.remove_address(request.user, public_id):
        return show_error(request, 404)
    messages.info(request, _("Forgotten."))
    return _back("places")


@require_POST
@seated()
def try_mail(request: DeskRequest) -> HttpResponse:
    """Send a test by mail."""
    return _tried(request, None)


@require_POST
@seated()
def try_address(request: DeskRequest, public_id: str) -> HttpResponse:
    """Send a test to a browser, a telephone or a chat."""
    return _tried(request, public_id)


def _tried(request: DeskRequest, public_id: str | None) -> HttpResponse:
    """Send a test and say how it went: whoever asks for one waits for it, a few seconds at most."""
    address = next((one for one in reads.addresses_of(request.user) if one.public_id == public_id), None)
    if public_id is not None and address is None:
        return show_error(request, 404)
    try:
        if address is None:
            choosing.try_mail(request.seat)
        else:
            choosing.try_address(request.seat, address, request.now)
    except NetworkTrouble as trouble:
        messages.warning(request, _("The test did not arrive. %(why)s") % {"why": reason_words(trouble.reason.value)})
    except NotPossible as trouble:
        messages.warning(request, _("The test did not leave. %(why)s") % {"why": reason_words(trouble.why.value)})
    except SecretLost:
        messages.warning(request, reason_words("secret_lost"))
    else:
        messages.info(request, _("The test was accepted: it should be there in a moment."))
    return _back("places")


@require_GET
@seated()
def push_key(_request: DeskRequest) -> JsonResponse:
    """The desk's public key, which a browser wants when it registers."""
    return JsonResponse({"key": push.public_key()})


@require_GET
def push_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows notices while no page is open; it lives at the top, so that the whole desk is its own."""
    return HttpResponse(
        render(request, "web/push_worker.js").content,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )
