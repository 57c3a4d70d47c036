"""Expressions the model is told about: lists in `triage/cues/*.txt`, found by hash in a folded batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.features import LONGEST_CUE, Hasher, Hashes, Places, phrases
from nestor.triage.rules.normalise import fold

CUES_FOLDER = Path(__file__).resolve().parent.parent / "cues"


@dataclass(frozen=True, slots=True)
class Hits:
    """Cues found: class number, owning text, first token and number of tokens, one row each."""

    classes: Places
    owners: Places
    tokens: Places
    lengths: Places


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

    @classmethod
    def load(cls, language: str, folder: Path = CUES_FOLDER) -> "Lexicon":
        """Read the list of one language."""
        return cls(read_cues(folder, language))

    def find(self, hasher: Hasher) -> Hits:
        """Return every cue in the batch; overlapping ones all count."""
        folded = hasher.folded
        rows: list[tuple[Places, Places, Places]] = []
        for length, hashed, begins in phrases(hasher):
            known, classes = self._tables[length]
            left = np.searchsorted(known, hashed, side="left")
            times = np.searchsorted(known, hashed, side="right") - left
            which = np.flatnonzero(times)
            many = times[which]
            nth = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
            rows.append(
                (classes[np.repeat(left[which], many) + nth], np.repeat(begins[which], many), np.full(nth.size, length))
            )
        tokens = np.concatenate([row[1] for row in rows])
        return Hits(
            classes=np.concatenate([row[0] for row in rows]),
            owners=folded.owners[tokens],
            tokens=tokens,
            lengths=np.concatenate([row[2] for row in rows]),
        )
