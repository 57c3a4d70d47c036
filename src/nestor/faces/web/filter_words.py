"""What a filter of the list says in words, and what it offers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nestor.brands.models import Channel
from nestor.faces.web.words import KINDS, LANE_ORDER, LANES, TONES, URGENCIES, Words, word
from nestor.people.models import Member
from nestor.people.reads import Seat, team_of
from nestor.routing.models import Label
from nestor.routing.rules.filters import InboxFilter, State, given_by

CLOCKS: Words = {
    "late": gettext_lazy("answer late"),
    "soon": gettext_lazy("answer due soon"),
    "escalated": gettext_lazy("late for long, passed on"),
    "running": gettext_lazy("answer owed"),
    "stopped": gettext_lazy("clock stopped"),
    "none": gettext_lazy("no answer owed"),
}
LANGUAGES: Words = {
    "fr": gettext_lazy("French"),
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "de": gettext_lazy("German"),
    "it": gettext_lazy("Italian"),
    "pt": gettext_lazy("Portuguese"),
    "nl": gettext_lazy("Dutch"),
    "ar": gettext_lazy("Arabic"),
    "unknown": gettext_lazy("language unknown"),
}
STATES: Words = {
    "open": gettext_lazy("open"),
    "snoozed": gettext_lazy("put off"),
    "done": gettext_lazy("done"),
    "any": gettext_lazy("open and done"),
}
ORDERS: Words = {
    "time": gettext_lazy("latest first"),
    "due": gettext_lazy("first due first"),
    "relevance": gettext_lazy("best match first"),
}
TIMES = ("1", "2", "3")


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the filter in words, and the address of the list without it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Choices:
    """One part of the filter: its name in the address, what it is called, its values and which are chosen."""

    name: str
    title: "str | Promise"
    options: tuple[tuple[str, str, bool], ...]
    is_many: bool = False


def chips_of(seat: Seat, wanted: InboxFilter, channels: Sequence[Channel], labels: Sequence[Label]) -> list[Chip]:
    """Return the parts of a filter as words, each with the way out of it."""
    parts = given_by(wanted)
    named = {one.public_id: channel_name(one) for one in channels} | {one.public_id: one.name for one in labels}
    return [
        Chip(_said(seat, name, value, named), _without(parts, name, wanted))
        for name, value in parts.items()
        if name not in ("q", "order") and not (name == "state" and wanted.words)
    ]


def channel_name(channel: Channel) -> str:
    """Return what a channel is called among others: one that is disconnected says so."""
    return channel.name if channel.is_connected else _("%(name)s (disconnected)") % {"name": channel.name}


def alive_first(channels: Sequence[Channel]) -> list[Channel]:
    """Return channels with the disconnected ones last: what was said there can still be looked for."""
    return sorted(channels, key=lambda one: not one.is_connected)


def _without(parts: Mapping[str, str], name: str, wanted: InboxFilter) -> str:
    kept = {key: value for key, value in parts.items() if key != name}
    if wanted.words and wanted.state is not State.ANY and name != "state":
        kept["state"] = wanted.state.value
    return reverse("inbox") + (f"?{urlencode(kept, safe=',')}" if kept else "")


def _said(seat: Seat, name: str, value: str, named: Mapping[str, str]) -> str:
    tables: dict[str, Words] = {
        "lane": LANES,
        "tone": TONES,
        "kind": KINDS,
        "clock": CLOCKS,
        "language": LANGUAGES,
        "state": STATES,
    }
    if name in tables:
        return ", ".join(word(tables[name], code) for code in value.split(","))
    if name in ("channel", "label"):
        return ", ".join(named.get(one, "?") for one in value.split(","))
    if name == "urgency":
        return _("%(how)s or sooner") % {"how": word(URGENCIES, value)}
    if name == "whose":
        return _whose(seat, value)
    if name == "member":
        return Member.objects.of(seat.brand).filter(public_id=value).values_list("name", flat=True).first() or "?"
    return {
        "since": _("since %(day)s") % {"day": value},
        "until": _("until %(day)s") % {"day": value},
        "unsure": _("unsure"),
    }[name]


def _whose(seat: Seat, value: str) -> str:
    if value in ("me", "nobody"):
        return _("yours") if value == "me" else _("nobody’s")
    return next((user.name for user, _role in team_of(seat.brand) if user.public_id == value), "?")


def choices_of(seat: Seat, wanted: InboxFilter, channels: Sequence[Channel], labels: Sequence[Label]) -> list[Choices]:
    """Return what the list can be narrowed by, with what is chosen now."""
    parts = given_by(wanted)
    team = [("me", _("yours")), ("nobody", _("nobody’s"))]
    team += [(user.public_id, user.name) for user, _role in team_of(seat.brand) if user.pk != seat.user.pk]
    rows: list[tuple[str, Any, Iterable[tuple[str, Any]], bool]] = [
        ("lane", _("Lane"), [(code, LANES[code]) for code in LANE_ORDER], True),
        ("state", _("State"), STATES.items(), False),
        ("whose", _("Whose"), team, False),
        ("clock", _("Clock"), CLOCKS.items(), False),
        ("label", _("Label"), [(one.public_id, one.name) for one in labels], False),
        ("channel", _("Channel"), [(one.public_id, channel_name(one)) for one in alive_first(channels)], False),
        ("kind", _("Kind"), KINDS.items(), False),
        ("tone", _("Tone"), TONES.items(), False),
        ("urgency", _("Urgency, at least"), [(one, URGENCIES[one]) for one in TIMES], False),
        ("language", _("Language"), LANGUAGES.items(), False),
        ("order", _("Order"), ORDERS.items(), False),
    ]
    return [
        Choices(name, title, _options(options, parts.get(name, ""), wanted, name), is_many=is_many)
        for name, title, options, is_many in rows
    ]


def _options(
    options: Iterable[tuple[str, Any]], given: str, wanted: InboxFilter, name: str
) -> tuple[tuple[str, str, bool], ...]:
    chosen = given.split(",")
    if name == "state":
        chosen = [wanted.state.value]
    found = [(code, str(said), code in chosen) for code, said in options if code != "relevance" or wanted.words]
    if len(chosen) > 1 and name != "lane":  # several values, as a shared address may hold
        found.append((given, " · ".join(said for _code, said, is_it in found if is_it) or "?", True))
        found = [(code, said, is_it and code == given) for code, said, is_it in found]
    return tuple(found)
