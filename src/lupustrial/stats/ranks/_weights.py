"""Weights of strata in a sum of rank statistics (means-and-ranks.md, eq. 22)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.ranks._strata import Stratified

#: ``locally_best`` and ``design_free`` are van Elteren's own two; ``equal`` adds the rank sums as they are.
WEIGHTS = ("locally_best", "design_free", "equal")


def stratum_weights(weights: str, data: Stratified) -> Floats:
    """Return the weight of each stratum's rank sum: 1/(m+n+1), 1/(mn) or 1."""
    m, n = data.sizes
    if weights == "locally_best":
        return np.asarray(1 / (m + n + 1))
    if weights == "design_free":
        return np.asarray(1 / (m * n))
    return np.ones_like(m)
