"""Our own reader: one pass of hashed n-grams through one small matrix per language, then a few rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.cautions import cautions
from nestor.triage.rules.contract import MessageText, Reading, Span
from nestor.triage.rules.judgement import (
    ALL_HEADS,
    LANE_HEADS,
    LEVEL_HEADS,
    OTHER_HEADS,
    TONE_HEADS,
    Believed,
    Thresholds,
    judge,
)
from nestor.triage.rules.language import Spoken, spoken
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import (
    MODEL_FOLDER,
    Scores,
    Seen,
    Weights,
    load_weights,
    read_description,
    scores_of,
    see,
)
from nestor.triage.rules.normalise import Folded, fold
from nestor.triage.rules.reasons import shares_of, spans_by_text
from nestor.vocabulary import Language

FULL_SETS = (Language.FR, Language.EN)
ELSEWHERE = "xx"
_BATCH, _BATCH_LETTERS = 512, 200_000


@dataclass(frozen=True, slots=True)
class HeadSet:
    """One language's heads: weights, cues, calibration (slope and shift per head) and thresholds."""

    weights: Weights
    lexicon: Lexicon
    slope: Scores
    shift: Scores
    thresholds: Thresholds

    def calibrated(self, scores: Scores) -> Scores:
        """Return scores whose sigmoid (or softmax, within lanes and within tones) is a probability."""
        return scores * self.slope + self.shift


@dataclass(frozen=True, slots=True)
class _Group:
    """Messages of one batch that the same heads read, with what they read."""

    rows: list[int]
    reader: HeadSet
    seen: Seen
    scores: Scores


class OwnReader:
    """The reader that ships with the desk; safe to share between threads."""

    def __init__(self, version: str, language: Weights, sets: Mapping[str, HeadSet]) -> None:
        """Take loaded parts; `load` is the usual way in."""
        self._version = version
        self._language = language
        self._sets = dict(sets)

    @classmethod
    def load(cls, path: Path | None = None) -> "OwnReader":
        """Map a model folder (the shipped one by default); OSError or ValueError when it is not one."""
        folder = path or MODEL_FOLDER
        described = read_description(folder)
        sets = {name: _head_set(folder, name, part) for name, part in described["sets"].items()}
        language = load_weights(folder, "language", described["language"])
        return cls(described["version"], language, sets)

    @property
    def version(self) -> str:
        """Name of the model and rules that read."""
        return self._version

    def read(self, message: MessageText) -> Reading:
        """Return the reading of one message."""
        return self._read_batch([message])[0]

    def read_many(self, messages: Iterable[MessageText]) -> Iterator[Reading]:
        """Yield one reading per message, in order, in batches of at most 512 messages or 200,000 letters."""
        waiting: list[MessageText] = []
        letters = 0
        for message in messages:
            waiting.append(message)
            letters += len(message.text)
            if len(waiting) >= _BATCH or letters >= _BATCH_LETTERS:
                yield from self._read_batch(waiting)
                waiting, letters = [], 0
        yield from self._read_batch(waiting)

    def scored(self, messages: Sequence[MessageText], language: Language) -> tuple[tuple[str, ...], Scores]:
        """Return head names and raw scores [messages, heads] of one language's heads, whatever language it is."""
        head_set = self._sets[language]
        seen = see(messages, fold([message.text for message in messages]), head_set.lexicon, head_set.weights.bits)
        return head_set.weights.heads, scores_of(head_set.weights, seen)

    def _read_batch(self, messages: Sequence[MessageText]) -> list[Reading]:
        if not messages:
            return []
        folded = fold([message.text for message in messages])
        heard = [_hinted(one, message) for one, message in zip(spoken(folded, self._language), messages, strict=True)]
        by_set: dict[str, list[int]] = {}
        for row, one in enumerate(heard):
            by_set.setdefault(self._set_for(one), []).append(row)
        readings: dict[int, Reading] = {}
        for name, rows in by_set.items():
            chosen = [messages[row] for row in rows]
            same = folded if len(rows) == len(messages) else fold([message.text for message in chosen])
            read = self._read_group(name, chosen, same, [heard[row] for row in rows])
            readings.update(zip(rows, read, strict=True))
        return [readings[row] for row in range(len(messages))]

    def _set_for(self, heard: Spoken) -> str:
        if heard.language in FULL_SETS:
            return str(heard.language)
        if heard.language is Language.UNKNOWN:
            names = self._language.heads
            french, english = (heard.probabilities[names.index(language)] for language in FULL_SETS)
            return str(Language.EN if english > french else Language.FR)
        return ELSEWHERE

    def _read_group(
        self, name: str, messages: Sequence[MessageText], folded: Folded, heard: Sequence[Spoken]
    ) -> list[Reading]:
        full = self._sets[Language.FR if name == ELSEWHERE else name]
        seen = see(messages, folded, full.lexicon, full.weights.bits)
        scores = scores_of(full.weights, seen)
        believed = full.calibrated(scores)
        if name == ELSEWHERE:
            believed = self._elsewhere(messages, folded, believed)
        found = [
            cautions(message, doxx_cues=int(count))
            for message, count in zip(messages, _cue_counts(seen, full, "doxx"), strict=True)
        ]
        judged = [
            judge(message, spoke, _believed(row, full.thresholds), rules, self._version)
            for message, spoke, row, rules in zip(messages, heard, believed, found, strict=True)
        ]
        return _explained(judged, full.weights, seen, scores)

    def _elsewhere(self, messages: Sequence[MessageText], folded: Folded, french: Scores) -> Scores:
        """Return believed scores for other languages: lanes between the French and English heads, own tone and harm."""
        english_set, other = self._sets[Language.EN], self._sets[ELSEWHERE]
        seen = see(messages, folded, english_set.lexicon, english_set.weights.bits)
        both = (french + english_set.calibrated(scores_of(english_set.weights, seen))) / 2
        own = see(messages, folded, other.lexicon, other.weights.bits)
        both[:, [ALL_HEADS.index(head) for head in OTHER_HEADS]] = other.calibrated(scores_of(other.weights, own))
        return both


