"""Which language a text is in, from its own hashed characters and words, accents kept; "unknown" is an answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.features import Grams, Hasher, char_grams
from nestor.triage.rules.model import Scores, Weights, root_of
from nestor.triage.rules.normalise import NUMBER, Folded
from nestor.vocabulary import Language

SHORTEST, LONGEST = 1, 4
_SURE, _SURE_SHORT = 0.8, 0.95
_MIXED_TOKENS, _MIXED_SHARE, _CLEAR = 3, 0.25, 1.0


_LANGUAGES = {str(language): language for language in Language}


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language of one text, whether that is sure, and whether French and English are mixed in it."""

    language: Language
    is_sure: bool
    is_mixed: bool
    probabilities: NDArray[np.float32]


def language_grams(hasher: Hasher, bits: int) -> Grams:
    """Return the n-grams that tell languages apart: characters 1-4 inside words, edges included."""
    return char_grams(hasher, bits, SHORTEST, LONGEST)


def is_spelled(folded: Folded) -> NDArray[np.bool_]:
    """Say which tokens are words, not numbers or signs."""
    first = folded.codes[folded.starts]
    words: NDArray[np.bool_] = (first != NUMBER) & (first < 0x2000) & (first > 0x40) | (first > 0x3040) & (
        first < 0xE000
    )
    return words


def leaning(sums: Scores, grams: NDArray[np.integer], weights: Weights) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which words are clearly French, and which English, from the sums of their n-grams."""
    french, english = weights.heads.index(Language.FR), weights.heads.index(Language.EN)
    lean = sums[:, french] * weights.scale[french] - sums[:, english] * weights.scale[english]
    lean = lean / np.sqrt(np.maximum(grams, 1))
    return lean > _CLEAR, lean < -_CLEAR


@dataclass(frozen=True, slots=True)
class Spelling:
    """Of each text of a batch: sums of its words' n-grams, how many of these, words, clear French and English words."""

    sums: Scores
    grams: Scores
    words: Scores
    tokens: NDArray[np.integer]
    french: Scores
    english: Scores


def spoken(spelling: Spelling, weights: Weights) -> list[Spoken]:
    """Return the language of each text."""
    scores = spelling.sums * weights.scale * root_of(spelling.grams.astype(np.int64))[:, None] + weights.bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e9))
    shares = odds / odds.sum(axis=1, keepdims=True)
    fewer = np.minimum(spelling.french, spelling.english)
    mixed = ((fewer >= _MIXED_TOKENS) & (fewer >= _MIXED_SHARE * spelling.tokens)).tolist()
    bests = shares.argmax(axis=1).tolist()
    sures = shares.max(axis=1, initial=0.0).tolist()
    made = []
    for row, words in enumerate(spelling.words.tolist()):
        if words == 0:
            made.append(Spoken(Language.UNKNOWN, is_sure=False, is_mixed=False, probabilities=shares[row]))
        else:
            sure = sures[row] >= (_SURE if words > 3 else _SURE_SHORT)
            made.append(Spoken(_LANGUAGES[weights.heads[bests[row]]], sure, mixed[row], shares[row]))
    return made
