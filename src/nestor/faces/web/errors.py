"""Pages that say what happened, what was kept and what to do."""

from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nestor.faces.web.preferences import language_for, theme_for


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in three sentences."""

    title: str | Promise
    kept: str | Promise
    remedy: str | Promise


TROUBLES = {
    400: Trouble(
        _("The desk could not make sense of that request."),
        _("Nothing was changed."),
        _("Go back and try again; if an address was typed by hand, check it."),
    ),
    403: Trouble(
        _("That is not open to you here."),
        _("Nothing was changed."),
        _("If your role should allow it, ask the head of the brand. If this page was open for long, reload it first."),
    ),
    404: Trouble(
        _("There is nothing at this address."),
        _("Nothing was changed."),
        _("It may belong to another brand, or be sealed. Go back to the inbox and look there."),
    ),
    405: Trouble(
        _("That cannot be done by opening an address."),
        _("Nothing was changed."),
        _("Go back to the page and use its button."),
    ),
    409: Trouble(
        _("Somebody was faster: this has changed meanwhile."),
        _("What they did was kept, yours was not applied."),
        _("Go back, look again and decide."),
    ),
    413: Trouble(
        _("That was more than the desk takes in one go."),
        _("Nothing of it was stored. A draft is still in your browser."),
        _("Shorten the text, or split the file."),
    ),
    500: Trouble(
        _("The desk made a mistake."),
        _("What was sent before is safe. Your draft is kept in your browser."),
        _("Try again; if it goes on, tell whoever runs the desk at what time it happened."),
    ),
}


def show_error(request: HttpRequest, status: int) -> HttpResponse:
    """Return the page of that status in the person's language; it needs no database to be drawn."""
    language, theme = "en", ""
    try:
        language, theme = language_for(request), theme_for(request)
    except Exception:  # noqa: BLE001  the error may be that the database is away
        language = translation.get_language_from_request(request)
    with translation.override(language):
        context = {"status": status, "trouble": TROUBLES[status], "theme": theme, "LANGUAGE_CODE": language}
        return HttpResponse(render_to_string("web/error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the request was too big."""
    is_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return show_error(request, 413 if is_big else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    """403."""
    return show_error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    """404."""
    return show_error(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return show_error(request, 500)
