"""Hashed n-grams of a folded batch: words 1-2 and characters 2-5 inside words, each with its place in the batch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.normalise import Folded

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so invertible modulo 2**64
_BACK = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_NEXT_WORD = np.uint64(0xD6E8FEB86659FD93)
SHORTEST, LONGEST = 2, 5
LONGEST_CUE = 5


@dataclass(frozen=True, slots=True)
class Grams:
    """One family of n-grams: bucket, owning text, first and last place (end excluded) in the folded batch."""

    buckets: NDArray[np.int64]
    owners: Places
    starts: Places
    ends: Places


_READY = 1 << 12  # powers kept at hand: what few words take
_POWERS: dict[int, Hashes] = {}


def _powers(base: np.uint64, count: int) -> Hashes:
    if count <= _READY:
        return _POWERS[int(base)][:count]
    out = np.full(count, base, dtype=np.uint64)
    out[:1] = 1
    return np.multiply.accumulate(out)


for _base in (_BASE, _BACK):
    _POWERS[int(_base)] = np.multiply.accumulate(np.concatenate(([np.uint64(1)], np.full(_READY - 1, _base))))


class Hasher:
    """Hashes every stretch of a folded batch from one running sum; linear in the batch."""

    def __init__(self, folded: Folded, *, accented: bool = False) -> None:
        """Take the plain letters, or the accented ones where accents carry the meaning (language)."""
        self.folded = folded
        codes = (folded.accented if accented else folded.codes).astype(np.uint64) + np.uint64(1)
        running = np.cumsum(codes * _powers(_BASE, codes.size), dtype=np.uint64)
        self._running = np.concatenate(([np.uint64(0)], running))
        self._back = _powers(_BACK, codes.size)

    def stretch(self, starts: Places, ends: Places, seeds: np.uint64 | Hashes) -> Hashes:
        """Return one well mixed 64-bit hash per stretch of places."""
        hashed = (self._running[ends] - self._running[starts]) * self._back[starts]
        return mixed(hashed + seeds)

    def words(self) -> Hashes:
        """Return one hash per token."""
        return self.stretch(self.folded.starts, self.folded.ends, _MIX_B)


def mixed(hashed: Hashes) -> Hashes:
    """Spread each hash over all its bits (the finaliser of splitmix64)."""
    hashed = (hashed ^ (hashed >> np.uint64(30))) * _MIX_A
    hashed = (hashed ^ (hashed >> np.uint64(27))) * _MIX_B
    return hashed ^ (hashed >> np.uint64(31))


def followed_by(left: Hashes, right: Hashes) -> Hashes:
    """Return the hash of a phrase and the word after it."""
    return mixed(left * _NEXT_WORD + right)


def bucketed(hashed: Hashes, bits: int) -> NDArray[np.int64]:
    """Return the bucket of each hash: its highest bits."""
    return (hashed >> np.uint64(64 - bits)).astype(np.int64)


def word_grams(hasher: Hasher, bits: int) -> Grams:
    """Return single words and pairs of neighbours within one text."""
    folded, words = hasher.folded, hasher.words()
    together = np.flatnonzero(folded.owners[1:] == folded.owners[:-1])
    pairs = followed_by(words[together], words[together + 1])
    return Grams(
        buckets=bucketed(np.concatenate((words, pairs)), bits),
        owners=np.concatenate((folded.owners, folded.owners[together])),
        starts=np.concatenate((folded.starts, folded.starts[together])),
        ends=np.concatenate((folded.ends, folded.ends[together + 1])),
    )


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of characters inside words: hash, number of the token each lies in (ascending), first and last place."""

    hashed: Hashes
    tokens: Places
    starts: Places
    ends: Places


def stretches(hasher: Hasher, chosen: Places, shortest: int, longest: int) -> Stretches:
    """Return the stretches of characters inside chosen tokens, their blank edges included."""
    folded = hasher.folded
    firsts, limits = folded.starts[chosen] - 1, folded.ends[chosen] + 1
    sizes = limits - firsts - 1
    tokens = np.arange(chosen.size).repeat(sizes)
    begins = np.arange(tokens.size) - (sizes.cumsum() - sizes - firsts)[tokens]
    lengths = np.arange(shortest, longest + 1)
    rows, nth = ((limits[tokens] - begins)[:, None] >= lengths).nonzero()
    starts = begins[rows]
    ends = starts + lengths[nth]
    seeds = np.array([_seed(10 + length) for length in range(shortest, longest + 1)], dtype=np.uint64)
    return Stretches(hasher.stretch(starts, ends, seeds[nth]), tokens[rows], starts, ends)


def _seed(number: int) -> int:
    return number * int(_MIX_B) % 2**64


def char_grams(hasher: Hasher, bits: int, shortest: int = SHORTEST, longest: int = LONGEST) -> Grams:
    """Return stretches of characters inside one word, its blank edges included."""
    inside = stretches(hasher, np.arange(hasher.folded.starts.size), shortest, longest)
    owners = hasher.folded.owners[inside.tokens]
    return Grams(bucketed(inside.hashed, bits), owners, inside.starts, inside.ends)


def phrases(hasher: Hasher) -> Iterator[tuple[int, Hashes, Places]]:
    """Yield, for 1 to LONGEST_CUE words, the hash of every phrase within one text and the token it starts at."""
    folded, words = hasher.folded, hasher.words()
    hashed, begins = words, np.arange(words.size)
    yield 1, hashed, begins
    for length in range(2, LONGEST_CUE + 1):
        last = begins + length - 1
        fits = last < words.size
        fits[fits] = folded.owners[last[fits]] == folded.owners[begins[fits]]
        hashed, begins = followed_by(hashed[fits], words[last[fits]]), begins[fits]
        yield length, hashed, begins
