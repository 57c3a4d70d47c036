"""Our own reader: one pass of hashed n-grams through one small matrix per language, then a few rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nestor.triage.rules.cautions import cautions
from nestor.triage.rules.contract import MessageText, Reading
from nestor.triage.rules.judgement import ALL_HEADS, LEVEL_HEADS, OTHER_HEADS, Draft, Thresholds, beliefs, judge
from nestor.triage.rules.language import Spoken, spoken
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import MODEL_FOLDER, Scores, Weights, load_weights, read_description
from nestor.triage.rules.told import Added, Common, Told, add_up, common, spans_of, tell
from nestor.triage.rules.words import Heads, WordBook
from nestor.vocabulary import Language

FULL_SETS = (Language.FR, Language.EN)
ELSEWHERE = "xx"
_BATCH, _BATCH_LETTERS = 512, 200_000


@dataclass(frozen=True, slots=True)
class HeadSet:
    """One language's heads: weights, cues, calibration (slope and shift per head) and thresholds."""

    heads: Heads
    slope: Scores
    shift: Scores
    thresholds: Thresholds

    def calibrated(self, scores: Scores) -> Scores:
        """Return scores whose sigmoid (or softmax, within lanes and within tones) is a probability."""
        return scores * self.slope + self.shift


class OwnReader:
    """The reader that ships with the desk; safe to share between threads."""

    def __init__(self, version: str, language: Weights, sets: Mapping[str, HeadSet]) -> None:
        """Take loaded parts; `load` is the usual way in."""
        self._version = version
        self._language = language
        self._sets = dict(sets)
        self._book = WordBook(language, {name: head_set.heads for name, head_set in sets.items()})

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
        heads = self._sets[language].heads
        told = tell(self._book, [message.text for message in messages])
        return heads.weights.heads, add_up(told, common(told, messages), str(language), heads).scores

    def _read_batch(self, messages: Sequence[MessageText]) -> list[Reading]:
        if not messages:
            return []
        told = tell(self._book, [message.text for message in messages])
        shared = common(told, messages)
        heard = [
            _hinted(one, message)
            for one, message in zip(spoken(shared.spelling, self._language), messages, strict=True)
        ]
        by_set: dict[str, list[int]] = {}
        for row, one in enumerate(heard):
            by_set.setdefault(self._set_for(one), []).append(row)
        if len(by_set) == 1:
            return self._read_group(next(iter(by_set)), messages, heard, told, shared)
        readings: dict[int, Reading] = {}
        for name, rows in by_set.items():
            chosen, spoke = [messages[row] for row in rows], [heard[row] for row in rows]
            read = self._read_group(name, chosen, spoke, told.chosen(rows), shared.chosen(rows))
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
        self, name: str, messages: Sequence[MessageText], heard: Sequence[Spoken], told: Told, shared: Common
    ) -> list[Reading]:
        lent = str(Language.FR) if name == ELSEWHERE else name
        full = self._sets[lent]
        added = add_up(told, shared, lent, full.heads)
        believed = full.calibrated(added.scores)
        if name == ELSEWHERE:
            believed = self._elsewhere(told, shared, believed)
        drafts = [
            judge(message, spoke, row, cautions(message, cues, gates))
            for message, spoke, row, cues, gates in zip(
                messages, heard, beliefs(believed, full.thresholds), added.cues("doxx"), told.gates, strict=True
            )
        ]
        return self._explained(drafts, added)

    def _elsewhere(self, told: Told, shared: Common, french: Scores) -> Scores:
        """Return believed scores for other languages: lanes between the French and English heads, own tone and harm."""
        english, other = self._sets[Language.EN], self._sets[ELSEWHERE]
        both = (french + english.calibrated(add_up(told, shared, Language.EN, english.heads).scores)) / 2
        own = other.calibrated(add_up(told, shared, ELSEWHERE, other.heads).scores)
        both[:, [ALL_HEADS.index(head) for head in OTHER_HEADS]] = own
        return both

    def _explained(self, drafts: Sequence[Draft], added: Added) -> list[Reading]:
        """Return the readings with the words that weighed for their lane and, where there is harm, for the harm."""
        whys = spans_of(added, [f"lane:{draft.lane}" for draft in drafts])
        hurt = [row for row, draft in enumerate(drafts) if draft.harm_level]
        if hurt:
            worse = spans_of(added, [LEVEL_HEADS[0]] * len(drafts), hurt)
            whys = [(*why, *more) for why, more in zip(whys, worse, strict=True)]
        return [draft.reading(why, self._version) for draft, why in zip(drafts, whys, strict=True)]


def _head_set(folder: Path, name: str, part: dict[str, Any]) -> HeadSet:
    lexicon = Lexicon.load("en" if name == ELSEWHERE else name)
    slope, shift = (np.array(part[key], dtype=np.float32) for key in ("slope", "shift"))
    heads = Heads(load_weights(folder, name, part), lexicon)
    return HeadSet(heads, slope, shift, Thresholds(**part["thresholds"]))


def _hinted(heard: Spoken, message: MessageText) -> Spoken:
    """Return the hint where the text alone does not tell."""
    if message.language is None or heard.is_sure or message.language is Language.UNKNOWN:
        return heard
    return replace(heard, language=message.language)
