"""Who sits where: the seat of a request, and the doors that ask for one."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from nestor.people.models import User
from nestor.people.reads import Seat, seats_of
from nestor.people.rules import Permission

P = ParamSpec("P")
BRAND_KEY = "brand"


class DeskRequest(HttpRequest):
    """A request of somebody seated at a brand's desk."""

    user: User
    htmx: HtmxDetails
    seat: Seat
    seats: list[Seat]
    now: datetime


View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def seated(
    permission: Permission = Permission.SEE,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Ask for sign-in, a seat at a brand and a permission before the view runs."""

    def door(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            desk = cast("DeskRequest", request)
            desk.seats = seats_of(desk.user)
            desk.now = timezone.now()
            if not desk.seats:
                return render(request, "web/no_seat.html", status=403)
            desk.seat = chosen_seat(desk)
            if not desk.seat.may(permission):
                raise PermissionDenied
            return view(desk, *args, **kwargs)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", enter)

    return door


def chosen_seat(request: DeskRequest) -> Seat:
    """Return the seat chosen in this session, else the first."""
    slug = request.session.get(BRAND_KEY, "")
    return next((seat for seat in request.seats if seat.brand.slug == slug), request.seats[0])


def sit_at(request: DeskRequest, seat: Seat) -> None:
    """Go on with another brand of this person."""
    request.session[BRAND_KEY] = seat.brand.slug
    request.seat = seat


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page; a fragment's request takes the whole page there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect("/accounts/login/")
    if request.headers.get("X-Nestor") == "fragment":
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path())
