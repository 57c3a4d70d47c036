"""How long an answer may take, from which message it is counted, and the way back from a due time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.brands.rules import OpeningHours, Period, due_at, latest_start
from nestor.routing.rules import OWED, Standing, Utterance, after_answer, after_message, is_clock_running
from nestor.routing.rules.clocks import (
    Basis,
    Cell,
    Targets,
    allowed_for,
    basis_after,
    basis_corrected,
    cells_for,
    inherited_by,
)
from nestor.vocabulary import Lane

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALLOWED = {Lane.PRESS: HOUR / 2, Lane.QUESTION: HOUR * 8, Lane.COMPLAINT: HOUR * 2}

lanes = st.sampled_from(sorted(OWED))
spans = st.none() | st.timedeltas(timedelta(minutes=1), timedelta(hours=100))
cells = st.builds(Cell, st.just("") | lanes.map(str), st.sampled_from([0, 1, 2]), st.booleans())
tables = st.builds(Targets, st.just(HOUR), st.dictionaries(cells, spans, max_size=12))


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("given_cells", "asked", "hours"),
    [
        ({}, Cell("press", 7), 1),
        ({Cell(): 4}, Cell("press", 7), 4),
        ({Cell(): 4, Cell("press"): 2}, Cell("press", 7), 2),
        ({Cell(): 4, Cell("press"): 2, Cell("", 7): 3}, Cell("press", 7), 3),
        ({Cell(): 4, Cell("press"): 2, Cell("", 7): 3, Cell("press", 7): 5}, Cell("press", 7), 5),
        ({Cell(): 4, Cell("press"): 2, Cell("", 7): 3}, Cell("press", 8), 2),
        ({Cell("press"): 2}, Cell("press", 7, is_next=True), 2),
        ({Cell("press", 7): 2, Cell(is_next=True): 6}, Cell("press", 7, is_next=True), 6),
        ({Cell("press", 7): 2, Cell(is_next=True): 6}, Cell("press", 7), 2),
    ],
)
def test_the_most_specific_cell_wins(given_cells: dict[Cell, int], asked: Cell, hours: int) -> None:
    targets = Targets(HOUR, {cell: timedelta(hours=number) for cell, number in given_cells.items()})
    assert allowed_for(targets, asked) == timedelta(hours=hours)


def test_no_deadline_is_an_answer_of_its_own() -> None:
    targets = Targets(HOUR, {Cell("rumour"): None, Cell("rumour", 7): HOUR})
    assert allowed_for(targets, Cell("rumour", 8)) is None
    assert allowed_for(targets, Cell("rumour", 7)) == HOUR


@given(tables, cells)
def test_what_a_cell_says_counts_and_what_it_inherits_counts_without_it(targets: Targets, cell: Cell) -> None:
    if cell in targets.cells:
        assert allowed_for(targets, cell) == targets.cells[cell]
    else:
        assert allowed_for(targets, cell) == inherited_by(targets, cell)


@given(tables, cells, cells, spans)
def test_a_cell_changes_only_what_looks_to_it(targets: Targets, asked: Cell, other: Cell, span: timedelta) -> None:
    changed = Targets(targets.otherwise, {**targets.cells, other: span})
    if other not in cells_for(asked):
        assert allowed_for(changed, asked) == allowed_for(targets, asked)


def due(basis: Basis) -> datetime:
    return basis.from_at + ALLOWED.get(basis.lane, HOUR * 4)


class Thread:
    """A conversation as it goes on."""

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self.basis: Basis | None = None
        self.answers: list[datetime] = []

    def hears(self, lane: Lane, minutes: float) -> "Thread":
        said = Utterance(lane, at(minutes))
        until = max(self.answers, default=None)
        before, self.standing = self.standing, after_message(self.standing, said, until)
        self.basis = basis_after(
            self.basis,
            before,
            self.standing,
            said,
            answered_at=min(self.answers, default=None),
            answered_until=until,
            due_at=due,
        )
        return self

    def says(self, minutes: float) -> "Thread":
        self.answers.append(at(minutes))
        if self.standing is not None:
            self.standing = after_answer(self.standing, at(minutes))
        return self


def test_a_clock_is_counted_from_what_started_it() -> None:
    assert Thread().hears(Lane.QUESTION, 0).hears(Lane.QUESTION, 30).basis == Basis(Lane.QUESTION, at(0))


def test_a_journalist_among_questions_is_counted_from_their_own_words() -> None:
    assert Thread().hears(Lane.QUESTION, 0).hears(Lane.PRESS, 300).basis == Basis(Lane.PRESS, at(300))


def test_a_question_nearly_due_is_not_put_off_by_a_journalist() -> None:
    assert Thread().hears(Lane.QUESTION, 0).hears(Lane.PRESS, 470).basis == Basis(Lane.QUESTION, at(0))


def test_after_our_first_answer_it_is_the_next_one_that_is_owed() -> None:
    thread = Thread().hears(Lane.QUESTION, 0).says(10).hears(Lane.COMPLAINT, 20)
    assert thread.basis == Basis(Lane.COMPLAINT, at(20), is_next=True)


def test_what_owes_nothing_has_no_basis_and_praise_moves_none() -> None:
    assert Thread().hears(Lane.PRAISE, 0).basis is None
    assert Thread().hears(Lane.QUESTION, 0).hears(Lane.PRAISE, 5).basis == Basis(Lane.QUESTION, at(0))


def test_a_correction_counts_by_the_lane_a_person_said() -> None:
    thread = Thread().hears(Lane.QUESTION, 0).hears(Lane.PRESS, 300)
    assert thread.standing is not None
    moved = basis_corrected(thread.basis, thread.standing, answered_at=None)
    assert moved == Basis(Lane.PRESS, at(300))
    calm = Standing(Lane.CHATTER)
    assert basis_corrected(thread.basis, calm, answered_at=None) is None


steps = st.lists(st.tuples(st.sampled_from(sorted(Lane)), st.integers(0, 600), st.booleans()), max_size=12)


@settings(deadline=None)
@given(steps)
def test_whatever_comes_a_running_clock_has_a_basis_that_nothing_owed_is_due_before(
    said: list[tuple[Lane, int, bool]],
) -> None:
    thread = Thread()
    owed: list[Basis] = []
    for number, (lane, gap, is_answer) in enumerate(said):
        minutes = number * 700 + gap
        if is_answer:
            thread.says(minutes)
            owed = []
        else:
            thread.hears(lane, minutes)
            owed += [Basis(lane, at(minutes))] if lane in OWED else []
    if thread.standing is not None and is_clock_running(thread.standing):
        assert thread.basis is not None
        assert thread.basis.from_at >= thread.standing.clock_started_at  # type: ignore[operator]  # it runs
        assert due(thread.basis) == min(due(one) for one in owed)


OVERLAPPING = OpeningHours(
    "UTC", {1: (Period(time(9), time(12)), Period(time(8), time(13))), 0: (Period(time(22), time(4)),)}
)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [(14, 1, 12), (14, 5, 8), (14, 6, 3), (14, 11, -2), (11, 1, 10), (2, 1, 1), (2, 3, -1)],
)
def test_the_way_back_through_periods_that_overlap(end: int, hours: int, start: int) -> None:
    tuesday = datetime(2026, 3, 3, tzinfo=UTC)
    found = latest_start(OVERLAPPING, tuesday + end * HOUR, hours * HOUR)
    assert found == tuesday + start * HOUR
    due = due_at(OVERLAPPING, found, hours * HOUR)
    assert due is not None
    assert due <= tuesday + end * HOUR


minutes = st.times().map(lambda one: one.replace(second=0, microsecond=0))
weeks = st.dictionaries(st.integers(0, 6), st.lists(st.builds(Period, minutes, minutes), max_size=3), max_size=7)
zones = st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "UTC"])
closures = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20)
moments = st.integers(0, 365 * 24 * 60).map(lambda number: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number))


@settings(max_examples=150, deadline=None)
@given(st.builds(OpeningHours, zones, weeks, closures), moments, moments, st.timedeltas(HOUR / 60, HOUR * 60))
def test_what_started_early_enough_is_due_and_nothing_else(
    hours: OpeningHours, start: datetime, now: datetime, allowance: timedelta
) -> None:
    latest = latest_start(hours, now, allowance)
    found = due_at(hours, start, allowance)
    if timedelta() <= now - start <= timedelta(days=380):
        assert (found is not None and found <= now) == (latest is not None and start <= latest)
