"""From corpora and public sets to a model folder: fit, calibrate on held-back sectors, quantise, write, measure."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.judgement import ALL_HEADS, LANE_HEADS, LEVEL_HEADS, OTHER_HEADS, TONE_HEADS, Thresholds
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import HEADS_NAME
from nestor.triage.rules.reader import ELSEWHERE, FULL_SETS
from nestor.triage.training.calibrate import calibration, thresholds
from nestor.triage.training.corpus import Labelled, read_rows, read_sentences
from nestor.triage.training.fit import Fitted, Floats, Matrix, Recipe, fit, language_matrix, message_matrix
from nestor.triage.training.public import spoken_sentences, teaching_rows
from nestor.vocabulary import Harm, Lane, Language, Tone

BITS, OTHER_BITS, LANGUAGE_BITS = 16, 15, 17
OWN, TONED, PUBLIC = (
    Recipe(passes=8, pull=1e-4, contrast=True),
    Recipe(passes=15, pull=5e-4),
    Recipe(passes=6, pull=3e-4),
)
SPOKEN = Recipe(passes=10, step=0.3, pull=1e-5)
_OWN_WEIGHT = 3.0
_FOLDS = 5
_HELD_BACK_EVERY = 4  # public rows used while calibrating: enough, and four times as quick
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the teaching comes from: our corpora, and a folder of public sets or None."""

    corpora: Path
    public: Path | None = None


def targets_of(rows: Sequence[Labelled]) -> Floats:
    """Return [rows, heads] of 0 and 1, NaN where nobody said."""
    made = np.full((len(rows), len(ALL_HEADS)), np.nan, dtype=np.float32)
    for number, row in enumerate(rows):
        for head, value in _said(row).items():
            made[number, ALL_HEADS.index(head)] = value
    return made


def _said(row: Labelled) -> dict[str, float]:
    said: dict[str, float] = {}
    if row.lane is not None:
        said |= {f"lane:{lane}": float(lane is row.lane) for lane in Lane}
        said |= {f"flag:{flag}": float(flag in row.also) for flag in ("thanks", "closer", "sarcasm")}
        said["flag:asks"] = float(row.asks)
    if row.tone is not None:
        said |= {f"tone:{tone}": float(tone is row.tone) for tone in Tone}
    if row.harm_level is not None:
        said["harm:1"] = float(row.harm_level >= 1)
    if row.harm_kinds is not None and row.harm_level is not None:
        said |= {f"harm:{level}": float(row.harm_level >= level) for level in (2, 3)}
        said |= {f"harm:{kind}": float(kind in row.harm_kinds) for kind in Harm}
    if row.urgency is not None:
        said |= {f"urgency:{level}": float(row.urgency >= level) for level in (1, 2, 3)}
    return said


def _places(heads: Sequence[str]) -> list[int]:
    return [ALL_HEADS.index(head) for head in heads]


HARM_HEADS = (LEVEL_HEADS[0],)
_OWN_HEADS = [head for head in ALL_HEADS if head not in OTHER_HEADS]


