"""What arrived, as screens and workers ask for it. No message is given out before triage has read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, TextField, Value

from nestor.brands.models import Brand, Channel
from nestor.brands.scoping import BrandQuerySet, BrandRow
from nestor.inbox import rules
from nestor.inbox.models import (
    Attachment,
    BlindSpot,
    Conversation,
    Cursor,
    Message,
    MessageVersion,
    Payload,
    WebhookCall,
)
from nestor.people.reads import Seat
from nestor.people.reads.members import joined_to
from nestor.people.rules import Permission
from nestor.work.reads import is_free

WHY = "a sweep looks at every brand's due rows"


def due_cursors(now: datetime, most: int) -> Iterable[int]:
    """Return cursors of connected channels whose time has come, longest waiting first."""
    rows = Cursor.objects.across_brands(WHY).filter(is_free(now), due_at__lte=now, channel__is_connected=True)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:most])


def due_calls(now: datetime, most: int) -> Iterable[int]:
    """Return webhook calls that wait to be opened, oldest first."""
    rows = WebhookCall.objects.across_brands(WHY).filter(is_free(now), due_at__lte=now, channel__is_connected=True)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def due_blind_spots(now: datetime, most: int) -> Iterable[int]:
    """Return blind spots whose back-fill is to go on."""
    rows = BlindSpot.objects.across_brands(WHY).filter(
        is_free(now), due_at__lte=now, closed_at__isnull=True, until_at__isnull=False, channel__is_connected=True
    )
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


UPKEEP = "upkeep of the installation"


def overdue_rows(now: datetime) -> tuple[tuple[type[BrandRow], BrandQuerySet], ...]:
    """Return raw forms that were kept long enough, and what is left of webhook calls opened as long ago."""
    kept_for = timedelta(days=settings.NESTOR_KEEP_PAYLOADS_FOR)
    calls = WebhookCall.objects.across_brands(UPKEEP).filter(due_at__isnull=True, received_at__lte=now - kept_for)
    return (Payload, Payload.objects.across_brands(UPKEEP).filter(keep_until__lte=now)), (WebhookCall, calls)


def overdue_payloads(now: datetime, most: int) -> list[int]:
    """Return rows that upkeep would drop."""
    return [pk for _model, rows in overdue_rows(now) for pk in rows.values_list("pk", flat=True)[:most]][:most]


def may_see(seat: Seat) -> Q:
    """Return the condition under which this person may see a message: it was read, and if sealed they must know."""
    shown = Q(shown_at__isnull=False)
    return shown if seat.may(Permission.SEE_SEALED) else shown & Q(is_sealed=False)


def conversation_for(seat: Seat, public_id: str) -> Conversation | None:
    """Return the conversation, with its standing, if this person may see any of it. One query.

    A sealed message seals all that was said around it.
    """
    said = Message.objects.of(seat.brand).filter(conversation=OuterRef("pk"))
    rows = Conversation.objects.of(seat.brand).filter(Exists(said.filter(may_see(seat))), public_id=public_id)
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(~Exists(said.filter(is_sealed=True)))
    standing = ("route", "route__assignee", "route__last_message__identity")
    found: Conversation | None = rows.select_related("channel", "member__person", "post", *standing).first()
    return found


def _is_open_to(seat: Seat, conversation_id: int) -> bool:
    rows = Message.objects.of(seat.brand).filter(conversation_id=conversation_id)
    if not seat.may(Permission.SEE_SEALED) and rows.filter(is_sealed=True).exists():
        return False
    return bool(rows.filter(may_see(seat)).exists())


def message_for(seat: Seat, public_id: str) -> Message | None:
    """Return one message if this person may see it."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat), public_id=public_id)
    found: Message | None = rows.select_related("conversation", "channel").first()
    return found if found is not None and _is_open_to(seat, found.conversation_id) else None


