"""Rates that are most likely under a margin (docs/methods/power.md, eq. 5, 6); arrays throughout."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats

DIFFERENCE, RATIO = "risk difference", "risk ratio"


def constrained_rates(p1: Floats, p2: Floats, *, ratio: float, margin: float, measure: str) -> Floats:
    """Return the constrained rates of both groups, stacked in the last axis.

    Args:
        p1: Rates of the first group, seen or assumed.
        p2: Rates of the second group.
        ratio: Participants in the first group for each in the second.
        margin: Difference p1 - p2, or ratio p1 / p2, under the null hypothesis.
        measure: ``"risk difference"`` or ``"risk ratio"``.
    """
    p1, p2 = np.broadcast_arrays(np.asarray(p1, np.float64), np.asarray(p2, np.float64))
    if measure == RATIO:
        return _by_ratio(p1, p2, ratio, margin)
    if margin == 0:
        pooled = (ratio * p1 + p2) / (ratio + 1)
        return np.stack([pooled, pooled], axis=-1)
    return _by_difference(p1, p2, ratio, margin)


def _by_difference(p1: Floats, p2: Floats, ratio: float, margin: float) -> Floats:
    """Solve the cubic of Farrington and Manning (eq. 5) for the rate of the first group."""
    theta = 1 / ratio
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + margin * (theta + 2))
    c = margin**2 + margin * (2 * p1 + theta + 1) + p1 + theta * p2
    d = -p1 * margin * (1 + margin)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.copysign(np.sqrt(np.maximum(0.0, b**2 / (3 * a) ** 2 - c / (3 * a))), v)
    cosine = np.divide(v, u**3, out=np.ones_like(v), where=u != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    first = np.clip(2 * u * np.cos(angle) - b / (3 * a), max(0.0, margin), min(1.0, 1.0 + margin))
    return np.stack([first, first - margin], axis=-1)


def _by_ratio(p1: Floats, p2: Floats, ratio: float, margin: float) -> Floats:
    """Solve the quadratic of Farrington and Manning (eq. 6) for the rate of the second group."""
    a = margin * (ratio + 1)
    b = -(ratio * (margin + p1) + 1 + margin * p2)
    c = ratio * p1 + p2
    second = 2 * c / (-b + np.sqrt(np.maximum(0.0, b**2 - 4 * a * c)))
    second = np.clip(second, 0.0, min(1.0, 1.0 / margin))
    return np.stack([margin * second, second], axis=-1)
