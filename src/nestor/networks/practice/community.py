"""Reads a written community from `corpora/community/<world>/` and refuses what does not hold together.

Times in a world are minutes since day 01, 00:00, on the wall clock of its zone. Pure but for reading the files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from nestor.networks.practice.entry import DAY, Entry, Faults
from nestor.vocabulary import Harm, Lane, MessageKind, Tone

try:
    from yaml import CSafeLoader as _SafeLoader  # ten times as fast, where PyYAML was built with it
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

PLACES = frozenset({"square", "page", "private", "mail"})
SHAPES = frozenset(
    {"escalation", "healed", "press", "rumour", "pack", "praise", "ambassador"}
    | {"alert", "distress", "newcomer", "troll", "spam", "ordinary", "lead"}
)
LANES = frozenset(lane.value for lane in Lane)
# What else a reader would note: harms, flags, or a second lane.
ALSO = frozenset(
    {*(harm.value for harm in Harm), *LANES}
    | {"thanks", "sarcasm", "deadline", "incident", "newcomer", "suggestion", "security"}
    | {"minor", "accusation", "asks_human", "not_read"}
)
TONES = frozenset(tone.value for tone in Tone)
BRAND = "brand"
DAYS = 30
_KINDS = MappingProxyType(
    {
        "square": frozenset({MessageKind.MENTION.value, MessageKind.COMMENT.value}),
        "page": frozenset({MessageKind.COMMENT.value, MessageKind.REVIEW.value}),
        "private": frozenset({MessageKind.DIRECT.value}),
        "mail": frozenset({MessageKind.MAIL.value}),
    }
)


class BadCommunity(ValueError):
    """What is wrong with the files, one fault a line."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the community."""

    key: str
    name: str
    handle: str
    mail: str
    lang: str
    about: str


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """The brand's own account at one place."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Post:
    """A publication of the brand."""

    id: str
    at: int
    place: str
    lang: str
    text: str
    alt: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a story, or a reaction to come: then `at` counts minutes after what it waits for."""

    id: str
    at: int
    by: str
    place: str
    kind: str
    to: str
    subject: str
    lang: str
    lane: str
    also: tuple[str, ...]
    urgency: int
    tone: str
    text: str
    image: str
    edited: tuple[tuple[int, str], ...] = ()
    deleted: int | None = None
    when_answered: tuple["Said", ...] = ()
    when_silent: tuple["Said", ...] = ()

    @property
    def is_by_brand(self) -> bool:
        """An answer the desk has already given."""
        return self.by == BRAND


@dataclass(frozen=True, slots=True)
class Story:
    """Something that happens, from its first message to its last."""

    slug: str
    about: str
    shape: str
    messages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class World:
    """One brand and everyone who talks to it."""

    key: str
    brand: str
    zone: str
    about: str
    languages: tuple[str, ...]
    accounts: Mapping[str, DeskAccount]
    facts: tuple[str, ...]
    people: Mapping[str, Person]
    posts: tuple[Post, ...]
    stories: tuple[Story, ...]

    def messages(self) -> list[Said]:
        """Return every dated message of every story, oldest first."""
        return sorted((said for story in self.stories for said in story.messages), key=lambda said: (said.at, said.id))


def read_worlds(folder: Path) -> list[World]:
    """Return the world in this folder, or every world in its subfolders; raise `BadCommunity` with all the faults."""
    is_world = (folder / "world.yaml").is_file()
    folders = [folder] if is_world else sorted(path.parent for path in folder.glob("*/world.yaml"))
    faults = Faults()
    worlds = [_read_world(path, faults) for path in folders]
    if not folders:
        faults.add(str(folder), "no world.yaml here, nor one folder below")
    if faults.found:
        raise BadCommunity(faults.found)
    return worlds


