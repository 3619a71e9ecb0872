"""Moment estimates of a working correlation, as geepack's; docs/methods/adjustment.md, eq. 17 to 20."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import Floats, refuse

CORRELATIONS = ("independence", "exchangeable", "ar1")
_GRID = np.linspace(-1, 1, 401)[1:-1]


@dataclass(slots=True)
class WorkingCorrelation:
    """A working correlation of the visits of a participant.

    Attributes:
        kind: ``"independence"``, ``"exchangeable"`` or ``"ar1"``.
        times: Visit numbers of each participant, whole.
        alpha: The present estimate; 0 until `update` was called and under independence.
    """

    kind: str
    times: Sequence[Floats]
    alpha: float = 0.0

    def matrix(self, place: int) -> Floats:
        """Return the correlation matrix of one participant (eq. 17)."""
        times = self.times[place]
        lags = np.abs(times[:, None] - times[None, :])
        if self.kind == "ar1":
            return np.where(lags == 0, 1.0, self.alpha**lags)
        return np.where(np.eye(times.size) > 0, 1.0, self.alpha)

    def update(self, residuals: Sequence[Floats]) -> None:
        """Estimate alpha anew from Pearson residuals (eq. 18 to 20).

        Raises:
            StatisticsError: An estimate for which the correlations contradict each other (STAT-013).
        """
        if self.kind == "independence":
            return
        together = np.concatenate(residuals)
        scale = float(together @ together) / together.size
        sums, counts = self._products(residuals)
        mean = sums / (scale * np.maximum(counts, 1))
        if self.kind == "exchangeable":
            self.alpha = float((mean * counts).sum() / counts.sum())
            least = -1 / (max(len(one) for one in residuals) - 1)
            possible = least < self.alpha < 1
        else:
            self.alpha = _autoregressive(mean, counts)
            possible = -1 < self.alpha < 1
        if not possible:
            message = f"the {self.kind} working correlation came to {self.alpha:.3g}, which cannot be"
            raise refuse("STAT-013", message, "correlation", "use 'independence' with robust errors")

    def _products(self, residuals: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return sums and counts of the products of residuals of two visits by their distance."""
        size = 1 + int(max(np.ptp(times) for times in self.times))
        sums, counts = np.zeros(size), np.zeros(size)
        for times, own in zip(self.times, residuals, strict=True):
            first, second = np.triu_indices(times.size, 1)
            lags = np.abs(times[first] - times[second]).astype(np.intp)
            sums += np.bincount(lags, weights=own[first] * own[second], minlength=size)
            counts += np.bincount(lags, minlength=size)
        return sums, counts


def _autoregressive(mean: Floats, counts: Floats) -> float:
    """Return the alpha whose powers come nearest to the mean products at each distance (eq. 20)."""
    lags = np.arange(mean.size)

    def slope(alpha: float) -> float:
        steep = lags * alpha ** np.maximum(lags - 1, 0)
        return float((counts * steep * (alpha**lags - mean)).sum())

    slopes = [slope(float(alpha)) for alpha in _GRID]
    lowest = []
    for place, (before, after) in enumerate(itertools.pairwise(slopes)):
        if before < 0 <= after:
            alpha = float(optimize.brentq(slope, _GRID[place], _GRID[place + 1], xtol=1e-14))
            lowest.append((float((counts * (mean - alpha**lags) ** 2).sum()), alpha))
    return min(lowest)[1] if lowest else math.copysign(1.0, -slopes[-1])
