"""A real translator, as small as one can be: a word book from Spanish and German, for the suite alone.

This folder is what a package looks like once it is installed: put on the path, its entry point is found.
"""

import re

from nestor.triage.translators.contract import CannotTranslate, Why

BOOK = {
    "es": {"hora": ("time", "heure"), "abre": ("opens", "ouvre"), "la": ("the", "la"), "estación": ("station", "gare")},
    "de": {
        "wann": ("when", "quand"),
        "öffnet": ("opens", "ouvre"),
        "bahnhof": ("station", "gare"),
        "der": ("the", "la"),
    },
}
TARGETS = {"en": 0, "fr": 1}


class Wordbook:
    """Translates the words it knows, leaves the others as they are."""

    contract = 1
    key = "wordbook"
    name = "Word <book>"
    host = ""

    def translate(self, text: str, source: str, target: str) -> str:
        """Return the text with the words of the book in their place."""
        if target not in TARGETS or (source and source not in BOOK):
            raise CannotTranslate(Why.LANGUAGES)
        words = {word: both[TARGETS[target]] for book in BOOK.values() for word, both in book.items()}
        return re.sub(r"\w+", lambda found: words.get(found[0].lower(), found[0]), text)


WORDBOOK = Wordbook()