def _read_world(folder: Path, faults: Faults) -> World:
    head = Entry(_content(folder / "world.yaml", dict, faults), f"{folder.name}/world.yaml", faults)
    brand = head.entry("brand")
    zone = brand.text("zone")
    try:
        ZoneInfo(zone or "?")
    except (ZoneInfoNotFoundError, ValueError):
        brand.fault("zone", "no such time zone")
    accounts = {place: _account(head.entry("accounts").entry(place)) for place in sorted(PLACES)}
    world = World(
        key=head.text("world"),
        brand=brand.text("name"),
        zone=zone,
        about=brand.text("about"),
        languages=brand.texts("languages"),
        accounts=MappingProxyType(accounts),
        facts=head.texts("facts", needed=False),
        people=MappingProxyType(_people(folder, faults)),
        posts=tuple(_post(entry) for entry in _entries(folder / "posts.yaml", faults)),
        stories=tuple(_story(path, faults) for path in sorted((folder / "stories").glob("*.yaml"))),
    )
    brand.finish("name", "zone", "about", "languages")
    head.finish("world", "brand", "accounts", "facts")
    if world.key != folder.name:
        faults.add(head.where, f"world: {folder.name} is expected, like the folder")
    _check_references(world, folder.name, faults)
    return world


def _account(entry: Entry) -> DeskAccount:
    handle = entry.text("handle", needed=False) or entry.text("address")
    entry.finish("handle", "address", "name")
    return DeskAccount(handle, entry.text("name"))


def _people(folder: Path, faults: Faults) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for entry in _entries(folder / "people.yaml", faults):
        person = Person(
            key=entry.text("key"),
            name=entry.text("name"),
            handle=entry.text("handle"),
            mail=entry.text("mail", needed=False),
            lang=entry.text("lang"),
            about=entry.text("about"),
        )
        entry.finish("key", "name", "handle", "mail", "lang", "about")
        if person.key in people:
            entry.fault("key", f"{person.key} is there twice")
        if person.key == BRAND:
            entry.fault("key", "brand is the desk itself")
        people[person.key] = person
    return people


def _post(entry: Entry) -> Post:
    post = Post(
        id=entry.text("id"),
        at=entry.day("at", last=DAYS),
        place=entry.choice("place", frozenset({"square", "page"})),
        lang=entry.text("lang"),
        text=entry.text("text"),
        alt=entry.text("alt", needed=False),
    )
    entry.finish("id", "at", "place", "lang", "text", "alt")
    return post


def _story(path: Path, faults: Faults) -> Story:
    where = f"{path.parent.parent.name}/stories/{path.name}"
    entry = Entry(_content(path, dict, faults), where, faults)
    story = Story(
        slug=entry.text("story"),
        about=entry.text("about"),
        shape=entry.choice("shape", SHAPES),
        messages=tuple(_message(message) for message in entry.entries("messages")),
    )
    entry.finish("story", "about", "shape", "messages")
    if not story.messages:
        entry.fault("messages", "there are none")
    return story


_SHARED_FIELDS = ("by", "lang", "lane", "also", "urgency", "tone", "text", "image", "when_answered")
_DATED_FIELDS = ("id", "at", "place", "kind", "to", "subject", "edited", "deleted", "when_silent", *_SHARED_FIELDS)


def _message(entry: Entry) -> Said:
    place = entry.choice("place", PLACES)
    said = replace(
        _said(entry),
        id=entry.text("id"),
        at=entry.day("at", last=DAYS),
        place=place,
        to=entry.text("to", needed=False),
        subject=entry.text("subject", needed=False),
        edited=tuple(_edit(edit) for edit in entry.entries("edited", needed=False)),
        deleted=entry.day("deleted", last=DAYS) if entry.has("deleted") else None,
        when_silent=tuple(_reaction(reaction) for reaction in entry.entries("when_silent", needed=False)),
    )
    if said.is_by_brand:
        entry.forbid("kind", "lane", "when_answered", "when_silent", reason="the desk's own answers have none")
    else:
        said = replace(said, kind=entry.choice("kind", _KINDS.get(place, frozenset())))
    entry.finish(*_DATED_FIELDS)
    return said


def _edit(entry: Entry) -> tuple[int, str]:
    entry.finish("at", "text")
    return entry.day("at", last=DAYS), entry.text("text")


