"""What machines are shown of a desk's things: public ids, codes, times with their zone, links that are links."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from nestor.brands.models import Channel
from nestor.inbox.models import Attachment, Message
from nestor.inbox.reads import ChannelHealth
from nestor.people.models import User
from nestor.routing.models import Label
from nestor.routing.reads import InboxRow
from nestor.routing.reads.members import MemberRow
from nestor.triage.models import Reading
from nestor.vocabulary import Role


def link(url: str) -> str:
    """Return an address that can be followed without harm, "" for any other."""
    return url if url.startswith(("https://", "http://")) else ""


class LabelShape(BaseModel):
    """A label of the team; `tint` is one of those the pages know."""

    id: str
    name: str
    tint: int


class PersonShape(BaseModel):
    """Somebody of the team."""

    id: str
    name: str
    role: str


class HitShape(BaseModel):
    """Where a search hit: an excerpt and the places to mark in it."""

    excerpt: str
    marks: list[list[int]]
    at: datetime
    is_ours: bool


class ConversationShape(BaseModel):
    """A conversation, and where it stands."""

    id: str
    channel: str
    member: str | None
    network: str
    kind: str
    who: str
    handle: str
    subject: str
    excerpt: str
    lane: str
    tone: str
    urgency: int
    harm_level: int
    is_unsure: bool
    is_open: bool
    is_public: bool
    is_mine: bool
    assignee: str
    last_at: datetime
    due_at: datetime | None
    is_late: bool
    answered_at: datetime | None
    answered_elsewhere: bool
    snoozed_until: datetime | None
    labels: list[LabelShape]
    hit: HitShape | None = None


def conversation_shape(row: InboxRow, places: Mapping[str, tuple[str, str | None]]) -> ConversationShape:
    """Return a row of the list; `places` are the channel and member of each conversation, all by public id."""
    channel, member = places.get(row.public_id, ("", None))
    same = "network kind who handle subject excerpt lane tone urgency harm_level is_unsure is_open is_public is_mine"
    same += " assignee last_at due_at is_late answered_at answered_elsewhere snoozed_until"
    values: dict[str, Any] = {name: getattr(row, name) for name in same.split()}
    if row.hit is not None:
        hit = row.hit
        marks = [list(mark) for mark in hit.marks]
        values["hit"] = HitShape(excerpt=hit.excerpt, marks=marks, at=hit.at, is_ours=hit.is_ours)
    labels = label_shapes(row.labels)
    return ConversationShape(id=row.public_id, channel=channel, member=member, labels=labels, **values)


def label_shapes(labels: Iterable[Label]) -> list[LabelShape]:
    """Return labels."""
    return [LabelShape(id=one.public_id, name=one.name, tint=one.tint) for one in labels]


class ReasonShape(BaseModel):
    """A span of a message that made the reading what it is."""

    label: str
    start: int
    end: int
    weight: float
    code: str


class ReadingShape(BaseModel):
    """What the desk believes of a message; a person may have corrected it."""

    language: str
    lane: str
    lanes: dict[str, float]
    tone: str
    harm_level: int
    harm_kinds: list[str]
    urgency: int
    is_unsure: bool
    is_corrected: bool
    reasons: list[ReasonShape]


def reading_shape(row: Reading) -> ReadingShape:
    """Return a reading."""
    reasons = [
        ReasonShape(label=label, start=start, end=end, weight=weight, code=code)
        for label, start, end, weight, code in row.reasons
    ]
    return ReadingShape(
        language=row.language,
        lane=row.lane,
        lanes=row.lanes,
        tone=row.tone,
        harm_level=row.harm_level,
        harm_kinds=row.harm_kinds,
        urgency=row.urgency,
        is_unsure=row.is_unsure,
        is_corrected=row.corrected_at is not None,
        reasons=reasons,
    )


class AttachmentShape(BaseModel):
    """A file a message names; the desk has not fetched it."""

    kind: str
    url: str
    alt: str
    media_type: str


class MessageShape(BaseModel):
    """One utterance as its network shows it now."""

    id: str
    kind: str
    is_ours: bool
    is_public: bool
    who: str
    handle: str
    author_url: str
    subject: str
    text: str
    url: str
    state: str
    has_picture: bool
    published_at: datetime
    arrived_at: datetime
    edited_at: datetime | None
    vanished_at: datetime | None
    attachments: list[AttachmentShape]
    reading: ReadingShape | None


def message_shape(row: Message, files: Sequence[Attachment] = ()) -> MessageShape:
    """Return a message whose author and reading were read along."""
    same = "kind is_ours is_public subject text state has_picture published_at arrived_at edited_at vanished_at"
    author, reading = row.identity, getattr(row, "reading", None)
    attachments = [
        AttachmentShape(kind=one.kind, url=link(one.url), alt=one.alt, media_type=one.media_type) for one in files
    ]
    return MessageShape(
        id=row.public_id,
        who=(author.name or author.handle) if author else "",
        handle=author.handle if author else "",
        author_url=link(author.url) if author else "",
        url=link(row.url),
        attachments=attachments,
        reading=reading_shape(reading) if reading is not None else None,
        **{name: getattr(row, name) for name in same.split()},
    )


class IdentityShape(BaseModel):
    """A member's account on one network."""

    network: str
    handle: str
    name: str
    url: str


class MemberShape(BaseModel):
    """Somebody outside, as the brand knows them."""

    id: str
    name: str
    first_seen_at: datetime
    last_seen_at: datetime
    identities: list[IdentityShape]


def member_shape(row: MemberRow) -> MemberShape:
    """Return a person with their accounts, those somebody joined included."""
    accounts = [
        IdentityShape(network=one.network, handle=one.handle, name=one.name, url=link(one.url)) for one in row.accounts
    ]
    return MemberShape(
        id=row.public_id,
        name=row.name,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.heard_at,
        identities=accounts,
    )


class ChannelShape(BaseModel):
    """One account of the brand on one network, and how well it can be read."""

    id: str
    name: str
    network: str
    handle: str
    url: str
    is_connected: bool
    trouble: str
    trouble_since: datetime | None
    held_at: datetime | None
    hold_reason: str
    read_at: datetime | None
    blind_since: datetime | None


def channel_shape(health: ChannelHealth) -> ChannelShape:
    """Return a channel; none of what opens it."""
    channel: Channel = health.channel
    same = "name network handle is_connected trouble trouble_since held_at hold_reason"
    return ChannelShape(
        id=channel.public_id,
        url=link(channel.url),
        read_at=health.read_at,
        blind_since=health.blind_since,
        **{name: getattr(channel, name) for name in same.split()},
    )


def person_shape(user: User, role: Role) -> PersonShape:
    """Return somebody of the team."""
    return PersonShape(id=user.public_id, name=user.name, role=role.value)
