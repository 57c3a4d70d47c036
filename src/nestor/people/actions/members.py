"""Writes of the people room about members outside: know them, join accounts of one person, part them again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q

from nestor.networks.contract import Author
from nestor.people.events import PersonChanged
from nestor.people.models import Identity, Member
from nestor.people.reads import Seat
from nestor.people.reads.members import accounts_below, same_person
from nestor.people.rules import Permission
from nestor.people.rules.names import looks_of
from nestor.work.actions import announce, note
from nestor.work.actions.many import change_rows
from nestor.work.reads.lookups import Among
from nestor.work.rules import storable, storable_name
from nestor.work.rules.words import search_text

Span = tuple[datetime, datetime]  # when somebody first and last spoke, of what just came
TRIES = 5
MOST_JOINED = 100  # accounts of one person


def know_authors(
    brand_id: int, network: str, heard: Iterable[tuple[Author, datetime]], now: datetime
) -> dict[str, Identity]:
    """Return the identity of each author by network id; those never seen become members. `heard`: who spoke, and when.

    Joins the caller's transaction. A worker that knows one of them first makes it raise `IntegrityError`.
    """
    latest: dict[str, Author] = {}
    spans: dict[str, Span] = {}
    for author, at in ((_storable(author), min(at, now)) for author, at in heard):
        first, last = spans.get(author.network_id, (at, at))
        latest[author.network_id], spans[author.network_id] = author, (min(first, at), max(last, at))
    rows = Identity.objects.of(brand_id).filter(Among("network_id", latest), network=network).select_related("member")
    known: dict[str, Identity] = {row.network_id: row for row in rows}
    for row in known.values():
        _freshen(row, latest[row.network_id])
    _see(brand_id, [(row.member, spans[key]) for key, row in known.items()])
    fresh = [latest[key] for key in sorted(latest) if key not in known]  # in one order, whoever else is at it
    members = [_member_of(brand_id, author, spans[author.network_id]) for author in fresh]
    Member.objects.bulk_create(members)
    identities = [
        Identity(
            brand_id=brand_id,
            member=member,
            network=network,
            network_id=author.network_id,
            handle=author.handle,
            name=author.name,
            url=author.url,
        )
        for author, member in zip(fresh, members, strict=True)
    ]
    Identity.objects.bulk_create(identities)
    return known | {row.network_id: row for row in identities}


def _member_of(brand_id: int, author: Author, span: Span) -> Member:
    name = shown_name(author)
    return Member(
        brand_id=brand_id,
        name=name,
        first_seen_at=span[0],
        last_seen_at=span[1],
        heard_at=span[1],
        search_text=_words([name, author.name, author.handle]),
        looks=looks_of(name),
    )


def _words(names: Iterable[str]) -> str:
    return search_text(" ".join(filter(None, dict.fromkeys(names))))


def _see(brand_id: int, spoken: Iterable[tuple[Member, Span]]) -> None:
    """Remember since when and until when these were heard; the person each is part of was heard, too."""
    first, last, tops = dict[int, datetime](), dict[int, datetime](), dict[int, datetime]()
    for member, (begin, end) in spoken:
        top = member.person_id or member.pk
        if begin < member.first_seen_at:  # it only ever moves back: what was so when it was read is so now
            first[member.pk] = min(begin, first.get(member.pk, begin))
        last[member.pk] = max(end, last.get(member.pk, end))
        tops[top] = max(end, tops.get(top, end))
    _move(brand_id, "first_seen_at", first, "first_seen_at > %s")
    _move(brand_id, "last_seen_at", last, "last_seen_at < %s")
    _move(brand_id, "heard_at", tops, "heard_at < %s")


def _move(brand_id: int, name: str, moments: dict[int, datetime], guard: str) -> None:
    rows = [(pk, {name: at, "guard": (at,)}) for pk, at in sorted(moments.items())]
    change_rows(Member, brand_id, rows, guard=guard)


def shown_name(author: Author) -> str:
    """Return how an author is named on screen."""
    return (author.name or author.handle or author.network_id)[:300]


def _storable(author: Author) -> Author:
    return Author(
        storable_name(author.network_id),
        storable(author.handle, 300),
        storable(author.name, 300),
        storable(author.url, 2000),
    )


def _freshen(row: Identity, author: Author) -> None:
    """Follow a change of name or address; the member's name follows while it is that account's own."""
    if (row.handle, row.name, row.url) == (author.handle, author.name, author.url):
        return
    if not (author.handle or author.name):
        return
    was = shown_name(Author(row.network_id, row.handle, row.name))
    row.handle, row.name, row.url = author.handle, author.name, author.url
    Identity.objects.of(row.brand_id).filter(pk=row.pk).update(handle=row.handle, name=row.name, url=row.url)
    name = shown_name(author)
    Member.objects.of(row.brand_id).filter(pk=row.member_id, name=was).update(name=name, looks=looks_of(name))
    _stand_anew(row.brand_id, [row.member.person_id or row.member_id])


def _stand_anew(brand_id: int, tops: list[int]) -> None:
    """Write what persons are found by, and when they were last heard, from all that is below them."""
    accounts = accounts_below(tops, brand_id)
    rows = Member.objects.of(brand_id)
    for top in rows.filter(pk__in=tops, person__isnull=True):
        below = rows.filter(person_id=top.pk)
        named = [text for one in accounts.get(top.pk, ()) for text in (one.member.name, one.name, one.handle)]
        last = below.aggregate(last=Max("last_seen_at"))["last"]
        rows.filter(pk=top.pk).update(
            search_text=_words([top.name, *named]),
            heard_at=max(top.last_seen_at, last or top.last_seen_at),
        )


def drop_members(brand_id: int, ids: Iterable[int], before: datetime) -> int:
    """Delete members of whom nothing is left, and their accounts; whoever was heard since then stays.

    Joins the caller's transaction; return how many.
    """
    rows = Member.objects.of(brand_id).filter(pk__in=list(ids))
    rows.filter(last_seen_at__lte=before).update(last_seen_at=F("last_seen_at"))  # held: nobody is heard meanwhile
    heard = rows.filter(last_seen_at__gt=before).values_list("pk", "person_id")
    kept = {one for pair in heard for one in pair if one is not None}
    silent = list(rows.exclude(Q(pk__in=kept) | Q(person_id__in=kept)).values_list("pk", flat=True))
    Member.objects.of(brand_id).filter(pk__in=silent).delete()
    return len(silent)


def merge_members(seat: Seat, kept: Member, other: Member, now: datetime) -> bool:
    """Say that two members are one person; False without the right, or where one of them has been joined meanwhile.

    Nothing is rewritten: accounts and conversations stay with their member, which hangs below the other from now on.
    """
    if kept.pk == other.pk or not (seat.may(Permission.ROUTE, kept) and seat.may(Permission.ROUTE, other)):
        return False
    rows = Member.objects.of(seat.brand)
    with transaction.atomic():
        for pk in sorted([kept.pk, other.pk]):  # held in one order: two people at the same two never wait in circles
            if rows.filter(pk=pk, person__isnull=True).update(looks=F("looks")) != 1:
                return False
        if rows.filter(person_id__in=[kept.pk, other.pk]).count() + 2 > MOST_JOINED:
            return False
        rows.filter(pk=other.pk).update(merged_into=kept, person=kept, search_text="")
        rows.filter(person=other).update(person=kept)
        _stand_anew(seat.brand.pk, [kept.pk])
        _tell("merge_members", seat, kept.pk, other, now)
    return True


def unmerge_member(seat: Seat, member: Member, now: datetime) -> Member | None:
    """Take back that a member is one person with another; return that person, None where it is taken back already.

    Whoever had been joined to this one stays with it: each joint is undone by itself, in any order.
    """
    if not seat.may(Permission.ROUTE, member):
        return None
    for _ in range(TRIES):
        with transaction.atomic():
            top = _top_held(member)
            if top is None:
                continue
            rows = Member.objects.of(seat.brand)
            own = rows.filter(pk=member.pk, person=top, merged_into__isnull=False)
            if own.update(merged_into=None, person=None) != 1:
                if rows.filter(pk=member.pk, merged_into__isnull=False).exists():
                    continue  # whoever it was below was parted meanwhile: it has another top now
                return None
            rows.filter(pk__in=_below(member, top)).update(person=member)
            _stand_anew(seat.brand.pk, [member.pk, top.pk])
            _tell("unmerge_member", seat, top.pk, member, now)
            return top
    return None


def _top_held(member: Member) -> Member | None:
    """Return the person a member is part of, its row held until the transaction ends; None if that just changed."""
    rows = Member.objects.of(member.brand_id)
    top_id = rows.filter(pk=member.pk).values_list("person_id", flat=True).first() or member.pk
    if rows.filter(pk=top_id, person__isnull=True).update(looks=F("looks")) != 1:
        return None
    top: Member = rows.get(pk=top_id)
    return top


def _below(member: Member, top: Member) -> list[int]:
    """Return who was joined to this member, and to those again."""
    pairs = Member.objects.of(top.brand_id).filter(person=top).values_list("pk", "merged_into_id")
    found = {member.pk}
    for _ in same_person(top):
        found |= {pk for pk, above in pairs if above in found}
    return sorted(found - {member.pk})


def _tell(verb: str, seat: Seat, top_id: int, member: Member, now: datetime) -> None:
    facts = {"person": top_id}
    note(verb, member, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts=facts)
    announce(PersonChanged(brand_id=seat.brand.pk, member_id=top_id), now)
