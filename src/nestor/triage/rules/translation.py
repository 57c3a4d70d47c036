"""Which messages a reader may want translated, and which answers of a translator are none. Pure."""

import re

from nestor.vocabulary import Language
from nestor.work.rules import storable

MOST_TEXT = 10_000  # characters given to a translator; a longer message is translated up to there
LEAST_LETTERS = 20  # of a text whose language nobody knows: shorter ones are names and exclamations
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def is_foreign(language: str, text: str, reads: str) -> bool:
    """Return whether a text is in another language than the one a person reads."""
    if not text.strip():
        return False
    if language == Language.UNKNOWN:
        return sum(one.isalpha() for one in text) >= LEAST_LETTERS
    return language != reads


def source_of(language: str) -> str:
    """Return a reading's language as translators are told it: "" where nobody knows it."""
    return "" if language == Language.UNKNOWN else language


def most_answer(text: str) -> int:
    """Return how long a translation can be: languages differ, but not without end."""
    return 8 * len(text) + 500


def sensible(answer: object, text: str) -> str:
    """Return a translator's answer as it can be shown, "" where it makes no sense."""
    if not isinstance(answer, str) or len(answer) > most_answer(text):
        return ""
    return storable(_CONTROLS.sub("", answer).strip(), most_answer(text))