def _head_set(folder: Path, name: str, part: dict[str, Any]) -> HeadSet:
    lexicon = Lexicon.load("en" if name == ELSEWHERE else name)
    slope, shift = (np.array(part[key], dtype=np.float32) for key in ("slope", "shift"))
    return HeadSet(load_weights(folder, name, part), lexicon, slope, shift, Thresholds(**part["thresholds"]))


def _hinted(heard: Spoken, message: MessageText) -> Spoken:
    """Return the hint where the text alone does not tell."""
    if message.language is None or heard.is_sure or message.language is Language.UNKNOWN:
        return heard
    return replace(heard, language=message.language)


def _cue_counts(seen: Seen, head_set: HeadSet, name: str) -> NDArray[np.float32]:
    column: NDArray[np.float32] = seen.counted[:, head_set.lexicon.classes.index(name)]
    return column


_LANE_PLACES = [ALL_HEADS.index(head) for head in LANE_HEADS]
_TONE_PLACES = [ALL_HEADS.index(head) for head in TONE_HEADS]
_OTHER_NAMES = [(head, place) for place, head in enumerate(ALL_HEADS) if head not in (*LANE_HEADS, *TONE_HEADS)]


def _shares(scores: Scores) -> Scores:
    odds = np.exp(scores - scores.max())
    shares: Scores = odds / odds.sum()
    return shares


def _believed(row: Scores, thresholds: Thresholds) -> Believed:
    likely = 1.0 / (1.0 + np.exp(-np.clip(row, -30, 30)))
    others = {head: float(likely[place]) for head, place in _OTHER_NAMES}
    return Believed(_shares(row[_LANE_PLACES]), _shares(row[_TONE_PLACES]), others, thresholds)


def _explained(judged: Sequence[Reading], weights: Weights, seen: Seen, scores: Scores) -> list[Reading]:
    """Return the readings with the words that weighed for their lane and, where there is harm, for the harm."""
    lanes = [f"lane:{reading.lane}" for reading in judged]
    spans = _spans(weights, seen, scores, lanes)
    hurt = any(reading.harm_level for reading in judged)
    harm = _spans(weights, seen, scores, [LEVEL_HEADS[0]] * len(judged)) if hurt else [()] * len(judged)
    return [
        replace(reading, reasons=(*reading.reasons, *why, *(worse if reading.harm_level else ())))
        for reading, why, worse in zip(judged, spans, harm, strict=True)
    ]


def _spans(weights: Weights, seen: Seen, scores: Scores, labels: list[str]) -> list[tuple[Span, ...]]:
    heads = np.array([weights.heads.index(label) for label in labels], dtype=np.int64)
    return spans_by_text(seen, shares_of(weights, seen, scores, heads), labels)
