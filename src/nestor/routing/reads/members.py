"""Members outside as the list and their page show them: accounts, conversations, where those stand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from nestor.brands.models import Channel
from nestor.brands.reads import channels_of
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Conversation
from nestor.inbox.reads.members import conversations_of, last_heard, shown_messages, visible_members
from nestor.people.models import Identity, Member
from nestor.people.reads import Seat
from nestor.people.reads.members import accounts_below, answering, looking_like
from nestor.people.rules.members import MemberFilter
from nestor.people.rules.names import alphabets_of, is_posing_as, may_deceive
from nestor.routing.models import ConversationLabel, Label
from nestor.routing.reads import InboxRow, cursor_at, midnight, open_cursor, rows_of, taken, visible_routes
from nestor.work.reads.lookups import Among
from nestor.work.rules.words import query_of

FEW = 4000  # persons a filter leaves, up to which they are named one by one
HISTORY = 20


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Everything one row of the list of members shows."""

    public_id: str
    name: str
    accounts: tuple[Identity, ...]
    networks: tuple[str, ...]
    conversations: int
    open: int
    first_seen_at: datetime
    heard_at: datetime
    alphabets: tuple[str, ...]
    alike: tuple[Member, ...]  # others whose name looks the same
    posing_as: str  # a name of ours that it looks like


@dataclass(frozen=True, slots=True)
class MembersPage:
    """One page of the list; `after` asks for the next one, "" is the end."""

    rows: tuple[MemberRow, ...]
    after: str
    channels: tuple[Channel, ...] = ()  # the brand's: what the list can be narrowed by


@dataclass(frozen=True, slots=True)
class PersonBeside:
    """Who somebody is, beside what they said."""

    public_id: str
    name: str
    accounts: tuple[Identity, ...]
    alphabets: tuple[str, ...]
    alike: tuple[Member, ...]
    posing_as: str


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """Everything the page of one person shows."""

    row: MemberRow
    members: tuple[Member, ...]  # the one at the top first, then those joined to it
    history: tuple[InboxRow, ...]
    lanes: dict[str, int]
    messages: int


def members_page(seat: Seat, wanted: MemberFilter, after: str = "", most: int = 50) -> MembersPage:
    """Return one page of the list, last heard first. Raise `BadCursor`."""
    rows = chosen_members(seat, wanted)
    if after:
        at, row_id = open_cursor(after)
        rows = rows.filter(heard_at__lte=at).filter(Q(heard_at__lt=at) | Q(id__lt=row_id))
    found = list(rows.order_by("-heard_at", "-id")[: most + 1])
    page = found[:most]
    more = cursor_at(page[-1].heard_at, page[-1].pk) if len(found) > most else ""
    channels = tuple(channels_of(seat.brand))
    return MembersPage(_rows_below(seat, page, channels), more, channels)


def chosen_members(seat: Seat, wanted: MemberFilter) -> BrandQuerySet:
    """Return the persons a filter chooses, of those this person may see."""
    rows = visible_members(seat)
    if wanted.words:
        query = query_of(wanted.words)
        rows = answering(rows, seat.brand.pk, query) if query else rows.none()
    if wanted.network:
        rows = _among(rows, Identity.objects.of(seat.brand).filter(network=wanted.network), "member")
    if wanted.label:
        label = Label.objects.of(seat.brand).filter(public_id=wanted.label).values("pk")
        on = ConversationLabel.objects.of(seat.brand).filter(label_id__in=label)
        on = on.filter(conversation__route__in=visible_routes(seat).values("pk"), conversation__member__isnull=False)
        rows = _among(rows, on, "conversation__member")
    if wanted.is_joined:
        below = Member.objects.of(seat.brand).filter(person__isnull=False)
        rows = rows.filter(pk__in=below.values("person_id"))
    if wanted.since is not None:
        rows = rows.filter(heard_at__gte=midnight(wanted.since, seat.brand.zone))
    if wanted.until is not None and wanted.until.year < 9999:
        rows = rows.filter(heard_at__lt=midnight(wanted.until + timedelta(days=1), seat.brand.zone))
    return rows


def _among(rows: BrandQuerySet, holding: BrandQuerySet, member: str) -> BrandQuerySet:
    """Keep the persons that `holding` leads to: named where they are few, asked of each where they are many."""
    few = list(holding.values_list(f"{member}__person_id", f"{member}_id")[: FEW + 1])
    if len(few) <= FEW:
        return rows.filter(pk__in={top or own for top, own in few})
    own, below = (holding.filter(**{name: OuterRef("pk")}) for name in (f"{member}_id", f"{member}__person_id"))
    return rows.filter(Q(Exists(own)) | Q(Exists(below)))


def rows_for(seat: Seat, members: Sequence[Member]) -> tuple[MemberRow, ...]:
    """Return rows of the list: a handful of queries whatever their number."""
    return _rows_below(seat, members, list(channels_of(seat.brand)))


