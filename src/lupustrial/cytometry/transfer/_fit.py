"""Laying the ground of a template on a sample: minimum Hellinger distance over the cells outside the gate.

Sought are shift a and stretch s of each column that minimise

    4 n (1 - B(a, s)) + sum over columns of log(1 + (a - a0)^2 / A^2) + log(1 + (s - s0)^2 / S^2)        (1)

with B the Bhattacharyya coefficient of the smoothed densities of reference and sample over the cells that are
not masked, each scaled to 1 over these cells (Beran, Ann Stat 1977;5:445-463; 4 n (1 - B) is near n times the
Kullback-Leibler divergence). The sample is moved into the reference's scale, so that the mask is the same
whatever the alignment. Since both densities are scaled to 1 outside the gate, a gated population three times
as large leaves the minimum where it is. a0, A, s0, S: what is known before (`Prior`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize

from lupustrial.cytometry.transfer._ground import Cells, Ground
from lupustrial.cytometry.transfer._warp import Warp

Array = NDArray[np.float64]

#: Events of a sample that count in (1) at most: between donors shapes differ by more than chance, so a
#: hundred thousand events do not place a gate more surely than some thousands.
WEIGHT = 300
#: Usual shift, in spreads of the ground, and usual stretch between tubes of a batch.
USUAL = (0.5, 0.05)
#: Standard deviation of the smoothing, in spreads of the ground.
_SMOOTH = 0.2
#: Share of the reference's events outside the gate that the sample must show there: below it the alignment
#: has pushed the bulk under the mask.
_LEFT = 0.6


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is known of shift and stretch before the sample is looked at, for each column of a ground.

    Attributes:
        shift: Expected shift, in spreads of the ground.
        shift_spread: How far from it shifts usually lie (half-width of a Cauchy density); 0 holds the shift.
        stretch: Expected logarithm of the scale.
        stretch_spread: How far from it they usually lie; 0 holds the scale.
        tubes: Tubes of the batch it was learnt from; 0 for the one that is given.
    """

    shift: tuple[float, ...]
    shift_spread: tuple[float, ...]
    stretch: tuple[float, ...]
    stretch_spread: tuple[float, ...]
    tubes: int = 0

    @classmethod
    def usual(cls, columns: tuple[str, ...], hold: tuple[str, ...] = ()) -> Prior:
        """Return what is usual before a batch is known; columns to `hold` stay as in the reference."""
        free = [0.0 if name in hold else 1.0 for name in columns]
        none = (0.0,) * len(columns)
        return cls(
            shift=none, shift_spread=tuple(each * USUAL[0] for each in free),
            stretch=none, stretch_spread=tuple(each * USUAL[1] for each in free),
        )  # fmt: skip

    @property
    def centre(self) -> Array:
        """(2 columns,) expected shifts, then expected stretches."""
        return np.asarray([*self.shift, *self.stretch])

    @property
    def width(self) -> Array:
        """(2 columns,) how far from them is usual."""
        return np.asarray([*self.shift_spread, *self.stretch_spread])

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        names = ("shift", "shift_spread", "stretch", "stretch_spread")
        plain = {name: [round(float(v), 9) for v in getattr(self, name)] for name in names}
        return {**plain, "tubes": self.tubes}


def prior_from(plain: dict[str, Any]) -> Prior:
    """Return the prior of a plain form."""
    names = ("shift", "shift_spread", "stretch", "stretch_spread")
    return Prior(**{name: tuple(plain[name]) for name in names}, tubes=plain["tubes"])


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """How a ground lies on a sample.

    Attributes:
        ground: The ground.
        at: (2 columns,) shifts, then stretches, at the minimum of (1).
        match: Bhattacharyya coefficient there, 0 to 1.
        covariance: (2 columns, 2 columns) inverse of the curvature of (1): how sure the alignment is.
        events: Events of the sample that were looked at.
        held: Numbers of the columns that were held.
        bends: Knots of each column where the warp bends.
    """

    ground: Ground
    at: Array
    match: float
    covariance: Array
    events: int
    held: tuple[int, ...] = ()
    bends: tuple[tuple[tuple[float, float], ...], ...] = ()

    @property
    def warps(self) -> dict[str, Warp]:
        """The warp of each column."""
        return warps_of(self.ground, self.at, self.bends)


