"""Members as they were heard: who may be shown to whom, and where they spoke."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q

from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads import may_see
from nestor.people.models import Identity, Member
from nestor.people.reads import Seat
from nestor.people.reads.members import accounts_of, persons, same_person
from nestor.people.rules import Permission

MOST = 2000  # conversations of one person that are looked at, the latest


def shown_messages(seat: Seat) -> BrandQuerySet:
    """Return the messages this person may see; one sealed message seals what was said around it."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat))
    if seat.may(Permission.SEE_SEALED):
        return rows
    return rows.filter(Q(conversation__route__isnull=True) | Q(conversation__route__is_sealed=False))


def visible_members(seat: Seat) -> BrandQuerySet:
    """Return the persons of whom this person may see a message: who was only ever heard sealed is not there."""
    said = shown_messages(seat).filter(identity_id=OuterRef("pk"))
    heard = Identity.objects.of(seat.brand).filter(Exists(said))
    alone, joined = heard.filter(**_same("member_id")), heard.filter(**_same("member__person_id"))
    return persons(seat.brand).filter(Q(Exists(alone)) | Q(Exists(joined)))


def _same(column: str) -> dict[str, OuterRef]:
    """Return that a column is the row's own id, said so that PostgreSQL asks it of each row a page shows.

    Of an equality it would make a table of everybody ever heard first, for fifty rows (150 ms of 125,000 members).
    """
    return {f"{column}__gte": OuterRef("pk"), f"{column}__lte": OuterRef("pk")}


def member_for(seat: Seat, public_id: str) -> Member | None:
    """Return the person, also by the id of one joined to them, if this person may see what they said."""
    joined = Member.objects.of(seat.brand).filter(public_id=public_id, person__isnull=False)
    is_it = Q(public_id=public_id) | Q(pk__in=joined.values("person_id"))
    found: Member | None = visible_members(seat).filter(is_it).first()
    return found


def conversations_with(brand_id: int, public_id: str) -> list[int]:
    """Return the internal ids of the latest conversations a person opened or spoke in."""
    member = Member.objects.of(brand_id).filter(public_id=public_id).first()
    return conversations_of(same_person(member), brand_id) if member is not None else []


def conversations_of(members: Iterable[int], brand_id: int) -> list[int]:
    """Return the internal ids of the latest conversations these members opened, or spoke in last. One query."""
    wanted = list(members)
    rows = Conversation.objects.of(brand_id)
    opened = rows.filter(member_id__in=wanted).order_by("-last_at").values("pk")[:MOST]
    said = Message.objects.of(brand_id).filter(
        identity_id__in=accounts_of(wanted, brand_id).values("pk"), shown_at__isnull=False
    )
    spoken = said.order_by("-published_at").values("conversation_id")[:MOST]
    # Two questions made one: with OR, PostgreSQL would go through every conversation of the brand.
    both = (rows.filter(pk__in=one).order_by().values_list("last_at", "pk") for one in (opened, spoken))
    return [pk for _at, pk in sorted(next(both).union(next(both)), reverse=True)[:MOST]]


def last_heard(seat: Seat, members: Iterable[int]) -> dict[int, datetime | None]:
    """Return when those last said something this person may see of whom something is sealed."""
    ids = list(members)
    if seat.may(Permission.SEE_SEALED):
        return {}
    of_them = Message.objects.of(seat.brand).filter(identity__member_id__in=ids)
    sealed = of_them.filter(Q(is_sealed=True) | Q(conversation__route__is_sealed=True))
    careful = set(sealed.values_list("identity__member_id", flat=True).distinct())
    if not careful:
        return {}
    rows = shown_messages(seat).filter(identity__member_id__in=careful).values("identity__member_id")
    shown = dict(rows.annotate(at=Max("published_at")).values_list("identity__member_id", "at"))
    return {one: shown.get(one) for one in careful}
