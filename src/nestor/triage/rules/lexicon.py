"""Expressions the model is told about: lists in `triage/cues/*.txt`, found by hash in a folded batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.features import LONGEST_CUE, Hasher, Hashes, Places, bucketed, followed_by, phrases
from nestor.triage.rules.normalise import fold

_BEGIN_BITS = 14
CUES_FOLDER = Path(__file__).resolve().parent.parent / "cues"


@dataclass(frozen=True, slots=True)
class Hits:
    """Cues found: class number, owning text, first token and number of tokens, one row each."""

    classes: Places
    owners: Places
    tokens: Places
    lengths: Places


_Rows = tuple[Places, Places, Places]  # classes, first tokens, lengths


def read_cues(folder: Path, language: str) -> dict[str, list[str]]:
    """Return expressions by class, those of `any.txt` included."""
    cues: dict[str, list[str]] = {}
    for name in (language, "any"):
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#") and ":" in line:
                key, _, listed = line.partition(":")
                cues.setdefault(key.strip(), []).extend(cue.strip() for cue in listed.split("|") if cue.strip())
    return cues


class Lexicon:
    """The cues of one language, by hash of 1 to LONGEST_CUE words."""

    def __init__(self, cues: Mapping[str, Sequence[str]]) -> None:
        """Fold and hash every expression; longer ones than LONGEST_CUE words are refused."""
        self.classes = tuple(sorted(cues))
        listed = [(number, cue) for number, name in enumerate(self.classes) for cue in cues[name]]
        folded = fold([cue for _, cue in listed])
        sizes = np.bincount(folded.owners, minlength=len(listed))
        if (sizes > LONGEST_CUE).any() or (sizes == 0).any():
            wrong = [listed[row][1] for row in np.flatnonzero((sizes > LONGEST_CUE) | (sizes == 0))]
            raise ValueError(f"cues must fold to 1 to {LONGEST_CUE} words: {wrong}")
        numbers = np.array([number for number, _ in listed])
        self._tables: dict[int, tuple[Hashes, NDArray[np.int64]]] = {}
        for length, hashed, begins in phrases(Hasher(folded)):
            whole = sizes[folded.owners[begins]] == length
            order = np.argsort(hashed[whole], kind="stable")
            owners = folded.owners[begins[whole]][order]
            self._tables[length] = (hashed[whole][order], numbers[owners])
        self._longest = np.zeros(1 << _BEGIN_BITS, dtype=np.int64)
        words, first = Hasher(folded).words(), np.searchsorted(folded.owners, np.arange(len(listed)))
        longer = first[sizes > 1]
        begun = bucketed(followed_by(words[longer], words[longer + 1]), _BEGIN_BITS)
        np.maximum.at(self._longest, begun, sizes[sizes > 1])

    @classmethod
    def load(cls, language: str, folder: Path = CUES_FOLDER) -> "Lexicon":
        """Read the list of one language."""
        return cls(read_cues(folder, language))

    def find(self, hasher: Hasher) -> Hits:
        """Return every cue in the batch; overlapping ones all count."""
        rows = [self._known(length, hashed, begins) for length, hashed, begins in phrases(hasher)]
        return _hits(rows, hasher.folded.owners)

    def find_single(self, words: Hashes) -> Hits:
        """Return the cues of one word among words that stand by themselves: each owns itself."""
        return _hits([self._known(1, words, np.arange(words.size))], np.arange(words.size))

    def find_longer(self, words: Hashes, owners: Places, firsts: Places, pairs: Hashes) -> Hits:
        """Return the cues of two words and more; `pairs` are the hashes of the word at `firsts` and the next one."""
        longest = self._longest[bucketed(pairs, _BEGIN_BITS)]
        rows: list[_Rows | None] = []
        for length in range(2, LONGEST_CUE + 1):
            chosen = (longest >= length).nonzero()[0]
            if not chosen.size:
                break
            if length > 2:
                last = firsts[chosen] + length - 1
                chosen = chosen[last < words.size]
                chosen = chosen[owners[firsts[chosen] + length - 1] == owners[firsts[chosen]]]
                pairs = followed_by(pairs[chosen], words[firsts[chosen] + length - 1])
            else:
                pairs = pairs[chosen]
            firsts, longest = firsts[chosen], longest[chosen]
            rows.append(self._known(length, pairs, firsts))
        return _hits(rows, owners)

    def _known(self, length: int, hashed: Hashes, begins: Places) -> _Rows | None:
        """Return class, first token and length of each phrase that is a cue, once per class it is listed under."""
        known, classes = self._tables[length]
        left = known.searchsorted(hashed)
        which = (known[np.minimum(left, known.size - 1)] == hashed).nonzero()[0] if known.size else left[:0]
        if not which.size:
            return None
        left = left[which]
        many = known.searchsorted(hashed[which], side="right") - left
        nth = np.arange(int(many.sum())) - (many.cumsum() - many).repeat(many)
        return classes[left.repeat(many) + nth], begins[which].repeat(many), np.full(nth.size, length)


def _hits(found: Sequence[_Rows | None], owners: Places) -> Hits:
    rows = [row for row in found if row is not None]
    if not rows:
        none = np.zeros(0, dtype=np.int64)
        return Hits(none, none, none, none)
    tokens = np.concatenate([row[1] for row in rows])
    return Hits(
        classes=np.concatenate([row[0] for row in rows]),
        owners=owners[tokens],
        tokens=tokens,
        lengths=np.concatenate([row[2] for row in rows]),
    )
