"""Finding expressions of several words in the folded text: one compiled pattern per list, linear in the text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nestor.guard.rules.proof import Proof

# shorthands of the lists: what people put between the words that matter
_SHORTHANDS = {
    "YOU": "(?:tu|vous|t|te|vs|vou|vouz|v)",
    "YOUR": "(?:ton|ta|tes|votre|vos|vot)",
    "US": "(?:me|m|nous|nou|ns)",
    "ARE": "(?:tu es|t es|t|tu|tes|t ete|vous etes|vs etes|vous ete|etes vous|es tu|vous etiez|tu etais|vous faites|tu fais|vous devez etre"
    "|tu dois etre|vous restez|tu restes|vous me semblez|tu as l air|vous avez l air)",
    "GO": "(?:va|vas|allez|aller|alle|retourne|retournez|retourner|partez|pars|file|filez|cours|courez)",
    "GAP": "(?: [^ ]{1,24}){0,2}",
    "GAPS": "(?: [^ ]{1,24}){0,4}",
    "U": "(?:you|u|ya|ye|y all|yall|yous)",
    "UR": "(?:your|ur|yer|yo|youre)",
    "UARE": "(?:you are|you re|youre|u r|ur|u are|your|you were|you must be|you sound|you look|you seem|are you|r u|re you|you re being|you are being)",
}
_SHORTHAND = re.compile(r"\{([A-Z]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Where an expression stands: [start, end) of the original text, and the list it is from."""

    start: int
    end: int


class PhraseList:
    """Expressions written over folded words, single blanks between them; {NAMES} in braces are shorthands."""

    def __init__(self, *patterns: str) -> None:
        spelled = "|".join(_SHORTHAND.sub(lambda found: _SHORTHANDS[found[1]], pattern) for pattern in patterns)
        self._pattern = re.compile(f" (?:{spelled})(?= )")

    def find(self, proof: Proof) -> Iterator[Phrase]:
        """Yield the expressions that stand within one clause."""
        for found in self._pattern.finditer(proof.folded):
            start, end = proof.span(*found.span())
            if proof.is_one_clause(start, end):
                yield Phrase(start, end)


def first_found(lists: Iterable[PhraseList], proof: Proof) -> Phrase | None:
    """Return one expression of any of the lists, or None."""
    return next((phrase for phrases in lists for phrase in phrases.find(proof)), None)
