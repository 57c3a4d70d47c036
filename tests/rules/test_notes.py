"""Whom a note names: by full name or a first name only one has, whatever the case and the accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.routing.rules.notes import MOST_NAMED, Named, folded, namings

TEAM = [Named(1, "Alice Martin"), Named(2, "Bob"), Named(3, "Chloé Lœwe"), Named(4, "Alice"), Named(5, "Zoé Martin")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Bob, tu regardes ?", [2]),
        ("vu avec @alice martin hier", [1]),
        ("@alice", [4]),
        ("@ALICE MARTINE", [4]),
        ("@zoe et @ZOÉ MARTIN", [5, 5]),
        ("@chloe loewe", [3]),
        ("@Chloé", [3]),
        ("(@bob)", [2]),
        ("bob@example.test", []),
        ("@bobby", []),
        ("@bob_2", []),
        ("@", []),
        ("@@bob", [2]),
        ("@nobody", []),
        ("Bob", []),
    ],
)
def test_who_is_named(text: str, named: list[int]) -> None:
    assert [one.id for one in namings(text, TEAM)] == named


def test_two_of_one_name_are_both_named() -> None:
    assert [one.id for one in namings("@Bob", [Named(1, "Bob"), Named(2, "BOB"), Named(3, "Bob Dupont")])] == [1, 2]


def test_a_place_holds_the_sign_and_the_name() -> None:
    text = "Oui @Zoé\u0301 Martin !"
    (one,) = namings(text, TEAM)
    assert text[one.start : one.end] == "@Zoé\u0301 Martin"


def test_a_note_full_of_signs_is_bounded() -> None:
    assert len(namings("@bob " * 2000, TEAM)) == MOST_NAMED


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=20), max_size=6))
def test_any_text_is_read_and_every_place_says_a_name(text: str, names: list[str]) -> None:
    team = [Named(number, name) for number, name in enumerate(names)]
    for one in namings(text, team):
        said = folded(text[one.start + 1 : one.end])
        assert text[one.start] == "@"
        assert folded(names[one.id]).startswith(said) or said == folded(names[one.id])


@given(st.sampled_from(TEAM), st.text(alphabet=" ,.!\n", max_size=5))
def test_a_whole_name_is_always_found(who: Named, after: str) -> None:
    assert who.id in {one.id for one in namings(f"@{who.name}{after}", TEAM)}
