"""How long an answer may take, lane by lane and channel by channel, and from which message it is counted. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nestor.routing.rules import Standing, Utterance, is_clock_running, is_owed
from nestor.vocabulary import Lane

EVERY_LANE = ""
EVERY_CHANNEL = 0
LEAST = timedelta(minutes=1)
MOST = timedelta(hours=720)  # of open time


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the table: a lane or every lane, a channel (internal id) or every channel, first or next answer."""

    lane: str = EVERY_LANE
    channel_id: int = EVERY_CHANNEL
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """The table: open time allowed by cell, None where no answer is due by any time; `otherwise` where nothing fits."""

    otherwise: timedelta
    cells: Mapping[Cell, timedelta | None] = field(default_factory=dict)


def cells_for(cell: Cell) -> list[Cell]:
    """Return the cells that may say it, most specific first: the channel's word goes before the lane's.

    A next answer is asked of every place before what counts for a first one.
    """
    places = (
        (cell.lane, cell.channel_id),
        (EVERY_LANE, cell.channel_id),
        (cell.lane, EVERY_CHANNEL),
        (EVERY_LANE, EVERY_CHANNEL),
    )
    kinds = (True, False) if cell.is_next else (False,)
    return list(dict.fromkeys(Cell(lane, channel, kind) for kind in kinds for lane, channel in places))


def allowed_for(targets: Targets, cell: Cell) -> timedelta | None:
    """Return the open time an answer may take: of the most specific cell that says anything; None is no deadline."""
    return next((targets.cells[one] for one in cells_for(cell) if one in targets.cells), targets.otherwise)


def inherited_by(targets: Targets, cell: Cell) -> timedelta | None:
    """Return what would count if this cell said nothing."""
    others = {one: allowed for one, allowed in targets.cells.items() if one != cell}
    return allowed_for(Targets(targets.otherwise, others), cell)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a due time is counted from: the lane whose target counts, since when, and whether we had answered before."""

    lane: Lane
    from_at: datetime
    is_next: bool = False


def basis_after(
    basis: Basis | None,
    before: Standing | None,
    after: Standing,
    said: Utterance,
    *,
    answered_at: datetime | None,
    answered_until: datetime | None,
    due_at: Callable[[Basis], datetime | None],
) -> Basis | None:
    """Return what the due time is counted from after a message that made `after` of `before`.

    A clock that begins is counted from its message. While it runs, a message of another lane counts where it is due
    sooner, from its own time: a journalist in a thread of questions is not late before they have written.
    `answered_at` is our first answer, `answered_until` our last word.
    """
    if after.clock_started_at is None:
        return None
    if not is_clock_running(after):
        return basis
    is_next = answered_at is not None and answered_at < after.clock_started_at
    if basis is None or before is None or not is_clock_running(before):
        return Basis(said.lane if is_owed(said.lane) else after.lane, after.clock_started_at, is_next)
    is_answered = answered_until is not None and said.published_at <= answered_until
    if said.lane is basis.lane or not is_owed(said.lane) or said.is_closer or is_answered:
        return basis
    other = Basis(said.lane, max(said.published_at, after.clock_started_at), basis.is_next)
    return other if _is_sooner(due_at(other), due_at(basis)) else basis


def _is_sooner(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one < other)


def basis_corrected(basis: Basis | None, after: Standing, *, answered_at: datetime | None) -> Basis | None:
    """Return what the due time is counted from once a person has said which lane it is."""
    if after.clock_started_at is None:
        return None
    if not is_clock_running(after):
        return basis
    is_next = answered_at is not None and answered_at < after.clock_started_at
    started_at = after.clock_started_at
    from_at = basis.from_at if basis is not None and basis.from_at >= started_at else started_at
    return Basis(after.lane, from_at, is_next)


def window_ends_at(heard_at: datetime, seconds: float | None) -> datetime | None:
    """Return when the network's own window for an answer closes, counted from their last message; None: it has none."""
    return heard_at + timedelta(seconds=seconds) if seconds else None
