"""What a list of conversations may be narrowed to, as addresses, saved views and the API write it. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from nestor.vocabulary import Lane, Language, MessageKind, Tone
from nestor.work.rules.words import MOST_ASKED

PUBLIC_ID = re.compile(r"[0-9a-z]{16}")
MOST_CHOSEN = 30  # values of one kind


class State(StrEnum):
    """Where in its life a conversation is, as lists divide them."""

    OPEN = "open"  # in the inbox
    SNOOZED = "snoozed"  # open, and put off until later
    DONE = "done"
    ANY = "any"


class ClockState(StrEnum):
    """What the clock of a conversation does."""

    LATE = "late"
    SOON = "soon"  # a part of its time is gone
    ESCALATED = "escalated"  # late for long: passed on
    RUNNING = "running"
    STOPPED = "stopped"
    NONE = "none"  # no answer is owed


class Order(StrEnum):
    """In which order a list stands."""

    TIME = "time"  # latest first
    DUE = "due"  # first due first
    RELEVANCE = "relevance"  # best hit first; only when words are searched for


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What a list shows. Empty is everything; several values of one kind mean any of them, kinds narrow each other.

    `whose` is "", "me", "nobody" or a colleague's public id; channels, labels and `member` are public ids; `since` and
    `until` are days, both included, in the zone of whoever looks.
    """

    lanes: tuple[Lane, ...] = ()
    tones: tuple[Tone, ...] = ()
    least_urgency: int = 0
    channels: tuple[str, ...] = ()
    kinds: tuple[MessageKind, ...] = ()
    whose: str = ""
    labels: tuple[str, ...] = ()
    clock: ClockState | None = None
    languages: tuple[Language, ...] = ()
    member: str = ""
    since: date | None = None
    until: date | None = None
    is_unsure: bool = False
    state: State = State.OPEN
    words: str = ""
    order: Order = Order.TIME


# The name of each part in an address; short, since people share addresses.
NAMES = {
    "lanes": "lane",
    "tones": "tone",
    "least_urgency": "urgency",
    "channels": "channel",
    "kinds": "kind",
    "whose": "whose",
    "labels": "label",
    "clock": "clock",
    "languages": "language",
    "member": "member",
    "since": "since",
    "until": "until",
    "is_unsure": "unsure",
    "state": "state",
    "words": "q",
    "order": "order",
}
EVERYTHING = InboxFilter()


def _chosen(kind: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    def read(text: str) -> tuple[Any, ...]:
        found = [_or_none(kind, part.strip()) for part in text.split(",")[: MOST_CHOSEN + 1]]
        return tuple(dict.fromkeys(one for one in found if one is not None))[:MOST_CHOSEN]

    return read


def _or_none(kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return None


def _public_id(text: str) -> str:
    if not PUBLIC_ID.fullmatch(text):
        raise ValueError(text[:20])
    return text


def _whose(text: str) -> str:
    return text if text in ("me", "nobody") else _public_id(text)


def _urgency(text: str) -> int:
    return {"1": 1, "2": 2, "3": 3}.get(text, 0)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None


READERS: dict[str, Callable[[str], Any]] = {
    "lanes": _chosen(Lane),
    "tones": _chosen(Tone),
    "least_urgency": _urgency,
    "channels": _chosen(_public_id),
    "kinds": _chosen(MessageKind),
    "whose": _whose,
    "labels": _chosen(_public_id),
    "clock": ClockState,
    "languages": _chosen(Language),
    "member": _public_id,
    "since": _day,
    "until": _day,
    "is_unsure": lambda text: text == "1",
    "state": State,
    "words": lambda text: text.strip()[:MOST_ASKED],
    "order": Order,
}


def filter_of(given: Mapping[str, str]) -> InboxFilter:
    """Return the filter an address asks for; what makes no sense in it is left out."""
    found = {}
    for field, name in NAMES.items():
        value = _or_none(READERS[field], given[name]) if given.get(name) else None
        if value is not None:
            found[field] = value
    if found.get("words") and "state" not in found:
        found["state"] = State.ANY  # whoever looks for words looks everywhere
    if not found.get("words") and found.get("order") is Order.RELEVANCE:
        del found["order"]
    return InboxFilter(**found)


def given_by(wanted: InboxFilter) -> dict[str, str]:
    """Return the filter as an address holds it; `filter_of` reads it back."""
    usual = replace(EVERYTHING, state=State.ANY) if wanted.words else EVERYTHING
    return {
        NAMES[one.name]: _written(getattr(wanted, one.name))
        for one in fields(wanted)
        if getattr(wanted, one.name) != getattr(usual, one.name)
    }


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a conversation's standing without looking at the clock or into its words."""

    lane: str
    tone: str
    urgency: int
    channel_id: int
    kind: str
    language: str
    assignee_id: int | None
    label_ids: frozenset[int]
    is_unsure: bool
    is_open: bool
    is_snoozed: bool
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """A filter with its public ids resolved to rows, for one person; what a counter of a saved view goes by."""

    wanted: InboxFilter
    channel_ids: frozenset[int] = frozenset()
    label_ids: frozenset[int] = frozenset()
    assignee_id: int | None = None  # of `whose`, where it names somebody


def can_be_kept(wanted: InboxFilter) -> bool:
    """Return whether a count of this filter can be kept: it depends on neither the hour nor the words."""
    return not (wanted.clock or wanted.words or wanted.member or wanted.since or wanted.until)


def answers(facts: Facts, sought: Sought) -> bool:
    """Return whether a conversation belongs to a filter whose count can be kept."""
    wanted = sought.wanted
    return (
        _is_in_state(facts, wanted.state)
        and (not wanted.lanes or facts.lane in wanted.lanes)
        and (not wanted.tones or facts.tone in wanted.tones)
        and facts.urgency >= wanted.least_urgency
        and (not wanted.kinds or facts.kind in wanted.kinds)
        and (not wanted.languages or facts.language in wanted.languages)
        and (not wanted.channels or facts.channel_id in sought.channel_ids)
        and (not wanted.labels or not facts.label_ids.isdisjoint(sought.label_ids))
        and (facts.is_unsure or not wanted.is_unsure)
        and _is_whose(facts, sought)
    )


def _is_in_state(facts: Facts, state: State) -> bool:
    if state is State.ANY:
        return True
    if state is State.DONE:
        return not facts.is_open
    return facts.is_open and facts.is_snoozed == (state is State.SNOOZED)


def _is_whose(facts: Facts, sought: Sought) -> bool:
    if not sought.wanted.whose:
        return True
    if sought.wanted.whose == "nobody":
        return facts.assignee_id is None
    return facts.assignee_id is not None and facts.assignee_id == sought.assignee_id
