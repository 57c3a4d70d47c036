"""Who is told, what they have not seen, by which ways they are reached, who is on call."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from nestor.brands.models import Brand, Channel
from nestor.brands.scoping import BrandQuerySet
from nestor.notices.models import Address, Call, Habit, Notice, Policy, Reach, Sending, Shift, Swap
from nestor.notices.rules import NEEDS_SOMEBODY, PASSES_WITHIN, TOPIC_OF, Occasion, Topic
from nestor.notices.rules.reach import (
    DEFAULT_QUIET,
    Matter,
    Periods,
    State,
    Way,
    next_digest,
    quiet_hours,
    quiet_until,
    wishes_of,
)
from nestor.notices.rules.rota import Rota, Rung, Slot, next_rung, on_duty
from nestor.notices.rules.rota import Swap as SwapRule
from nestor.people.models import TeamRole, User
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.vocabulary import Role
from nestor.work.reads import is_free
from nestor.work.rules.zones import zones

OWN = "a person's own notices, for whichever brand"
SWEEP = "a sweep looks at every brand's due rows"
KEPT_FOR = timedelta(days=60)

# Rooms that stand on this one say here whether what they told of is still so: asked before anybody is told again.
Still = Callable[[int, str], bool]
STILL: dict[Occasion, Still] = {}


def is_still_so(brand_id: int, occasion: str, about: str) -> bool:
    """Return whether what was told of is still the case, as far as any room says."""
    ask = STILL.get(Occasion(occasion))
    return ask is None or ask(brand_id, about)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a digest: a code, a count, and where one looks it up."""

    code: str
    count: int
    path: str


# Rooms that stand on this one add what they count for somebody's day; nothing in it counts people of the team.
DIGEST: dict[str, Callable[[Seat, datetime], Iterable[Figure]]] = {}


Team = Sequence[tuple[User, Role]]


def on_call(team: Team, *, sees_sealed: bool) -> list[User]:
    """Return those of a team who are told where no rota says who is."""
    needed = Permission.SEE_SEALED if sees_sealed else Permission.HEAD
    return [user for user, role in team if may(role, needed)]


def rota_of(brand: Brand, since: datetime, team: Team | None = None) -> Rota:
    """Return the brand's rota: its weekly slots, and the swaps that are not over by `since`."""
    ids = {user.pk for user, _role in (team_of(brand) if team is None else team)}  # who left is called no more
    slots = Shift.objects.of(brand).filter(user_id__in=ids)
    swaps = (
        Swap.objects.of(brand)
        .filter(Q(user__isnull=True) | Q(user_id__in=ids), ends_at__gt=since)
        .order_by("made_at", "id")
    )
    return Rota(
        brand.zone,
        [Slot(row.rank, row.user_id, row.weekday, row.starts_at, row.ends_at) for row in slots],
        [SwapRule(row.rank, row.user_id, row.starts_at, row.ends_at) for row in swaps],
    )


def next_told(brand: Brand, told: Collection[int], now: datetime, *, is_sealed: bool) -> Rung | None:
    """Return who is told next: the rota as it is now, then who heads; of what is sealed, only those who may know."""
    team = team_of(brand)
    allowed = {user.pk for user, role in team if not is_sealed or may(role, Permission.SEE_SEALED)}
    ranks = [sorted(allowed & set(rank)) for rank in on_duty(rota_of(brand, now, team), now)]
    heads = [user.pk for user in on_call(team, sees_sealed=is_sealed)]
    return next_rung([rank for rank in ranks if rank], heads, told)


def first_called(brand_id: int, now: datetime, *, is_sealed: bool) -> set[int]:
    """Return who is on call now: told first of what nobody has."""
    rung = next_told(Brand.objects.get(pk=brand_id), (), now, is_sealed=is_sealed)
    return set(rung.people) if rung is not None else set()


def policy_of(brand: Brand | int) -> Policy:
    """Return what the head of the desk chose; before they chose: mail and push."""
    found: Policy | None = Policy.objects.of(brand).first()
    brand_id = brand if isinstance(brand, int) else brand.pk
    return found or Policy(brand_id=brand_id, ways=[Way.MAIL.value, Way.PUSH.value])


def reach_of(seat: Seat) -> dict[str, frozenset[Way]]:
    """Return by which ways somebody wants to be told of what, for the brand of the seat."""
    row = Reach.objects.of(seat.brand).filter(user=seat.user).first()
    return wishes_of(row.wishes if row is not None else {})


def habit_of(owner: User) -> Habit:
    """Return when a person is left in peace and when they get a digest; before they chose: the default."""
    return Habit.objects.filter(user=owner).first() or Habit(user=owner)


