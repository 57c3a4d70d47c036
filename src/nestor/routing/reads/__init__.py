"""Where conversations stand, as the list, Today and the workers ask for it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from nestor.brands.scoping import BrandQuerySet
from nestor.inbox import rules as inbox_rules
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads import excerpt_for
from nestor.people.models import TeamRole, User
from nestor.people.reads import Seat
from nestor.people.rules import Permission, may
from nestor.routing.models import LaneCount, Route
from nestor.routing.rules import Standing, Utterance
from nestor.triage.rules.contract import Flag
from nestor.vocabulary import Lane, Role

HISTORY_BEFORE = timedelta(days=3)  # what was said that long before a channel was connected is not owed an answer
JOINED = ("conversation", "conversation__channel", "conversation__member", "last_message__identity", "assignee")


class BadCursor(ValueError):
    """A page was asked for with a cursor that is none of ours."""


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What the list shows. `whose` is "", "me" or "nobody"; `channel` a public id; `words` what to search for."""

    lane: Lane | None = None
    channel: str = ""
    whose: str = ""
    is_open: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """Everything one row of the list shows."""

    public_id: str
    kind: str
    channel: str
    network: str
    who: str
    handle: str
    subject: str
    excerpt: str
    is_picture: bool
    lane: str
    tone: str
    urgency: int
    harm_level: int
    is_unsure: bool
    is_sealed: bool
    is_open: bool
    is_public: bool
    assignee: str
    is_mine: bool
    last_at: datetime
    due_at: datetime | None
    is_late: bool
    answered_at: datetime | None
    answered_elsewhere: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the list; `after` asks for the next one, "" is the end."""

    rows: tuple[InboxRow, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since a moment."""

    arrived: int
    answered: int
    late: int
    by_lane: dict[str, int]


def standing_of(row: Route) -> Standing:
    """Return the stored standing as rules see it."""
    return Standing(
        lane=Lane(row.lane),
        urgency=row.urgency,
        tone=row.tone,
        harm_level=row.harm_level,
        is_unsure=row.is_unsure,
        is_sealed=row.is_sealed,
        is_open=row.is_open,
        last_at=row.last_at,
        clock_started_at=row.clock_started_at,
        clock_stopped_at=row.clock_stopped_at,
    )


def utterance_of(message: Message) -> Utterance:
    """Return a message that was read, as routing sees it."""
    reading = message.reading
    return Utterance(
        lane=Lane(reading.lane),
        published_at=message.published_at,
        urgency=reading.urgency,
        tone=reading.tone,
        harm_level=reading.harm_level,
        is_unsure=reading.is_unsure,
        is_sealed=message.is_sealed,
        is_closer=Flag.CLOSER.value in reading.flags,
    )


def is_history(message: Message) -> bool:
    """Return whether a message was over before the desk began to read its channel: kept and found, owed nothing."""
    channel = message.conversation.channel
    return channel.network == inbox_rules.ARCHIVE or message.published_at < channel.made_at - HISTORY_BEFORE


def answered_until(conversation: Conversation) -> datetime | None:
    """Return when we last spoke in this conversation."""
    rows = Message.objects.of(conversation.brand_id).filter(conversation=conversation, is_ours=True)
    found: datetime | None = rows.aggregate(last=Max("published_at"))["last"]
    return found


def first_answer(message: Message) -> Message | None:
    """Return what we said next after a message in its conversation."""
    rows = Message.objects.of(message.brand_id).filter(conversation_id=message.conversation_id, is_ours=True)
    found: Message | None = rows.filter(published_at__gte=message.published_at).order_by("published_at", "id").first()
    return found


def is_any_sealed(conversation: Conversation) -> bool:
    """Return whether any message of a conversation is sealed: then all of it is."""
    return bool(Message.objects.of(conversation.brand_id).filter(conversation=conversation, is_sealed=True).exists())


def may_be_given(conversation: Conversation, user: User) -> bool:
    """Return whether it can be handed to this person: of the team, active, allowed to answer, and to see it."""
    row = TeamRole.objects.of(conversation.brand_id).filter(user=user, user__is_active=True).first()
    if row is None or not may(Role(row.role), Permission.ANSWER):
        return False
    return may(Role(row.role), Permission.SEE_SEALED) or not is_any_sealed(conversation)


def visible_routes(seat: Seat) -> BrandQuerySet:
    """Return the standings this person may see; what was sealed a moment ago is gone before its standing follows."""
    rows = Route.objects.of(seat.brand)
    if seat.may(Permission.SEE_SEALED):
        return rows
    return rows.filter(Q(last_message__isnull=True) | Q(last_message__is_sealed=False), is_sealed=False)


def _wanted(seat: Seat, wanted: InboxFilter) -> BrandQuerySet:
    rows = visible_routes(seat).filter(is_open=wanted.is_open)
    if wanted.lane is not None:
        rows = rows.filter(lane=wanted.lane.value)
    if wanted.channel:
        rows = rows.filter(conversation__channel__public_id=wanted.channel)
    if wanted.whose == "me":
        rows = rows.filter(assignee=seat.user)
    elif wanted.whose == "nobody":
        rows = rows.filter(assignee__isnull=True)
    for forms in inbox_rules.search_terms(wanted.words):
        rows = rows.filter(Exists(_saying(seat, forms)))
    return rows