def excerpt_for(seat: Seat, message: Message | None) -> str:
    """Return one line of a message; nothing of one that is being read again, or sealed to this person."""
    if message is None or message.shown_at is None or (message.is_sealed and not seat.may(Permission.SEE_SEALED)):
        return ""
    return rules.excerpt_of(message.text)


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a thread with all that its place on the screen shows."""

    message: Message
    who: str
    handle: str
    author_url: str
    is_late_arrival: bool
    attachments: tuple[Attachment, ...]
    versions: tuple[MessageVersion, ...]
    reading: Any  # triage.models.Reading, a later room's: None for our own


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a thread is asked for: the last so many messages before a place, or all since one, bounded."""

    before: tuple[datetime, int] | None = None
    since: tuple[datetime, int] | None = None
    most: int = 100


def thread(conversation: Conversation, seat: Seat, window: Window | None = None) -> tuple[ThreadMessage, ...]:
    """Return what this person may see of a conversation, oldest first: all of it, or one window. Two queries."""
    rows = _said_in(conversation, seat).select_related("identity", "reading")
    if window is None:
        messages = list(rows.order_by("published_at", "id"))
    else:
        rows = rows.filter(_within(window)).order_by("-published_at", "-id")
        messages = list(rows[: window.most])[::-1]
    files, versions = _parts_of(seat, [message.pk for message in messages])
    return tuple(
        ThreadMessage(
            message=one,
            who=one.identity.name or one.identity.handle if one.identity else "",
            handle=one.identity.handle if one.identity else "",
            author_url=one.identity.url if one.identity else "",
            is_late_arrival=rules.is_late_arrival(one.published_at, one.arrived_at, since=conversation.channel.made_at),
            attachments=tuple(files.get(one.pk, ())),
            versions=tuple(versions.get(one.pk, ())),
            reading=getattr(one, "reading", None),
        )
        for one in messages
    )


def _said_in(conversation: Conversation, seat: Seat) -> BrandQuerySet:
    rows = Message.objects.of(seat.brand).filter(may_see(seat), conversation=conversation)
    if seat.may(Permission.SEE_SEALED):
        return rows
    sealed = Message.objects.of(seat.brand).filter(conversation=conversation, is_sealed=True)
    return rows.filter(~Exists(sealed))


def _within(window: Window) -> Q:
    """Return the condition for a window, written so that both databases seek to it."""
    found = Q()
    if window.before is not None:
        at, pk = window.before
        found &= Q(published_at__lte=at) & (Q(published_at__lt=at) | Q(pk__lt=pk))
    if window.since is not None:
        at, pk = window.since
        found &= Q(published_at__gte=at) & (Q(published_at__gt=at) | Q(pk__gte=pk))
    return found


def last_from_outside(conversation: Conversation, seat: Seat) -> Message | None:
    """Return the last message from outside that this person may see."""
    rows = _said_in(conversation, seat).filter(is_ours=False)
    found: Message | None = rows.order_by("-published_at", "-id").first()
    return found


def _parts_of(seat: Seat, ids: list[int]) -> tuple[dict[int, list[Attachment]], dict[int, list[MessageVersion]]]:
    """Return the files of some messages, and how they read before they were edited. One query for both."""
    if not ids:
        return {}, {}
    nothing, never = Value("", TextField()), Value(None, DateTimeField())
    versions = (
        MessageVersion.objects.of(seat.brand).filter(message_id__in=ids).annotate(a=nothing, b=nothing, c=nothing)
    )
    files = Attachment.objects.of(seat.brand).filter(message_id__in=ids).annotate(at=never)
    both = versions.values_list("replaced_at", "message_id", "pk", "text", "a", "b", "c").union(
        files.values_list("at", "message_id", "pk", "url", "kind", "alt", "media_type"), all=True
    )
    old: dict[int, list[MessageVersion]] = {}
    named: dict[int, list[Attachment]] = {}
    for at, message_id, pk, text, kind, alt, media_type in sorted(both, key=itemgetter(2)):
        if at is not None:
            version = MessageVersion(pk=pk, message_id=message_id, text=text, replaced_at=at)
            old.setdefault(message_id, []).append(version)
        else:
            file = Attachment(pk=pk, message_id=message_id, url=text, kind=kind, alt=alt, media_type=media_type)
            named.setdefault(message_id, []).append(file)
    for rows in old.values():
        rows.sort(key=attrgetter("replaced_at", "pk"))
    return named, old


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """Another conversation of the same member."""

    public_id: str
    channel: str
    subject: str
    lane: str
    is_open: bool
    last_at: datetime
    excerpt: str
    harm_level: int


