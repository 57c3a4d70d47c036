"""What is on its way, what arrived, and what a person must decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from nestor.brands.models import Brand
from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from nestor.publisher.models import Delivery, Moderation
from nestor.publisher.rules import State
from nestor.routing.reads import visible_routes
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


def moderations_of(conversation: Conversation, seat: Seat) -> dict[int, Moderation]:
    """Return the latest deed to each message of a conversation, by the message's internal id."""
    rows = Moderation.objects.of(seat.brand).filter(message__conversation=conversation)
    return {row.message_id: row for row in rows.order_by("made_at", "id")}


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
    asked = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    here = Q(message__isnull=True) | Q(message__conversation=conversation)  # what became a message goes where it went
    moved = Q(message__conversation=conversation)
    rows = Delivery.objects.of(seat.brand).filter((asked & here) | moved)
    rows = rows.exclude(state=State.CANCELLED, reason="").select_related("author", "channel", "conversation")
    return tuple(_row(row, seat) for row in rows.order_by("made_at", "id"))


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
    rows = Delivery.objects.of(seat.brand).filter(asks | tells | stopped, conversation__in=_visible(seat))
    return tuple(
        _row(row, seat)
        for row in rows.select_related("author", "channel", "conversation").order_by("-made_at", "-id")[:most]
    )


def _visible(seat: Seat) -> object:
    return visible_routes(seat).values("conversation_id")


def waiting_count(brand: Brand | int) -> int:
    """Return how many deliveries have not settled yet."""
    states = (State.WAITING, State.SENDING, State.UNCONFIRMED)
    return Delivery.objects.of(brand).filter(state__in=states).count()
