"""Exact size of the shipped analyses of a response, by enumeration of every table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from lupustrial import stats
from type_one.plans import Shipped
from type_one.trials import responses_of

Floats = NDArray[np.float64]
ALPHA = 0.05
WEEK = 12
GRID = np.linspace(0.0, 1.0, 2001)


@dataclass(frozen=True, kw_only=True)
class Worst:
    """The largest size over the unknown rate or rates, and where it is."""

    size: float
    rates: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What an analysis says of every table of n1 and n2 participants.

    Attributes:
        rejects: Shape (n1 + 1) x (n2 + 1), whether it finds the arms to differ: by its p value below 0.05, or
            where it has none by an interval without 0.
        lower: Lower limits of the difference of proportions; None where it has no interval.
        upper: Upper limits.
    """

    rejects: NDArray[np.bool_]
    lower: Floats | None
    upper: Floats | None


def tables(analysis: Shipped, n1: int, n2: int) -> Tables:
    """Apply an analysis of one response to every table."""
    every = {
        (x1, x2): analysis.outcomes(responses_of(x1=x1, n1=n1, x2=x2, n2=n2), [WEEK])[WEEK]
        for x1, x2 in product(range(n1 + 1), range(n2 + 1))
    }
    limits = np.array(
        [[every[x1, x2].limits or (np.nan, np.nan) for x2 in range(n2 + 1)] for x1 in range(n1 + 1)]
    )
    if analysis.method.stats[-1] == "p_value":
        p_values = [[every[x1, x2].p_value for x2 in range(n2 + 1)] for x1 in range(n1 + 1)]
        return Tables(rejects=np.array(p_values, np.float64) < ALPHA, lower=None, upper=None)
    lower, upper = limits[..., 0] / 100, limits[..., 1] / 100
    return Tables(rejects=(lower > 0) | (upper < 0), lower=lower, upper=upper)


def binomial(n: int, rate: float | Floats) -> Floats:
    """Return the probabilities of 0 to n events, along a new last axis."""
    x = np.arange(n + 1)
    rate = np.asarray(rate, np.float64)[..., None]
    return np.array([comb(n, k) for k in x], np.float64) * rate**x * (1 - rate) ** (n - x)


def power(region: NDArray[np.bool_] | Floats, rate1: float | Floats, rate2: float | Floats) -> Floats:
    """Return the probability of a region of tables at the true rates."""
    first, second = binomial(region.shape[0] - 1, rate1), binomial(region.shape[1] - 1, rate2)
    return np.asarray(((first @ region) * second).sum(axis=-1))


def worst(region: NDArray[np.bool_]) -> Worst:
    """Return the largest size over the common rate."""
    sizes = power(region, GRID, GRID)
    best = int(sizes.argmax())
    return _refined(lambda rate: float(power(region, rate, rate)), float(GRID[best]), GRID[1])


def coverage(found: Tables, rate1: float, rate2: float) -> float:
    """Return the probability that the interval covers the true difference."""
    if found.lower is None or found.upper is None:
        raise ValueError("this analysis has no interval")
    truth, slack = rate1 - rate2, 1e-12
    covers = (found.lower - slack <= truth) & (truth <= found.upper + slack)
    return float(power(covers, rate1, rate2))


def _refined(size: Callable[[float], float], near: float, step: float) -> Worst:
    low, high = max(0.0, near - step), min(1.0, near + step)
    found = optimize.minimize_scalar(lambda rate: -size(rate), bounds=(low, high), method="bounded")
    rate = float(found.x) if -found.fun > size(near) else near
    return Worst(size=size(rate), rates=(rate,))


def stratified_size(n1: Sequence[int], n2: Sequence[int]) -> Floats:
    """Return the chance that the CMH test rejects, given the responders of each stratum.

    The test depends on the responders of each stratum, both arms together, and on those of the first arm over
    all strata; given the former, the latter is a sum of hypergeometric counts, whatever the rates.

    Args:
        n1: Participants of the first arm, one number a stratum.
        n2: Participants of the second arm.

    Returns:
        Shape (N_1 + 1) x ... x (N_K + 1), with N the participants of a stratum, by its responders.
    """
    sizes = [one + two for one, two in zip(n1, n2, strict=True)]
    chances = np.zeros([size + 1 for size in sizes])
    for events in product(*(range(size + 1) for size in sizes)):
        least, shares = _first_arm(n1, n2, events)
        chances[events] = sum(
            share
            for more, share in enumerate(shares)
            if stats.cmh(**one_table(n1, n2, events, sum(least) + more)).p_value < ALPHA
        )
    return chances


def _first_arm(n1: Sequence[int], n2: Sequence[int], events: Sequence[int]) -> tuple[list[int], Floats]:
    """Return the fewest events of the first arm by stratum, and the chances of so many, one more, ..."""
    least, shares = [], np.ones(1)
    for one, two, count in zip(n1, n2, events, strict=True):
        low, high = max(0, count - two), min(one, count)
        ways = np.array([comb(one, x) * comb(two, count - x) for x in range(low, high + 1)], np.float64)
        least.append(low)
        shares = np.convolve(shares, ways / comb(one + two, count))
    return least, shares


def one_table(
    n1: Sequence[int], n2: Sequence[int], events: Sequence[int], first: int
) -> dict[str, list[int]]:
    """Return one of the tables with these responders by stratum, `first` of them in the first arm."""
    least, _ = _first_arm(n1, n2, events)
    x1, spare = [], first - sum(least)
    for low, one, count in zip(least, n1, events, strict=True):
        added = min(spare, min(one, count) - low)
        x1.append(low + added)
        spare -= added
    x2 = [count - x for count, x in zip(events, x1, strict=True)]
    return {"x1": x1, "n1": list(n1), "x2": x2, "n2": list(n2)}


def size_at(chances: Floats, rates: Sequence[float]) -> float:
    """Return the size at the rate of each stratum."""
    left = chances
    for rate in rates:
        left = np.tensordot(binomial(left.shape[0] - 1, rate), left, axes=1)
    return float(left)


def worst_common(chances: Floats) -> Worst:
    """Return the largest size over one rate common to the strata."""
    coarse = np.linspace(0.0, 1.0, 201)
    near = max(coarse, key=lambda rate: size_at(chances, [rate] * chances.ndim))
    return _refined(lambda rate: size_at(chances, [rate] * chances.ndim), float(near), 0.005)


def worst_strata(chances: Floats, points: int = 21) -> Worst:
    """Return the largest size over the rates of all strata: on a grid, then climbing from its best points."""
    axis = np.linspace(0.0, 1.0, points)
    surface = chances
    for size in chances.shape:
        surface = np.tensordot(surface, binomial(size - 1, axis), axes=(0, 1))
    starts = np.argsort(-surface, axis=None)[:20]
    climbs = [
        optimize.minimize(
            lambda rates: -size_at(chances, np.clip(rates, 0.0, 1.0)),
            axis[np.array(np.unravel_index(start, surface.shape))],
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * chances.ndim,
        )
        for start in starts
    ]
    best = min(climbs, key=lambda climb: climb.fun)
    return Worst(size=float(-best.fun), rates=tuple(float(rate) for rate in best.x))