def _groups(heads: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return the columns of lanes and of tones among some heads, each group exclusive."""
    found = (tuple(heads.index(head) for head in group if head in heads) for group in (LANE_HEADS, TONE_HEADS))
    return tuple(group for group in found if group)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Everything one full set of heads learns from: our rows, and public ones that know tone or harm only."""

    own: Matrix
    own_targets: Floats
    public: Matrix | None
    public_targets: Floats

    def fitted(self, chosen: NDArray[np.int64], bits: int, every: int = 1) -> Fitted:
        """Fit on some of our own rows and on every n-th public one."""
        own, said = self.own.taken(chosen), self.own_targets[chosen]
        alone = np.ones(chosen.size, dtype=np.float32)
        parts = [fit(own, said[:, _places(_OWN_HEADS)], evened(said), 1 << bits, _recipe(OWN, _OWN_HEADS))]
        for heads, recipe, weight in ((TONE_HEADS, TONED, 1.0), (HARM_HEADS, PUBLIC, _OWN_WEIGHT)):
            rows, targets, weights = own, said[:, _places(heads)], alone * np.float32(weight)
            if self.public is not None:
                known = np.flatnonzero(~np.isnan(self.public_targets[:, _places(heads)]).any(axis=1))
                taken = known[:: every if heads is HARM_HEADS else 1]
                rows = joined(own, self.public.taken(taken))
                targets = np.concatenate([targets, self.public_targets[taken][:, _places(heads)]])
                weights = np.concatenate([weights, np.ones(taken.size, dtype=np.float32)])
            parts.append(fit(rows, targets, weights, 1 << bits, _recipe(recipe, heads)))
        return _merged(parts)


def _recipe(recipe: Recipe, heads: Sequence[str]) -> Recipe:
    return Recipe(**{**asdict(recipe), "groups": _groups(list(heads))})


def _merged(parts: Sequence[Fitted]) -> Fitted:
    order = np.argsort(_places([*_OWN_HEADS, *TONE_HEADS, *HARM_HEADS]))
    return Fitted(
        np.hstack([part.grams for part in parts])[:, order],
        np.hstack([part.signals for part in parts])[:, order],
        np.concatenate([part.bias for part in parts])[order],
    )


def joined(first: Matrix, second: Matrix) -> Matrix:
    """Return the rows of two matrices, one after the other."""
    return Matrix(
        np.concatenate([first.buckets, second.buckets]),
        np.concatenate([first.values, second.values]),
        np.concatenate([first.edges, second.edges[1:] + first.edges[-1]]),
        np.concatenate([first.counted, second.counted]),
    )


def evened(said: Floats) -> Floats:
    """Return a weight per row: rows of rare lanes count for more, by the root of how rare they are."""
    lanes = np.nan_to_num(said[:, _places(LANE_HEADS)]).argmax(axis=1)
    many = np.bincount(lanes, minlength=len(LANE_HEADS))
    weights: Floats = np.sqrt(lanes.size / len(LANE_HEADS) / np.maximum(many, 1)).astype(np.float32)[lanes]
    return weights


def held_back_scores(lesson: _Lesson, sectors: Sequence[str], bits: int) -> Floats:
    """Return the scores of each of our rows from a fit that never saw its sector."""
    names = sorted(set(sectors))
    fold_of = np.array([names.index(sector) % _FOLDS for sector in sectors])
    scores = np.zeros((len(sectors), len(ALL_HEADS)), dtype=np.float32)
    for number in range(min(_FOLDS, len(names))):
        held = np.flatnonzero(fold_of == number)
        fitted = lesson.fitted(np.flatnonzero(fold_of != number), bits, _HELD_BACK_EVERY)
        scores[held] = fitted.scores(lesson.own.taken(held))
    return scores


def _quantised(fitted: Fitted) -> tuple[NDArray[np.int8], Floats]:
    scale = np.maximum(np.abs(fitted.grams).max(axis=0), 1e-6) / 127.0
    return np.round(fitted.grams / scale).astype(np.int8), scale.astype(np.float32)


def _written(folder: Path, name: str, fitted: Fitted, heads: Sequence[str]) -> dict[str, Any]:
    grams, scale = _quantised(fitted)
    np.save(folder / f"{name}.npy", grams, allow_pickle=False)
    return {
        "heads": list(heads),
        "scale": [float(f"{value:.6g}") for value in scale.tolist()],
        "bias": [round(value, 5) for value in fitted.bias.tolist()],
        "signals": [[round(value, 4) for value in row] for row in fitted.signals.tolist()],
    }


def _full_set(folder: Path, language: Language, rows: Sequence[Labelled], public: Sequence[Labelled]) -> dict[str, Any]:
    lexicon = Lexicon.load(language)
    lesson = _Lesson(
        own=message_matrix([row.message for row in rows], lexicon, BITS),
        own_targets=targets_of(rows),
        public=message_matrix([row.message for row in public], lexicon, BITS) if public else None,
        public_targets=targets_of(public),
    )
    scores = held_back_scores(lesson, [row.sector for row in rows], BITS)
    slope, shift = calibration(scores, lesson.own_targets)
    bars = thresholds(scores * slope + shift, lesson.own_targets)
    fitted = lesson.fitted(np.arange(len(rows)), BITS)
    return _described(_written(folder, language, fitted, ALL_HEADS), slope, shift, bars)


def _described(part: dict[str, Any], slope: Floats, shift: Floats, bars: Thresholds) -> dict[str, Any]:
    rounded = {name: [round(value, 4) for value in row.tolist()] for name, row in (("slope", slope), ("shift", shift))}
    return {**part, **rounded, "thresholds": asdict(bars)}


def _elsewhere(folder: Path, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Fit tone and harm for the other languages; without public sets, French and English lend what they share."""
    matrix = message_matrix([row.message for row in rows], Lexicon.load("en"), OTHER_BITS)
    targets = targets_of(rows)[:, _places(OTHER_HEADS)]
    weights = np.ones(len(rows), dtype=np.float32)
    fitted = fit(matrix, targets, weights, 1 << OTHER_BITS, _recipe(PUBLIC, OTHER_HEADS))
    flat = np.ones(len(OTHER_HEADS), dtype=np.float32)
    return _described(_written(folder, ELSEWHERE, fitted, OTHER_HEADS), flat, np.zeros_like(flat), Thresholds())


def _snippets(spoken: Sequence[tuple[Language, str]]) -> list[tuple[Language, str]]:
    """Return a few words out of each text, so that short messages are known as well as long ones."""
    cut = []
    for number, (language, text) in enumerate(spoken):
        words = text.split()
        first = (number * 7) % max(1, len(words) - 2)
        cut.append((language, " ".join(words[first : first + 2 + number % 3])))
    return [pair for pair in cut if any(letter.isalpha() for letter in pair[1])]


def _languages(folder: Path, spoken: Sequence[tuple[Language, str]]) -> dict[str, Any]:
    names = tuple(Language)
    spoken = [*spoken, *_snippets(spoken)]
    matrix = language_matrix([text for _, text in spoken], LANGUAGE_BITS)
    numbers = np.array([names.index(language) for language, _ in spoken])
    targets = np.eye(len(names), dtype=np.float32)[numbers]
    many = np.bincount(numbers, minlength=len(names))
    weights = (len(spoken) / len(names) / np.maximum(many, 1))[numbers] ** 0.8
    recipe = Recipe(**{**asdict(SPOKEN), "groups": (tuple(range(len(names))),)})
    fitted = fit(matrix, targets, weights.astype(np.float32), 1 << LANGUAGE_BITS, recipe)
    return _written(folder, "language", fitted, names)


def make_model(sources: Sources, out: Path, say: Say) -> str:
    """Train everything and write it to `out`; returns the model's version. The same sources give the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    own = {language: list(read_rows(sources.corpora, language)) for language in FULL_SETS}
    taught = {language: [row for row in rows if not row.is_dev] for language, rows in own.items()}
    public = teaching_rows(sources.public) if sources.public else []
    say(f"corpora: {', '.join(f'{language} {len(rows)}' for language, rows in taught.items())}; public: {len(public)}")
    spoken = list(read_sentences(sources.corpora))
    spoken += [(row.language, row.message.text) for rows in taught.values() for row in rows]
    spoken += [(row.language, row.message.text) for row in public if row.tone is not None]
    spoken += list(spoken_sentences(sources.public)) if sources.public else []
    say(f"languages: {len(spoken)} texts")
    described: dict[str, Any] = {"language": _languages(out, spoken), "sets": {}}
    for language, rows in taught.items():
        say(f"heads: {language}")
        mine = [row for row in public if row.language is language]
        described["sets"][str(language)] = _full_set(out, language, rows, mine)
    say("heads: other languages")
    others = [row for row in public if row.language not in FULL_SETS]
    lent = [row for rows in taught.values() for row in rows]
    described["sets"][ELSEWHERE] = _elsewhere(out, [*others, *lent])
    described["version"] = _version(out, described)
    (out / HEADS_NAME).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return str(described["version"])


def _version(folder: Path, described: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for path in sorted(folder.glob("*.npy")):
        digest.update(path.read_bytes())
    return f"own-{digest.hexdigest()[:10]}"
