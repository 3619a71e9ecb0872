"""How well each column tells the arm by itself, with p values adjusted for the number of columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK = 2000  # columns ranked at once


@dataclass(frozen=True, kw_only=True)
class Singles:
    """Each column against each target.

    Attributes:
        auc: Targets x columns, of the first labelling: Mann-Whitney U / (m n) among the participants with a
            value; 0.5 where an arm has none.
        score: Targets x columns: ``auc`` less 0.5, in its standard errors under chance (equation 7).
        largest: Labellings: the largest absolute score of all columns and targets.
    """

    auc: Floats
    score: Floats
    largest: Floats


def single_areas(values: Floats, codes: Integers, targets: int) -> Singles:
    """Compute the area of every column for every labelling.

    Args:
        values: Participants x columns; NaN where a participant has no value.
        codes: Labellings x participants, the number of the arm.
        targets: Arms that are told from the rest: the first so many.
    """
    count, columns = codes.shape[0], values.shape[1]
    auc, score = np.full((targets, columns), 0.5), np.zeros((targets, columns))
    largest = np.zeros(count)
    for start in range(0, columns, _CHUNK):
        part = slice(start, start + _CHUNK)
        known = ~np.isnan(values[:, part])
        ranks = np.nan_to_num(rankdata(values[:, part], axis=0, nan_policy="omit"))
        spread = _spread(ranks, known)
        for target in range(targets):
            area, z = _areas(ranks, known, spread, (codes == target).astype(float))
            auc[target, part], score[target, part] = area[:, 0], z[:, 0]
            largest = np.maximum(largest, np.abs(z).max(axis=0))
    return Singles(auc=auc, score=score, largest=largest)


def _spread(ranks: Floats, known: NDArray[np.bool_]) -> Floats:
    """Variance of the ranks of each column, which ties lessen (equation 7)."""
    m = known.sum(axis=0)
    mean = (m + 1) / 2
    squares = (np.where(known, ranks - mean, 0.0) ** 2).sum(axis=0)
    return np.asarray(squares / np.maximum(m - 1, 1))


def _areas(
    ranks: Floats, known: NDArray[np.bool_], spread: Floats, positive: Floats
) -> tuple[Floats, Floats]:
    """Return area and score, columns x labellings (equation 7)."""
    total = known.sum(axis=0)[:, None]
    n1 = known.T.astype(float) @ positive.T
    n0 = total - n1
    u = ranks.T @ positive.T - n1 * (n1 + 1) / 2
    pairs = n1 * n0
    some = pairs > 0
    area = np.where(some, u / np.where(some, pairs, 1.0), 0.5)
    error = np.sqrt(spread[:, None] / (np.maximum(total, 1) * np.where(some, pairs, 1.0)))
    score = np.where(some & (error > 0), (area - 0.5) / np.where(error > 0, error, 1.0), 0.0)
    return area, score
