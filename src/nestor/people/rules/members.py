"""What a list of members may be narrowed to, as addresses write it. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from nestor.work.rules.words import MOST_ASKED

PUBLIC_ID = re.compile(r"[0-9a-z]{16}")
NETWORK = re.compile(r"[a-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """What a list of members shows; empty is everybody. `label` is a public id; days are whole, in the brand's zone."""

    words: str = ""
    network: str = ""
    label: str = ""
    since: date | None = None
    until: date | None = None
    is_joined: bool = False  # several accounts that somebody said are one person


NAMES = {
    "words": "q",
    "network": "network",
    "label": "label",
    "since": "since",
    "until": "until",
    "is_joined": "joined",
}


def _matching(pattern: "re.Pattern[str]") -> Callable[[str], str]:
    return lambda text: text if pattern.fullmatch(text) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


READERS: Mapping[str, Callable[[str], object]] = {
    "words": lambda text: text.strip()[:MOST_ASKED],
    "network": _matching(NETWORK),
    "label": _matching(PUBLIC_ID),
    "since": _day,
    "until": _day,
    "is_joined": lambda text: text == "1",
}


def members_wanted(given: Mapping[str, str]) -> MemberFilter:
    """Return the filter an address asks for; what makes no sense in it is left out."""
    found = {field: READERS[field](given[name]) for field, name in NAMES.items() if given.get(name)}
    return MemberFilter(**{field: value for field, value in found.items() if value})  # type: ignore[arg-type]


def as_asked(wanted: MemberFilter) -> dict[str, str]:
    """Return the filter as an address holds it; `members_wanted` reads it back."""
    found = {NAMES[one.name]: getattr(wanted, one.name) for one in fields(wanted)}
    return {name: _written(value) for name, value in found.items() if value}


def _written(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "1" if value is True else str(value)
