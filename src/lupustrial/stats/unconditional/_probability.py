"""The probability of a region at given proportions, and the measure of two proportions."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats
from lupustrial.stats.unconditional._problem import Problem
from lupustrial.stats.unconditional._regions import Region

LEAST = 1e-300

#: Proportions with and without the event, kept apart so that neither loses digits near 1.
Proportion = tuple[Floats, Floats]


def measure_of(measure: str, p1: float, p2: float) -> float:
    """Return the measure of two proportions; ``math.inf`` over 0."""
    if measure == "risk difference":
        return p1 - p2
    above, below = (p1, p2) if measure == "risk ratio" else (p1 * (1 - p2), p2 * (1 - p1))
    return above / below if below else math.inf


@lru_cache(maxsize=16)
def _coefficients(n: int) -> Floats:
    k = np.arange(n + 1.0)
    ways = special.gammaln(n + 1.0) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.stack([k, n - k, ways])


def _binomial(proportion: Proportion, n: int) -> Floats:
    """Return Bin(k; n, p) for every k, shape ``p.shape + (n + 1,)``."""
    p, q = proportion
    logs = np.empty((p.size, 3))
    np.log(np.maximum(p, LEAST), out=logs[:, 0])
    np.log(np.maximum(q, LEAST), out=logs[:, 1])
    logs[:, 2] = 1.0
    powers = logs @ _coefficients(n)
    return np.asarray(np.exp(powers, out=powers))


def probability(
    problem: Problem,
    region: Region,
    point: tuple[Proportion, Proportion],
    other_point: tuple[Proportion, Proportion],
) -> Floats:
    """Return the probability of a region, its upper side at one pair of proportions, the other at another."""
    first, second = _binomial(point[0], problem.table.n1), _binomial(point[1], problem.table.n2)
    below = np.zeros((second.shape[0], second.shape[1] + 1))
    np.cumsum(second, axis=1, out=below[:, 1:])
    total = np.einsum("ij,ij->i", first, below[:, region.upper])
    if region.lower is not None:
        if other_point is not point:
            first = _binomial(other_point[0], problem.table.n1)
            second = _binomial(other_point[1], problem.table.n2)
        above = np.zeros_like(below)
        above[:, :-1] = np.cumsum(second[:, ::-1], axis=1)[:, ::-1]
        total += np.einsum("ij,ij->i", first, above[:, region.lower])
    return np.asarray(total)
