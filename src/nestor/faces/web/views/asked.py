"""What a colleague without an account sees behind a link, and their one answer."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nestor.faces.web.limits import is_too_much
from nestor.faces.web.preferences import known_languages
from nestor.routing.actions.forwarding import answer_forward
from nestor.routing.models import Forward
from nestor.routing.reads.forwarding import asked_lines, forward_by, link_state
from nestor.routing.rules.forwarding import MOST_ANSWER, LinkState

LOOKS_A_MINUTE = 60
STATUS = {LinkState.ANSWERED: 200, LinkState.EXPIRED: 410, LinkState.REVOKED: 410}


@csrf_exempt  # whoever knows the token needs nobody's browser; without a referrer no browser could prove its origin
@require_http_methods(["GET", "HEAD", "POST"])
def show_asked(request: HttpRequest, token: str) -> HttpResponse:
    """The conversation behind a link, or a kind word why it is no longer there, in the language asked for."""
    wanted = request.GET.get("language", "")
    with translation.override(wanted if wanted in known_languages() else translation.get_language()):
        response = _shown(request, token, timezone.now())
        response["Content-Language"] = translation.get_language() or ""
    return response


def _shown(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    if is_too_much(request, "asked", LOOKS_A_MINUTE, now):
        return _quiet(_over(request, _("One moment, please"), _("Too many looks in a minute. Try again shortly."), 429))
    found = forward_by(token)
    if found is None:
        return _quiet(_unknown(request))
    state = link_state(found, now)
    if state is not LinkState.OPEN:
        return _quiet(_ended(request, state))
    if request.method != "POST":
        return _quiet(_open(request, found))
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if not text.strip():
        return _quiet(_open(request, found, text=text, trouble=_("Write something first.")))
    if len(text) > MOST_ANSWER:
        trouble = _("An answer has at most 10,000 characters. Nothing was sent.")
        return _quiet(_open(request, found, text=text[: MOST_ANSWER * 2], trouble=trouble))
    done = answer_forward(token, text, now)
    return _quiet(_ended(request, LinkState.ANSWERED if done is LinkState.OPEN else done or LinkState.REVOKED))


def _open(request: HttpRequest, found: Forward, **more: Any) -> HttpResponse:
    asker = found.author.name if found.author is not None else found.brand.name
    context = {"asked": found, "asker": asker, "lines": asked_lines(found), **more}
    return render(request, "web/asked.html", context, status=422 if more else 200)


def _ended(request: HttpRequest, state: LinkState) -> HttpResponse:
    titles = {
        LinkState.ANSWERED: (_("Thank you"), _("Your answer has arrived. You can close this page.")),
        LinkState.EXPIRED: (
            _("This link has ended"),
            _("It was good for some days only. Whoever sent it can send you another."),
        ),
        LinkState.REVOKED: (
            _("This link was taken back"),
            _("Nothing is asked of you any more. If that surprises you, ask whoever sent it."),
        ),
    }
    return _over(request, *titles[state], STATUS[state])


def _unknown(request: HttpRequest) -> HttpResponse:
    words = _("It may have been cut in two by a mail program. Copy the whole address, or ask whoever sent it.")
    return _over(request, _("This link opens nothing"), words, 404)


def _over(request: HttpRequest, title: str, words: str, status: int) -> HttpResponse:
    return render(request, "web/asked_over.html", {"title": title, "words": words}, status=status)


def _quiet(response: HttpResponse) -> HttpResponse:
    """Keep the page out of indexes, caches and other sites' logs."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(response)
    return response
