"""A warning, lateness, passing it on: each once, in order, whenever somebody looks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nestor.routing.rules.steps import Step, Times, next_at, reached, share_gone

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
offsets = st.integers(0, 300)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@st.composite
def some_times(draw: st.DrawFn) -> Times:
    warn, due, late = sorted(draw(st.tuples(offsets, offsets, offsets)))
    return Times(
        at(warn) if draw(st.booleans()) else None,
        at(due) if draw(st.integers(0, 5)) else None,
        at(late) if draw(st.booleans()) else None,
    )


def walked(times: Times, looks: list[int]) -> list[Step]:
    """Return the steps taken by a desk that looks at these minutes, as the sweep does."""
    step, due, taken = Step.CALM, next_at(times, Step.CALM), []
    for minute in sorted(looks):
        now = at(minute)
        while due is not None and due <= now:
            furthest = max(step, reached(times, now))
            if furthest is not step:
                taken.append(furthest)
            step, due = furthest, next_at(times, furthest)
    return taken


@given(some_times(), st.lists(offsets, max_size=12))
def test_each_step_is_taken_at_most_once_and_in_order(times: Times, looks: list[int]) -> None:
    taken = walked(times, looks)
    assert taken == sorted(set(taken))


@given(some_times(), st.lists(offsets, max_size=12))
def test_in_the_end_the_furthest_step_is_taken_however_rarely_one_looks(times: Times, looks: list[int]) -> None:
    taken = walked(times, [*looks, 1000])
    if times.due_at is None:
        assert taken == []
        return
    assert taken[-1] is (Step.ESCALATED if times.escalate_at is not None else Step.LATE)


@given(some_times())
def test_whoever_looks_every_minute_takes_every_step_there_is(times: Times) -> None:
    taken = walked(times, list(range(302)))
    if times.due_at is None:
        return
    asked = {Step.SOON: times.warn_at, Step.LATE: times.due_at, Step.ESCALATED: times.escalate_at}
    moments = [moment for moment in asked.values() if moment is not None]
    if len(set(moments)) == len(moments):  # two steps of one moment are one
        assert taken == [step for step, moment in asked.items() if moment is not None]


@given(some_times(), st.lists(st.integers(-50, 400), min_size=2, max_size=6))
def test_the_share_that_is_gone_only_grows(times: Times, minutes: list[int]) -> None:
    shares = [share_gone(NOON, times, at(minute), 75) for minute in sorted(minutes)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 100 for share in shares)
    if times.due_at is not None:
        assert share_gone(NOON, times, times.due_at, 75) == 100
