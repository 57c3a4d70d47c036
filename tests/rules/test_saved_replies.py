"""What saved replies become: variables, their ranking, and a signature where there is room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.composer.rules import (
    MOST_VALUE,
    Offer,
    filled,
    is_made_of,
    plain,
    ranked,
    shortcut_of,
    signed,
    unknown_in,
    unsigned,
)

DAN = {"member": "Dan", "brand": "Ligne Verte", "agent": "Bob", "channel": "Page"}
TEXT = "Bonjour {member},\nla gare ouvre à 8 h.\n{agent}, {marque}"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Bonjour {member} {MEMBRE} { agent } {canal}", []),
        ("{nom} et {nom} et {prénom}", ["nom", "prénom"]),
        ("un { seul, ou } aussi, {}", ["seul, ou"]),
        ("{{member}}", []),
        ("{" * 5000, []),
    ],
)
def test_what_is_no_variable_is_named(text: str, unknown: list[str]) -> None:
    assert unknown_in(text) == unknown


def test_variables_are_filled_in_and_one_without_a_value_stays() -> None:
    assert filled(TEXT, DAN) == "Bonjour Dan,\nla gare ouvre à 8 h.\nBob, Ligne Verte"
    assert filled("Bonjour {member}", {}) == "Bonjour {member}"


@given(st.text(max_size=300))
def test_a_hostile_name_is_one_line_without_braces(name: str) -> None:
    kept = plain(name)
    assert len(kept) <= MOST_VALUE
    assert not set(kept) & set("{}\n\r\u202e\u200b\x00")
    assert filled("{member}", {"member": name}) in (kept, "{member}")


@given(st.text(max_size=80), st.sampled_from(["", "\n– Bob", "\n\n– Bob\n"]))
def test_a_filled_reply_is_known_again_whoever_signs(name: str, signature: str) -> None:
    assert is_made_of(filled(TEXT, DAN | {"member": name}) + signature, TEXT)


@pytest.mark.parametrize("text", ["Bonjour Dan,\nla gare ouvre à 9 h.\nBob, Ligne Verte", "Bonjour", ""])
def test_another_text_is_not(text: str) -> None:
    assert not is_made_of(text, TEXT)
    assert not is_made_of(text, "  ")


@pytest.mark.parametrize(
    ("given_", "kept"), [("/Horaires", "horaires"), ("", ""), ("deux mots", None), ("a" * 21, None), ("é-1_", "é-1_")]
)
def test_a_shortcut_is_one_word(given_: str, kept: str | None) -> None:
    assert shortcut_of(given_) == kept


def test_the_right_language_then_what_was_asked_then_use() -> None:
    hours, refund, often = frozenset({"hour", "open"}), frozenset({"refund", "monei"}), frozenset({"thank"})
    offers = [Offer(1, "en", 9, hours), Offer(2, "fr", 0, hours), Offer(3, "fr", 1, refund), Offer(4, "fr", 5, often)]
    assert ranked(offers, "fr", frozenset({"open"})) == [2, 4, 3, 1]
    assert ranked(offers, "en", frozenset()) == [1, 4, 3, 2]


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("Oui", 9, "Oui\n– Bob"),
        ("Oui", 8, "Oui"),
        ("Oui\n– Bob", 9, "Oui\n– Bob"),
        ("  ", 99, "  "),
        ("Oui  \n", 99, "Oui\n– Bob"),
    ],
)
def test_it_is_signed_where_there_is_room(text: str, most: int, expected: str) -> None:
    assert signed(text, "– Bob", lambda whole: most - len(whole)) == expected
    assert signed(text, "", lambda whole: most - len(whole)) == text


@given(st.text(max_size=50), st.integers(0, 80))
def test_signing_twice_is_signing_once_and_can_be_undone(text: str, most: int) -> None:
    def left(whole: str) -> int:
        return most - len(whole)

    once = signed(text, "– Bob", left)
    assert signed(once, "– Bob", left) == once
    assert len(once) <= max(most, len(text))
    assert unsigned(once, "– Bob").rstrip() in (text.rstrip(), unsigned(text, "– Bob").rstrip())
