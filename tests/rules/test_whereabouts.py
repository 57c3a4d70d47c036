"""Whether an account of the brand is read by a connected channel."""

import pytest

from nestor.brands.rules import PLACES, folded_handle, is_read_by


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@LigneVerte", "ligneverte"),
        ("https://www.facebook.example/LigneVerte/", "facebook.example/ligneverte"),
        ("  @ligneverte ", "LIGNEVERTE"),
        ("@ligne@social.example", "ligne@social.example"),
    ],
)
def test_two_writings_of_one_handle(one: str, other: str) -> None:
    assert folded_handle(one) == folded_handle(other)


def test_what_is_read_and_what_is_not() -> None:
    channels = [("instagram", ("@ligne", "https://instagram.example/ligne", "1784")), ("mail", ("", "", ""))]
    assert is_read_by("instagram", "LIGNE", channels)
    assert is_read_by("instagram", "instagram.example/ligne", channels)
    assert not is_read_by("instagram", "@autre", channels)
    assert not is_read_by("facebook", "@ligne", channels)
    assert is_read_by("mail", "bonjour@ligne.example", channels)
    assert not is_read_by("instagram", "@ligne", [])


def test_places_are_named() -> None:
    assert all(code.isascii() and name for code, name in PLACES.items())
