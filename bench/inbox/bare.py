"""The peer of a page: a plain Django view that draws the same fifty rows from one indexed query, and nothing else.

Its settings are Django's own defaults: session, authentication, messages, CSRF, no more. What it draws of a row is what
the inbox draws of it: who, handle, words, lane, tone, channel, assignee, times in the person's zone, when it is due.
"""

from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from nestor.routing.models import Route

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = Path(__file__).with_name("bare.html")
_TEMPLATE: list[Any] = []
JOINED = ("conversation__channel", "conversation__member", "last_message__identity", "assignee")


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Draw fifty rows."""
    rows = Route.objects.across_brands("a bench: there is one brand").filter(is_open=True)
    context = {"rows": rows.select_related(*JOINED).order_by("-last_at", "-id")[:50], "now": timezone.now()}
    if not _TEMPLATE:
        _TEMPLATE.append(
            engines["django"].from_string(PAGE.read_text(encoding="utf-8"))
        )  # compiled once, as a file's template is
    return HttpResponse(_TEMPLATE[0].render(context, request))


urlpatterns = [path("bare/", show), path("", include("nestor.faces.web.urls"))]
