"""The peer of a page: a plain Django view that draws the same fifty rows from one indexed query, and nothing else.

Its settings are Django's own defaults: session, authentication, messages, CSRF, no more. What it draws of a row is what
the inbox draws of it: who, handle, words, lane, tone, channel, assignee, times in the person's zone, when it is due.
"""

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
PAGE = """<!DOCTYPE html><html lang="{{ LANGUAGE_CODE }}"><head><title>Inbox</title></head><body><ul>
{% for row in rows %}<li id="row-{{ row.conversation.public_id }}"{% if not row.is_open %} class="done"{% endif %}>
<a href="{% url 'conversation' row.conversation.public_id %}">
<span><bdi>{% if row.last_message.identity %}{{ row.last_message.identity.name }}{% else %}{{ row.conversation.member.name|default:"?" }}{% endif %}</bdi> <bdi>{{ row.last_message.identity.handle }}</bdi></span>
<time datetime="{{ row.last_at|date:'c' }}" title="{{ row.last_at|date:'DATETIME_FORMAT' }}">{{ row.last_at|date:"SHORT_DATETIME_FORMAT" }}</time>
<span>{% if row.harm_level >= 2 %}Covered: harsh words{% else %}{{ row.conversation.subject }} {{ row.last_message.text|truncatechars:160 }}{% endif %}</span>
<span>{{ row.lane }}{% if row.is_unsure %} ?{% endif %} {{ row.tone }}</span>{% if row.urgency >= 2 %}<span>{{ row.urgency }}</span>{% endif %}
<span>{{ row.conversation.channel.name }}</span>{% if row.assignee %}<span>{{ row.assignee.name }}</span>{% endif %}
{% if row.clock_due_at and not row.clock_stopped_at %}<time datetime="{{ row.clock_due_at|date:'c' }}">{{ row.clock_due_at|timeuntil:now }}</time>{% endif %}</a></li>
{% endfor %}</ul></body></html>"""
_TEMPLATE: list[Any] = []
JOINED = ("conversation__channel", "conversation__member", "last_message__identity", "assignee")


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Draw fifty rows."""
    rows = Route.objects.across_brands("a bench: there is one brand").filter(is_open=True)
    context = {"rows": rows.select_related(*JOINED).order_by("-last_at", "-id")[:50], "now": timezone.now()}
    if not _TEMPLATE:
        _TEMPLATE.append(engines["django"].from_string(PAGE))  # compiled once, as a file's template is
    return HttpResponse(_TEMPLATE[0].render(context, request))


urlpatterns = [path("bare/", show), path("", include("nestor.faces.web.urls"))]
