"""Two columns on 128 x 128 bins, and a robust centre and covariance of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, chdtri

from lupustrial.cytometry.gates._density import Line, span_of
from lupustrial.cytometry.gates._registry import FEWEST, Unplaced

SIDE = 128
_TRIM = 0.975  # share of a Gaussian that stays in the fit
_ROUNDS = 50
_LEAST = 1e-3  # squared bins: a cloud on one line has a covariance too

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """Bins that hold events.

    Attributes:
        points: (bins, 2) their centres, in bins of the two axes.
        weights: (bins,) events in each.
        low: Lower end of both axes.
        step: Width of a bin on both axes.
    """

    points: Matrix
    weights: Line
    low: Line
    step: Line

    def values(self, points: Matrix) -> Matrix:
        """Return values of the columns at points in bins."""
        return self.low + (points + 0.5) * self.step

    def covariance(self, matrix: Matrix) -> Matrix:
        """Return a covariance in values of the columns."""
        return np.asarray(matrix * np.outer(self.step, self.step))


def plane_of(x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]) -> Plane:
    """Lay two columns on bins; events with a value that is no number, or far out, are left out.

    Raises:
        Unplaced: There are fewer than 30 events, or a column has one value only.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    both = [x[finite], y[finite]]
    if len(both[0]) < FEWEST:
        raise Unplaced(f"{len(both[0])} events, fewer than {FEWEST}")
    spans = [span_of(each) for each in both]
    if not all(high > low for low, high in spans):
        raise Unplaced("all events have the same value")
    low = np.array([span[0] for span in spans])
    step = np.array([span[1] - span[0] for span in spans]) / SIDE
    index = [np.floor((each.astype(np.float64) - low[i]) / step[i]) for i, each in enumerate(both)]
    inside = np.logical_and.reduce([(each >= 0) & (each < SIDE) for each in index])
    flat = (index[0][inside] * SIDE + index[1][inside]).astype(np.int64)
    counts = np.bincount(flat, minlength=SIDE * SIDE)
    held = np.flatnonzero(counts)
    points = np.column_stack([held // SIDE, held % SIDE]).astype(np.float64)
    return Plane(points=points, weights=counts[held].astype(np.float64), low=low, step=step)


def robust_moments(points: Matrix, weights: Line) -> tuple[Line, Matrix]:
    """Return centre and covariance of the bulk of weighted points.

    From the medians and the median absolute deviations, points farther out than 97.5 % of a Gaussian are left
    out and the moments taken anew until they rest; the covariance is then that of a Gaussian so truncated,
    set right by its consistency factor (Croux and Haesbroeck 1999, Journal of Multivariate Analysis 71:161)
    and for the width of the bins (Sheppard 1898).
    """
    centre = np.array([_median(points[:, i], weights) for i in range(2)])
    spread = [_median(np.abs(points[:, i] - centre[i]), weights) for i in range(2)]
    covariance = np.diag([max(1.4826 * each, 0.5) ** 2 for each in spread])
    limit = float(chdtri(2, 1 - _TRIM))
    factor = _TRIM / float(chdtr(4, limit))
    kept = np.zeros(len(points), dtype=np.bool_)
    for _ in range(_ROUNDS):
        before, kept = kept, distances(points, centre, covariance) <= limit
        if np.array_equal(before, kept):
            break
        share = np.where(kept, weights, 0.0)
        total = share.sum()
        centre = np.einsum("i,ij->j", share, points) / total
        moments = second_moments(points - centre, share) / total
        covariance = factor * moments + _LEAST * np.eye(2)
    return centre, covariance - np.diag(np.minimum(1 / 12, np.diag(covariance) / 2))


def second_moments(away: Matrix, weights: Line) -> Matrix:
    """Return the weighted sums of products of two columns.

    No matrix product: its last digits may depend on the number of threads.
    """
    return np.asarray(np.einsum("i,ij,ik->jk", weights, away, away))


def distances(points: Matrix, centre: Line, covariance: Matrix) -> Line:
    """Return the squared Mahalanobis distance of each point."""
    (a, b), (c, d) = covariance
    dx, dy = points[:, 0] - centre[0], points[:, 1] - centre[1]
    return np.asarray((d * dx * dx - (b + c) * dx * dy + a * dy * dy) / (a * d - b * c))


def _median(values: Line, weights: Line) -> float:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, 0.5 * below[-1])])
