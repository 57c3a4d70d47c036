"""Who is warned that theirs would be the second answer to one person."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nestor.publisher.rules import RECENTLY, Spoken, second_answer

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
ME, BOB = 1, 2
MINUTES = st.integers(-600, 0).map(lambda minutes: NOON + timedelta(minutes=minutes))
SPOKEN = st.builds(
    Spoken, id=st.text("abc", min_size=1, max_size=4), at=MINUTES, author_id=st.sampled_from([ME, BOB, None])
)


def said(minutes: int, by: int | None = BOB) -> Spoken:
    return Spoken(f"d:{minutes}", NOON + timedelta(minutes=minutes), by)


def test_an_answer_of_the_last_minutes_counts_however_lately_i_began() -> None:
    assert second_answer([said(-9)], ME, NOON, NOON) == said(-9)
    assert second_answer([said(-11)], ME, NOON, NOON) is None


def test_since_i_began_counts_however_long_ago() -> None:
    begun = NOON - timedelta(hours=5)
    assert second_answer([said(-299), said(-200)], ME, begun, NOON) == said(-200)
    assert second_answer([said(-301)], ME, begun, NOON) is None


def test_my_own_is_no_second_and_the_app_is_somebody() -> None:
    assert second_answer([said(-1, ME)], ME, NOON, NOON) is None
    assert second_answer([said(-1, None)], ME, NOON, NOON) == said(-1, None)


@given(st.lists(SPOKEN, max_size=8), MINUTES)
def test_what_is_told_is_the_latest_by_another_within_the_time(spoken: list[Spoken], begun: datetime) -> None:
    told = second_answer(spoken, ME, begun, NOON)
    counts = [one for one in spoken if one.author_id != ME and (one.at >= begun or one.at >= NOON - RECENTLY)]
    assert (told is None) == (not counts)
    if told is not None:
        assert told in counts
        assert all(one.at <= told.at for one in counts)
