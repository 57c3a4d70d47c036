"""The table of targets as a form: what is typed in each cell, what it would inherit, what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nestor.brands.models import Channel
from nestor.faces.web.spans import BadSpan, read_span, span_text
from nestor.faces.web.words import LANE_ORDER, LANES, word
from nestor.routing.rules import is_owed
from nestor.routing.rules.clocks import EVERY_CHANNEL, EVERY_LANE, LEAST, MOST, Cell, Targets, inherited_by
from nestor.routing.rules.steps import SHARES, Policy
from nestor.vocabulary import Lane

OWED_LANES = tuple(code for code in LANE_ORDER if is_owed(Lane(code)))
ROWS = (EVERY_LANE, *OWED_LANES)
BAD_SPAN = gettext_lazy("Write hours or minutes, such as 45 min, 2 h or 1 h 30, or “none”.")
OUT_OF_BOUNDS = gettext_lazy("Between one minute and 720 hours of opening time.")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the form."""

    name: str
    label: str
    text: str
    inherited: str
    error: str


@dataclass(frozen=True, slots=True)
class Row:
    """One lane, or every lane, of one channel, or of every channel."""

    lane: str
    title: str
    boxes: tuple[Box, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one channel, or of every channel (`channel` is None)."""

    channel: Channel | None
    rows: tuple[Row, ...]
    said: int  # cells that say something of their own
    has_errors: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form held: cells that made sense, every text as it was typed, and what was wrong."""

    cells: Mapping[Cell, timedelta | None]
    texts: Mapping[Cell, str]
    errors: Mapping[Cell, str]
    policy: Policy = field(default_factory=Policy)
    after_text: str = ""
    after_error: str = ""

    @property
    def is_wrong(self) -> bool:
        """Return whether anything in it makes no sense."""
        return bool(self.errors or self.after_error)


def cells_of(channels: Iterable[Channel]) -> list[tuple[Cell, str]]:
    """Return every cell of the table with the name of its box."""
    places = [(EVERY_CHANNEL, "all"), *((channel.pk, channel.public_id) for channel in channels)]
    return [
        (Cell(lane, channel_id, is_next), f"{'next' if is_next else 'first'}-{lane or 'every'}-{name}")
        for channel_id, name in places
        for lane in ROWS
        for is_next in (False, True)
    ]


def typed_in(given: Mapping[str, str], channels: Sequence[Channel]) -> Typed:
    """Read a form that was sent; an empty box says nothing of its own."""
    cells: dict[Cell, timedelta | None] = {}
    texts: dict[Cell, str] = {}
    errors: dict[Cell, str] = {}
    for cell, name in cells_of(channels):
        text = given.get(name, "").strip()
        if not text:
            continue
        texts[cell] = text[:40]
        try:
            span = read_span(text)
        except BadSpan:
            errors[cell] = str(BAD_SPAN)
            continue
        if span is None or LEAST <= span <= MOST:
            cells[cell] = span
        else:
            errors[cell] = str(OUT_OF_BOUNDS)
    return Typed(cells, texts, errors, *_policy_in(given))


def _policy_in(given: Mapping[str, str]) -> tuple[Policy, str, str]:
    """Return when clocks warn and pass on, how that was typed, and what is wrong with it."""
    share, text = given.get("warn", ""), given.get("after", "").strip()[:40]
    warn_share = int(share) if share in {str(one) for one in SHARES} else Policy().warn_share
    try:
        after = read_span(text) if text else Policy().escalate_after
    except BadSpan:
        return Policy(warn_share), text, str(BAD_SPAN)
    if after is not None and not LEAST <= after <= MOST:
        return Policy(warn_share), text, str(OUT_OF_BOUNDS)
    return Policy(warn_share, after), text or span_text(after), ""


def as_typed(targets: Targets, policy: Policy) -> Typed:
    """Return the stored table as if it had been typed."""
    texts = {cell: span_text(span) for cell, span in targets.cells.items()}
    return Typed(targets.cells, texts, {}, policy, span_text(policy.escalate_after))


def tables_of(
    typed: Typed, otherwise: timedelta, channels: Sequence[Channel], due: Mapping[Cell, datetime | None]
) -> list[Table]:
    """Return the form's tables, every channel first; `due` is when an answer asked for now would be owed."""
    targets = Targets(otherwise, typed.cells)
    boxes = {cell: _box(cell, name, typed, targets) for cell, name in cells_of(channels)}
    found = []
    for channel in (None, *channels):
        pk = channel.pk if channel is not None else EVERY_CHANNEL
        rows = tuple(
            Row(
                lane,
                _title(lane),
                (boxes[Cell(lane, pk)], boxes[Cell(lane, pk, is_next=True)]),
                due.get(Cell(lane, pk)),
            )
            for lane in ROWS
        )
        mine = [cell for cell in typed.texts if cell.channel_id == pk]
        found.append(Table(channel, rows, len(mine), any(cell in typed.errors for cell in mine)))
    return found


def _box(cell: Cell, name: str, typed: Typed, targets: Targets) -> Box:
    label = _("%(lane)s, next answers") if cell.is_next else _("%(lane)s, first answer")
    return Box(
        name,
        label % {"lane": _title(cell.lane)},
        typed.texts.get(cell, ""),
        span_text(inherited_by(targets, cell)),
        typed.errors.get(cell, ""),
    )


def _title(lane: str) -> str:
    return word(LANES, lane) if lane else _("Every lane")
