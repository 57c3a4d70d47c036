"""What machines get back: pages, and what became of a request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from nestor.faces.shapes import (
    ChannelShape,
    ConversationShape,
    LabelShape,
    MemberShape,
    MessageShape,
    PersonShape,
)


class Conversations(BaseModel):
    """A page of conversations; `next` asks for what follows, null is the end."""

    items: list[ConversationShape]
    next: str | None


class Messages(BaseModel):
    """A page of messages, oldest first."""

    items: list[MessageShape]
    next: str | None


class Members(BaseModel):
    """A page of members, latest heard first."""

    items: list[MemberShape]
    next: str | None


class Channels(BaseModel):
    """Every channel of the brand."""

    items: list[ChannelShape]


class Labels(BaseModel):
    """Every label of the team."""

    items: list[LabelShape]


class Team(BaseModel):
    """Everybody of the team, by name."""

    items: list[PersonShape]


class LineShape(BaseModel):
    """One line of the journal: what was done, when, why. Not by whom: no machine gathers what one person did."""

    at: datetime
    verb: str
    reason: str
    conversation: str | None
    channel: str | None
    facts: dict[str, str]


class Lines(BaseModel):
    """A page of the journal, latest first."""

    items: list[LineShape]
    next: str | None


class Done(BaseModel):
    """What became of a deed: whether anything changed, and how the conversation stands now."""

    changed: bool
    conversation: ConversationShape


class Changed(BaseModel):
    """Whether anything changed."""

    changed: bool


class TokenShape(BaseModel):
    """The token that asks."""

    name: str
    brand: str
    scopes: list[str]
    expires_at: datetime


class FindingShape(BaseModel):
    """What the guard objects to, in words."""

    id: str
    level: str
    family: str
    says: str
    spans: list[list[int]]


class CheckedShape(BaseModel):
    """What the guard and the network think of a text; nothing is stored and nothing is sent."""

    may_go: bool
    length: int
    most: int | None
    unit: str
    findings: list[FindingShape]


class FileShape(BaseModel):
    """A file that was drawn anew; its bytes stand at `/files/{file}/content`."""

    id: str
    name: str
    alt: str
    media_type: str


class DraftShape(BaseModel):
    """What the person behind the token is writing in a conversation."""

    text: str
    changed_at: datetime | None
    files: list[FileShape]


class DeliveryShape(BaseModel):
    """An answer on its way, or where it came to."""

    id: str
    state: str
    text: str
    channel: str
    conversation: str
    made_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    reason: str
    url: str
    files: list[FileShape]


class Deliveries(BaseModel):
    """What was sent in a conversation, oldest first."""

    items: list[DeliveryShape]


class ClearanceShape(BaseModel):
    """A second person's consent that was asked for, and what they said; not who."""

    id: str
    state: str
    reason: str
    judged_at: datetime | None


class ProblemShape(BaseModel):
    """What went wrong (RFC 9457), in the language of `Accept-Language`."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def plain(facts: Mapping[str, Any], names: frozenset[str]) -> dict[str, str]:
    """Return those facts of the journal that are codes."""
    return {name: str(value) for name, value in facts.items() if name in names and isinstance(value, str)}
