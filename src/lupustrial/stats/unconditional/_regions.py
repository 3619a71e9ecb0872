"""Which tables are at least as extreme as the one seen, at a value of the measure or over a range of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats._miettinen_nurminen import Columns, columns
from lupustrial.stats._score_functions import CONSTRAINED, SCORES, TINY
from lupustrial.stats.unconditional._problem import Problem

#: Part of the score seen by which another may fall short and still count as tied: rounding must lose no tie.
SLACK = 1e-7
LEAST_SLACK = 1e-9
#: Over a range of values the slack is wider, so that no table is lost that counts at a value within.
RANGE_SLACK = 1.2e-7


@dataclass(frozen=True)
class Region:
    """Tables at least as extreme as the one seen.

    Attributes:
        upper: For each x1, the tables with x2 below this number have a first group as high or higher.
        lower: For each x1, the tables with x2 from this number on are as extreme on the other side; ``None``
            where one side counts.
    """

    upper: NDArray[np.intp]
    lower: NDArray[np.intp] | None


def region(problem: Problem, low: float, high: float) -> Region:
    """Return tables that are as extreme at some value of the measure from ``low`` to ``high``.

    With ``low`` below ``high``, both must lie below the sample value.
    """
    if problem.statistic == "unstandardised":
        return Region(upper=_cuts(_as_high(problem)), lower=None)
    upper, lower = _at(problem, low) if low == high else _over(problem, low, high)
    if not problem.square:
        return Region(upper=_cuts(upper), lower=None)
    return Region(upper=_cuts(upper), lower=problem.table.n2 + 1 - _cuts(lower[::-1, ::-1])[::-1])


def _every(problem: Problem) -> Columns:
    """Return the counts of all tables, as x1 down and x2 across."""
    _, n1, _, n2 = columns(problem.table)
    return np.arange(n1[0] + 1.0)[:, None], n1, np.arange(n2[0] + 1.0)[None, :], n2


Sides = tuple[NDArray[np.bool_], NDArray[np.bool_]]


def _at(problem: Problem, value: float) -> Sides:
    scores = SCORES[problem.measure](*_every(problem), np.array([value]))
    seen = float(scores[problem.table.x1, problem.table.x2])
    if problem.square:
        seen = abs(seen)
    slack = LEAST_SLACK + SLACK * abs(seen)
    return scores >= seen - slack, scores <= slack - seen


def _over(problem: Problem, low: float, high: float) -> Sides:
    """Return tables that can reach the score seen somewhere from ``low`` to ``high`` (eq. 8-9).

    All scores fall as the value grows; so a table that reaches the score seen does so when its own is taken
    at ``low`` and the one seen at ``high``. And the excess is linear in a difference or ratio, so that the
    ratio of two is extreme at an end, while the constrained proportions move one way each, which bounds the
    standard errors. So tables that stay far from the one seen are left out even over a wide range.
    """
    if problem.measure == "odds ratio":
        score, every = SCORES[problem.measure], _every(problem)
        at_low, at_high = (score(*every, np.array([value])) for value in (low, high))
        return _by_ends(problem, at_low, at_high)
    parts = _parts(problem, low), _parts(problem, high)
    upper, lower = _by_ends(problem, *(part.score for part in parts))
    least, most = _variances(problem, *parts)
    seen = problem.table.x1, problem.table.x2
    ratios = [part.excess / part.excess[seen] for part in parts]
    factor = np.sqrt(most[seen] / np.maximum(least, TINY))
    upper &= np.maximum(*ratios) * factor >= 1 - RANGE_SLACK
    lower &= np.minimum(*ratios) * factor <= RANGE_SLACK - 1
    return upper, lower


def _by_ends(problem: Problem, at_low: Floats, at_high: Floats) -> Sides:
    least = float(at_high[problem.table.x1, problem.table.x2]) * (1 - RANGE_SLACK) - LEAST_SLACK
    return at_low >= least, at_high <= -least


@dataclass(frozen=True)
class _Parts:
    """Excess of every table and the two parts of its variance, with the proportions they come from."""

    excess: Floats
    p1: Floats
    p2: Floats
    first: Floats
    second: Floats

    @cached_property
    def score(self) -> Floats:
        """The scores."""
        return np.asarray(self.excess / np.sqrt(np.maximum(self.first + self.second, TINY)))


@lru_cache(maxsize=4)
def _parts(problem: Problem, value: float) -> _Parts:
    x1, n1, x2, n2 = every = _every(problem)
    p1, p2 = CONSTRAINED[problem.measure](*every, np.array([value]))
    if problem.measure == "risk difference":
        return _Parts(x1 / n1 - x2 / n2 - value, p1, p2, p1 * (1 - p1) / n1, p2 * (1 - p2) / n2)
    second = value * value * p2 * (1 - p2) / n2
    return _Parts(x1 / n1 - value * x2 / n2, p1, p2, p1 * (1 - p1) / n1, second)


def _variances(problem: Problem, at_low: _Parts, at_high: _Parts) -> tuple[Floats, Floats]:
    """Return the least and the largest variance of every table between the two values."""
    least = np.minimum(at_low.first, at_high.first) + np.minimum(at_low.second, at_high.second)
    first, second = np.maximum(at_low.first, at_high.first), np.maximum(at_low.second, at_high.second)
    first = np.where((at_low.p1 < 0.5) & (at_high.p1 > 0.5), 0.25 / problem.table.n1, first)  # noqa: PLR2004 - p(1-p) peaks at 1/2
    if problem.measure == "risk difference":
        second = np.where((at_low.p2 > 0.5) & (at_high.p2 < 0.5), 0.25 / problem.table.n2, second)  # noqa: PLR2004 - idem
    return least, first + second


def _as_high(problem: Problem) -> NDArray[np.bool_]:
    """Return tables whose sample difference or ratio is as high as the one seen, in whole numbers."""
    table = problem.table
    x1, x2 = np.arange(table.n1 + 1)[:, None], np.arange(table.n2 + 1)[None, :]
    if problem.measure == "risk difference":
        return np.asarray(x1 * table.n2 - x2 * table.n1 >= table.x1 * table.n2 - table.x2 * table.n1)
    # a ratio of 0/0 says nothing and never counts, unless every ratio does
    return np.asarray((x1 * table.x2 >= x2 * table.x1) & ((x1 > 0) | (table.x1 == 0)))


def _cuts(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each x1 how many x2 from 0 on lie inside, closed under a higher x1 and a lower x2."""
    across = inside.shape[1]
    last = np.where(inside.any(axis=1), across - np.argmax(inside[:, ::-1], axis=1), 0)
    return np.maximum.accumulate(last)
