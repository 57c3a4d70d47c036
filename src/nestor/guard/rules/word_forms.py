"""Families of rude words: a lemma, how much it weighs, and the forms that grammar gives it, folded (no accents)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What a word does when it is written to the public."""

    SLUR = "slur"  # aims at what people are
    INSULT = "insult"  # an insult wherever it stands
    CRUDE = "crude"  # a swear word, aimed or not
    AIMED = "aimed"  # an insult only when said of the reader
    MILD = "mild"  # coarse; some brands may talk so
    NAME = "name"  # a place, a title or a thing that also has another sense


@dataclass(frozen=True, slots=True)
class WordFamily:
    """One lemma and its forms. `is_strict` asks that the text be in this language: the form means something else elsewhere."""

    lemma: str
    language: str
    weight: Weight
    forms: frozenset[str]
    is_strict: bool = False


_ER = (
    "e es ons ez ent er ee ees ant ante antes ants ais ait ions iez aient erai eras era erons erez eront erais erait"
    " erions eriez eraient ai as a ames ates erent asse asses assent eur eurs euse euses"
).split()
_ED = "s ed ing er ers in ings".split()


def folded(word: str) -> str:
    """Return the word in lower case without accents, as the proof spells it."""
    spread = unicodedata.normalize("NFKD", word.lower().replace("œ", "oe"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def plural(*words: str) -> list[str]:
    """Return each word with and without a plural s."""
    return [form for word in words for form in (word, word if word[-1] in "sxz" else f"{word}s")]


def er(*stems: str) -> list[str]:
    """Return the forms of regular French verbs in -er from their stems: "emmerd" gives emmerde, emmerdez."""
    return [f"{stem}{ending}" for stem in stems for ending in _ER]


def ing(*stems: str) -> list[str]:
    """Return the forms of English verbs; a stem such as "shit|t" doubles its last letter before -ed and -ing."""
    forms: list[str] = []
    for stem in stems:
        plain, _, doubled = stem.partition("|")
        forms += [plain, f"{plain}s", *(f"{plain}{doubled}{ending}" for ending in _ED if ending != "s")]
    return forms


def families(
    language: str, weight: Weight, rows: dict[str, Iterable[str]], *, is_strict: bool = False
) -> list[WordFamily]:
    """Return one family per row; the lemma is one of its forms."""
    return [
        WordFamily(lemma, language, weight, frozenset(map(folded, (lemma, *forms))), is_strict)
        for lemma, forms in rows.items()
    ]
