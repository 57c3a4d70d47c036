"""Finding expressions of several words in the folded text: one compiled pattern per list, linear in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nestor.guard.rules.proof import Proof

# shorthands of the lists, in braces: what people write where one of these is meant
_SHORTHANDS = {
    "END": "(?= (?:[.!?]|et|and|avant|before|puis|then|ensuite|un jour|monsieur|madame|mate|love|first|next time|for once|d abord|la prochaine"
    "|please|svp|sinon|hein|ou|or|ca|sans|pour (?:vous|te|toi) [^ ]{1,12}|sweetheart|karen|mdr|lol))",
    "E": "(?= [.!?])",
    "GAP": "(?: [^ ]{1,24}){0,2}",
    "GANG": "(?:(?<!une )(?<!la )(?<!cette )(?<!notre )(?<!sa )bande d|(?<!une )(?<!la )(?<!cette )(?<!notre )(?<!sa )bande de)",
    "KIND": "(?:(?<!une )(?<!l )(?<!cette )espece d|(?<!une )(?<!l )(?<!cette )espece de|spece de)",
    "YOUR": "(?:ton|ta|tes|votre|vos)",
    "NASTY": "(?: (?:little|stupid|dumb|silly|sad|old|fat|lazy|bloody|miserable|ignorant|pathetic|absolute|complete|utter|total|worthless"
    "|fucking|clueless|useless|bunch of|pack of|piece of|pieces of|lot of|load of))",
    "BE": "(?:tu es|t es|tes|t|tu est|vous etes|vs etes|vous ete|etes vous|es tu|vous devez etre|tu dois etre)",
    "VERY": "(?: (?:tellement|vraiment|trop|bien|franchement|juste|completement|totalement|assez|si|tous|un peu|tres|donc|quand meme))?",
    "GO": "(?:va|vas|allez|retourne|retournez|repars|repartez|file|filez|cours|courez)",
    "GOTO": "(?: donc| plutot| vite| te| vous| vous en| t en| y)?",
    "U": "(?:you|u|ya|ye|y all|yall)",
    "UR": "(?:your|ur|yer)",
}
_SHORTHAND = re.compile(r"\{([A-Z]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Where an expression stands: [start, end) of the original text."""

    start: int
    end: int


class PhraseList:
    """Expressions over folded words (no accents, single blanks), one per line; {NAMES} in braces are shorthands.

    With `opens` an expression counts only where a clause begins, with `fills` only where it is the whole clause: words
    that insult as an order or an exclamation and are harmless in the middle of a sentence.
    """

    def __init__(self, lines: str, *, opens: bool = False, fills: bool = False) -> None:
        patterns = [line.strip() for line in lines.strip().splitlines() if line.strip()]
        spelled = "|".join(_SHORTHAND.sub(lambda found: _SHORTHANDS[found[1]], pattern) for pattern in patterns)
        self._pattern = re.compile(f" (?:{spelled})(?= )")
        self._opens = opens or fills
        self._fills = fills

    def find(self, proof: Proof) -> Iterator[Phrase]:
        """Yield the expressions."""
        for found in self._pattern.finditer(proof.folded):
            start, end = proof.span(*found.span())
            if self._stands_right(proof, start, end):
                yield Phrase(start, end)

    def _stands_right(self, proof: Proof, start: int, end: int) -> bool:
        if not self._opens:
            return True
        first, last = proof.clause_around(start)
        return start <= first and (not self._fills or end >= last)
