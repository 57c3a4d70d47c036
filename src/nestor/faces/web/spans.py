"""Lengths of time as one types and reads them in either language: `45 min`, `1 h 30`, `none`."""

import re
from datetime import timedelta

from django.utils.translation import gettext as _

NONE = frozenset({"no", "none", "never", "non", "aucun", "aucune", "jamais", "-", "–", "—"})
_SPAN = re.compile(
    r"(?:(?P<hours>[0-9]{1,5})\s*(?:h|hr|hrs|hour|hours|heure|heures))?\s*"
    r"(?:(?P<minutes>[0-9]{1,5})\s*(?P<unit>m|mn|min|mins|minute|minutes)?\.?)?",
    re.IGNORECASE,
)


class BadSpan(ValueError):
    """The text is no length of time."""


def read_span(text: str) -> timedelta | None:
    """Return the length of time, None for none at all; raise `BadSpan`, also for a number without a unit."""
    text = text.strip()
    if text.lower() in NONE:
        return None
    match = _SPAN.fullmatch(text) if len(text) <= 40 and text.isprintable() else None
    if match is None or not (match["hours"] or match["minutes"]):
        raise BadSpan(text[:20])
    if match["minutes"] and not match["hours"] and not match["unit"]:
        raise BadSpan(text[:20])
    return timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))


def span_text(length: timedelta | None) -> str:
    """Return a length of time as `read_span` reads it back."""
    if length is None:
        return _("none")
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{minutes} min"] if minutes or not hours else parts)
