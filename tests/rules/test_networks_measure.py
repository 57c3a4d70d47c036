"""Counting as the networks count, at the boundaries that decide whether a text is refused."""

import pytest

from nestor.networks.measure import count

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("", "weighted", 0),
        ("Événement", "characters", 9),
        ("E\u0301te\u0301", "characters", 5),
        ("E\u0301te\u0301", "graphemes", 3),
        ("E\u0301te\u0301", "weighted", 3),
        ("Été", "bytes", 5),
        ("😀", "utf16", 2),
        ("😀", "bytes", 4),
        (FAMILY, "graphemes", 1),
        (FAMILY, "weighted", 2),
        (FAMILY, "characters", 7),
        (FAMILY, "bytes", 25),
        ("🇫🇷", "graphemes", 1),
        ("🇫🇷🇧🇪", "weighted", 4),
        ("\r\n", "graphemes", 1),
        ("1️⃣", "weighted", 2),
        ("© 2026", "weighted", 6),
        ("©️ 2026", "weighted", 7),
        ("日本", "weighted", 4),
        ("« d’accord »", "weighted", 12),
        ("…", "weighted", 2),  # U+2026 is outside the light ranges
        ("€", "weighted", 2),
        ("a\u0301" * 280, "weighted", 280),
        ("\u0301" * 10_000, "graphemes", 1),
    ],
)
def test_each_unit_counts_its_own_things(text: str, unit: str, length: int) -> None:
    assert count(text, unit) == length


@pytest.mark.parametrize(
    ("text", "unit", "link_length", "length"),
    [
        ("https://town.example.com/a/very/long/path?with=query#and-more", "weighted", None, 23),
        ("town.example.com", "weighted", None, 23),
        ("See town.example.com.", "weighted", None, 28),
        ("https://town.test/x", "weighted", None, 19),  # not a top-level domain X knows
        ("https://town.example.com/abc", "characters", None, 28),
        ("https://town.example.com/abc", "characters", 23, 23),
        ("town.example.com", "characters", 23, 16),
        ("(https://town.example.com/abc).", "characters", 23, 26),
        ("mail@town.example.com", "weighted", None, 21),
        ("x" * 257 + " https://town.example.com", "weighted", None, 281),
    ],
)
def test_a_link_counts_as_the_network_shortens_it(text: str, unit: str, link_length: int | None, length: int) -> None:
    assert count(text, unit, link_length) == length


def test_a_unit_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown unit"):
        count("text", "furlongs")
