"""Who is on call when, and who is told next."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nestor.notices.rules.rota import Rota, Slot, Swap, duties, next_rung, on_duty

PARIS = "Europe/Paris"
ALICE, BOB, SAM = 1, 2, 3
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
SLOTS = st.lists(st.builds(Slot, st.integers(1, 3), st.integers(1, 4), st.integers(0, 6), TIMES, TIMES), max_size=8)
MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds it
PEOPLE = st.sets(st.integers(1, 6))
WEEK = timedelta(days=7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def nights(whose: int) -> list[Slot]:
    return [Slot(1, whose, day, time(18), time(9)) for day in range(7)]


def test_a_slot_past_midnight_belongs_to_the_day_it_begins() -> None:
    rota = Rota(PARIS, [Slot(1, BOB, 0, time(18), time(9))])
    assert on_duty(rota, at("2026-03-03T02:00")) == [(BOB,)]  # Tuesday, 03:00
    assert on_duty(rota, at("2026-03-02T02:00")) == []  # Monday, 03:00
    assert on_duty(rota, at("2026-03-03T08:00")) == []  # 09:00: it is over


def test_a_slot_lives_in_wall_clock_time() -> None:
    rota = Rota(PARIS, [Slot(1, BOB, 6, time(9), time(17))])
    assert on_duty(rota, at("2026-03-22T08:30")) == [(BOB,)]  # 09:30 in winter
    assert on_duty(rota, at("2026-03-29T07:30")) == [(BOB,)]  # 09:30 in summer


def test_a_swap_holds_whatever_the_week_says_and_the_later_one_wins() -> None:
    day = (at("2026-03-03T00:00"), at("2026-03-04T00:00"))
    rota = Rota(PARIS, nights(BOB), [Swap(1, SAM, *day), Swap(1, None, at("2026-03-03T20:00"), at("2026-03-03T21:00"))])
    assert on_duty(rota, at("2026-03-03T19:00")) == [(SAM,)]
    assert on_duty(rota, at("2026-03-03T20:30")) == []
    assert on_duty(rota, at("2026-03-04T19:00")) == [(BOB,)]


def test_gaps_are_duties_of_nobody() -> None:
    found = duties(Rota("UTC", [Slot(1, BOB, 0, time(9), time(17))]), 1, at("2026-03-02T00:00"), at("2026-03-03T00:00"))
    assert [(one.starts_at.hour, one.whose) for one in found] == [(0, ()), (9, (BOB,)), (17, ())]


@given(SLOTS, MOMENTS)
def test_duties_cover_the_interval_without_overlap_and_say_what_holds(slots: list[Slot], start: datetime) -> None:
    rota, end = Rota(PARIS, slots), start + WEEK
    for rank in (1, 2):
        found = duties(rota, rank, start, end)
        assert (found[0].starts_at, found[-1].ends_at) == (start, end)
        assert all(one.ends_at == other.starts_at and one.whose != other.whose for one, other in pairwise(found))
        for one in found:
            middle = one.starts_at + (one.ends_at - one.starts_at) / 2
            assert set(one.whose) == {
                slot.whose
                for slot in slots
                if slot.rank == rank
                for hours in [slot.hours(PARIS)]
                for day in (middle.date() - timedelta(days=2), *(middle.date() + timedelta(days=n) for n in (-1, 0, 1)))
                for begins, ends in hours.periods_on(day)
                if begins <= middle < ends
            }


@given(st.lists(PEOPLE, max_size=3), PEOPLE)
def test_each_is_told_once_and_everybody_in_the_end(ranks: list[set[int]], heads: set[int]) -> None:
    told: set[int] = set()
    while (rung := next_rung(ranks, heads, told)) is not None:
        assert rung.people
        assert not rung.people & told
        told |= rung.people
    assert told == set().union(*ranks, heads)


def test_who_heads_stands_in_only_where_there_is_a_rota() -> None:
    first = next_rung([], {ALICE}, ())
    assert first is not None
    assert not first.stands_in
    second = next_rung([{BOB}], {ALICE}, {BOB})
    assert second is not None
    assert second.people == frozenset({ALICE})
    assert second.stands_in
