"""The normal distribution of some visits given the others (imputation.md, eq. 19, 21)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.imputation._arrays import Flags


def given_others(covariance: Floats, gap: Flags) -> tuple[Floats, Floats]:
    """Return the slopes of the visits in ``gap`` on the others, and their covariance given these.

    Args:
        covariance: Shape (sets, visits, visits).
        gap: Shape (visits,); where it is true everywhere the slopes have no rows.
    """
    cross = covariance[:, ~gap][:, :, gap]
    slope = np.asarray(np.linalg.solve(covariance[:, ~gap][:, :, ~gap], cross), dtype=np.float64)
    return slope, covariance[:, gap][:, :, gap] - np.swapaxes(cross, -1, -2) @ slope
