"""Linear heads over hashed n-grams and counted signals, fitted in mini-batches with numpy; deterministic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.features import Grams, Hasher
from nestor.triage.rules.language import language_grams
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import root_share, see
from nestor.triage.rules.normalise import fold

_CHUNK = 512
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of n-grams: `buckets` and `values` of row i lie between `edges[i]` and `edges[i + 1]`; `counted` beside."""

    buckets: NDArray[np.int32]
    values: Floats
    edges: NDArray[np.int64]
    counted: Floats

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return int(self.edges.size) - 1

    def taken(self, chosen: NDArray[np.int64]) -> "Matrix":
        """Return the chosen rows, in that order."""
        sizes = np.diff(self.edges)[chosen]
        edges = np.r_[0, np.cumsum(sizes)]
        where = np.repeat(self.edges[chosen] - edges[:-1], sizes) + np.arange(int(edges[-1]))
        return Matrix(self.buckets[where], self.values[where], edges, self.counted[chosen])


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to fit: passes over the rows, rows a step, step size, pull towards zero, groups that exclude each other.

    `contrast` begins from how much more often each n-gram stands on one side than on the other (NB-SVM, Wang and
    Manning 2012): better where rows are few.
    """

    passes: int = 12
    batch: int = 128
    step: float = 0.15
    pull: float = 1e-4
    signal_pull: float = 1e-3
    seed: int = 20261120
    contrast: bool = False
    groups: tuple[tuple[int, ...], ...] = ()


@dataclass(slots=True)
class Fitted:
    """Weights of all heads: n-grams [buckets, heads], signals [signals, heads], bias [heads]."""

    grams: Floats
    signals: Floats
    bias: Floats

    def scores(self, matrix: Matrix) -> Floats:
        """Return [rows, heads] in log-odds."""
        parts = [
            _product(matrix.taken(np.arange(first, min(first + 2048, matrix.rows))), self)
            for first in range(0, matrix.rows, 2048)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.bias.size), dtype=np.float32)


def _product(part: Matrix, fitted: Fitted, contrasts: Floats | None = None) -> Floats:
    scores = part.counted @ fitted.signals + fitted.bias
    filled = np.flatnonzero(np.diff(part.edges))
    if filled.size:
        weighed = fitted.grams[part.buckets] * part.values[:, None]
        if contrasts is not None:
            weighed *= contrasts[part.buckets]
        scores[filled] += np.add.reduceat(weighed, part.edges[filled], axis=0)
    return np.asarray(scores, dtype=np.float32)


def message_matrix(messages: Sequence[MessageText], lexicon: Lexicon, bits: int) -> Matrix:
    """Return the rows of messages as the heads see them."""
    parts = []
    for first in range(0, len(messages), _CHUNK):
        some = messages[first : first + _CHUNK]
        seen = see(some, fold([message.text for message in some]), lexicon, bits)
        parts.append(_packed((seen.words, seen.chars), seen.counted))
    return _stacked(parts)


def language_matrix(texts: Sequence[str], bits: int) -> Matrix:
    """Return the rows of texts as the language heads see them."""
    parts = []
    for first in range(0, len(texts), _CHUNK):
        folded = fold(texts[first : first + _CHUNK])
        grams = language_grams(Hasher(folded, accented=True), bits)
        parts.append(_packed((grams,), np.zeros((folded.count, 0), dtype=np.float32)))
    return _stacked(parts)


def _packed(families: Sequence[Grams], counted: Floats) -> Matrix:
    count = counted.shape[0]
    owners = np.concatenate([family.owners for family in families])
    values = np.concatenate([root_share(family, count)[family.owners] for family in families])
    order = np.argsort(owners, kind="stable")
    buckets = np.concatenate([family.buckets for family in families])[order].astype(np.int32)
    edges = np.r_[0, np.cumsum(np.bincount(owners, minlength=count))]
    return Matrix(buckets, values[order].astype(np.float32), edges, counted)


def _stacked(parts: Sequence[Matrix]) -> Matrix:
    starts = np.cumsum([0, *(int(part.edges[-1]) for part in parts)])
    return Matrix(
        np.concatenate([part.buckets for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([[0], *(part.edges[1:] + start for part, start in zip(parts, starts, strict=False))]).astype(
            np.int64
        ),
        np.concatenate([part.counted for part in parts]),
    )


def _wrongness(scores: Floats, targets: Floats, groups: Sequence[tuple[int, ...]]) -> Floats:
    """Return the slope of the loss: believed minus true, 0 where nobody said."""
    believed = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
    for group in groups:
        columns = list(group)
        odds = np.exp(scores[:, columns] - scores[:, columns].max(axis=1, keepdims=True))
        believed[:, columns] = odds / odds.sum(axis=1, keepdims=True)
    known = ~np.isnan(targets)
    return np.where(known, believed - np.nan_to_num(targets), 0.0).astype(np.float32)


@dataclass(slots=True)
class _Batch:
    """One step's rows, with their n-grams sorted by bucket so that slopes add up in one pass."""

    part: Matrix
    targets: Floats
    weights: Floats
    unique: NDArray[np.int32]
    starts: NDArray[np.int64]
    order: NDArray[np.int64]
    owners: NDArray[np.int64]


