"""Which words decided: each n-gram's exact share of a score, laid on the words it covers, shown as merged spans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import Span
from nestor.triage.rules.features import Grams
from nestor.triage.rules.model import Scores, Seen, Weights, root_share

_SHOWN, _LEAST = 4, 0.05
_GAP = 2

Shares = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Shared:
    """The share of each token of a batch in one score per text: `tokens` [tokens], and the `scores` they explain."""

    tokens: Shares
    scores: Scores
    heads: NDArray[np.int64]


def shares_of(weights: Weights, seen: Seen, scores: Scores, heads: NDArray[np.int64]) -> Shared:
    """Return the shares of every token in the score of one head per text (`heads`, one number per text)."""
    laid = np.zeros(seen.folded.codes.size + 1)
    for family in (seen.words, seen.chars):
        chosen = heads[family.owners]
        given = weights.grams[family.buckets, chosen] * weights.scale[chosen].astype(np.float64)
        _lay(laid, seen, family, given * root_share(family, seen.folded.count)[family.owners])
    _lay_cues(laid, weights, seen, heads)
    running = np.concatenate(([0.0], np.cumsum(np.cumsum(laid)[:-1])))
    tokens = running[seen.folded.ends] - running[seen.folded.starts - 1]
    return Shared(tokens, scores[np.arange(heads.size), heads], heads)


def _spread(laid: Shares, starts: NDArray[np.int64], ends: NDArray[np.int64], given: Shares) -> None:
    each = given / (ends - starts)
    laid += np.bincount(starts, weights=each, minlength=laid.size)
    laid -= np.bincount(ends, weights=each, minlength=laid.size)


def _lay(laid: Shares, seen: Seen, family: Grams, given: Shares) -> None:
    """Spread each n-gram's share over its characters, blank edges left out."""
    blank = seen.folded.codes == np.uint32(0x20)
    starts = family.starts + blank[family.starts]
    ends = family.ends - blank[family.ends - 1]
    _spread(laid, starts, np.maximum(ends, starts + 1), given)


def _lay_cues(laid: Shares, weights: Weights, seen: Seen, heads: NDArray[np.int64]) -> None:
    """Spread what a class of cues adds to the score over the cues found of that class."""
    hits = seen.hits
    if not hits.classes.size:
        return
    classes = seen.counted.shape[1]
    found = np.bincount(hits.owners * classes + hits.classes, minlength=seen.folded.count * classes)
    times = found[hits.owners * classes + hits.classes]
    given = weights.signals[hits.classes, heads[hits.owners]] * seen.counted[hits.owners, hits.classes] / times
    last = hits.tokens + hits.lengths - 1
    _spread(laid, seen.folded.starts[hits.tokens], seen.folded.ends[last], given.astype(np.float64))


def spans_by_text(seen: Seen, shared: Shared, labels: list[str]) -> list[tuple[Span, ...]]:
    """Return per text the few stretches that weighed most, and one `base` span for the constant and the rest."""
    folded = seen.folded
    edges = np.searchsorted(folded.owners, np.arange(folded.count + 1))
    spans = []
    for row, label in enumerate(labels):
        first, last = int(edges[row]), int(edges[row + 1])
        shown = _strongest(seen, shared.tokens, first, last)
        rest = float(shared.scores[row]) - sum(weight for _, _, weight in shown)
        made = [Span(label, start, end, weight, "words") for start, end, weight in shown]
        spans.append((*made, Span(label, 0, 0, rest, "base")))
    return spans


def _strongest(seen: Seen, tokens: Shares, first: int, last: int) -> list[tuple[int, int, float]]:
    """Return original start, end and weight of the strongest merged stretches, strongest first."""
    folded, shares = seen.folded, tokens[first:last]
    bar = max(_LEAST, float(shares.max(initial=0.0)) * 0.25)
    chosen = np.flatnonzero(shares >= bar)
    chosen = np.sort(chosen[np.argsort(-shares[chosen], kind="stable")][: _SHOWN * 2])
    merged: list[tuple[int, int, float]] = []
    for at in (first + chosen).tolist():
        start = int(folded.places[folded.starts[at]])
        end = int(folded.places[folded.ends[at] - 1]) + 1
        weight = float(tokens[at])
        if merged and 0 <= start - merged[-1][1] < _GAP:
            start, _, before = merged.pop()
            weight += before
        merged.append((start, max(end, start + 1), weight))
    return sorted(merged, key=lambda span: -span[2])[:_SHOWN]
