"""What is on its way, what arrived, and what a person must decide."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Q, TextField, Value
from django.db.models.functions import Cast

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Conversation
from nestor.media.reads import FileRow, file_row
from nestor.notices.reads import Figure
from nestor.people.reads import Seat
from nestor.publisher.models import Delivery, Moderation
from nestor.publisher.reads.enclosed import file_columns, files_by_holder, files_of, files_of_all
from nestor.publisher.rules import State
from nestor.routing.reads import is_visible, visible_routes
from nestor.work.reads import is_free


def due_deliveries(now: datetime, most: int) -> Iterable[int]:
    """Return deliveries to send or to look for, and those whose sender's lease lapsed, longest waiting first."""
    rows = Delivery.objects.across_brands("a sweep looks at every brand's due rows")
    due = is_free(now) & Q(due_at__lte=now, state__in=(State.WAITING, State.UNCONFIRMED))
    died = Q(state=State.SENDING, leased_until__lte=now)
    return list(rows.filter(due | died).order_by("due_at", "id").values_list("pk", flat=True)[:most])


def due_moderations(now: datetime, most: int) -> Iterable[int]:
    """Return deeds that wait to be done on their network, oldest first."""
    rows = Moderation.objects.across_brands("a sweep looks at every brand's due rows")
    due = rows.filter(is_free(now), due_at__lte=now, state="waiting")
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:most])


MOST_SHOWN = 600  # deliveries and deeds beside one window of a thread
COLUMNS = (
    "id what public_id said state due_at reason link author_id author__name made_at settled_at message_id where"
).split()


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery as a screen shows it. `message_id` is the message it became, once it was sent."""

    public_id: str
    text: str
    state: str
    due_at: datetime | None
    reason: str
    receipt_url: str
    author: str
    is_mine: bool
    made_at: datetime
    settled_at: datetime | None
    message_id: int | None
    channel: str
    conversation: str
    files: tuple[FileRow, ...] = ()


def delivery_row(delivery: Delivery, seat: Seat) -> DeliveryRow:
    """Return a delivery as a screen or a machine is shown it."""
    return replace(_row(delivery, seat), files=tuple(file_row(file) for file in files_of(delivery)))


def _row(delivery: Delivery, seat: Seat) -> DeliveryRow:
    return DeliveryRow(
        public_id=delivery.public_id,
        text=delivery.text,
        state=delivery.state,
        due_at=delivery.due_at,
        reason=delivery.reason,
        receipt_url=delivery.receipt_url,
        author=delivery.author.name if delivery.author else "",
        is_mine=delivery.author_id == seat.user.pk,
        made_at=delivery.made_at,
        settled_at=delivery.settled_at,
        message_id=delivery.message_id,
        channel=delivery.channel.name,
        conversation=delivery.conversation.public_id if delivery.conversation else "",
    )


def deliveries_of(conversation: Conversation, seat: Seat) -> tuple[DeliveryRow, ...]:
    """Return a conversation's deliveries, oldest first; what was taken back is not among them."""
    rows = list(_in(conversation, seat).select_related("author", "channel", "conversation").order_by("made_at", "id"))
    files = files_of_all(seat.brand, rows)
    return tuple(replace(_row(row, seat), files=tuple(files.get(row.pk, ()))) for row in rows)


