"""Where conversations stand, as the list, Today and the workers ask for it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Left

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox import rules as inbox_rules
from nestor.inbox.models import Conversation
from nestor.inbox.reads.members import conversations_with
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.models import ConversationLabel, Label, OpenCount, Route
from nestor.routing.reads.views import labels_by_id, labels_of, sought_by
from nestor.routing.rules.clocks import window_ends_at
from nestor.routing.rules.filters import ClockState, InboxFilter, Order, Sought, State
from nestor.routing.rules.steps import Policy, Step, Times, share_gone

BEGINNING = inbox_rules.EXCERPT * 4  # characters of a message a row's excerpt is made of
COLUMNS = {
    "conversation_id": "conversation_id",
    "public_id": "conversation__public_id",
    "kind": "conversation__kind",
    "channel": "conversation__channel__name",
    "network": "conversation__channel__network",
    "limits": "conversation__channel__limits",
    "subject": "conversation__subject",
    "is_public": "conversation__is_public",
    "member": "conversation__member__name",
    "name": "last_message__identity__name",
    "handle": "last_message__identity__handle",
    "text": "beginning",
    "shown_at": "last_message__shown_at",
    "is_text_sealed": "last_message__is_sealed",
    "is_picture": "last_message__has_picture",
    "assignee": "assignee__name",
    "assignee_id": "assignee_id",
    **{
        name: name
        for name in (
            "id lane tone urgency harm_level is_unsure is_sealed is_open last_at clock_due_at clock_stopped_at"
            " answered_at answered_elsewhere snoozed_until label_ids clock_warn_at clock_step"
            " clock_from_at clock_lane clock_is_next"
        ).split()
    },
}


class BadCursor(ValueError):
    """A page was asked for with a cursor that is none of ours."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a search hit a conversation: an excerpt of the message, places to mark in it, and when it was said."""

    excerpt: str
    marks: tuple[tuple[int, int], ...]
    at: datetime
    is_ours: bool = False


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
    snoozed_until: datetime | None = None
    labels: tuple[Label, ...] = ()
    hit: Hit | None = None
    warn_at: datetime | None = None
    is_passed_on: bool = False
    window_at: datetime | None = None  # until then the network takes an answer
    from_at: datetime | None = None  # what the due time is counted from
    clock_lane: str = ""
    is_next: bool = False

    def clock_share(self, now: datetime) -> int:
        """Return the percentage of the time that is gone, roughly: see `share_gone`."""
        times = Times(self.warn_at, self.due_at, None)
        return share_gone(self.from_at, times, now, Policy().warn_share) if self.from_at is not None else 0


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
    open: int = 0  # now
    by_lane: dict[str, int] = field(default_factory=dict)


def visible_routes(seat: Seat) -> BrandQuerySet:
    """Return the standings this person may see; what was sealed a moment ago is gone before its standing follows."""
    return Route.objects.of(seat.brand) if seat.may(Permission.SEE_SEALED) else open_routes(seat.brand)


def is_visible(seat: Seat, conversation: str = "conversation_id") -> Exists:
    """Return the condition that this person may see the conversation a row names in that column.

    Asked row by row: as a list, SQLite would begin with the two hundred thousand standings of a brand.
    """
    return Exists(visible_routes(seat).filter(conversation_id=OuterRef(conversation)))


def open_routes(brand: Brand | int) -> BrandQuerySet:
    """Return the standings that are not sealed to anybody."""
    rows = Route.objects.of(brand)
    return rows.filter(Q(last_message__isnull=True) | Q(last_message__is_sealed=False), is_sealed=False)


def chosen(seat: Seat, wanted: InboxFilter, now: datetime) -> BrandQuerySet:
    """Return the standings a filter chooses, whatever words it looks for. A query for each kind of public id in it."""
    rows = visible_routes(seat).filter(_by_facts(seat.brand.pk, sought_by(seat.brand, wanted, seat.user.pk)))
    if wanted.member:
        rows = rows.filter(conversation_id__in=conversations_with(seat.brand.pk, wanted.member))
    return rows.filter(_in_time(wanted, seat.brand.zone), _by_clock(wanted.clock, now))


def counted_by(brand_id: int, sought: Sought) -> BrandQuerySet:
    """Return the standings that count for a view whose count is kept."""
    return Route.objects.of(brand_id).filter(_by_facts(brand_id, sought))


def _by_facts(brand_id: int, sought: Sought) -> Q:
    """Return the condition that `rules.filters.answers` states, in the database's words."""
    wanted = sought.wanted
    found = _in_state(wanted.state)
    if wanted.lanes:
        found &= Q(lane__in=wanted.lanes)
    if wanted.tones:
        found &= Q(tone__in=wanted.tones)
    if wanted.least_urgency:
        found &= Q(urgency__gte=wanted.least_urgency)
    if wanted.channels:
        found &= Q(channel_id__in=sought.channel_ids)
    if wanted.kinds:
        found &= Q(kind__in=wanted.kinds)
    if wanted.whose:
        found &= Q(assignee_id=sought.assignee_id)
    if wanted.labels:
        on = ConversationLabel.objects.of(brand_id).filter(conversation_id=OuterRef("conversation_id"))
        found &= Q(Exists(on.filter(label_id__in=sought.label_ids)))
    if wanted.languages:
        found &= Q(language__in=wanted.languages)
    return found & Q(is_unsure=True) if wanted.is_unsure else found


