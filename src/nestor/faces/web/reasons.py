"""Why a message was read as it was, as marked words."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from nestor.faces.web.words import FLAGS, HARMS, LANES, TONES, word
from nestor.inbox.models import Message

MOST_REASONS = 12
_TABLES = {"lane": LANES, "tone": TONES, "harm": HARMS, "flag": FLAGS}


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters; marked where it weighed something."""

    text: str
    label: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in words."""

    label: str
    text: str
    weight: str
    code: str


def reasons_of(message: Message, reading: Any) -> tuple[list[Segment], list[ReasonLine]]:
    """Return the text cut where reasons begin and end, and the heaviest reasons."""
    text = f"{message.subject}\n{message.text}" if message.subject else message.text
    spans = [_span(one, len(text)) for one in reading.reasons]
    heaviest = sorted(spans, key=lambda span: -abs(span[3]))[:MOST_REASONS]
    shown = [span for span in heaviest if span[2] > span[1] and span[3] > 0]
    return _segments(text, shown), [_line(text, span) for span in heaviest]


def _span(stored: list[Any], length: int) -> tuple[str, int, int, float, str]:
    label, start, end, weight, code = stored
    start = max(0, min(int(start), length))
    return str(label), start, max(start, min(int(end), length)), float(weight), str(code)


def _segments(text: str, spans: list[tuple[str, int, int, float, str]]) -> list[Segment]:
    edges = sorted({0, len(text), *(edge for span in spans for edge in span[1:3])})
    found = []
    for start, end in pairwise(edges):
        over = [span for span in spans if span[1] <= start and span[2] >= end]
        label = label_of(max(over, key=lambda span: span[3])[0]) if over else ""
        title = ", ".join(dict.fromkeys(label_of(span[0]) for span in over))
        found.append(Segment(text[start:end], label, title))
    return found


def _line(text: str, span: tuple[str, int, int, float, str]) -> ReasonLine:
    label, start, end, weight, code = span
    shown = _("all the rest") if code == "base" else code.removeprefix("rule:").replace("_", " ")
    return ReasonLine(label_of(label), text[start:end][:80], f"{weight:+.1f}", shown)


def label_of(label: str) -> str:
    """Return `lane:press` in words."""
    family, _colon, code = label.partition(":")
    return word(_TABLES.get(family, {}), code or family)
