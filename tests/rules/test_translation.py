"""Which messages are in another language, and which answers are no translation."""

import pytest

from nestor.triage.rules.translation import is_foreign, sensible


@pytest.mark.parametrize(
    ("language", "text", "is_it"),
    [
        ("es", "hola", True),
        ("en", "hello", False),
        ("es", "  ", False),
        ("unknown", "🙂🙂🙂", False),
        ("unknown", "Gare de Lyon", False),
        ("unknown", "O której godzinie jutro otwierają dworzec?", True),
    ],
)
def test_what_is_foreign(language: str, text: str, is_it: bool) -> None:
    assert is_foreign(language, text, "en") is is_it


def test_an_answer_that_makes_no_sense_is_none() -> None:
    assert sensible(None, "a") == sensible("a" * 509, "a") == sensible("\x00\n", "a") == ""
    assert sensible("a" * 508, "a") == "a" * 508
    assert sensible(" a\n\tb ", "a") == "a\n\tb"
