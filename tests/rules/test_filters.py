"""What a list may be narrowed to: addresses read back, nonsense left out, counters that agree with the filter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.routing.rules.bulk import as_stored, as_was
from nestor.routing.rules.counting import facets_of
from nestor.routing.rules.filters import (
    EVERYTHING,
    ClockState,
    Facts,
    InboxFilter,
    Order,
    Sought,
    State,
    answers,
    can_be_kept,
    filter_of,
    given_by,
)
from nestor.vocabulary import Lane, Language, MessageKind, Tone

ids = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)
words = st.text(max_size=60).map(str.strip)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=4, unique=True).map(tuple)


filters = st.builds(
    InboxFilter,
    lanes=some(st.sampled_from(Lane)),
    tones=some(st.sampled_from(Tone)),
    least_urgency=st.integers(0, 3),
    channels=some(ids),
    kinds=some(st.sampled_from(MessageKind)),
    whose=st.sampled_from(["", "me", "nobody"]) | ids,
    labels=some(ids),
    clock=st.none() | st.sampled_from(ClockState),
    languages=some(st.sampled_from(Language)),
    member=st.just("") | ids,
    since=st.none() | st.dates(min_value=date(1000, 1, 1)),
    until=st.none() | st.dates(min_value=date(1000, 1, 1)),
    is_unsure=st.booleans(),
    state=st.sampled_from(State),
    words=words,
    order=st.sampled_from([Order.TIME, Order.DUE]),
)


@given(filters)
def test_an_address_reads_back_as_it_was_written(wanted: InboxFilter) -> None:
    assert filter_of(given_by(wanted)) == wanted


def test_everything_needs_no_address() -> None:
    assert given_by(EVERYTHING) == {}
    assert filter_of({}) == EVERYTHING


@given(st.dictionaries(st.sampled_from(["lane", "urgency", "channel", "since", "state", "whose", "order", "q"]), words))
def test_nonsense_is_left_out(given_: dict[str, str]) -> None:
    found = filter_of(given_)
    assert filter_of(given_by(found)) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lane", "nonsense"),
        ("channel", "' OR 1=1"),
        ("since", "2026-02-30"),
        ("since", "tomorrow"),
        ("whose", "Bob"),
        ("urgency", "9"),
        ("order", "relevance"),
        ("state", "deleted"),
        ("unsure", "yes"),
    ],
)
def test_one_senseless_part_narrows_nothing(name: str, value: str) -> None:
    assert filter_of({name: value}) == EVERYTHING


def test_whoever_looks_for_words_looks_everywhere() -> None:
    assert filter_of({"q": "train"}).state is State.ANY
    assert filter_of({"q": "train", "state": "open"}).state is State.OPEN
    assert filter_of({"q": "train", "order": "relevance"}).order is Order.RELEVANCE


FACTS = Facts(
    lane="question",
    tone="neutral",
    urgency=1,
    channel_id=7,
    kind="comment",
    language="fr",
    assignee_id=3,
    label_ids=frozenset({5, 6}),
    is_unsure=False,
    is_open=True,
    is_snoozed=False,
    is_sealed=False,
)


@pytest.mark.parametrize(
    ("sought", "is_in"),
    [
        (Sought(EVERYTHING), True),
        (Sought(InboxFilter(lanes=(Lane.QUESTION, Lane.PRESS))), True),
        (Sought(InboxFilter(lanes=(Lane.PRESS,))), False),
        (Sought(InboxFilter(least_urgency=2)), False),
        (Sought(InboxFilter(channels=("x" * 16,)), channel_ids=frozenset({7})), True),
        (Sought(InboxFilter(channels=("x" * 16,))), False),
        (Sought(InboxFilter(labels=("x" * 16,)), label_ids=frozenset({6, 9})), True),
        (Sought(InboxFilter(labels=("x" * 16,)), label_ids=frozenset({9})), False),
        (Sought(InboxFilter(whose="me"), assignee_id=3), True),
        (Sought(InboxFilter(whose="me"), assignee_id=4), False),
        (Sought(InboxFilter(whose="nobody")), False),
        (Sought(InboxFilter(state=State.DONE)), False),
        (Sought(InboxFilter(state=State.SNOOZED)), False),
        (Sought(InboxFilter(state=State.ANY)), True),
        (Sought(InboxFilter(is_unsure=True)), False),
        (Sought(InboxFilter(languages=(Language.EN,))), False),
        (Sought(InboxFilter(tones=(Tone.NEUTRAL,), kinds=(MessageKind.COMMENT,))), True),
    ],
)
def test_what_belongs_to_a_filter(sought: Sought, *, is_in: bool) -> None:
    assert answers(FACTS, sought) is is_in


def test_only_what_depends_on_neither_hour_nor_words_is_kept() -> None:
    assert can_be_kept(InboxFilter(lanes=(Lane.PRESS,), whose="me"))
    for wanted in (
        InboxFilter(clock=ClockState.LATE),
        InboxFilter(words="train"),
        InboxFilter(since=date(2026, 1, 1)),
        InboxFilter(member="x" * 16),
    ):
        assert not can_be_kept(wanted)


def test_what_is_done_or_put_off_counts_in_no_lane() -> None:
    facets = {facet for facet, _, _ in facets_of(FACTS)}
    assert facets == {"lane", "channel"}
    assert facets_of(None) == []


def test_values_of_a_standing_read_back() -> None:
    from_row = {"is_open": True, "assignee_id": None, "label_ids": [1, 2], "resolved_at": None}
    assert as_was(as_stored(from_row)) == from_row