def other_conversations(conversation: Conversation, seat: Seat, most: int = 10) -> tuple[HistoryItem, ...]:
    """Return the member's other conversations this person may see, latest first."""
    if conversation.member is None:
        return ()
    rows = Conversation.objects.of(seat.brand).filter(route__isnull=False).exclude(pk=conversation.pk)
    if not seat.may(Permission.SEE_SEALED):
        sealed = Message.objects.of(seat.brand).filter(conversation=OuterRef("pk"), is_sealed=True)
        rows = rows.filter(~Exists(sealed), route__is_sealed=False)
    # The latest of each first, along the index: somebody may have opened thousands.
    top = conversation.member.person_id or conversation.member.pk
    own = rows.filter(member_id=top).order_by("-last_at").values("pk")[:most]
    joined = rows.filter(member_id__in=joined_to(top, seat.brand.pk)).order_by("-last_at").values("pk")[:most]
    of_brand = Conversation.objects.of(seat.brand)
    both = of_brand.filter(pk__in=own).values("pk").union(of_brand.filter(pk__in=joined).values("pk"))
    found = of_brand.filter(pk__in=both).order_by("-last_at")
    return tuple(
        HistoryItem(
            public_id=row.public_id,
            channel=row.channel.name,
            subject=row.subject,
            lane=row.route.lane,
            is_open=row.route.is_open,
            last_at=row.last_at,
            harm_level=row.route.harm_level,
            excerpt=excerpt_for(seat, row.route.last_message),
        )
        for row in found.select_related("channel", "route", "route__last_message")[:most]
    )


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How well a channel can be read now, and what it missed."""

    channel: Channel
    read_at: datetime | None
    next_read_at: datetime | None
    blind_since: datetime | None
    blind_spots: tuple[BlindSpot, ...]


def channel_health(brand: Brand | int, most_spots: int = 20) -> tuple[ChannelHealth, ...]:
    """Return every channel of the brand with its latest blind spots. Three queries."""
    cursors = {row.channel_id: row for row in Cursor.objects.of(brand)}
    spots: dict[int, list[BlindSpot]] = {}
    rows = BlindSpot.objects.of(brand).order_by(F("until_at").desc(nulls_first=True), "-from_at")
    for spot in rows[: most_spots * 20]:
        spots.setdefault(spot.channel_id, []).append(spot)
    found = []
    for channel in Channel.objects.of(brand).order_by("name", "id"):
        cursor, own = cursors.get(channel.pk), spots.get(channel.pk, [])
        found.append(
            ChannelHealth(
                channel=channel,
                read_at=cursor.read_at if cursor else None,
                next_read_at=cursor.due_at if cursor else None,
                blind_since=next((spot.from_at for spot in own if spot.until_at is None), None),
                blind_spots=tuple(own[:most_spots]),
            )
        )
    return tuple(found)


def merged_into(conversation: Conversation) -> list[Conversation]:
    """Return the conversations that were joined to this one."""
    rows = Conversation.objects.of(conversation.brand_id).filter(merged_into=conversation)
    return list(rows.select_related("member").order_by("started_at", "id"))


def where_it_went(seat: Seat, public_id: str) -> str:
    """Return the public id of the conversation that one was joined to, "" where it was not."""
    rows = Conversation.objects.of(seat.brand).filter(public_id=public_id, merged_into__isnull=False)
    return rows.values_list("merged_into__public_id", flat=True).first() or ""
