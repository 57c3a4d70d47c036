"""In the demo whoever opens the page on this machine is the demo community manager."""

import ipaddress
from collections.abc import Callable

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase

from nestor.people.models import User
from nestor.people.sign_in import DEMO_EMAIL

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def is_on_this_machine(request: HttpRequest) -> bool:
    """Return whether the request comes straight from loopback, without a proxy in between."""
    if any(request.META.get(name) for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class DemoSignIn:
    """Signs the demo user in on the first page; the sign-in pages are left alone, so that they can be tried."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign in where nobody is, then go on."""
        if self._wants_demo(request):
            user = User.objects.filter(email=DEMO_EMAIL, is_active=True).first()
            if user is not None:
                login(request, user, backend=BACKEND)
        return self.get_response(request)

    def _wants_demo(self, request: HttpRequest) -> bool:
        if request.method not in ("GET", "HEAD") or request.path.startswith(
            ("/accounts/", "/static/", "/hooks/", "/api/", "/healthz")
        ):
            return False
        return is_on_this_machine(request) and not request.user.is_authenticated