def warps_of(
    ground: Ground, at: Array, bends: tuple[tuple[tuple[float, float], ...], ...] = ()
) -> dict[str, Warp]:
    """Return the warps with shifts and stretches `at`."""
    columns = len(ground.columns)
    return {
        name: Warp(
            column=name, middle=float(ground.middle[i]), spread=float(ground.spread[i]), shift=float(at[i]),
            stretch=float(at[columns + i]), bends=bends[i] if bends else (),
        )
        for i, name in enumerate(ground.columns)
    }  # fmt: skip


def match_of(ground: Ground, cells: Cells, held: tuple[int, ...] = ()) -> Callable[[dict[str, Warp]], float]:
    """Return the function that gives the Bhattacharyya coefficient for warps.

    Over columns that are `held` the densities are summed: what moves there by biology is no mismatch.
    """
    if len(held) == len(ground.columns):
        held = ()
    keep = ~ground.masked
    width = _SMOOTH * ground.spread / ground.step
    # of whole numbers the filter would make whole numbers
    reference = gaussian_filter((ground.counts * keep).astype(np.float64), width, mode="constant")
    root = np.sqrt(reference.sum(axis=held) / max(float(reference.sum()), 1e-12))
    floor = _LEFT * float((ground.counts * keep).sum()) / ground.events

    def match(warps: dict[str, Warp]) -> float:
        back = [warps[name].back(cells.at[:, i]) for i, name in enumerate(ground.columns)]
        sample = ground.binned(np.column_stack(back), cells.counts) * keep
        smooth = gaussian_filter(sample, width, mode="constant")
        total = float(smooth.sum())
        if total <= 0:
            return 0.0
        left = total / max(cells.events, 1)
        return float((root * np.sqrt(smooth.sum(axis=held) / total)).sum()) * min(
            1.0, left / floor if floor else 1.0
        )

    return match


def fit(ground: Ground, cells: Cells, prior: Prior) -> Fit:
    """Minimise (1); starts at the prior, at the difference of the medians, and half-way."""
    held = tuple(int(i) for i in np.flatnonzero(np.asarray(prior.shift_spread) == 0))
    match = match_of(ground, cells, held)
    weight = 4.0 * min(cells.events, WEIGHT)
    centre, width = prior.centre, prior.width
    columns = len(ground.columns)
    free = np.flatnonzero(width > 0)

    def whole(part: Array) -> Array:
        at = centre.copy()
        at[free] = part
        return at

    def cost(part: Array) -> float:
        away = ((part - centre[free]) / width[free]) ** 2
        known = float(np.where(free < columns, np.log1p(away), away / 2).sum())
        return weight * (1 - match(warps_of(ground, whole(part)))) + known

    if not free.size or not cells.events:
        return Fit(
            ground=ground, at=centre, match=match(warps_of(ground, centre)), events=cells.events,
            covariance=np.diag(width**2), held=held,
        )  # fmt: skip
    apart = np.zeros(2 * columns)
    apart[:columns] = (cells.middle - ground.middle) / ground.spread
    start = min((centre[free], apart[free], (centre + apart)[free] / 2), key=cost)
    steps = np.diag([0.2] * columns + [0.08] * columns)[np.ix_(free, free)]
    found = minimize(
        cost, start, method="Nelder-Mead",
        options={
            "initial_simplex": np.vstack([start, start + steps]), "xatol": 2e-3, "fatol": 2e-3, "maxfev": 400,
        },
    )  # fmt: skip
    at = whole(np.asarray(found.x, dtype=np.float64))
    covariance = np.zeros((2 * columns, 2 * columns))
    covariance[np.ix_(free, free)] = _covariance(
        cost, at[free], np.where(free < columns, 0.1, 0.05), width[free]
    )
    return Fit(
        ground=ground,
        at=at,
        match=match(warps_of(ground, at)),
        covariance=covariance,
        events=cells.events,
        held=held,
    )


def _covariance(cost: Callable[[Array], float], at: Array, step: Array, width: Array) -> Array:
    """Return the inverse curvature by second differences; never wider than what is usual."""
    size = len(at)
    moves = np.diag(step)
    here = cost(at)
    ahead = [cost(at + move) for move in moves]
    behind = [cost(at - move) for move in moves]
    curve = np.diag([max((a + b - 2 * here), 0.0) for a, b in zip(ahead, behind, strict=True)] / step**2)
    for i in range(size):
        for j in range(i):
            both = cost(at + moves[i] + moves[j]) - ahead[i] - ahead[j] + here
            curve[i, j] = curve[j, i] = both / (step[i] * step[j])
    values, vectors = np.linalg.eigh(curve)
    flat = 1 / float(np.max(width)) ** 2
    return np.asarray((vectors / np.maximum(values, flat)) @ vectors.T)