def _in_state(state: State) -> Q:
    if state is State.ANY:
        return Q()
    if state is State.DONE:
        return Q(is_open=False)
    return Q(is_open=True, snoozed_until__isnull=state is State.OPEN)


def _in_time(wanted: InboxFilter, zone: str) -> Q:
    found = Q()
    if wanted.since is not None:
        found &= Q(last_at__gte=midnight(wanted.since, zone))
    if wanted.until is not None and wanted.until < date.max:
        found &= Q(last_at__lt=midnight(wanted.until + timedelta(days=1), zone))
    return found


def midnight(day: date, zone: str) -> datetime:
    """Return the moment a day begins in a zone."""
    try:
        return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time.min, UTC)


def _by_clock(clock: ClockState | None, now: datetime) -> Q:
    running = Q(clock_due_at__isnull=False, clock_stopped_at__isnull=True, is_open=True)
    return {
        None: Q(),
        ClockState.RUNNING: running,
        ClockState.LATE: running & Q(clock_due_at__lt=now),
        ClockState.SOON: running & Q(clock_due_at__gte=now, clock_warn_at__lte=now),
        ClockState.ESCALATED: running & Q(clock_step=Step.ESCALATED.value),
        ClockState.STOPPED: Q(clock_stopped_at__isnull=False),
        ClockState.NONE: Q(clock_started_at__isnull=True),
    }[clock]


def inbox_page(seat: Seat, wanted: InboxFilter, now: datetime, after: str = "", most: int = 50) -> InboxPage:
    """Return one page of the list. One or two queries. Raise `BadCursor`. Words are `search_page`'s affair."""
    rows = chosen(seat, wanted, now)
    is_due = wanted.order is Order.DUE
    if is_due:
        rows = rows.filter(_by_clock(ClockState.RUNNING, now))
    at = "clock_due_at" if is_due else "last_at"
    if after:
        moment, row_id = open_cursor(after)
        rows = rows.filter(_beyond(at, moment, row_id, is_later=is_due))
    ordered = rows.order_by(at, "id") if is_due else rows.order_by("-last_at", "-id")
    found = taken(ordered[: most + 1])
    page = found[:most]
    more = cursor_at(page[-1][at], page[-1]["id"]) if len(found) > most else ""
    return InboxPage(rows_of(seat, page, now), more)


def _beyond(name: str, moment: datetime, row_id: int, *, is_later: bool) -> Q:
    """Return what comes after a row in the list, written so that both databases seek to it."""
    sign = "gt" if is_later else "lt"
    return Q(**{f"{name}__{sign}e": moment}) & (Q(**{f"{name}__{sign}": moment}) | Q(**{f"id__{sign}": row_id}))


def taken(rows: BrandQuerySet) -> list[dict[str, Any]]:
    """Return what rows of the list are made of, without the rest of six tables."""
    found = rows.annotate(beginning=Left("last_message__text", BEGINNING)).values_list(*COLUMNS.values())
    names = tuple(COLUMNS)
    return [dict(zip(names, values, strict=True)) for values in found]


def rows_of(
    seat: Seat, found: Iterable[dict[str, Any]], now: datetime, hits: Mapping[int, Hit] | None = None
) -> tuple[InboxRow, ...]:
    """Return rows of the list; `hits` by internal id of the conversation. A query where any of them has a label."""
    kept = list(found)
    labels = labels_by_id(labels_of(seat.brand)) if any(row["label_ids"] for row in kept) else {}
    return tuple(_row(seat, row, labels, now, (hits or {}).get(row["conversation_id"])) for row in kept)


