"""What each place accepts and allows: as written when this was built, until the network itself has said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from nestor.networks.contract import Ability, Limits
from nestor.networks.measure import count

_SOURCE = "docs/networks/practice.md"
_AS_OF = "2026-11-20"

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
_PUBLIC: dict[str, Any] = {"images": 4, "alt": 1000, "media_types": PICTURES, "file_bytes": 2_000_000}

WRITTEN: Mapping[str, Limits] = {
    "square": Limits(300, "graphemes", _SOURCE, _AS_OF, **_PUBLIC),
    "page": Limits(8000, "characters", _SOURCE, _AS_OF, **_PUBLIC),
    "private": Limits(2000, "characters", _SOURCE, _AS_OF, reply_within=timedelta(hours=24)),
    "mail": Limits(None, "characters", _SOURCE, _AS_OF, subject=998),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What the network says of the account's place. `settles_within`: later, a request shows or never will."""

    key: str
    abilities: frozenset[Ability]
    limits: Limits
    settles_within: timedelta


def served(said: Mapping[str, Any]) -> Place:
    """Return the place out of the network's answer; raise KeyError, TypeError or ValueError when it makes no sense."""
    limits = said["limits"]
    written = WRITTEN[said["place"]]
    if limits["unit"] not in {"characters", "graphemes"}:
        raise ValueError("unknown unit")
    within = limits["reply_within"]
    return Place(
        key=said["place"],
        abilities=frozenset(Ability(name) for name in said["abilities"]),
        limits=replace(
            written,
            text=_length(limits["text"]),
            unit=limits["unit"],
            subject=_length(limits["subject"]),
            images=_length(limits["images"]) or 0,
            alt=_length(limits["alt"]),
            media_types=_types(limits.get("media_types", [])),
            file_bytes=_length(limits.get("file_bytes")),
            reply_within=None if within is None else timedelta(seconds=within),
            source="the network",
        ),
        settles_within=timedelta(seconds=said["settles_within"]),
    )


def _length(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and value >= 0):
        return value
    raise ValueError("a length is a whole number")


def _types(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError("types are a list of text")


def measure(text: str, limits: Limits) -> int:
    """Return the length of a text in the unit of these limits."""
    return count(text, limits.unit)