def _rows_below(seat: Seat, members: Sequence[Member], channels: Sequence[Channel]) -> tuple[MemberRow, ...]:
    accounts = accounts_below([one.pk for one in members], seat.brand.pk)
    below = {account.member_id: top for top, some in accounts.items() for account in some}
    return _rows(seat, members, accounts, _conversations(seat, below), channels)


def _rows(
    seat: Seat,
    members: Sequence[Member],
    accounts: dict[int, list[Identity]],
    counts: "Counter[tuple[int, bool]]",
    channels: Sequence[Channel],
) -> tuple[MemberRow, ...]:
    heard = _heard(seat, members, accounts)
    alike = looking_like(members, visible_members(seat))
    ours = our_names(seat, channels)
    return tuple(
        MemberRow(
            public_id=one.public_id,
            name=one.name,
            accounts=tuple(accounts.get(one.pk, ())),
            networks=tuple(dict.fromkeys(account.network for account in accounts.get(one.pk, ()))),
            conversations=counts[one.pk, True] + counts[one.pk, False],
            open=counts[one.pk, True],
            first_seen_at=min([one.first_seen_at, *(each.member.first_seen_at for each in accounts.get(one.pk, ()))]),
            heard_at=heard.get(one.pk, one.heard_at),
            alphabets=alphabets_of(one.name),
            alike=tuple(alike.get(one.pk, ())),
            posing_as=posing_as(one, accounts.get(one.pk, ()), ours),
        )
        for one in members
    )


def our_names(seat: Seat, channels: Iterable[Channel]) -> list[str]:
    """Return the names the brand itself goes by."""
    found = [seat.brand.name, *(name for channel in channels for name in (channel.name, channel.handle))]
    return [name for name in dict.fromkeys(found) if name]


def posing_as(member: Member, accounts: Iterable[Identity], ours: Sequence[str]) -> str:
    """Return the name of ours that one of a member's names looks like, "" for none."""
    names = [member.name, *(name for one in accounts for name in (one.name, one.handle))]
    return next((found for name in dict.fromkeys(names) if (found := is_posing_as(name, ours))), "")


def _conversations(seat: Seat, below: dict[int, int]) -> "Counter[tuple[int, bool]]":
    """Count the conversations each person opened, by whether they are open."""
    found: Counter[tuple[int, bool]] = Counter()
    rows = visible_routes(seat).filter(conversation__member_id__in=below)
    for member_id, is_open in rows.values_list("conversation__member_id", "is_open"):
        found[below[member_id], is_open] += 1
    return found


def _heard(seat: Seat, members: Sequence[Member], accounts: dict[int, list[Identity]]) -> dict[int, datetime]:
    """Return when persons were last heard in what this person may see, where that is not all they said."""
    known = {one.member_id: one.member.last_seen_at for some in accounts.values() for one in some}
    shown = last_heard(seat, known)
    found = {}
    for one in members:
        ids = {each.member_id for each in accounts.get(one.pk, ())}
        moments = [shown.get(pk, known[pk]) for pk in ids] if ids & shown.keys() else []
        if last := max(filter(None, moments), default=None):
            found[one.pk] = last
    return found


def sheet_of(seat: Seat, member: Member, now: datetime) -> MemberSheet:
    """Return what the page of a person shows."""
    accounts = accounts_below([member.pk], seat.brand.pk)
    joined = {one.member_id: one.member for one in accounts.get(member.pk, ()) if one.member_id != member.pk}
    ids = [member.pk, *joined]
    routes = visible_routes(seat).filter(Among("conversation_id", conversations_of(ids, seat.brand.pk)))
    standing = list(routes.values_list("lane", "is_open"))
    counts = Counter({(member.pk, is_open): n for is_open, n in Counter(one for _lane, one in standing).items()})
    (row,) = _rows(seat, [member], accounts, counts, list(channels_of(seat.brand)))
    said = shown_messages(seat).filter(identity_id__in=[one.pk for one in row.accounts])
    return MemberSheet(
        row=row,
        members=(member, *joined.values()),
        history=rows_of(seat, taken(routes.order_by("-last_at", "-id")[:HISTORY]), now),
        lanes=dict(Counter(lane for lane, _is_open in standing)),
        messages=said.count(),
    )


def beside_conversation(seat: Seat, conversation: Conversation) -> PersonBeside | None:
    """Return the person who opened a conversation, as the panel beside it shows them. A query, or two."""
    if conversation.member is None:
        return None
    top = conversation.member.person or conversation.member
    accounts = tuple(accounts_below([top.pk], seat.brand.pk).get(top.pk, ()))
    return PersonBeside(
        public_id=top.public_id,
        name=top.name,
        accounts=accounts,
        alphabets=alphabets_of(top.name),
        alike=tuple(looking_like([top], visible_members(seat)).get(top.pk, ())) if may_deceive(top.name) else (),
        posing_as=posing_as(top, accounts, [seat.brand.name, conversation.channel.name, conversation.channel.handle]),
    )
