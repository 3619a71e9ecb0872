"""The same chance for any correlation, one statistic after another, by a lattice rule (eq. 19).

Genz and Bretz's separation of variables, but each summand starts with the statistic that exceeds, so that
the error is relative to the p value however small it is. The shifts are fixed: the same input gives the same
number. A statistic that is a linear function of those before it (contrasts of few doses) has no coordinate of
its own: it bounds the last of theirs.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats
from lupustrial.stats._t_limits import quantile

# Generating vector of an embedded lattice rule (F. Kuo and D. Nuyens), dimensions 1 to 15.
_VECTOR = np.array(
    [
        *(1, 182667, 469891, 498753, 110745, 446247, 250185, 118627),
        *(245333, 283199, 408519, 391023, 246327, 126539, 399185),
    ]
)
_POINTS = 1 << 11
_SHIFTS = 8
_PRIMES = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47])
_EDGE = 1e-15
_ERRORS = 3.0  # standard errors that the estimated error covers
_DEPENDENT = 1e-12  # variance left, given the statistics before, below which one depends on them
_ROUNDING = 1e-9  # a coefficient below is none


@lru_cache(maxsize=16)
def _points(dimension: int) -> Floats:
    """Return ``_SHIFTS`` shifted copies of the lattice after the tent transform, (shifts x points, dim)."""
    base = np.arange(_POINTS)[:, None] * _VECTOR[:dimension] / _POINTS
    shifts = np.arange(1, _SHIFTS + 1)[:, None] * np.sqrt(_PRIMES[:dimension])
    raw = (base[None, :, :] + shifts[:, None, :]) % 1.0
    tent = np.abs(2 * raw - 1)
    return np.asarray(np.clip(tent, _EDGE, 1 - _EDGE).reshape(-1, dimension))


def lattice_union(
    tails: Floats, correlation: Floats, *, df: float | None, two_sided: bool
) -> tuple[float, float]:
    """Return P(some statistic is beyond its limit) and three standard errors of it over the shifts.

    Args:
        tails: P value of each statistic at its limit, (k,), inside (0, 1).
        correlation: Positive semidefinite, (k, k).
        df: Degrees of freedom; normal where ``None``.
        two_sided: Whether beyond means in either direction.
    """
    order = np.argsort(-tails, kind="stable")  # the likely ones first: their terms have few dimensions
    tails, correlation = tails[order], correlation[np.ix_(order, order)]
    one = tails / 2 if two_sided else tails
    limits = -quantile(one, df)
    sums = np.zeros(_SHIFTS)
    for last in range(tails.size):
        members = [last, *range(last)]
        factor, ends = _factor(correlation[np.ix_(members, members)])
        inside = _stay_inside(one[last], limits[members], factor, ends, df=df, two_sided=two_sided)
        sums += tails[last] * inside
    spread = float(sums.std(ddof=1)) / math.sqrt(_SHIFTS)
    return min(1.0, float(sums.mean())), _ERRORS * spread


def _factor(correlation: Floats) -> tuple[Floats, list[list[int]]]:
    """Return rows (k, rank) that make the statistics from independent normals, and where each row ends.

    The second has the rows whose last coefficient is that of each column; the first of them defines it.
    """
    size = len(correlation)
    factor = np.zeros((size, size))
    ends: list[list[int]] = []
    for row in range(size):
        for column, (pivot, *_) in enumerate(ends):
            known = factor[row, :column] @ factor[pivot, :column]
            factor[row, column] = (correlation[row, pivot] - known) / factor[pivot, column]
        rest = correlation[row, row] - factor[row] @ factor[row]
        if rest > _DEPENDENT:
            factor[row, len(ends)] = math.sqrt(rest)
            ends.append([row])
        else:
            factor[row, np.abs(factor[row]) < _ROUNDING] = 0.0
            ends[int(np.flatnonzero(factor[row])[-1])].append(row)
    return factor[:, : len(ends)], ends


def _stay_inside(
    one_tail: float,
    limits: Floats,
    factor: Floats,
    ends: list[list[int]],
    *,
    df: float | None,
    two_sided: bool,
) -> Floats:
    """Return, for each shift, P(the others stay inside | the first is beyond its limit).

    Given that the first t is T, the squared scale is chi-square on df + 1 over df + T². On that scale all is
    normal.
    """
    rank = len(ends)
    u = _points(max(rank - 1, 1))
    scale = np.ones(len(u))
    independent = np.empty((len(u), rank))
    if df is None:
        independent[:, 0] = -special.ndtri(u[:, 0] * one_tail)
    else:
        first = _exceeding(df, one_tail)
        scale = np.sqrt(_squared_scales(df + 1, rank - 1) / (df + first**2)) if rank > 1 else scale
        independent[:, 0] = first * scale
    inside = np.ones(len(u))
    for row in ends[0][1:]:  # copies of the first, or its negative
        value = factor[row, 0] * independent[:, 0]
        inside *= (np.abs(value) if two_sided else value) <= limits[row] * scale
    for column in range(1, rank):
        bounds = _bounds(ends[column], column, independent, factor, limits, scale, two_sided=two_sided)
        low, high = special.ndtr(bounds[0]), special.ndtr(bounds[1])
        inside *= np.maximum(0.0, high - low)
        if column < rank - 1:
            within = np.clip(low + u[:, column] * np.maximum(0.0, high - low), _EDGE**2, 1 - _EDGE)
            independent[:, column] = special.ndtri(within)
    return np.asarray(inside.reshape(_SHIFTS, -1).mean(axis=1))


def _bounds(
    rows: list[int],
    column: int,
    independent: Floats,
    factor: Floats,
    limits: Floats,
    scale: Floats,
    *,
    two_sided: bool,
) -> tuple[Floats, Floats]:
    """Return between what a coordinate lies while the statistics that end with it stay inside."""
    low, high = np.full(len(scale), -np.inf), np.full(len(scale), np.inf)
    for row in rows:
        shift, last = independent[:, :column] @ factor[row, :column], factor[row, column]
        upper = (limits[row] * scale - shift) / last
        lower = (-limits[row] * scale - shift) / last
        if last < 0:
            upper, lower = lower, upper
        if two_sided or last > 0:
            high = np.minimum(high, upper)
        if two_sided or last < 0:
            low = np.maximum(low, lower)
    return low, high


@lru_cache(maxsize=8)
def _exceeding(df: float, one_tail: float) -> Floats:
    """Return t values beyond the limit of ``one_tail``; all statistics of a single-step test share them."""
    return np.asarray(-special.stdtrit(df, _points(1)[:, 0] * one_tail))


@lru_cache(maxsize=32)
def _squared_scales(df: float, dimension: int) -> Floats:
    """Return chi-square quantiles at the lattice's next coordinate; they do not depend on the statistics."""
    return np.asarray(special.chdtri(df, _points(dimension + 1)[:, dimension]))
