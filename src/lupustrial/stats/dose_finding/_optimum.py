"""The best nonlinear parameters within bounds, the linear ones profiled out (dose-finding.md, eq. 18-19).

A grid over the whole box finds the valleys; each is followed to its bottom, and so is each edge of the box:
the result does not depend on starting values.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import Floats
from lupustrial.stats.dose_finding._models import FAMILIES

_LINE = 201  # grid points of one parameter
_SIDE = 41  # of each of two
_VALLEYS = 4  # followed from the grid
_TOLERANCE = 1e-13
_SAME = 1e-12  # relative; an edge that is as good wins, so that a bound is named

Profile = Callable[[Floats], float]


def profile(
    model: str, doses: Floats, estimates: Floats, root: Floats, constant: float
) -> Callable[[Floats], Floats]:
    """Return r(shape), the residuals of the best linear fit at given nonlinear parameters (eq. 19).

    Args:
        model: A family with two linear parameters.
        doses: (K,).
        estimates: (K,).
        root: R with R'R the inverse covariance of the estimates, (K, K).
        constant: Of linlog or betaMod.
    """
    ones = root.sum(axis=1)
    ones = ones / np.linalg.norm(ones)
    target = root @ estimates
    target = target - ones * (ones @ target)
    family = FAMILIES[model]

    def residuals(shape: Floats) -> Floats:
        with np.errstate(all="ignore"):  # a shape that overflows fits nothing
            column = root @ family.shape(doses, shape, constant)
            column = column - ones * (ones @ column)
            length = np.linalg.norm(column)
        if not 0 < length < np.inf:
            return np.asarray(target)
        unit = column / length
        return np.asarray(target - unit * (unit @ target))

    return residuals


def best_shape(residuals: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return the nonlinear parameters (1,) or (2,) in the box with the least sum of squares."""

    def square(shape: Floats) -> float:
        left = residuals(shape)
        return float(left @ left)

    if low.size == 1:
        return _best_on_line(lambda value: square(np.array([value])), float(low[0]), float(high[0]))
    edges = [_along_edge(square, low, high, axis, end) for axis in (0, 1) for end in (low[axis], high[axis])]
    inside = [_follow(residuals, start, low, high) for start in _valleys(square, low, high)]
    return _least(square, [*edges, *inside])


def _least(square: Profile, places: list[Floats]) -> Floats:
    """Return the first place that is as good as the best."""
    values = np.array([square(place) for place in places])
    good = values <= values.min() + _SAME * max(float(values.max()), np.finfo(float).tiny)
    return places[int(np.flatnonzero(good)[0])]


def _levels(low: float, high: float, count: int) -> Floats:
    """Return values from low to high, half of them even and half of them even on the log scale."""
    even = np.linspace(low, high, (count + 1) // 2)
    logs = np.geomspace(low, high, count // 2 + 1)
    logs[0], logs[-1] = low, high
    return np.unique(np.concatenate((even, logs)))


def _best_on_line(square: Callable[[float], float], low: float, high: float) -> Floats:
    grid = _levels(low, high, _LINE)
    values = np.array([square(value) for value in grid.tolist()])
    places = [grid[0], grid[-1]]
    for at in np.argsort(values, kind="stable").tolist():
        left, right = values[max(at - 1, 0)], values[min(at + 1, grid.size - 1)]
        if values[at] <= min(left, right):
            ends = (grid[max(at - 1, 0)], grid[min(at + 1, grid.size - 1)])
            found = optimize.minimize_scalar(
                square, bounds=ends, method="bounded", options={"xatol": _TOLERANCE * high}
            )
            places += [grid[at], float(found.x)]
        if len(places) >= 2 * _VALLEYS:
            break
    return _least(lambda shape: square(float(shape[0])), [np.array([place]) for place in places])


def _along_edge(square: Profile, low: Floats, high: Floats, axis: int, end: float) -> Floats:
    other = 1 - axis

    def place(value: float) -> Floats:
        shape = np.empty(2)
        shape[axis], shape[other] = end, value
        return shape

    best = _best_on_line(lambda value: square(place(value)), float(low[other]), float(high[other]))
    return place(float(best[0]))


def _valleys(square: Profile, low: Floats, high: Floats) -> list[Floats]:
    """Return the best few grid points that are no worse than their neighbours."""
    first, second = (_levels(float(a), float(b), _SIDE) for a, b in zip(low, high, strict=True))
    values = np.array([[square(np.array([a, b])) for b in second] for a in first])
    padded = np.pad(values, 1, constant_values=np.inf)
    rows, columns = values.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    lowest = np.argwhere(values <= np.min(around, axis=0))
    order = np.argsort([values[i, j] for i, j in lowest], kind="stable")[:_VALLEYS]
    return [np.array([first[lowest[k][0]], second[lowest[k][1]]]) for k in order]


def _follow(residuals: Callable[[Floats], Floats], start: Floats, low: Floats, high: Floats) -> Floats:
    """Return the bottom of a valley, by a trust-region method on the profile residuals."""
    margin = 1e-9 * (high - low)
    found = optimize.least_squares(
        residuals,
        np.clip(start, low + margin, high - margin),
        bounds=(low, high),
        jac="3-point",
        x_scale=high - low,
        ftol=_TOLERANCE,
        xtol=_TOLERANCE,
        gtol=_TOLERANCE,
        max_nfev=400,
    )
    return np.asarray(found.x)
