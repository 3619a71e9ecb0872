"""Whether an unconditional region keeps its level, whatever the common rate (power.md, eq. 9, 10).

With w(s) the probability of the region given s events, the level at the rate pi is sum w(s) Bin(s; N, pi). In
theta, where pi = (1 - cos theta) / 2, it is a trigonometric polynomial of degree N: at a distance d from its
maximum M it is at least M cos(N d), so a grid leaves a bound on what it missed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats

POINTS_PER_DEGREE = 8
REFINEMENT = 8
FINEST = 1e-5  # leaves 1e-11 of the level in doubt
MOST_KEPT = 256


def _binomial(theta: Floats, n: int) -> Floats:
    """Return Bin(s; n, pi(theta)) for every s, shape ``theta.shape + (n + 1,)``."""
    s = np.arange(n + 1.0)
    ways = special.gammaln(n + 1.0) - special.gammaln(s + 1) - special.gammaln(n - s + 1)
    sine, cosine = np.sin(theta / 2)[..., None], np.cos(theta / 2)[..., None]
    return np.asarray(np.exp(ways + special.xlogy(2 * s, sine) + special.xlogy(2 * (n - s), cosine)))


@lru_cache(maxsize=4)
def _grid(n: int) -> tuple[Floats, Floats]:
    theta = np.linspace(0.0, np.pi, POINTS_PER_DEGREE * n + 1)
    probabilities = _binomial(theta, n)
    probabilities.setflags(write=False)
    return theta, probabilities


def keeps_level(weights: Floats, n: int, alpha: float) -> bool:
    """Return whether the largest level over the rate lies below ``alpha``; decided as soon as it is certain.

    Args:
        weights: w(s) for s = 0 to n.
        n: Participants in both groups.
        alpha: Level.
    """
    points, probabilities = _grid(n)
    values, spacing = probabilities @ weights, float(points[1])
    best = float(values.max())
    inner = (np.arange(REFINEMENT) - (REFINEMENT - 1) / 2) / REFINEMENT
    while best < alpha <= best / (missed := float(np.cos(n * spacing / 2))) and n * spacing > FINEST:
        order = np.argsort(-values, kind="stable")[:MOST_KEPT]
        kept = points[order[values[order] >= best * missed]]
        points = np.clip(kept[:, None] + spacing * inner, 0.0, np.pi).ravel()
        values, spacing = _binomial(points, n) @ weights, spacing / REFINEMENT
        best = max(best, float(values.max()))
    return best < alpha