def _batch(part: Matrix, targets: Floats, weights: Floats) -> _Batch:
    order = np.argsort(part.buckets, kind="stable")
    ranked = part.buckets[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if ranked.size else np.zeros(0, dtype=np.int64)
    owners = np.repeat(np.arange(part.rows), np.diff(part.edges))
    return _Batch(part, targets, weights, ranked[starts], starts, order, owners[order])


def fit(matrix: Matrix, targets: Floats, weights: Floats, buckets: int, recipe: Recipe) -> Fitted:
    """Fit every head at once; `targets` [rows, heads] between 0 and 1, NaN where unknown; `weights` [rows]."""
    heads = targets.shape[1]
    fitted = Fitted(
        np.zeros((buckets, heads), dtype=np.float32),
        np.zeros((matrix.counted.shape[1], heads), dtype=np.float32),
        np.zeros(heads, dtype=np.float32),
    )
    seen = Fitted(np.full_like(fitted.grams, 1e-6), np.full_like(fitted.signals, 1e-6), np.full_like(fitted.bias, 1e-6))
    contrasts = contrasts_of(matrix, targets, weights, buckets) if recipe.contrast else None
    chance = np.random.default_rng(recipe.seed)
    order = chance.permutation(matrix.rows)
    batches = [
        _batch(matrix.taken(chosen), targets[chosen], weights[chosen])
        for chosen in (order[first : first + recipe.batch] for first in range(0, matrix.rows, recipe.batch))
    ]
    for turn in range(recipe.passes):
        rate = recipe.step * (1.0 - 0.9 * turn / max(1, recipe.passes - 1))
        for number in chance.permutation(len(batches)).tolist():
            _step(fitted, seen, batches[number], rate, (recipe, contrasts))
    if contrasts is not None:
        fitted.grams *= contrasts
    return fitted


def contrasts_of(matrix: Matrix, targets: Floats, weights: Floats, buckets: int) -> Floats:
    """Return, per n-gram and head, the logarithm of how much more of its rows are of the head than are not."""
    owners = np.repeat(np.arange(matrix.rows), np.diff(matrix.edges))
    present = np.unique(owners * np.int64(buckets) + matrix.buckets)
    rows, found = present // buckets, present % buckets
    contrasts = np.empty((buckets, targets.shape[1]), dtype=np.float32)
    for head in range(targets.shape[1]):
        known = ~np.isnan(targets[:, head])
        yes, no = (
            np.bincount(found, weights=np.where(known, weights * side, 0.0)[rows], minlength=buckets) + 1.0
            for side in (np.nan_to_num(targets[:, head]), 1.0 - np.nan_to_num(targets[:, head]))
        )
        contrasts[:, head] = np.log(yes / yes.sum()) - np.log(no / no.sum())
    return contrasts


def _step(fitted: Fitted, seen: Fitted, batch: _Batch, rate: float, how: tuple[Recipe, Floats | None]) -> None:
    recipe, contrasts = how
    slope = _wrongness(_product(batch.part, fitted, contrasts), batch.targets, recipe.groups) * batch.weights[:, None]
    share = np.float32(1.0 / batch.part.rows)
    if batch.unique.size:
        given = slope[batch.owners] * batch.part.values[batch.order][:, None]
        grown = np.add.reduceat(given, batch.starts, axis=0) * share
        if contrasts is not None:
            grown *= contrasts[batch.unique]
        grown += recipe.pull * fitted.grams[batch.unique]
        seen.grams[batch.unique] += grown**2
        fitted.grams[batch.unique] -= rate * grown / np.sqrt(seen.grams[batch.unique])
    grown = batch.part.counted.T @ slope * share + recipe.signal_pull * fitted.signals
    seen.signals += grown**2
    fitted.signals -= rate * grown / np.sqrt(seen.signals)
    grown = slope.sum(axis=0) * share
    seen.bias += grown**2
    fitted.bias -= rate * grown / np.sqrt(seen.bias)
