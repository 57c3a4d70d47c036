"""Turning scores into probabilities that mean what they say, and finding from which one something is said."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.judgement import ALL_HEADS, LANE_HEADS, LANES, TONE_HEADS, Thresholds
from nestor.vocabulary import Lane

Floats = NDArray[np.float32]

_FEW = 8
_FALSE_SUSPECTS, _FALSE_HARM, _UNSURE_SHARE = 0.02, 0.03, 0.25


def shares(scores: NDArray[np.floating[Any]]) -> Floats:
    """Return the softmax of each row."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def likely(scores: Floats) -> Floats:
    """Return the sigmoid of each score."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30))), dtype=np.float32)


def temperature(scores: Floats, targets: Floats) -> float:
    """Return the factor by which the scores of exclusive heads must be multiplied; 1 where nothing is known."""
    known = ~np.isnan(targets).any(axis=1)
    if not known.any():
        return 1.0
    scores, targets = scores[known], targets[known]
    tried = np.geomspace(0.2, 5.0, 80)
    losses = [-float((np.log(shares(scores * factor) + 1e-9) * targets).sum()) for factor in tried]
    return float(tried[int(np.argmin(losses))])


def platt(scores: Floats, targets: Floats) -> tuple[float, float]:
    """Return slope and shift of one head by Newton steps; (1, 0) where too few are known either way."""
    known = ~np.isnan(targets)
    x, y = scores[known].astype(np.float64), targets[known].astype(np.float64)
    if y.sum() < _FEW or (1 - y).sum() < _FEW:
        return 1.0, 0.0
    rows, found = np.stack([x, np.ones_like(x)], axis=1), np.array([1.0, 0.0])
    for _ in range(50):
        believed = 1.0 / (1.0 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (believed - y) + 1e-3 * (found - (1.0, 0.0))
        curve = (rows * (believed * (1 - believed))[:, None]).T @ rows + 1e-3 * np.eye(2)
        found = found - np.linalg.solve(curve, slope)
    return (float(found[0]), float(found[1])) if found[0] > 0 else (1.0, 0.0)


def calibration(scores: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return slope and shift of every head of a full set from scores on rows that were held back."""
    slope, shift = np.ones(len(ALL_HEADS), dtype=np.float32), np.zeros(len(ALL_HEADS), dtype=np.float32)
    grouped: set[int] = set()
    for group in (LANE_HEADS, TONE_HEADS):
        columns = [ALL_HEADS.index(head) for head in group]
        slope[columns] = temperature(scores[:, columns], targets[:, columns])
        grouped.update(columns)
    for column in range(len(ALL_HEADS)):
        if column not in grouped:
            slope[column], shift[column] = platt(scores[:, column], targets[:, column])
    return slope, shift


def thresholds(scores: Floats, targets: Floats) -> Thresholds:
    """Return from which probability things are said; `scores` are calibrated, of rows that were held back."""
    lanes = [ALL_HEADS.index(head) for head in LANE_HEADS]
    believed, true = shares(scores[:, lanes]), targets[:, lanes].argmax(axis=1)
    grave = [LANES.index(lane) for lane in (Lane.THREAT, Lane.ALERT)]
    others = ~np.isin(true, grave)
    suspect = float(np.quantile(believed[others][:, grave].sum(axis=1), 1 - _FALSE_SUSPECTS))
    first = ALL_HEADS.index("harm:1")
    harmless = targets[:, first] == 0
    harm = float(np.quantile(likely(scores[harmless, first]), 1 - _FALSE_HARM))
    return Thresholds(
        unsure=round(min(0.7, float(np.quantile(believed.max(axis=1), _UNSURE_SHARE))), 4),
        suspect=round(float(np.clip(suspect, 0.12, 0.6)), 4),
        harm=round(float(np.clip(harm, 0.25, 0.75)), 4),
    )
