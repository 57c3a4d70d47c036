"""The language, zone and theme of whoever looks."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from nestor.people.models import User
from nestor.work.rules.zones import zones

LANGUAGE_COOKIE = "nestor_language"
THEMES = ("", "light", "dark")


def known_languages() -> list[str]:
    """Return the codes of the languages the desk speaks."""
    return [code for code, _name in settings.LANGUAGES]


def language_for(request: HttpRequest) -> str:
    """Return the person's own language, else the cookie's, else the browser's, else the installation's."""
    person = _person(request)
    own = person.language if person else ""
    for wanted in (own, request.COOKIES.get(LANGUAGE_COOKIE, "")):
        if wanted in known_languages():
            return wanted
    return translation.get_language_from_request(request)


def zone_for(request: HttpRequest) -> ZoneInfo:
    """Return the person's zone, else the installation's."""
    person = _person(request)
    for name in (person.zone if person else "", settings.NESTOR_ZONE):
        if name and name in zones():
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def theme_for(request: HttpRequest) -> str:
    """Return light, dark, or "" for the device's own choice."""
    person = _person(request)
    return person.theme if person and person.theme in THEMES else ""


def _person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) or getattr(user, "is_authenticated", False) else None


class Preferences:
    """Activates language and zone for the length of one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language and zone."""
        if request.path.startswith(("/hooks/", "/api/")):  # machines have neither; the API speaks theirs
            return self.get_response(request)
        with translation.override(language_for(request)), timezone.override(zone_for(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response
