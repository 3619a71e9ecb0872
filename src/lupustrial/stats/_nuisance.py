"""The largest probability of a set of tables over a proportion nobody knows (proportions.md, eq. 8-9).

Along one proportion the probability of any set of tables is a polynomial of degree N; in theta, where pi =
(1 - cos theta) / 2, it is a trigonometric polynomial of that degree. At a distance d from its maximum M it is
at least M cos(N d), so a grid leaves a bound on what it missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats

POINTS_PER_DEGREE = 8
REFINEMENT = 8
MOST_KEPT = 256
ROUNDING = 1e-12


class Peak(NamedTuple):
    """The largest value found so far, the theta it was found at, and what no value exceeds."""

    value: float
    theta: float
    most: float

    def known_to(self, precision: float) -> bool:
        """Return whether the maximum exceeds the value found by no more than this part of it."""
        return self.most <= self.value * (1 + precision)


def grid(degree: int) -> Floats:
    """Return the theta at which to begin, over [0, pi]."""
    return np.linspace(0.0, np.pi, POINTS_PER_DEGREE * degree + 1)


def peaks(function: Callable[[Floats], Floats], values: Floats, degree: int) -> Iterator[Peak]:
    """Close in on the maximum over theta, for as long as the caller asks.

    Args:
        function: A trigonometric polynomial that is nowhere negative, of an array of theta.
        values: What it is on ``grid(degree)``.
        degree: Its degree.

    Yields:
        What is known on the grid, and each time the grid was refined where the maximum can still lie.
    """
    points, spacing = grid(degree), np.pi / (POINTS_PER_DEGREE * degree)
    inner = (np.arange(REFINEMENT) - (REFINEMENT - 1) / 2) / REFINEMENT
    best, theta = -np.inf, 0.0
    while True:
        order = np.argsort(-values, kind="stable")[:MOST_KEPT]
        if values[order[0]] > best:
            best, theta = float(values[order[0]]), float(points[order[0]])
        share = float(np.cos(degree * spacing / 2))
        yield Peak(best, theta, best / share)
        kept = points[order[values[order] >= best * (share - ROUNDING)]]
        points = np.clip(kept[:, None] + spacing * inner, 0.0, np.pi).ravel()
        values, spacing = function(points), spacing / REFINEMENT


def common_rate_peaks(weights: Floats) -> Iterator[Peak]:
    """Close in on the maximum of eq. 8, where w(s) are the ``weights`` for s = 0 to N."""
    n = weights.size - 1
    return peaks(lambda theta: _binomial(theta, n) @ weights, _on_grid(n) @ weights, n)


@lru_cache(maxsize=64)
def log_ways(n: int) -> Floats:
    """Return the logarithms of the ways to choose 0 to n among n; read-only."""
    s = np.arange(n + 1.0)
    ways = np.asarray(special.gammaln(n + 1.0) - special.gammaln(s + 1) - special.gammaln(n - s + 1))
    ways.setflags(write=False)
    return ways


def _binomial(theta: Floats, n: int) -> Floats:
    """Return Bin(s; n, pi(theta)) for every s, shape ``theta.shape + (n + 1,)``."""
    s = np.arange(n + 1.0)
    sine, cosine = np.sin(theta / 2)[..., None], np.cos(theta / 2)[..., None]
    log_power = special.xlogy(2 * s, sine) + special.xlogy(2 * (n - s), cosine)
    return np.asarray(np.exp(log_ways(n) + log_power))


@lru_cache(maxsize=8)
def _on_grid(n: int) -> Floats:
    """Return the binomial probabilities on the grid, kept for the next call."""
    probabilities = _binomial(grid(n), n)
    probabilities.setflags(write=False)
    return probabilities
