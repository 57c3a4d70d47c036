"""The weights: one small matrix of whole numbers per set of heads, mapped from disk, read with numpy alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.features import Grams, Hasher, Places, char_grams, word_grams
from nestor.triage.rules.lexicon import Hits, Lexicon
from nestor.triage.rules.normalise import Folded
from nestor.triage.rules.signals import signals

MODEL_FOLDER = Path(__file__).resolve().parent.parent / "model"
CARD_NAME, HEADS_NAME = "card.md", "heads.json"
_AT_ONCE = 1 << 18

Scores = NDArray[np.floating]


def added(grams: NDArray[np.int8], buckets: Places, owners: Places, count: int) -> Scores:
    """Return the sum of the rows of each owner's buckets; exact, since they hold whole numbers."""
    if count == 1 and buckets.size <= _AT_ONCE:
        whole: Scores = grams[buckets].sum(axis=0, keepdims=True, dtype=np.float32)
        return whole
    sums = np.zeros((count, grams.shape[1]), dtype=np.float32)
    for first in range(0, buckets.size, _AT_ONCE):
        some = owners[first : first + _AT_ONCE]
        found = grams[buckets[first : first + _AT_ONCE]].astype(np.float32)
        edges = np.concatenate(([True], some[1:] != some[:-1])).nonzero()[0]
        np.add.at(sums, some[edges], np.add.reduceat(found, edges, axis=0))
    return sums


@dataclass(frozen=True, slots=True)
class Weights:
    """Heads over hashed n-grams: `grams` [buckets, heads] int8 with one `scale` per head, `bias` per head.

    `signals` [signals, heads] weighs what is counted beside the n-grams; it may have no rows.
    """

    heads: tuple[str, ...]
    grams: NDArray[np.int8]
    scale: Scores
    bias: Scores
    signals: Scores

    @property
    def bits(self) -> int:
        """Return the number of bits of a bucket number."""
        return int(self.grams.shape[0]).bit_length() - 1

    def added(self, buckets: Places, owners: Places, count: int) -> Scores:
        """Return the sum of the whole-number weights of each owner's n-grams; exact."""
        return added(self.grams, buckets, owners, count)

    def summed(self, family: Grams, count: int) -> Scores:
        """Return the sum of the weights of each text's n-grams, divided by the square root of how many there are."""
        sums = self.added(family.buckets, family.owners, count)
        return sums * self.scale * root_of(np.bincount(family.owners, minlength=count))[:, None]


def root_of(many: NDArray[np.integer]) -> Scores:
    """Return one over the square root of each number of n-grams."""
    shares: Scores = (1.0 / np.sqrt(np.maximum(many, 1))).astype(np.float32)
    return shares


def root_share(family: Grams, count: int) -> Scores:
    """Return per text one over the square root of its number of n-grams."""
    return root_of(np.bincount(family.owners, minlength=count))


@dataclass(frozen=True, slots=True)
class Seen:
    """A batch as one set of heads sees it: n-gram families, cue hits, counted signals."""

    folded: Folded
    words: Grams
    chars: Grams
    hits: Hits
    counted: Scores


def see(messages: Sequence[MessageText], folded: Folded, lexicon: Lexicon, bits: int) -> Seen:
    """Return everything the heads weigh about a folded batch."""
    hasher = Hasher(folded)
    hits = lexicon.find(hasher)
    counted = signals(messages, hasher, hits, len(lexicon.classes))
    return Seen(folded, word_grams(hasher, bits), char_grams(hasher, bits), hits, counted)


def scores_of(weights: Weights, seen: Seen) -> Scores:
    """Return the score of every head for every text, shape [texts, heads], in log-odds."""
    count = seen.folded.count
    total = weights.summed(seen.words, count) + weights.summed(seen.chars, count)
    return total + seen.counted @ weights.signals + weights.bias


def load_weights(folder: Path, name: str, described: dict[str, Any]) -> Weights:
    """Map one matrix from disk; ValueError when it does not fit its description."""
    # Still mapped, but as a plain array: the mapping's own class makes each look-up several times slower.
    grams = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
    heads = tuple(described["heads"])
    if grams.dtype != np.int8 or grams.ndim != 2 or grams.shape[1] != len(heads):
        raise ValueError(f"weights {name} do not fit their description")
    rows = np.array(described["signals"], dtype=np.float32).reshape(-1, len(heads))
    scale, bias = (np.array(described[key], dtype=np.float32) for key in ("scale", "bias"))
    return Weights(heads, grams, scale, bias, rows)


def read_description(folder: Path) -> dict[str, Any]:
    """Return the parsed `heads.json` of a model folder."""
    described: dict[str, Any] = json.loads((folder / HEADS_NAME).read_text(encoding="utf-8"))
    return described
