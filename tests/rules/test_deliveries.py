"""The states of a delivery, and what may follow what."""

from datetime import UTC, datetime, timedelta

import pytest

from nestor.publisher.rules import (
    MOST_LOOKS,
    STEPS,
    State,
    is_late,
    look_again_for,
    may_send_again_alone,
    sources_of,
)

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)


def test_every_state_has_its_steps() -> None:
    assert set(STEPS) == set(State)
    assert all(targets <= set(State) for targets in STEPS.values())


def test_the_graph_is_the_one_of_the_plan() -> None:
    assert STEPS[State.WAITING] >= {State.SENDING, State.CANCELLED, State.LATE}
    assert STEPS[State.SENDING] == {State.SENT, State.REFUSED, State.UNCONFIRMED, State.WAITING}
    assert STEPS[State.UNCONFIRMED] == {State.SENT, State.WAITING, State.REFUSED}


def test_nothing_leaves_sent() -> None:
    assert STEPS[State.SENT] == frozenset()
    assert all(State.SENT in targets for state, targets in STEPS.items() if state is not State.SENT)


def test_nothing_is_sent_without_having_been_claimed() -> None:
    assert sources_of(State.SENDING) == ["waiting"]


@pytest.mark.parametrize("state", [State.REFUSED, State.CANCELLED, State.LATE])
def test_only_proof_leaves_an_end(state: State) -> None:
    assert STEPS[state] == {State.SENT}


def test_every_state_can_be_reached() -> None:
    reached, edge = {State.WAITING}, [State.WAITING]
    while edge:
        fresh = STEPS[edge.pop()] - reached
        reached |= fresh
        edge += fresh
    assert reached == set(State)


def test_looking_waits_longer_each_time_then_asks_a_person() -> None:
    waits = [look_again_for(looks) for looks in range(MOST_LOOKS + 3)]
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert len(known) == MOST_LOOKS
    assert waits[MOST_LOOKS:] == [None] * 3
    assert sum(known, timedelta()) < timedelta(minutes=20)


@pytest.mark.parametrize("looks", range(MOST_LOOKS * 2))
@pytest.mark.parametrize("is_absent", [True, False])
def test_nothing_is_sent_again_alone_where_marks_are_not_honoured(looks: int, is_absent: bool) -> None:
    assert not may_send_again_alone(honours_marks=False, is_absent=is_absent, looks=looks)


@pytest.mark.parametrize(("is_absent", "looks", "may"), [(True, 0, True), (False, 0, False), (False, 4, True)])
def test_where_marks_are_honoured_a_second_copy_is_impossible(is_absent: bool, looks: int, may: bool) -> None:
    assert may_send_again_alone(honours_marks=True, is_absent=is_absent, looks=looks) is may


def test_late_is_after_its_time() -> None:
    assert not is_late(None, NOON)
    assert not is_late(NOON, NOON)
    assert is_late(NOON, NOON + timedelta(microseconds=1))