def _reaction(entry: Entry) -> Said:
    said = replace(_said(entry), at=entry.span("after"))
    if said.is_by_brand:
        entry.fault("by", "only people react")
    entry.finish("after", *_SHARED_FIELDS)
    return said


def _said(entry: Entry) -> Said:
    """Read what messages and reactions share; the rest is filled in by the caller."""
    by = entry.text("by")
    image = entry.text("image", needed=False)
    text = entry.text("text", needed=not image)
    return Said(
        id="",
        at=0,
        by=by,
        place="",
        kind="",
        to="",
        subject="",
        lang=entry.text("lang"),
        lane="" if by == BRAND else entry.choice("lane", LANES),
        also=entry.choices("also", ALSO),
        urgency=entry.whole("urgency", 0, 3),
        tone=entry.choice("tone", TONES, otherwise=Tone.NEUTRAL.value),
        text=text.rstrip("\n"),
        image=image,
        when_answered=tuple(_reaction(reaction) for reaction in entry.entries("when_answered", needed=False)),
    )


def _check_references(world: World, where: str, faults: Faults) -> None:
    for person in world.people.values():
        if not person.handle.startswith("@"):
            faults.add(f"{where}/people.yaml: {person.key}", "handle: starts with @")
    placed = {post.id: (post.place, post.at) for post in world.posts}
    if len(placed) < len(world.posts):
        faults.add(f"{where}/posts.yaml", "an id is there twice")
    for story in world.stories:
        for said in story.messages:
            if said.id in placed:
                faults.add(f"{where}: {story.slug}: {said.id}", "this id is there twice")
            placed[said.id] = (said.place, said.at)
    for story in world.stories:
        for said in story.messages:
            for fault in (*_faults_of(said, placed), *_unknown_people(said, world)):
                faults.add(f"{where}: {story.slug}: {said.id}", fault)


def _faults_of(said: Said, placed: Mapping[str, tuple[str, int]]) -> Iterable[str]:
    if said.to and said.to not in placed:
        yield f"to: {said.to} is nowhere"
    elif said.to:
        place, at = placed[said.to]
        if place != said.place:
            yield f"to: {said.to} is at {place}, not at {said.place}"
        if at > said.at:
            yield f"to: {said.to} comes later"
    if (said.is_by_brand or said.kind == MessageKind.COMMENT.value) and not said.to:
        yield "to: what is answered or commented is missing"
    if said.place == "mail" and not said.to and not said.subject:
        yield "subject: a first mail has one"
    if said.place != "mail" and said.subject:
        yield "subject: only mails have one"
    for at, _text in said.edited:
        if at <= said.at:
            yield "edited: before it was written"
    if said.deleted is not None and said.deleted <= said.at:
        yield "deleted: before it was written"


def _unknown_people(said: Said, world: World) -> Iterable[str]:
    if not said.is_by_brand and said.by not in world.people:
        yield f"by: {said.by} is nobody"
    elif said.place == "mail" and not said.is_by_brand and not world.people[said.by].mail:
        yield f"by: {said.by} has no mail address"
    for reaction in (*said.when_answered, *said.when_silent):
        yield from _unknown_people(replace(reaction, place=said.place), world)


class _Loader(_SafeLoader):
    """A safe loader that refuses the same key twice, which YAML readers otherwise drop in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _content(path: Path, wanted: type, faults: Faults) -> Any:
    where = f"{path.parent.name}/{path.name}"
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 — a SafeLoader
    except FileNotFoundError:
        faults.add(where, "is missing")
        return wanted()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.add(f"{where}:{mark.line + 1}" if mark else where, getattr(error, "problem", "") or "cannot be read")
        return wanted()
    if not isinstance(content, wanted):
        faults.add(where, f"a {'list' if wanted is list else 'mapping'} is expected")
        return wanted()
    return content


def _entries(path: Path, faults: Faults) -> list[Entry]:
    where = f"{path.parent.name}/{path.name}"
    return [
        Entry(entry, f"{where}: entry {number}", faults) for number, entry in enumerate(_content(path, list, faults), 1)
    ]


__all__ = ["DAY", "BadCommunity", "DeskAccount", "Person", "Post", "Said", "Story", "World", "read_worlds"]