def _in(conversation: Conversation, seat: Seat) -> BrandQuerySet:
    asked = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    here = Q(message__isnull=True) | Q(message__conversation=conversation)  # what became a message goes where it went
    moved = Q(message__conversation=conversation)
    rows: BrandQuerySet = Delivery.objects.of(seat.brand).filter((asked & here) | moved)
    return rows.exclude(state=State.CANCELLED, reason="")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is on its way beside some messages: deliveries, oldest first, and the latest deed to each message.

    `attached` is what hangs on this person's own draft here, `noted` on notes by their public ids.
    """

    deliveries: tuple[DeliveryRow, ...]
    moderations: dict[int, Moderation]
    attached: tuple[FileRow, ...] = ()
    noted: Mapping[str, tuple[FileRow, ...]] = field(default_factory=dict)


def beside(conversation: Conversation, seat: Seat, message_ids: Collection[int]) -> Beside:
    """Return deliveries that became one of these messages, the latest that became none, deeds and files. One query."""
    rows = _in(conversation, seat).filter(Q(message__isnull=True) | Q(message_id__in=message_ids))
    known = {"said": Cast("text", TextField()), "where": F("conversation__public_id"), "link": F("receipt_url")}
    deliveries = rows.annotate(what=Value("delivery", CharField()), **known).values_list(*COLUMNS)
    fixed = {"said": Cast("deed", TextField()), "where": Value("", CharField()), "link": Value("", CharField())}
    deeds = Moderation.objects.of(seat.brand).filter(message_id__in=message_ids)
    deeds = deeds.annotate(what=Value("deed", CharField()), **fixed).values_list(*COLUMNS)
    others = [deeds, *file_columns(conversation, seat, message_ids)]
    every = deliveries.union(*others, all=True).order_by("-made_at", "-id")[:MOST_SHOWN]
    found = [dict(zip(COLUMNS, row, strict=True)) for row in reversed(list(every))]
    files = files_by_holder(found)
    drawn = (_delivery(row, conversation, seat) for row in found if row["what"] == "delivery")
    return Beside(
        deliveries=tuple(replace(one, files=tuple(files.get(f"sent:{one.public_id}", ()))) for one in drawn),
        moderations={row["message_id"]: _deed(row) for row in found if row["what"] == "deed"},
        attached=tuple(files.get("draft:", ())),
        noted={name[5:]: tuple(rows) for name, rows in files.items() if name.startswith("note:")},
    )


def _delivery(row: dict[str, Any], conversation: Conversation, seat: Seat) -> DeliveryRow:
    own = {
        name: row[name] for name in ("public_id", "state", "due_at", "reason", "made_at", "settled_at", "message_id")
    }
    return DeliveryRow(
        **own,
        text=row["said"],
        receipt_url=row["link"],
        author=row["author__name"] or "",
        is_mine=row["author_id"] == seat.user.pk,
        channel=conversation.channel.name,
        conversation=row["where"] or "",
    )


def _deed(row: dict[str, Any]) -> Moderation:
    return Moderation(pk=row["id"], deed=row["said"], state=row["state"], reason=row["reason"], made_at=row["made_at"])


def delivery_for(seat: Seat, public_id: str) -> Delivery | None:
    """Return one delivery of the brand, if this person may see its conversation."""
    rows = Delivery.objects.of(seat.brand).filter(public_id=public_id)
    found: Delivery | None = rows.select_related("channel", "conversation__channel", "author", "answers").first()
    if found is None or found.conversation is None:
        return found
    return found if visible_routes(seat).filter(conversation=found.conversation).exists() else None


def unsettled(seat: Seat, most: int = 20) -> tuple[DeliveryRow, ...]:
    """Return what a person must decide or know: not confirmed after looking, refused, stopped or late."""
    asks = Q(state=State.UNCONFIRMED, due_at__isnull=True)
    tells = Q(state__in=(State.REFUSED, State.LATE), dismissed_at__isnull=True)
    stopped = Q(state=State.CANCELLED, dismissed_at__isnull=True) & ~Q(reason="")
    rows = Delivery.objects.of(seat.brand).filter(asks | tells | stopped, is_visible(seat))
    return tuple(
        _row(row, seat)
        for row in rows.select_related("author", "channel", "conversation").order_by("-made_at", "-id")[:most]
    )


def figures(seat: Seat, _now: datetime) -> Iterable[Figure]:
    """Yield how many answers need a person, for the digest."""
    yield Figure("unsettled", len(unsettled(seat, 100)), "/")


def waiting_by_channel(brand: Brand | int) -> dict[int, int]:
    """Return how many answers wait to leave, by channel."""
    rows = Delivery.objects.of(brand).filter(state=State.WAITING).order_by()
    return dict(rows.values_list("channel_id").annotate(n=Count("id")))


def waiting_count(brand: Brand | int) -> int:
    """Return how many deliveries have not settled yet."""
    states = (State.WAITING, State.SENDING, State.UNCONFIRMED)
    return Delivery.objects.of(brand).filter(state__in=states).count()
