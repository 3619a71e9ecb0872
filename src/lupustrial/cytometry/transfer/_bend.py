"""Bending a warp where a column has several peaks and they moved by different amounts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lupustrial.cytometry.transfer._fit import Fit, match_of
from lupustrial.cytometry.transfer._ground import Cells

Array = NDArray[np.float64]
Knots = tuple[tuple[float, float], ...]

#: Standard deviation of the smoothing, in spreads of the ground.
_SMOOTH = 0.25
#: A peak rises above the higher of its two valleys by this share of the highest peak.
_RISES = 0.05
#: Peaks of reference and sample that lie further apart than this, in spreads, are not the same.
_APART = 0.75
#: Two knots keep at least this share of their distance, so that the warp rises.
_RISING = 0.3


def bent(fitted: Fit, cells: Cells) -> Fit:
    """Return the fit with knots where at least two peaks of a column are found again; else as it is.

    It is kept only where it betters the match.
    """
    knots = tuple(_knots(fitted, cells, i) for i in range(len(fitted.ground.columns)))
    if not any(knots):
        return fitted
    found = replace(fitted, bends=knots)
    match = match_of(fitted.ground, cells, fitted.held)(found.warps)
    return replace(found, match=match) if match > fitted.match else fitted


def _knots(fitted: Fit, cells: Cells, column: int) -> Knots:
    if column in fitted.held:
        return ()
    ground = fitted.ground
    warps = fitted.warps
    back = np.column_stack([warps[name].back(cells.at[:, i]) for i, name in enumerate(ground.columns)])
    other = tuple(i for i in range(len(ground.columns)) if i != column)
    keep = ~ground.masked
    ours = (ground.counts * keep).sum(axis=other)
    theirs = (ground.binned(back, cells.counts) * keep).sum(axis=other)
    width = _SMOOTH * float(ground.spread[column] / ground.step[column])
    place = float(ground.low[column] - ground.middle[column]) / float(ground.spread[column])
    step = float(ground.step[column] / ground.spread[column])
    here, there = (place + step * (_peaks(each, width) + 0.5) for each in (ours, theirs))
    return _matched(here, there)


def _matched(here: Array, there: Array) -> Knots:
    """Return (place, move) of peaks that are each other's nearest; nothing where they are fewer than two."""
    found = []
    for at in here:
        near = there[np.argmin(np.abs(there - at))] if len(there) else np.inf
        if abs(near - at) <= _APART and here[np.argmin(np.abs(here - near))] == at:
            found.append((float(at), float(near - at)))
    rising = all(b[0] + b[1] - a[0] - a[1] >= _RISING * (b[0] - a[0]) for a, b in pairwise(found))
    return tuple(found) if len(found) > 1 and rising else ()


def _peaks(counts: Array, width: float) -> Array:
    """Return where the smoothed counts peak, between cells by a parabola."""
    smooth = gaussian_filter1d(counts.astype(np.float64), width, mode="constant")
    middle = smooth[1:-1]
    tops = np.flatnonzero((middle > smooth[:-2]) & (middle >= smooth[2:])) + 1
    kept = [top for top in tops if smooth[top] - _saddle(smooth, int(top)) >= _RISES * smooth.max()]
    places = []
    for top in kept:
        left, here, right = smooth[top - 1 : top + 2]
        places.append(top + 0.5 * (left - right) / (left - 2 * here + right))
    return np.asarray(places)


def _saddle(smooth: Array, top: int) -> float:
    """Return the higher of the lowest points between a peak and the next higher one to either side."""
    lowest = []
    for side in (smooth[top::-1], smooth[top:]):
        higher = np.flatnonzero(side > smooth[top])
        lowest.append(float(side[: higher[0]].min()) if len(higher) else 0.0)
    return max(lowest)
