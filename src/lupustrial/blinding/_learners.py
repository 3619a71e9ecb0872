"""Two ways to learn an arm from columns: a little from all of them, or much from a few.

Equations are those of docs/allocation/blinding.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.blinding._cross_validation import Floats, Integers, Learner


def standardised(values: Floats) -> Floats:
    """Return the columns with mean 0 and standard deviation 1; what is missing counts as the mean (1).

    Args:
        values: Participants x columns, each of which varies; NaN where a participant has no value.
    """
    if not values.shape[1]:
        return values
    scaled: Floats = np.nan_to_num((values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0))
    return scaled


def ridge_learner(columns: Floats, *, penalty: float, targets: int) -> Learner:
    """Learn from all columns, by ridge regression of the arm (equations 2 to 4).

    The score of participants who were left out follows from the fit to all by one small system of equations;
    nothing is fitted anew.

    Args:
        columns: Of `standardised`.
        penalty: Ridge penalty in units of the mean variance of a participant.
        targets: Arms that are told from the rest.
    """
    n = columns.shape[0]
    kernel = columns @ columns.T
    kernel *= (n - 1) / np.trace(kernel)
    hat = 1 / n + np.linalg.solve(kernel + penalty * np.eye(n), kernel)

    def learn(codes: Integers, members: Integers) -> Floats:
        truth = (codes[:, :, None] == np.arange(targets)).astype(float)
        rows = np.arange(members.shape[0])[:, None]
        residuals = (truth - np.matmul(hat, truth))[rows, members]
        block = np.eye(members.shape[1]) - hat[members[:, :, None], members[:, None, :]]
        return np.moveaxis(truth[rows, members] - np.linalg.solve(block, residuals), 2, 0)

    return learn


def few_learner(columns: Floats, *, most: int, targets: int) -> Learner:
    """Learn from the few columns in which the arms differ most, by shrunken centroids (equation 5).

    Both the choice and the weights are those of the participants who were not left out.

    Args:
        columns: Of `standardised`.
        most: How many columns are kept; differences are shrunk by that of the next one.
        targets: Arms that are told from the rest.
    """
    width = columns.shape[1]
    kept = min(most, width)

    def learn(codes: Integers, members: Integers) -> Floats:
        learnt = np.ones(codes.shape, dtype=bool)
        np.put_along_axis(learnt, members, values=False, axis=1)
        scores = []
        for target in range(targets):
            apart = _contrast(codes == target, learnt) @ columns
            order = np.argpartition(-np.abs(apart), min(kept, width - 1), axis=1)
            best = np.take_along_axis(apart, order[:, :kept], axis=1)
            if width > kept:
                best -= np.sign(best) * np.abs(np.take_along_axis(apart, order[:, kept : kept + 1], axis=1))
            seen = columns[members[:, :, None], order[:, None, :kept]]
            scores.append(np.einsum("bsm,bm->bs", seen, best))
        return np.stack(scores)

    return learn


def _contrast(positive: NDArray[np.bool_], learnt: NDArray[np.bool_]) -> Floats:
    """Weights that turn columns into differences of means, of the participants who are learnt from."""
    ones, others = positive & learnt, ~positive & learnt
    return np.asarray(
        ones / ones.sum(axis=1, keepdims=True) - others / others.sum(axis=1, keepdims=True), dtype=float
    )
