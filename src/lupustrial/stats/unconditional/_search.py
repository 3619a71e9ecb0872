"""The least value of the measure that a level does not exclude (unconditional.md, eq. 3, 7)."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from lupustrial.stats._miettinen_nurminen import columns, sample_measure, score_limits
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._score_functions import SCORES
from lupustrial.stats.unconditional._problem import Problem
from lupustrial.stats.unconditional._regions import region
from lupustrial.stats.unconditional._supremum import supremum

TOLERANCE = 1e-7
FIRST_STEP = 0.01
GROWTH = 1.2


def lower_limit(problem: Problem, level: float, guess_level: float) -> float:
    """Return the least value whose p value exceeds the level; no smaller value does.

    The p value is neither continuous nor, strictly, monotone in the value. So a crossing is found first, and
    then everything outside it is covered with intervals whose largest possible p value is shown to be at most
    the level; where that cannot be shown, the limit moves outward.

    Args:
        problem: What is asked; "extreme" is a first group that is high.
        level: What the p value must exceed.
        guess_level: Confidence level of the score interval at which the search starts.
    """
    scale = _Scale(problem, level)
    if scale.first >= scale.last:
        return scale.value(scale.last)
    limit = _crossing(scale, scale.guess(guess_level))
    edge, share = limit - TOLERANCE, 1.0
    while edge > scale.first:
        step = max(TOLERANCE, share * (limit - edge))
        farther = max(scale.first, edge - step)
        if edge > 0 > farther:
            farther = 0.0  # no difference (no log ratio): the bounds hold on one side of it
        if scale.excluded(farther, edge):
            edge, share = farther, GROWTH * share
        elif step > TOLERANCE:
            share = (edge - farther) / (limit - edge) / 2
        else:
            # a value further out is not excluded, or cannot be shown to be
            limit = _crossing(scale, farther) if scale.excess(farther) > 0 else farther
            edge, share = limit - TOLERANCE, 1.0
    return scale.value(limit)


class _Scale:
    """The scale of the search: the difference itself, or the logarithm of a ratio.

    Attributes:
        first: Below this point no value can have a p value above the level (eq. 7).
        last: The sample value of the measure, which is never excluded.
    """

    def __init__(self, problem: Problem, level: float) -> None:
        self.problem, self.level = problem, level
        self.logarithmic = problem.measure != "risk difference"
        t = problem.table
        self.counts = columns(t)
        self.estimate = sample_measure(*self.counts, problem.measure)
        estimate = float(self.estimate[0])
        if not self.logarithmic:
            self.first, self.last = -1 + level / max(t.n1, t.n2) / 2, estimate
        elif estimate == 0:
            self.first = self.last = -math.inf
        else:
            least = level / t.n1 if problem.measure == "risk ratio" else level**2 / (t.n1 * t.n2)
            self.first, self.last = math.log(least / 4), math.log(estimate)
        self.first = min(self.first, self.last)

    def value(self, point: float) -> float:
        """Return the value of the measure at a point of the scale."""
        return math.exp(point) if self.logarithmic else point

    def guess(self, confidence_level: float) -> float:
        """Return the lower limit of the score interval."""
        z = np.array([normal_quantile(confidence_level)])
        score = SCORES[self.problem.measure]
        lower, _ = score_limits(self.counts, self.estimate, score, z, ratio=self.logarithmic)
        at = math.log(lower[0]) if self.logarithmic else float(lower[0])
        return min(max(at, self.first), self.last)

    def excess(self, point: float) -> float:
        """Return the log of the p value at a point over the level; at the ends of the range, its sign."""
        if point in {self.first, self.last}:
            return -1.0 if point == self.first else 1.0
        value = self.value(point)
        p = supremum(self.problem, region(self.problem, value, value), value, value).high
        return math.log(max(p, 1e-300) / self.level)

    def excluded(self, low: float, high: float) -> bool:
        """Return whether no value from ``low`` to ``high`` can have a p value above the level."""
        a, b = self.value(low), self.value(high)
        return supremum(self.problem, region(self.problem, a, b), a, b, self.level).high <= self.level


def _crossing(scale: _Scale, guess: float) -> float:
    """Return a point at which the p value comes to exceed the level, near the guess."""
    step, point = FIRST_STEP, guess
    inside = scale.excess(point) > 0
    further = max(scale.first, point - step) if inside else min(scale.last, point + step)
    while (scale.excess(further) > 0) == inside:
        point, step = further, 2 * step
        further = max(scale.first, point - step) if inside else min(scale.last, point + step)
    low, high = min(point, further), max(point, further)
    return float(optimize.brentq(scale.excess, low, high, xtol=TOLERANCE / 10, rtol=1e-14))
