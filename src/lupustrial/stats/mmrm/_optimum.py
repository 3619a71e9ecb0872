"""Newton and Fisher steps to the maximum of the likelihood (docs/methods/mmrm.md, eq. 20)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.mmrm._likelihood import (
    Point,
    Problem,
    Slopes,
    differentiate,
    evaluate,
    expected_information,
)

MOST_STEPS = 150
MOST_HALVINGS = 30
#: Steps after which a covariance that is singular ends the search.
PATIENCE = 12
#: Squared length of the next step in standard errors at which the search ends.
TIGHT = 1e-16
#: The same where rounding no longer lets it fall.
LOOSE = 1e-9
STALLED = 0.25
SUFFICIENT = 1e-4
ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Optimum:
    """Where the search ended; ``failure`` is empty where it converged."""

    point: Point
    slopes: Slopes
    iterations: int
    failure: str


def maximise(problem: Problem, start: Floats) -> Optimum | None:
    """Climb from ``start``; ``None`` where the likelihood does not exist there."""
    point = evaluate(problem, start)
    if point is None:
        return None
    before = np.inf
    for step in range(MOST_STEPS):
        slopes = differentiate(problem, point)
        move, length, newton = _move(problem, point, slopes)
        if newton and (length < TIGHT or (length < LOOSE and length > STALLED * before)):
            return Optimum(
                point=point, slopes=slopes, iterations=step, failure=problem.covariance.fault(point.theta)
            )
        before = length
        if step >= PATIENCE and problem.covariance.fault(point.theta):
            break
        after = _search(problem, point, move, length)
        if after is None:
            failure = problem.covariance.fault(point.theta) or "no step raises the likelihood any further"
            return Optimum(point=point, slopes=slopes, iterations=step, failure=failure)
        point = after
    failure = problem.covariance.fault(point.theta) or f"not converged after {MOST_STEPS} steps"
    return Optimum(point=point, slopes=differentiate(problem, point), iterations=step + 1, failure=failure)


def _move(problem: Problem, point: Point, slopes: Slopes) -> tuple[Floats, float, bool]:
    """Return the step, its squared length, and whether it is Newton's; else it is Fisher's or damped."""
    score = -slopes.gradient / 2
    step = _solved(slopes.observed, score)
    if step is not None:
        return step, float(step @ score), True
    expected = expected_information(problem, point, slopes)
    step = _solved(expected, score)
    if step is None:
        step = score / np.maximum(np.diag(expected), ROUNDING * np.abs(expected).max())
    return step, float(step @ score), False


def _solved(information: Floats, score: Floats) -> Floats | None:
    """Return information^-1 score; ``None`` where the information is not positive definite."""
    found = _scaled(information)
    if found is None:
        return None
    scaled, scale = found
    return scale * np.linalg.solve(scaled, scale * score)


def inverse_of(information: Floats) -> Floats | None:
    """Return the inverse of the information; ``None`` where it is not positive definite."""
    found = _scaled(information)
    if found is None:
        return None
    scaled, scale = found
    inverse: Floats = scale[:, None] * np.linalg.inv(scaled) * scale
    return (inverse + inverse.T) / 2


def _scaled(information: Floats) -> tuple[Floats, Floats] | None:
    """Return a positive definite matrix with ones on its diagonal, and the scale that made them."""
    diagonal = np.diag(information)
    if not (diagonal > 0).all():
        return None
    scale = 1 / np.sqrt(diagonal)
    scaled = scale[:, None] * information * scale
    try:
        np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    return scaled, scale


def _search(problem: Problem, point: Point, move: Floats, length: float) -> Point | None:
    """Return the first of the longest step, its half, quarter, ... that raises the likelihood enough."""
    share = problem.covariance.longest(point.theta, move)
    slack = ROUNDING * (1.0 + abs(point.objective))
    for _ in range(MOST_HALVINGS):
        after = evaluate(problem, point.theta + share * move)
        if after is not None and after.objective <= point.objective - SUFFICIENT * share * length + slack:
            return after
        share /= 2
    return None