def _row(seat: Seat, row: dict[str, Any], labels: Mapping[int, Label], now: datetime, hit: Hit | None) -> InboxRow:
    due_at = row["clock_due_at"] if row["clock_stopped_at"] is None and row["is_open"] else None
    is_read = row["shown_at"] is not None and (not row["is_text_sealed"] or seat.may(Permission.SEE_SEALED))
    return InboxRow(
        public_id=row["public_id"],
        kind=row["kind"],
        channel=row["channel"],
        network=row["network"],
        who=row["name"] or row["handle"] or row["member"] or "",
        handle=row["handle"] or "",
        subject=row["subject"],
        excerpt=inbox_rules.excerpt_of(row["text"] or "") if is_read else "",
        is_picture=bool(row["is_picture"]),
        lane=row["lane"],
        tone=row["tone"],
        urgency=row["urgency"],
        harm_level=row["harm_level"],
        is_unsure=row["is_unsure"],
        is_sealed=row["is_sealed"],
        is_open=row["is_open"],
        is_public=row["is_public"],
        assignee=row["assignee"] or "",
        is_mine=row["assignee_id"] == seat.user.pk,
        last_at=row["last_at"],
        due_at=due_at,
        is_late=due_at is not None and due_at < now,
        answered_at=row["answered_at"],
        answered_elsewhere=row["answered_elsewhere"],
        snoozed_until=row["snoozed_until"],
        labels=tuple(labels[one] for one in row["label_ids"] if one in labels),
        hit=hit,
        warn_at=row["clock_warn_at"],
        window_at=window_ends_at(row["last_at"], row["limits"].get(row["kind"], {}).get("reply_within")),
        from_at=row["clock_from_at"],
        clock_lane=row["clock_lane"],
        is_next=row["clock_is_next"],
        is_passed_on=due_at is not None and row["clock_step"] == Step.ESCALATED.value,
    )


def row_of(seat: Seat, conversation_id: int, now: datetime) -> InboxRow | None:
    """Return the row of one conversation, by its internal id, if this person may see it."""
    found = taken(visible_routes(seat).filter(conversation_id=conversation_id)[:1])
    return rows_of(seat, found, now)[0] if found else None


def row_at(seat: Seat, conversation: Conversation, now: datetime, labels: Sequence[Label] = ()) -> InboxRow | None:
    """Return the row of a conversation that was read together with its standing, with these labels. No query."""
    route: Route | None = getattr(conversation, "route", None)
    last = route.last_message if route is not None else None
    if route is None or not (seat.may(Permission.SEE_SEALED) or not (route.is_sealed or (last and last.is_sealed))):
        return None
    found = {name: _walk(route, path.split("__")) for name, path in COLUMNS.items() if path != "beginning"}
    shown = found | {"text": last.text[:BEGINNING] if last else "", "label_ids": []}
    return replace(rows_of(seat, [shown], now)[0], labels=tuple(labels))


def _walk(row: Any, path: list[str]) -> Any:
    for name in path:
        row = getattr(row, name) if row is not None else None
    return row


def is_wanted(seat: Seat, conversation_id: int, wanted: InboxFilter, now: datetime) -> bool:
    """Return whether a conversation belongs in a list with this filter, words aside."""
    return chosen(seat, wanted, now).filter(conversation_id=conversation_id).exists()


def due_soon(seat: Seat, most: int, now: datetime) -> tuple[InboxRow, ...]:
    """Return what is owed an answer, first due first."""
    rows = visible_routes(seat).filter(_by_clock(ClockState.RUNNING, now))
    return rows_of(seat, taken(rows.order_by("clock_due_at", "id")[:most]), now)


def since(seat: Seat, moment: datetime, now: datetime) -> Since:
    """Return what happened since that moment, and how much is late now. One query."""
    rows = visible_routes(seat)
    by_lane = rows.filter(last_at__gte=moment).values_list("lane").annotate(n=Count("id"))
    answered = rows.filter(answered_at__gte=moment).annotate(what=Value("=answered")).values_list("what")
    late = rows.filter(_by_clock(ClockState.LATE, now)).annotate(what=Value("=late")).values_list("what")
    others = [answered.annotate(n=Count("id")), late.annotate(n=Count("id")), _open_now(seat)]
    every = by_lane.union(*others, all=True)
    found = dict(every.order_by())
    counts = {name: found.pop(f"={name}", 0) for name in ("answered", "late", "open")}
    return Since(arrived=sum(found.values()), by_lane=found, **counts)


def _open_now(seat: Seat) -> Any:
    """Return how many are open now, from the kept counters, as a row of `since`."""
    rows = OpenCount.objects.of(seat.brand).filter(facet="lane")
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(is_sealed=False)
    total = Cast(Sum("count"), BigIntegerField())
    return rows.annotate(what=Value("=open")).values_list("what").annotate(n=total)


def moments_since(seat: Seat, moment: datetime, most: int = 50_000) -> list[datetime]:
    """Return when the last word from outside came in each conversation that has one since that moment."""
    rows = visible_routes(seat).filter(last_at__gte=moment).order_by("-last_at")
    return list(rows.values_list("last_at", flat=True)[:most])


def cursor_at(at: datetime, row_id: int) -> str:
    """Return the cursor after a row."""
    return urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def open_cursor(after: str) -> tuple[datetime, int]:
    """Return the place a cursor stands for; raise `BadCursor`."""
    try:
        at, _, row_id = urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().partition("|")
        moment, number = datetime.fromisoformat(at), int(row_id)
        if moment.tzinfo is None or not 0 <= number < 2**63:
            raise BadCursor(after[:40])
        return moment.astimezone(UTC), number
    except (ValueError, OverflowError, BadBase64) as error:
        raise BadCursor(after[:40]) from error
