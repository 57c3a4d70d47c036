"""Names that look like others, and what a list of members may be asked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.people.rules.members import MemberFilter, as_asked, members_wanted
from nestor.people.rules.names import LONGEST, alphabets_of, is_posing_as, looks_of, may_deceive


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ligne Verte", "Lіgnе Vеrte"),  # Cyrillic і and е
        ("Ligne Verte", "Iigne verte"),  # a capital i for an l
        ("paypal", "раураl"),
        ("Gare 10", "Gare lO"),
        ("Marie", "Ma\u200brie"),
        ("Marie", "\u202eMarie"),
        ("@ligne_verte", "lignе_verte"),
    ],
)
def test_what_looks_the_same_has_one_look(name: str, other: str) -> None:
    assert looks_of(name) == looks_of(other) != ""
    assert is_posing_as(other, ["Autre chose", name]) == name


def test_the_same_name_poses_as_nobody() -> None:
    assert is_posing_as("ligne verte", ["Ligne Verte"]) == ""
    assert is_posing_as("@Ligne_Verte", ["ligne_verte"]) == ""
    assert (looks_of("Al"), looks_of(""), looks_of("😀😀😀")) == ("", "", "")


def test_accents_are_kept_apart() -> None:
    assert looks_of("Eloise") != looks_of("Éloïse")


@pytest.mark.parametrize("name", ["Léa Cœur", "Олег", "山田 太郎", "やまだ 太郎", "김철수", "Dan 3", "محمد", ""])
def test_names_keep_to_one_alphabet(name: str) -> None:
    assert alphabets_of(name) == ()


def test_a_mixed_name_is_said_to_be() -> None:
    assert alphabets_of("Dаn") == ("latin", "cyrillic")
    assert may_deceive("Dаn")
    assert not may_deceive("Éloïse  Martin")


@given(st.text(max_size=600))
def test_any_name_has_a_look_that_stays(name: str) -> None:
    looks = looks_of(name)
    assert len(looks) <= LONGEST
    assert "\x00" not in looks
    assert is_posing_as(name, [name]) == ""
    alphabets_of(name)


@given(
    st.builds(
        MemberFilter,
        words=st.text(max_size=50).map(str.strip),
        network=st.sampled_from(["", "practice", "wordpress"]),
        label=st.sampled_from(["", "0123456789abcdef"]),
        since=st.none() | st.dates(min_value=date(1000, 1, 1)),
        until=st.none() | st.dates(min_value=date(1000, 1, 1)),
        is_joined=st.booleans(),
    )
)
def test_an_address_says_the_filter_back(wanted: MemberFilter) -> None:
    assert members_wanted(as_asked(wanted)) == wanted


@given(
    st.dictionaries(st.sampled_from(["q", "network", "label", "since", "until", "joined", "x"]), st.text(max_size=20))
)
def test_nonsense_is_left_out(given_: dict[str, str]) -> None:
    found = members_wanted(given_)
    assert members_wanted(as_asked(found)) == found