def zone_of(owner: User) -> str:
    """Return the person's zone, else the installation's."""
    return owner.zone if owner.zone in zones() else settings.NESTOR_ZONE


def local_zone(owner: User) -> ZoneInfo:
    """Return the same as a zone."""
    return ZoneInfo(zone_of(owner))


def periods_of(habit: Habit) -> Periods:
    """Return the quiet periods a person chose, or the default."""
    if habit.quiet is None:
        return DEFAULT_QUIET
    return tuple((int(day), time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in habit.quiet)


def quiet_end(owner: User, now: datetime) -> datetime | None:
    """Return when it ceases to be quiet for a person; None when it is not quiet."""
    return quiet_until(quiet_hours(zone_of(owner), periods_of(habit_of(owner))), now)


def addresses_of(owner: User, way: Way | None = None) -> list[Address]:
    """Return a person's own browsers and telephones."""
    rows = Address.objects.filter(user=owner)
    return list(rows.filter(way=way.value) if way else rows)


def topic_of(notice: Notice) -> Topic:
    """Return which choice of ways a notice follows."""
    return Topic.CALL if notice.call_id is not None else TOPIC_OF[Occasion(notice.occasion)]


def matter_of(notice: Notice) -> Matter:
    """Return what choosing the ways of a notice goes by."""
    return Matter(topic_of(notice), notice.lane, notice.urgency)


def unseen_of(owner: User) -> BrandQuerySet:
    """Return the notices a person has not seen, for all their brands."""
    return _own(owner).filter(seen_at__isnull=True)


def unseen_count(owner: User) -> int:
    """Return how many there are."""
    return unseen_of(owner).count()


def _own(owner: User) -> BrandQuerySet:
    """Return a person's notices for the brands they still work for."""
    roles = TeamRole.objects.across_brands(OWN).filter(user=owner, suspended_at__isnull=True)
    return Notice.objects.across_brands(OWN).filter(user=owner, brand_id__in=roles.values("brand_id"))


def notices_of(
    owner: User, before: tuple[datetime, int] | None = None, most: int = 50, *, unseen_only: bool = False
) -> list[Notice]:
    """Return one page of a person's notices, newest first; `before` is the (made_at, id) of the last one seen."""
    return _page(_own(owner), before, most, unseen_only=unseen_only)


def notices_at(
    seat: Seat, before: tuple[datetime, int] | None, most: int | None, *, unseen_only: bool = False
) -> list[Notice]:
    """Return one page of a person's notices for the brand of the seat, newest first, as far as the seat may know."""
    return _page(_own_at(seat), before, most, unseen_only=unseen_only)


def notice_at(seat: Seat, public_id: str) -> Notice | None:
    """Return one of a person's own notices for the brand of the seat, as far as the seat may know."""
    found: Notice | None = _own_at(seat).select_related("call").filter(public_id=public_id).first()
    return found


def _own_at(seat: Seat) -> BrandQuerySet:
    rows = Notice.objects.of(seat.brand).filter(user=seat.user)
    return rows if seat.may(Permission.SEE_SEALED) else rows.filter(is_sealed=False)


def _page(
    rows: BrandQuerySet, before: tuple[datetime, int] | None, most: int | None, *, unseen_only: bool
) -> list[Notice]:
    rows = rows.exclude(occasion=Occasion.DIGEST.value).select_related("brand", "call__taken_by")
    if unseen_only:
        rows = rows.filter(seen_at__isnull=True)
    if before is not None:
        at, row_id = before
        rows = rows.filter(made_at__lte=at).filter(Q(made_at__lt=at) | Q(pk__lt=row_id))
    return list(rows.order_by("-made_at", "-id")[:most])


def notice_of(owner: User, public_id: str) -> Notice | None:
    """Return one of a person's own notices."""
    found: Notice | None = _own(owner).select_related("brand", "call").filter(public_id=public_id).first()
    return found


def owners_of(notice_ids: Collection[int]) -> dict[int, int]:
    """Return whose each of these notices is; no query for none."""
    if not notice_ids:
        return {}
    rows = Notice.objects.across_brands("the live stream tells each of their own").filter(pk__in=notice_ids)
    return dict(rows.values_list("pk", "user_id"))


def sendings_of(notices: Iterable[Notice]) -> dict[int, list[Sending]]:
    """Return how each of these notices left, by notice; one query."""
    ids = [one.pk for one in notices]
    found: dict[int, list[Sending]] = {}
    rows = Sending.objects.across_brands(OWN).filter(notice_id__in=ids).exclude(state=State.DROPPED.value)
    for row in rows.select_related("address").order_by("id"):
        found.setdefault(row.notice_id, []).append(row)
    return found


def due_sendings(now: datetime, most: int) -> list[int]:
    """Return notices that are to leave now, and those whose sender died."""
    rows = Sending.objects.across_brands(SWEEP).filter(is_free(now), due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def due_calls(now: datetime, most: int) -> list[int]:
    """Return calls nobody has taken in time."""
    rows = Call.objects.across_brands(SWEEP).filter(is_free(now), due_at__lte=now, over_at__isnull=True)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def troubled(now: datetime) -> BrandQuerySet:
    """Return channels that have been in trouble long enough to be told of, and of whose trouble nobody was told."""
    told = Call.objects.across_brands(SWEEP).filter(
        brand_id=OuterRef("brand_id"),
        occasion=Occasion.CHANNEL_BLIND.value,
        about=OuterRef("public_id"),
        made_at__gte=OuterRef("trouble_since"),
    )
    rows = Channel.objects.across_brands(SWEEP).filter(is_connected=True, trouble_since__lte=now).exclude(trouble="")
    long_ago = Q(trouble__in=NEEDS_SOMEBODY) | Q(trouble_since__lte=now - PASSES_WITHIN)
    return rows.filter(long_ago).exclude(Exists(told))


def due_troubles(now: datetime, most: int) -> list[int]:
    """Return channels of whose trouble somebody is to be told."""
    return list(troubled(now).order_by("trouble_since").values_list("pk", flat=True)[:most])


def due_digests(now: datetime, most: int) -> list[int]:
    """Return habits whose digest of today is due. Few people want one: the times are looked at here."""
    rows = Habit.objects.filter(digest_at__isnull=False, user__is_active=True).select_related("user")
    due = (row.pk for row in rows if (at := digest_due(row, now)) is not None and at <= now)
    return list(due)[:most]


def digest_due(habit: Habit, now: datetime) -> datetime | None:
    """Return when the digest of the person's today is due; None when it went out or none is wanted."""
    if habit.digest_at is None:
        return None
    return next_digest(habit.digest_at, zone_of(habit.user), habit.digest_day, now)


def old_notices(now: datetime, most: int) -> list[int]:
    """Return one row while there is anything to forget."""
    rows = Notice.objects.across_brands(SWEEP).filter(made_at__lt=now - KEPT_FOR)
    return list(rows.values_list("pk", flat=True)[: min(most, 1)])


def may_know(notice: Notice, role: str | None) -> bool:
    """Return whether somebody with that role may be told of it."""
    needed = Permission.SEE_SEALED if notice.is_sealed else Permission.SEE
    return role is not None and may(Role(role), needed)


def figures_for(seat: Seat, now: datetime) -> list[Figure]:
    """Return the lines of somebody's digest for one brand."""
    troubled_count = Channel.objects.of(seat.brand).filter(is_connected=True).exclude(trouble="").count()
    found = [figure for part in DIGEST.values() for figure in part(seat, now)]
    return [figure for figure in (*found, Figure("blind", troubled_count, "/channels/")) if figure.count]


def address_of(path: str) -> str:
    """Return the whole address of a page, for what leaves the desk."""
    return f"{settings.URL}{path}"


def is_on_duty(brand: Brand, owner: User, now: datetime) -> bool:
    """Return whether somebody is on call now, at whichever rank."""
    return any(owner.pk in rank for rank in on_duty(rota_of(brand, now), now))


def week_of(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the week around a moment, Monday to Monday in that zone, in UTC."""
    local = at.astimezone(ZoneInfo(zone)).date()
    monday = local - timedelta(days=local.weekday())
    midnights = [datetime.combine(day, time.min, ZoneInfo(zone)) for day in (monday, monday + timedelta(days=7))]
    return midnights[0].astimezone(UTC), midnights[1].astimezone(UTC)


def shifts_of(brand: Brand) -> list[Shift]:
    """Return the weekly slots, in the order of the week."""
    return list(Shift.objects.of(brand).filter(user__is_active=True).select_related("user"))


def swaps_of(brand: Brand, since: datetime) -> list[Swap]:
    """Return the swaps that are not over, the next one first."""
    rows = Swap.objects.of(brand).filter(ends_at__gt=since).select_related("user")
    return list(rows.order_by("starts_at", "id"))


def open_calls(seat: Seat) -> list[Call]:
    """Return what concerns nobody in particular and nobody has taken, newest first."""
    rows = Call.objects.of(seat.brand).filter(over_at__isnull=True)
    if not seat.may(Permission.SEE_SEALED):
        rows = rows.filter(is_sealed=False)
    return list(rows.order_by("-made_at")[:20])
