"""Chances to reject in later stages, given the z of those so far (eq. 32, 33)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.sequential._fisher_product import FisherDesign
from lupustrial.stats.sequential._plan import GroupSequentialDesign
from lupustrial.stats.sequential._recursion import REACH, stopping

MOST_FISHER = 4
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def further_rejection(design: GroupSequentialDesign | FisherDesign, scores: Floats, shifts: Floats) -> Floats:
    """Return the chance to reject up to each later stage, whose z have means ``shifts``."""
    if isinstance(design, FisherDesign):
        return _of_product(design, scores, shifts)
    j = scores.size
    times = np.array(design.information)
    steps = np.diff([0.0, *times])
    so_far = float(np.sqrt(steps[:j]) @ scores)
    means = so_far + np.cumsum(np.sqrt(steps[j:]) * shifts)
    ahead = times[j:] - times[j - 1]
    uppers = (np.array(design.critical[j:]) * np.sqrt(times[j:]) - means) / np.sqrt(ahead)
    lowers = (np.array(design.lowers[j:]) * np.sqrt(times[j:]) - means) / np.sqrt(ahead)
    above, _ = stopping(tuple(ahead.tolist()), tuple(uppers.tolist()), tuple(lowers.tolist()), 0.0)
    return np.minimum(1.0, np.cumsum(above))


def _of_product(design: FisherDesign, scores: Floats, shifts: Floats) -> Floats:
    if shifts.size > MOST_FISHER:
        message = f"{shifts.size} later stages"
        raise refuse("STAT-008", message, "planned", f"at most {MOST_FISHER} are integrated over")
    logs = np.log(design.critical[scores.size :])
    chances = np.zeros(shifts.size)
    product = np.array([float(special.log_ndtr(-scores).sum())])
    weights = np.ones(1)
    for k in range(shifts.size):
        bound = -special.ndtri_exp(
            np.minimum(logs[k] - product, 0.0)
        )  # z at which the product meets its limit
        chances[k] = float(weights @ special.ndtr(shifts[k] - bound))
        low = min(shifts[k], 0.0) - REACH
        width = np.maximum(np.minimum(bound, shifts[k] + REACH) - low, 0.0) / 2
        z = low + width[:, None] * (1 + _NODES)
        density = np.exp(-((z - shifts[k]) ** 2) / 2) / math.sqrt(2 * math.pi)
        weights = (weights[:, None] * width[:, None] * _WEIGHTS * density).ravel()
        product = (product[:, None] + special.log_ndtr(-z)).ravel()
    return np.minimum(1.0, np.cumsum(chances))
