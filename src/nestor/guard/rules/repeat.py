"""The same words to many people: copied answers read as contempt and look like spam to networks."""

import re
from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule
from nestor.guard.rules.proof import Proof

_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 6  # "Merci beaucoup !" may be said to everyone
_MOST_COMPARED = 200
_ALIKE = 0.9  # share of words in common


def find_repeats(outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield a warning when lately somebody else was answered with the same or nearly the same words."""
    if not outgoing.earlier_answers:
        return
    ours = _words(proof.text)
    if len(ours) < _FEWEST_WORDS:
        return
    alike = sum(_is_alike(ours, _words(text)) for text in outgoing.earlier_answers[:_MOST_COMPARED])
    if alike:
        yield Finding("same_answer", REPEATS.id, Family.REPEAT, Level.WARN, params={"count": str(alike)})


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _is_alike(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return len(ours & theirs) >= _ALIKE * len(ours | theirs)


_SAID = "Bonjour Paul, nous sommes désolés de ce retard, un agent vous attend au guichet 3."

REPEATS = Rule(
    "repeats",
    Family.REPEAT,
    Level.WARN,
    find_repeats,
    reads_every_part=False,
    fires=(
        Outgoing(_SAID, earlier_answers=(_SAID,)),
        Outgoing(_SAID.upper(), earlier_answers=("Autre chose sans rapport.", _SAID)),
    ),
    spares=(
        Outgoing("Merci beaucoup !", earlier_answers=("Merci beaucoup !",)),
        Outgoing(_SAID, earlier_answers=("Bonjour Léa, votre carte est prête en mairie dès demain matin.",)),
        Outgoing(_SAID),
    ),
)
