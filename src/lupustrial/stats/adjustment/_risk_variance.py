"""Covariance of standardised risks after Ge and after Ye; docs/methods/adjustment.md, eq. 8 to 12."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats._variables import first_seen


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What every participant's risk would be in each arm.

    Attributes:
        y: Outcomes, shape (n,).
        arm: Place of each participant's arm, shape (n,).
        risk: Shape (arms, n).
        x: Design matrix with everybody in each arm, shape (arms, n, p).
    """

    y: Floats
    arm: NDArray[np.intp]
    risk: Floats
    x: Floats

    @property
    def share(self) -> Floats:
        """Observed part of participants in each arm."""
        counts: Floats = np.bincount(self.arm, minlength=len(self.risk)) / self.arm.size
        return counts


def ge_covariance(predicted: Predicted, coefficients: Floats) -> Floats:
    """Return the covariance of the mean risks by the delta method, covariates fixed (eq. 8)."""
    slope = (predicted.risk * (1 - predicted.risk))[:, :, None] * predicted.x
    gradient = slope.mean(axis=1)
    spread: Floats = gradient @ coefficients @ gradient.T
    return spread


def ye_covariance(
    predicted: Predicted, *, residual_variance: str, strata: Sequence[Hashable] | None
) -> Floats:
    """Return the covariance of the mean risks over samples of participants too (eq. 9 to 12)."""
    y, risk, share = predicted.y, predicted.risk, predicted.share
    everybody = np.atleast_2d(np.cov(risk))
    within = []
    for place in range(len(risk)):
        own = predicted.arm == place
        within.append(np.cov(np.vstack([y[own], risk[:, own]])))
    spread = np.empty_like(everybody)
    for a, inside in enumerate(within):
        shared = inside[0, 1 + a]
        # eq. 10: the variance of residuals at once, or its parts with the predictions of everybody
        own = inside[1 + a, 1 + a] if residual_variance == "direct" else everybody[a, a]
        left = inside[0, 0] - 2 * shared + own
        spread[a, a] = left / share[a] + 2 * shared - everybody[a, a]
        for b in range(a):
            spread[a, b] = spread[b, a] = inside[0, 1 + b] + within[b][0, 1 + a] - everybody[a, b]
    if strata is not None:
        spread -= _gain_of_strata(predicted, strata)
    return spread / y.size


def _gain_of_strata(predicted: Predicted, strata: Sequence[Hashable]) -> Floats:
    """Return what balance within the strata of the randomisation takes from the variance (eq. 12)."""
    labels, stratum = first_seen(strata)
    share = predicted.share
    unbalanced = np.diag(share) - np.outer(share, share)
    gain = np.zeros_like(unbalanced)
    for place, label in enumerate(labels):
        inside = stratum == place
        means = []
        for a, risk in enumerate(predicted.risk):
            own = inside & (predicted.arm == a)
            if not own.any():
                message = f"no participant of one arm in stratum {label!r}"
                raise refuse("STAT-005", message, "strata", "join strata, or leave strata out")
            means.append((predicted.y[own] - risk[own]).mean() / share[a])
        gain += inside.mean() * np.outer(means, means) * unbalanced
    return gain
