"""What arrived, as screens and workers ask for it. No message is given out before triage has read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

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
    """Return the conversation if this person may see any of it; a sealed message seals all that was said around it."""
    rows = Conversation.objects.of(seat.brand).select_related("channel", "member", "post", "route", "route__assignee")
    found: Conversation | None = rows.filter(public_id=public_id).first()
    return found if found is not None and _is_open_to(seat, found.pk) else None


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


def thread(conversation: Conversation, seat: Seat) -> tuple[ThreadMessage, ...]:
    """Return what this person may see of a conversation, oldest first. Four queries."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat), conversation=conversation)
    if not seat.may(Permission.SEE_SEALED):
        sealed = Message.objects.of(seat.brand).filter(conversation=OuterRef("conversation"), is_sealed=True)
        rows = rows.filter(~Exists(sealed))
    messages = list(rows.select_related("identity", "reading").order_by("published_at", "id"))
    ids = [message.pk for message in messages]
    attachments = _by_message(Attachment.objects.of(seat.brand).filter(message_id__in=ids).order_by("id"))
    versions = _by_message(
        MessageVersion.objects.of(seat.brand).filter(message_id__in=ids).order_by("replaced_at", "id")
    )
    return tuple(
        ThreadMessage(
            message=one,
            who=one.identity.name or one.identity.handle if one.identity else "",
            handle=one.identity.handle if one.identity else "",
            author_url=one.identity.url if one.identity else "",
            is_late_arrival=rules.is_late_arrival(one.published_at, one.arrived_at, since=conversation.channel.made_at),
            attachments=tuple(attachments.get(one.pk, ())),
            versions=tuple(versions.get(one.pk, ())),
            reading=getattr(one, "reading", None),
        )
        for one in messages
    )


def _by_message(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


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
    if conversation.member_id is None:
        return ()
    rows = Conversation.objects.of(seat.brand).filter(member_id=conversation.member_id, route__isnull=False)
    if not seat.may(Permission.SEE_SEALED):
        sealed = Message.objects.of(seat.brand).filter(conversation=OuterRef("pk"), is_sealed=True)
        rows = rows.filter(~Exists(sealed), route__is_sealed=False)
    rows = (
        rows.exclude(pk=conversation.pk).select_related("channel", "route", "route__last_message").order_by("-last_at")
    )
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
        for row in rows[:most]
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
