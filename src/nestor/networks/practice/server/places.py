"""The places of the practice network and the manners of each; every manner can be changed while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import regex

PLACES = ("square", "page", "private", "mail")
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a place behaves. Durations in seconds, lengths in `unit`; None where there is no limit."""

    text: int | None
    unit: str = "characters"  # characters | graphemes
    subject: int | None = None
    images: int = 0
    alt: int | None = None
    media_types: tuple[str, ...] = ()  # of pictures that come with a message
    file_bytes: int | None = None  # of each of them
    honours_marks: bool = False  # the same mark twice is one message, and the mark is given back
    webhooks: bool = False
    answer_within: int | None = None  # since their last message
    answers_after: float = 0.0  # how slow each answer is
    calls_per_minute: int = 600
    settles_within: int = 20  # promised: later, what was asked is visible or will never be
    closed: bool = False  # nobody may write for now
    refuses_twins_for: int = 0  # the same text under the same message again: "duplicate"
    page_size: int = 50
    holds_first: bool = False  # what visitors write waits for approval
    abilities: tuple[str, ...] = ()


PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
_READS = ("fetch", "fetch_back", "reply", "find")
_PUBLIC = (*_READS, "publish", "edit", "delete", "like", "hide", "block", "metrics")

DEFAULT_MANNERS: Mapping[str, Manners] = {
    "square": Manners(
        text=300,
        unit="graphemes",
        images=4,
        alt=1000,
        media_types=PICTURES,
        file_bytes=2_000_000,
        honours_marks=True,
        webhooks=True,
        abilities=(*_PUBLIC, "webhook", "honours_marks"),
    ),
    "page": Manners(
        text=8000,
        images=4,
        alt=1000,
        media_types=PICTURES,
        file_bytes=2_000_000,
        abilities=(*_PUBLIC, "approve", "hold", "spam", "trash"),
    ),
    "private": Manners(
        text=2000,
        honours_marks=True,
        webhooks=True,
        answer_within=86_400,
        abilities=(*_READS, "delete", "block", "webhook", "honours_marks"),
    ),
    "mail": Manners(text=None, subject=998, answers_after=0.15, abilities=(*_READS, "spam", "trash")),
}


class BadManners(ValueError):
    """A change of manners that makes no sense; says which."""


def as_stored(manners: Manners) -> dict[str, Any]:
    """Return the manners as JSON-able values."""
    return asdict(manners)


def from_stored(stored: Mapping[str, Any]) -> Manners:
    """Return manners from `as_stored`'s values."""
    return Manners(**{**stored, "abilities": tuple(stored["abilities"]), "media_types": tuple(stored["media_types"])})


def changed(manners: Manners, changes: Mapping[str, Any]) -> Manners:
    """Return the manners with the changes; raise `BadManners` on an unknown name or a wrong type."""
    known = {entry.name: getattr(entry.type, "__name__", str(entry.type)) for entry in fields(Manners)}
    for name, value in changes.items():
        if name not in known:
            raise BadManners(f"unknown manner: {name}")
        if not _fits(value, known[name]):
            raise BadManners(f"{name}: {known[name]} expected")
    given = dict(changes)
    for name in {"abilities", "media_types"} & given.keys():
        given[name] = tuple(given[name])
    if "honours_marks" in given:
        others = tuple(name for name in given.get("abilities", manners.abilities) if name != "honours_marks")
        given["abilities"] = (*others, "honours_marks") if given["honours_marks"] else others
    return replace(manners, **given)


def _fits(value: Any, wanted: str) -> bool:
    if value is None:
        return "None" in wanted
    if wanted == "bool":
        return isinstance(value, bool)
    if wanted.startswith("tuple"):
        return isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value)
    if wanted == "str":
        return value in {"characters", "graphemes"}
    is_number = isinstance(value, int) or (wanted == "float" and isinstance(value, float))
    return is_number and not isinstance(value, bool) and 0 <= value <= 1_000_000_000


def length(text: str, unit: str) -> int:
    """Return the length as a place counts it: code points, or what a reader sees as one character."""
    return len(_GRAPHEME.findall(text)) if unit == "graphemes" else len(text)
