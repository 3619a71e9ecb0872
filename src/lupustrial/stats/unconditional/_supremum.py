"""The largest probability of a region over the nuisance proportion, between two bounds (unconditional.md)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lupustrial.stats.unconditional._paths import Path, mesh, paths
from lupustrial.stats.unconditional._probability import measure_of
from lupustrial.stats.unconditional._problem import Problem
from lupustrial.stats.unconditional._regions import Region

COARSEST = 0.2
REFINEMENTS = (4, 8, 16, 32, 32)
FINER = tuple(np.linspace(0.0, 1.0, count + 1) for count in REFINEMENTS)
MOST_POINTS = 100_000
CLOSE = 1e-9


class Bounds(NamedTuple):
    """A number that lies between two others."""

    low: float
    high: float

    def settles(self, level: float | None) -> bool:
        """Whether it is known to be above the level or not."""
        return level is not None and (self.low > level or self.high <= level)


def supremum(problem: Problem, region: Region, low: float, high: float, level: float | None = None) -> Bounds:
    """Bound the largest probability of a region while the measure lies from ``low`` to ``high``.

    A higher p1 makes the upper side of a region likelier and the other side less likely; so the curve at
    ``high`` serves for the upper side and the curve at ``low`` for the other. With ``low`` equal to ``high``
    the bounds are those of the p value, otherwise the upper one holds for every value between.

    Args:
        problem: What is asked.
        region: Tables to sum, as ``region(problem, low, high)``.
        low: Least value of the measure; on the same side of no difference as ``high``.
        high: Greatest value of the measure.
        level: Stop as soon as the supremum is known to be above it, or not above it.
    """
    box, measure = problem.box, problem.measure
    high = min(high, measure_of(measure, box.high1, box.low2))
    low = max(low, measure_of(measure, box.low1, box.high2)) if region.lower is not None else high
    if low > high or high < measure_of(measure, box.low1, box.high2):
        return Bounds(0.0, 0.0)  # the box holds no such pair of proportions
    stretches = paths(problem, region, low, high)
    if stretches is None:
        return Bounds(0.0, 1.0)
    found = Bounds(0.0, 0.0)
    for path in stretches:
        more = _maximise(path, level, found.low)
        found = Bounds(max(found.low, more.low), max(found.high, more.high))
        if level is not None and found.low > level:
            break
    return Bounds(min(found.low, 1.0), min(found.high, 1.0))


def _maximise(path: Path, level: float | None, best: float) -> Bounds:
    """Cut the path into cells, bound each by its ends, cut again where the maximum can still lie (eq. 6)."""
    start, stop = path.ends
    if start > stop:
        return Bounds(best, best)
    if start == stop:
        value = max(best, float(path.probability(np.array([start]))[0]))
        return Bounds(value, value)
    inner = mesh(path.problem.table.n)
    nodes = np.concatenate([[start], inner[(inner > start) & (inner < stop)], [stop]])
    while (wide := (bend := path.bend(nodes[:-1], nodes[1:])) > COARSEST).any():
        nodes = np.sort(np.concatenate([nodes, ((nodes[:-1] + nodes[1:]) / 2)[wide]]))
    left, right, values = nodes[:-1], nodes[1:], path.probability(nodes)
    at_left, at_right = values[:-1], values[1:]
    rounds = 0
    while True:
        best = max(best, float(values.max()))
        tops = np.maximum(at_left, at_right) / (1 - bend)
        kept = tops > best * (1 + CLOSE)
        bounds = Bounds(best, max(best * (1 + CLOSE), float(tops.max())))
        done = not kept.any() or bounds.settles(level) or best >= 1 - CLOSE
        if done or rounds == len(REFINEMENTS) or kept.sum() * REFINEMENTS[rounds] > MOST_POINTS:
            return bounds
        points = left[kept, None] + (right - left)[kept, None] * FINER[rounds]
        values = path.probability(points.ravel()).reshape(points.shape)
        left, right = points[:, :-1].ravel(), points[:, 1:].ravel()
        at_left, at_right = values[:, :-1].ravel(), values[:, 1:].ravel()
        bend = path.bend(left, right)
        rounds += 1
