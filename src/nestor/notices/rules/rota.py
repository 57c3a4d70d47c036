"""Who is on call when, and who is told next. Pure; times of day are the brand's wall clock."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from nestor.brands.rules import OpeningHours, Period

RANKS = (1, 2, 3)  # who is told first, second, third


@dataclass(frozen=True, slots=True)
class Slot:
    """Each week, from a time of a weekday (0 is Monday) to another; an end not after the start: the next day."""

    rank: int
    whose: int
    weekday: int
    starts_at: time
    ends_at: time

    def hours(self, zone: str) -> OpeningHours:
        """Return the slot as hours that know about summer time."""
        return OpeningHours(zone=zone, week={self.weekday: (Period(self.starts_at, self.ends_at),)})


@dataclass(frozen=True, slots=True)
class Swap:
    """For once, somebody else (None: nobody) at a rank, whatever the week says."""

    rank: int
    whose: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Rota:
    """The weekly slots, the swaps (a later one wins), and the zone they are lived in."""

    zone: str
    slots: Sequence[Slot] = ()
    swaps: Sequence[Swap] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call at a rank during an interval; nobody: a gap."""

    rank: int
    starts_at: datetime
    ends_at: datetime
    whose: tuple[int, ...]
    is_swapped: bool = False


def at_rank(rota: Rota, rank: int, at: datetime) -> tuple[tuple[int, ...], bool]:
    """Return who is on call at a rank at that moment, and whether a swap says so."""
    for swap in reversed([one for one in rota.swaps if one.rank == rank]):
        if swap.starts_at <= at < swap.ends_at:
            return (() if swap.whose is None else (swap.whose,)), True
    today = at.astimezone(ZoneInfo(rota.zone)).date()
    found = []
    for slot in rota.slots:
        if slot.rank != rank:
            continue
        hours = slot.hours(rota.zone)
        days = (today - timedelta(days=1), today)
        if any(start <= at < end for day in days for start, end in hours.periods_on(day)):
            found.append(slot.whose)
    return tuple(dict.fromkeys(found)), False


def on_duty(rota: Rota, at: datetime) -> list[tuple[int, ...]]:
    """Return who is on call, rank by rank; ranks at which nobody is are left out."""
    return [whose for rank in RANKS if (whose := at_rank(rota, rank, at)[0])]


def duties(rota: Rota, rank: int, start: datetime, end: datetime) -> list[Duty]:
    """Return the whole interval at a rank, cut wherever somebody else begins; gaps are duties of nobody."""
    found: list[Duty] = []
    for begins, ends in pairwise(sorted({start, end, *_cuts(rota, rank, start, end)})):
        whose, is_swapped = at_rank(rota, rank, begins)
        last = found[-1] if found else None
        if last is not None and (last.whose, last.is_swapped) == (whose, is_swapped):
            found[-1] = Duty(rank, last.starts_at, ends, whose, is_swapped)
        else:
            found.append(Duty(rank, begins, ends, whose, is_swapped))
    return found


def _cuts(rota: Rota, rank: int, start: datetime, end: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(rota.zone)
    first, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    moments: Iterable[datetime] = (
        *(one for swap in rota.swaps if swap.rank == rank for one in (swap.starts_at, swap.ends_at)),
        *(
            one
            for slot in rota.slots
            if slot.rank == rank
            for hours in [slot.hours(rota.zone)]
            for day in days
            for period in hours.periods_on(day)
            for one in period
        ),
    )
    return (one for one in moments if start < one < end)


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told next. `stands_in`: they are not on the rota, they are told because it ends or has a gap."""

    people: frozenset[int]
    stands_in: bool


def next_rung(ranks: Sequence[Collection[int]], heads: Collection[int], told: Collection[int]) -> Rung | None:
    """Return the next who have not been told: rank after rank, then who heads; None when there is nobody left.

    Who heads stands in only where the rota has somebody else to call: with no rota at all, they are on call.
    """
    for rank in ranks:
        fresh = frozenset(rank) - frozenset(told)
        if fresh:
            return Rung(fresh, stands_in=False)
    fresh = frozenset(heads) - frozenset(told)
    return Rung(fresh, stands_in=bool(ranks)) if fresh else None
