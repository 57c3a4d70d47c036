"""What a message does to the standing of its conversation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.routing.rules import (
    OWED,
    WEIGHT,
    Standing,
    Utterance,
    after_answer,
    after_correction,
    after_message,
    heavier,
    is_clock_running,
)
from nestor.triage.rules.contract import Flag, MessageText
from nestor.triage.rules.reader import OwnReader
from nestor.vocabulary import Lane

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def said(lane: Lane, minutes: float = 0, **more: object) -> Utterance:
    return Utterance(lane, at(minutes), **more)  # type: ignore[arg-type]  # fields of its own


def settled(lane: Lane = Lane.QUESTION) -> Standing:
    """Return a conversation that was asked at noon, answered at ten past and resolved."""
    asked = after_message(None, said(lane), None)
    return replace(after_answer(asked, at(10)), is_open=False)


def test_every_lane_has_its_weight() -> None:
    assert set(WEIGHT) == set(Lane)
    assert {Lane.PRAISE, Lane.CHATTER, Lane.SPAM, Lane.ABUSE} == set(Lane) - OWED


@pytest.mark.parametrize("lane", Lane)
def test_a_first_message_starts_a_clock_where_it_is_owed_an_answer(lane: Lane) -> None:
    standing = after_message(None, said(lane), None)
    assert standing.is_open
    assert is_clock_running(standing) == (lane in OWED)
    assert standing.clock_started_at == (at(0) if lane in OWED else None)


def test_the_clock_starts_when_it_was_published_and_stays_with_the_first() -> None:
    standing = after_message(None, said(Lane.QUESTION, -30), None)
    standing = after_message(standing, said(Lane.COMPLAINT, 5), None)
    assert standing.clock_started_at == at(-30)
    assert standing.lane is Lane.COMPLAINT
    assert standing.last_at == at(5)


@pytest.mark.parametrize("other", set(Lane) - {Lane.ALERT, Lane.THREAT, Lane.PRESS})
def test_the_press_outranks(other: Lane) -> None:
    assert heavier(Lane.PRESS, other) is heavier(other, Lane.PRESS) is Lane.PRESS
    assert after_message(after_message(None, said(Lane.PRESS), None), said(other, 1), None).lane is Lane.PRESS


def test_a_confident_thank_you_does_not_reopen() -> None:
    standing = after_message(settled(), said(Lane.PRAISE, 20, is_closer=True, tone="positive"), at(10))
    assert not standing.is_open
    assert not is_clock_running(standing)
    assert (standing.last_at, standing.tone) == (at(20), "positive")


def test_a_thank_you_in_advance_does_not_stop_the_clock() -> None:
    asked = after_message(None, said(Lane.QUESTION), None)
    assert is_clock_running(after_message(asked, said(Lane.PRAISE, 1, is_closer=True), None))


def test_a_sealed_message_seals_even_when_it_thanks() -> None:
    standing = after_message(settled(), said(Lane.PRAISE, 20, is_closer=True, is_sealed=True), at(10))
    assert standing.is_sealed


@pytest.mark.parametrize("lane", set(Lane))
def test_anything_else_reopens(lane: Lane) -> None:
    standing = after_message(settled(), said(lane, 20), at(10))
    assert standing.is_open
    assert is_clock_running(standing) == (lane in OWED)


@pytest.mark.parametrize(
    ("text", "reopens"),
    [
        ("Merci beaucoup, bonne journée !", False),
        ("Thanks a lot, have a nice day!", False),
        ("merci pour rien", True),
        ("Thanks for nothing.", True),
        ("Merci, mais ça ne marche toujours pas", True),
    ],
)
def test_thanks_are_read_for_what_they_say(text: str, reopens: bool) -> None:
    reading = OwnReader.load().read(MessageText(text, in_reply_to_text="Le guichet ouvre à 8 h."))
    utterance = said(reading.lane, 20, is_closer=Flag.CLOSER.value in reading.flags)
    assert after_message(settled(), utterance, at(10)).is_open is reopens


def test_what_was_answered_elsewhere_before_it_was_read_is_not_owed() -> None:
    standing = after_message(None, said(Lane.QUESTION), answered_until=at(5))
    assert not standing.is_open
    assert not is_clock_running(standing)


def test_an_older_message_that_comes_late_does_not_reopen_what_was_answered() -> None:
    standing = after_message(settled(), said(Lane.COMPLAINT, 5, tone="negative"), answered_until=at(10))
    assert not standing.is_open
    assert not is_clock_running(standing)
    assert standing.last_at == at(5)


def test_the_tone_is_that_of_the_last_word() -> None:
    standing = after_message(None, said(Lane.PRAISE, 10, tone="positive"), None)
    assert after_message(standing, said(Lane.CHATTER, 5, tone="negative"), None).tone == "positive"
    assert after_message(standing, said(Lane.CHATTER, 15, tone="negative"), None).tone == "negative"


@pytest.mark.parametrize(("minutes", "stops"), [(-1, False), (0, True), (1, True)])
def test_an_answer_older_than_the_question_stops_nothing(minutes: float, stops: bool) -> None:
    standing = after_answer(after_message(None, said(Lane.QUESTION), None), at(minutes))
    assert is_clock_running(standing) is not stops


def test_a_stopped_clock_is_stopped_once() -> None:
    standing = after_answer(after_message(None, said(Lane.QUESTION), None), at(5))
    assert after_answer(standing, at(50)) == standing


def test_a_correction_moves_the_clock_with_the_lane() -> None:
    question = after_message(None, said(Lane.QUESTION), None)
    chatter = after_correction(question, Lane.CHATTER, said(Lane.CHATTER), None)
    assert (chatter.lane, chatter.clock_started_at) == (Lane.CHATTER, None)
    press = after_correction(chatter, Lane.PRESS, said(Lane.PRESS), None)
    assert is_clock_running(press)
    assert press.clock_started_at == at(0)


def test_a_correction_of_what_was_answered_starts_no_clock() -> None:
    standing = after_message(None, said(Lane.CHATTER), at(5))
    assert not is_clock_running(after_correction(standing, Lane.QUESTION, said(Lane.QUESTION), at(5)))


def test_a_correction_takes_the_doubt_and_the_seal_away() -> None:
    sealed = after_message(None, said(Lane.ALERT, is_sealed=True, is_unsure=True), None)
    assert sealed.is_sealed
    corrected = after_correction(sealed, Lane.COMPLAINT, said(Lane.COMPLAINT), None)
    assert (corrected.is_sealed, corrected.is_unsure) == (False, False)


lanes = st.sampled_from(list(Lane))
times = st.integers(-500, 500)
utterances = st.builds(
    lambda lane, minutes, closer, sealed, urgency: said(
        lane, minutes, is_closer=closer, is_sealed=sealed, urgency=urgency
    ),
    lanes,
    times,
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
steps = st.lists(
    st.one_of(
        utterances,
        times.map(at),
        st.tuples(lanes, utterances),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(st.data(), utterances, steps)
def test_no_clock_runs_that_nobody_is_owed(
    data: st.DataObject, first: Utterance, then: list[Utterance | datetime | tuple[Lane, Utterance]]
) -> None:
    spoken: datetime | None = None
    standing, heard = after_message(None, first, spoken), {first.published_at}
    for step in then:
        if isinstance(step, datetime):
            spoken = step if spoken is None else max(spoken, step)
            standing = after_answer(standing, step)
        elif isinstance(step, Utterance):
            heard.add(step.published_at)
            standing = after_message(standing, step, spoken)
        else:
            heard.add(step[1].published_at)
            standing = after_correction(standing, step[0], replace(step[1], lane=step[0]), spoken)
        if is_clock_running(standing):
            assert standing.clock_started_at in heard
            assert standing.lane in OWED
        if standing.clock_stopped_at is not None:
            assert standing.clock_started_at is not None
            assert standing.clock_stopped_at >= standing.clock_started_at
    assert standing.last_at is not None
