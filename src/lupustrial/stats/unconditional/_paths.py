"""Along which coordinate the nuisance proportion runs, and how fast a probability can bend there.

On the curve where the measure has one value, the *pivot* is the group whose proportion reaches 0 (or 1)
first. Its log odds t are the coordinate. In t the probability f of any region bends downward at most as
-f'' <= K f (unconditional.md, eq. 4), with a K that stays small at the ends; so few points bound its maximum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats
from lupustrial.stats.unconditional._probability import Proportion, probability
from lupustrial.stats.unconditional._problem import Problem
from lupustrial.stats.unconditional._regions import Region

TAIL = 50.0
NODES = 5.5
FIRST, SECOND = 1, 2
FURTHER = np.array([1.0, 2.8, 7.0, 20.0])
BLOCK = 1024


@dataclass(frozen=True, kw_only=True)
class Path:
    """One stretch of the curve (of the two curves, where a region has two sides).

    Attributes:
        problem: What is asked.
        region: Tables to sum.
        pivot: 1 or 2, the group whose log odds are the coordinate.
        flipped: Whether the coordinate is the log odds of having no event.
        upper: How the other group's proportion follows from the pivot's on the curve of the upper side: what
            is added (difference), the factor (ratio) or the factor of the odds.
        lower: The same on the curve of the other side.
        stop: Greatest proportion of the pivot.
    """

    problem: Problem
    region: Region
    pivot: int
    upper: float
    lower: float
    flipped: bool = False
    stop: float = 1.0

    @property
    def ends(self) -> tuple[float, float]:
        """First and last coordinate; equal, or crossed, where the box leaves one point or none."""
        box = self.problem.box
        own, other = (box.low1, box.high1), (box.low2, box.high2)
        if self.pivot == SECOND:
            own, other = other, own
        if self.flipped:
            own, other = (1 - own[1], 1 - own[0]), (1 - other[1], 1 - other[0])
        values = (self.upper, self.lower)
        start = max(own[0], min(self._pivot_at(other[0], value) for value in values))
        stop = min(own[1], max(self._pivot_at(other[1], value) for value in values), self.stop)
        far = TAIL + math.log(self.problem.table.n) + sum(abs(math.log(value or 1)) for value in values)
        return _logit(start, far), _logit(stop, far)

    def _pivot_at(self, other: float, value: float) -> float:
        if self.problem.measure == "risk difference":
            return other - value
        if self.problem.measure == "risk ratio":
            return other / value
        return other / (other + value * (1 - other))

    def _other(self, own: Proportion, value: float) -> Proportion:
        p, q = own
        if self.problem.measure == "risk difference":
            return p + value, np.maximum(q - value, 0.0)
        if self.problem.measure == "risk ratio":
            return p * value, q + p * (1 - value)
        return p * value / (q + p * value), q / (q + p * value)

    def probability(self, t: Floats) -> Floats:
        """Return the probability of the region at each coordinate."""
        if t.size > BLOCK:
            return np.concatenate([self.probability(t[at : at + BLOCK]) for at in range(0, t.size, BLOCK)])
        own = special.expit(t), special.expit(-t)
        points = [(own, self._other(own, value)) for value in (self.upper, self.lower)[: self.sides]]
        if self.pivot == SECOND:
            points = [(other, own) for own, other in points]
        if self.flipped:
            points = [(first[::-1], second[::-1]) for first, second in points]
        return probability(self.problem, self.region, points[0], points[-1])

    @property
    def sides(self) -> int:
        """On how many curves the region is evaluated."""
        return 1 if self.region.lower is None or self.upper == self.lower else 2

    def bend(self, left: Floats, right: Floats) -> Floats:
        """Return K times the squared width over 8 for cells from ``left`` to ``right``."""
        n_own, n_other = self.problem.table.n1, self.problem.table.n2
        if self.pivot == SECOND:
            n_own, n_other = n_other, n_own
        own = _largest_variance(left, right)
        other = self._other_bend(left, right, own, self.upper)
        if self.sides > 1:
            other = np.maximum(other, self._other_bend(left, right, own, self.lower))
        return np.asarray((n_own * own + n_other * other) * (right - left) ** 2 / 8)

    def _other_bend(self, left: Floats, right: Floats, own: Floats, value: float) -> Floats:
        """Return the part of K for one participant of the other group (eq. 5)."""
        if self.problem.measure == "odds ratio":
            shift = math.log(value)
            return np.asarray(_largest_variance(left + shift, right + shift))
        least, most = special.expit(left), special.expit(right)
        slope = np.maximum(0.0, 1 - 2 * least)
        if self.problem.measure == "risk ratio":
            none = special.expit(-left)
            rest = most * value * none / (none + least * (1 - value))
            return np.asarray(np.maximum(own, rest * (rest + slope)))
        none = special.expit(-right) - value
        return np.asarray(own * np.maximum((most / (most + value)) ** 2, (own / none + slope) / none))


@lru_cache(maxsize=16)
def mesh(n: int) -> Floats:
    """Return coordinates between which a probability among ``n`` participants bends little."""
    angles = np.linspace(0.0, math.pi, 3 + math.ceil(NODES * math.sqrt(n)))[1:-1]
    inner = 2 * np.log(np.tan(angles / 2))
    return np.concatenate([inner[0] - FURTHER[::-1], inner, inner[-1] + FURTHER])


def _logit(p: float, far: float) -> float:
    if p <= 0 or p >= 1:
        return -far if p <= 0 else far
    return min(max(math.log(p) - math.log1p(-p), -far), far)


def _largest_variance(left: Floats, right: Floats) -> Floats:
    """Return the largest p (1 - p) while the log odds run from ``left`` to ``right``."""
    nearest = np.maximum(left, np.minimum(right, 0.0))
    return np.asarray(special.expit(nearest) * special.expit(-nearest))


def paths(problem: Problem, region: Region, low: float, high: float) -> list[Path] | None:
    """Return the stretches on which to maximise, or ``None`` if the values are too far apart for a bound.

    The upper side of a region is taken at ``high``, the other at ``low``; both lie on one side of no
    difference.
    """
    path = partial(Path, problem=problem, region=region)
    if problem.measure == "risk difference":
        near, far = sorted((abs(low), abs(high)))
        if far - near > (1 - far) / 4:
            return None
        smaller = SECOND if high > 0 else FIRST
        # the smaller of two proportions in one half, the smaller of the two rates of no event in the other
        half, overlap = (1 - far) / 2, far - near
        return [
            path(pivot=smaller, upper=abs(high), lower=abs(low), stop=half + overlap),
            path(pivot=3 - smaller, flipped=True, upper=abs(high), lower=abs(low), stop=half),
        ]
    if problem.measure == "risk ratio" and high > 1:
        return [path(pivot=FIRST, upper=1 / high, lower=1 / low)]
    return [path(pivot=SECOND, upper=high, lower=low)]
