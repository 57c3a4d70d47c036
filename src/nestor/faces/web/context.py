"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from nestor import __version__
from nestor.faces.web.preferences import known_languages, theme_for


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
        "is_demo": settings.NESTOR_DEMO,
        "here": _here(request.path),
    }


def _here(path: str) -> str:
    return path.strip("/").partition("/")[0] or "today"
