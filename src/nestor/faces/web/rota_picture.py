"""The week as a picture: a table whose cells are as wide as duties are long. A gap is a cell of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from nestor.notices.rules.rota import RANKS, Duty, Rota, duties

CELLS = 96  # of a day: a quarter of an hour each
TINTS = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """One duty as far as it lies in one day."""

    span: int
    names: str
    tint: int  # the same for the same people, all week; -1: nobody
    starts_at: datetime
    ends_at: datetime
    is_swapped: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day at one rank."""

    at: datetime
    rank: int
    turns: list[Turn]
    is_today: bool


def ranks_used(rota: Rota) -> list[int]:
    """Return the ranks anybody is ever on call at; the first always."""
    used = {1, *(slot.rank for slot in rota.slots), *(swap.rank for swap in rota.swaps)}
    return [rank for rank in RANKS if rank in used]


def week_rows(rota: Rota, start: datetime, end: datetime, names: Mapping[int, str], now: datetime) -> list[DayRow]:
    """Return the days of the week, each at each rank, cut at local midnights."""
    tints = _tints(rota)
    by_rank = {rank: duties(rota, rank, start, end) for rank in ranks_used(rota)}
    rows = []
    for day, midnight, next_one in _days(start, end, rota.zone):
        for rank, whole in by_rank.items():
            cut = [one for one in whole if one.starts_at < next_one and one.ends_at > midnight]
            turns = _turns(cut, (midnight, next_one), names, tints, now)
            rows.append(DayRow(day, rank, turns, is_today=midnight <= now < next_one))
    return rows


def _days(start: datetime, end: datetime, zone: str) -> list[tuple[datetime, datetime, datetime]]:
    first = start.astimezone(ZoneInfo(zone))
    days = [first + timedelta(days=number) for number in range(8)]  # wall clock: a day of 23 hours is a day
    return [(one, one, other) for one, other in pairwise(days) if one < end]


def _turns(
    cut: Sequence[Duty],
    day: tuple[datetime, datetime],
    names: Mapping[int, str],
    tints: Mapping[tuple[int, ...], int],
    now: datetime,
) -> list[Turn]:
    midnight, next_one = (one.astimezone(UTC) for one in day)
    cell = (next_one - midnight) / CELLS
    found, used = [], 0
    for place, one in enumerate(cut):
        begins, ends = max(one.starts_at, midnight), min(one.ends_at, next_one)
        left = len(cut) - place - 1
        until = CELLS if not left else round((ends - midnight) / cell)
        span = max(1, min(until - used, CELLS - used - left))
        used += span
        who = " · ".join(names.get(one_id, "?") for one_id in one.whose)
        tint = tints.get(one.whose, TINTS - 1) if one.whose else -1
        found.append(Turn(span, who, tint, begins, ends, one.is_swapped, is_now=begins <= now < ends))
    return found


def _tints(rota: Rota) -> dict[tuple[int, ...], int]:
    """Return a tint for each who is ever on call, in the order of the week."""
    people = dict.fromkeys([*(slot.whose for slot in rota.slots), *(one.whose for one in rota.swaps if one.whose)])
    return {(one,): place % TINTS for place, one in enumerate(people)}


def gaps_in(rows: Sequence[DayRow]) -> timedelta:
    """Return how long in that week nobody is on call at the first rank."""
    empty = (turn for row in rows if row.rank == RANKS[0] for turn in row.turns if turn.tint < 0)
    return sum(
        (turn.ends_at.astimezone(UTC) - turn.starts_at.astimezone(UTC) for turn in empty),
        timedelta(),
    )
