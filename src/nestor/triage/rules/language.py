"""Which language a text is in, from its own hashed characters and words, accents kept; "unknown" is an answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.features import Grams, Hasher, char_grams
from nestor.triage.rules.model import Scores, Weights
from nestor.triage.rules.normalise import NUMBER, Folded
from nestor.vocabulary import Language

SHORTEST, LONGEST = 1, 4
_SURE, _SURE_SHORT = 0.8, 0.95
_MIXED_TOKENS, _MIXED_SHARE, _CLEAR = 3, 0.25, 1.0


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


def spoken(folded: Folded, weights: Weights) -> list[Spoken]:
    """Return the language of each text of the batch."""
    grams = language_grams(Hasher(folded, accented=True), weights.bits)
    scores = weights.summed(grams, folded.count) + weights.bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e9))
    shares = odds / odds.sum(axis=1, keepdims=True)
    lettered = folded.codes[folded.starts]
    spelled = (lettered != NUMBER) & (lettered < 0x2000) & (lettered > 0x40) | (lettered > 0x3040) & (lettered < 0xE000)
    letters = np.bincount(folded.owners[spelled], minlength=folded.count)
    mixed = _mixed(folded, grams, weights)
    languages = [Language(head) for head in weights.heads]
    return [_one(languages, shares[row], int(letters[row]), is_mixed=bool(mixed[row])) for row in range(folded.count)]


def _one(languages: list[Language], shares: Scores, letters: int, *, is_mixed: bool) -> Spoken:
    if letters == 0:
        return Spoken(Language.UNKNOWN, is_sure=False, is_mixed=False, probabilities=shares)
    best = int(shares.argmax())
    sure = float(shares[best]) >= (_SURE if letters > 3 else _SURE_SHORT)
    return Spoken(languages[best], sure, is_mixed, shares)


def _mixed(folded: Folded, grams: Grams, weights: Weights) -> NDArray[np.bool_]:
    """Say which texts hold at least three clearly French and three clearly English words, a quarter of all each."""
    french, english = weights.heads.index(Language.FR), weights.heads.index(Language.EN)
    leaning = weights.grams[grams.buckets][:, [french, english]].astype(np.float32) * weights.scale[[french, english]]
    tokens = np.searchsorted(folded.starts, grams.starts + 1, side="right") - 1
    many = np.bincount(tokens, minlength=folded.starts.size)
    lean = np.bincount(tokens, weights=leaning[:, 0] - leaning[:, 1], minlength=many.size) / np.sqrt(
        np.maximum(many, 1)
    )
    total = np.bincount(folded.owners, minlength=folded.count)
    fewer = np.minimum(
        np.bincount(folded.owners[lean > _CLEAR], minlength=folded.count),
        np.bincount(folded.owners[lean < -_CLEAR], minlength=folded.count),
    )
    return (fewer >= _MIXED_TOKENS) & (fewer >= _MIXED_SHARE * total)