def _saying(seat: Seat, forms: list[str]) -> BrandQuerySet:
    said = Q()
    for form in forms:
        said |= Q(search_text__contains=f" {form} ")
    return Message.objects.of(seat.brand).filter(said, conversation=OuterRef("conversation"), shown_at__isnull=False)


def inbox_page(seat: Seat, wanted: InboxFilter, now: datetime, after: str = "", most: int = 50) -> InboxPage:
    """Return one page of the list, latest first. One query. Raise `BadCursor`."""
    rows = _wanted(seat, wanted)
    if after:
        at, row_id = _open_cursor(after)
        rows = rows.filter(last_at__lte=at).filter(Q(last_at__lt=at) | Q(id__lt=row_id))
    found = list(rows.select_related(*JOINED).order_by("-last_at", "-id")[: most + 1])
    page = found[:most]
    more = _cursor(page[-1]) if len(found) > most else ""
    return InboxPage(tuple(_row(seat, row, now) for row in page), more)


def row_of(seat: Seat, conversation_id: int, now: datetime) -> InboxRow | None:
    """Return the row of one conversation, by its internal id, if this person may see it."""
    row = visible_routes(seat).filter(conversation_id=conversation_id).select_related(*JOINED).first()
    return _row(seat, row, now) if row is not None else None


def is_wanted(seat: Seat, conversation_id: int, wanted: InboxFilter) -> bool:
    """Return whether a conversation belongs in a list with this filter."""
    return _wanted(seat, wanted).filter(conversation_id=conversation_id).exists()


def due_soon(seat: Seat, most: int, now: datetime) -> tuple[InboxRow, ...]:
    """Return what is owed an answer, first due first."""
    rows = visible_routes(seat).filter(is_open=True, clock_due_at__isnull=False, clock_stopped_at__isnull=True)
    return tuple(_row(seat, row, now) for row in rows.select_related(*JOINED).order_by("clock_due_at", "id")[:most])


def lane_counts(seat: Seat) -> dict[str, int]:
    """Return how many open conversations each lane holds, and `all`; from kept counters."""
    rows = LaneCount.objects.of(seat.brand)
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(is_sealed=False)
    counts = {lane.value: 0 for lane in Lane} | {
        row["lane"]: row["total"] for row in rows.values("lane").annotate(total=Sum("count"))
    }
    return {"all": sum(counts.values()), **counts}


def since(seat: Seat, moment: datetime, now: datetime) -> Since:
    """Return what happened since that moment, and how much is late now."""
    rows = visible_routes(seat)
    arrived = {row["lane"]: row["n"] for row in rows.filter(last_at__gte=moment).values("lane").annotate(n=Count("id"))}
    return Since(
        arrived=sum(arrived.values()),
        answered=rows.filter(answered_at__gte=moment).count(),
        late=rows.filter(is_open=True, clock_stopped_at__isnull=True, clock_due_at__lt=now).count(),
        by_lane=arrived,
    )


def _cursor(row: Route) -> str:
    return urlsafe_b64encode(f"{row.last_at.isoformat()}|{row.pk}".encode()).decode().rstrip("=")


def _open_cursor(after: str) -> tuple[datetime, int]:
    try:
        at, _, row_id = urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().partition("|")
        moment, number = datetime.fromisoformat(at), int(row_id)
    except (ValueError, BadBase64) as error:
        raise BadCursor(after[:40]) from error
    if moment.tzinfo is None or not 0 <= number < 2**63:
        raise BadCursor(after[:40])
    return moment, number


def _row(seat: Seat, row: Route, now: datetime) -> InboxRow:
    conversation, last = row.conversation, row.last_message
    identity: Any = last.identity if last else None
    is_running = row.clock_due_at is not None and row.clock_stopped_at is None
    return InboxRow(
        public_id=conversation.public_id,
        kind=conversation.kind,
        channel=conversation.channel.name,
        network=conversation.channel.network,
        who=(identity.name or identity.handle)
        if identity
        else (conversation.member.name if conversation.member else ""),
        handle=identity.handle if identity else "",
        subject=conversation.subject,
        excerpt=excerpt_for(seat, last),
        is_picture=bool(last and last.has_picture),
        lane=row.lane,
        tone=row.tone,
        urgency=row.urgency,
        harm_level=row.harm_level,
        is_unsure=row.is_unsure,
        is_sealed=row.is_sealed,
        is_open=row.is_open,
        is_public=conversation.is_public,
        assignee=row.assignee.name if row.assignee else "",
        is_mine=row.assignee_id == seat.user.pk,
        last_at=row.last_at,
        due_at=row.clock_due_at if is_running else None,
        is_late=is_running and row.clock_due_at is not None and row.clock_due_at < now,
        answered_at=row.answered_at,
        answered_elsewhere=row.answered_elsewhere,
    )
