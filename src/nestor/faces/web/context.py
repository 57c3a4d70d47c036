"""What the frame of every page shows."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from nestor import __version__
from nestor.faces.web.desk import DeskRequest
from nestor.faces.web.preferences import known_languages, theme_for
from nestor.faces.web.views.relief import strip_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return theme, zone and, for somebody seated, their seat and brands."""
    seat = getattr(request, "seat", None)
    return {
        "theme": theme_for(request),
        "zone_name": timezone.get_current_timezone_name(),
        "asset_version": __version__,
        "languages": known_languages(),
        "seat": seat,
        "seats": getattr(request, "seats", []),
        "relief": SimpleLazyObject(lambda: strip_of(cast("DeskRequest", request))),  # only whole pages ask
        "is_demo": settings.NESTOR_DEMO,
        "here": _here(request.path),
    }


def _here(path: str) -> str:
    return path.strip("/").partition("/")[0] or "today"
