"""The weights: one small matrix of whole numbers per set of heads, mapped from disk, read with numpy alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.features import Grams, Hasher, char_grams, word_grams
from nestor.triage.rules.lexicon import Hits, Lexicon
from nestor.triage.rules.normalise import Folded
from nestor.triage.rules.signals import signals

MODEL_FOLDER = Path(__file__).resolve().parent.parent / "model"
CARD_NAME, HEADS_NAME = "card.md", "heads.json"
_AT_ONCE = 1 << 18

Scores = NDArray[np.floating]


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

    def summed(self, family: Grams, count: int) -> Scores:
        """Return the sum of the weights of each text's n-grams, divided by the square root of how many there are."""
        sums = np.zeros((count, len(self.heads)), dtype=np.float32)
        for first in range(0, family.buckets.size, _AT_ONCE):
            owners = family.owners[first : first + _AT_ONCE]
            found = self.grams[family.buckets[first : first + _AT_ONCE]].astype(np.float32)
            edges = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
            np.add.at(sums, owners[edges], np.add.reduceat(found, edges, axis=0))
        return sums * self.scale * root_share(family, count)[:, None]


def root_share(family: Grams, count: int) -> Scores:
    """Return per text one over the square root of its number of n-grams."""
    many = np.bincount(family.owners, minlength=count)
    shares: Scores = (1.0 / np.sqrt(np.maximum(many, 1))).astype(np.float32)
    return shares


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
