"""Exact unconditional tests of any value of a measure (docs/methods/unconditional.md)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import ALTERNATIVES, check_choice, refuse
from lupustrial.stats._miettinen_nurminen import columns
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._score_functions import SCORES
from lupustrial.stats._unconditional import barnard, unconditional_score
from lupustrial.stats.unconditional._problem import Problem, checked_problem
from lupustrial.stats.unconditional._regions import region
from lupustrial.stats.unconditional._supremum import supremum

HUGE = 1e100


def exact_unconditional_test(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    null: float | None = None,
    statistic: str = "score",
    alternative: str = "two-sided",
    two_sided: str = "central",
    berger_boos: float = 0.0,
) -> HypothesisTest:
    """Test a value of a difference, ratio or odds ratio, e.g. a margin of non-inferiority.

    The p value is the largest probability, over all pairs of proportions with that value, of a table at
    least as extreme as the one seen. `exact_unconditional_interval` inverts it.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        null: The value tested; no difference (0 or 1) if not given.
        statistic: As for `exact_unconditional_interval`.
        alternative: ``"two-sided"``, ``"greater"`` (the measure is above ``null``) or ``"less"``.
        two_sided: ``"central"`` doubles the smaller one-sided p; ``"square"`` orders tables by the size of
            the score.
        berger_boos: As for `exact_unconditional_interval`; added to each one-sided p before doubling.

    Returns:
        p value, exact to 5e-9 of itself, and the score as statistic (``None`` where it is not finite or
        tables are ordered unstandardised). At no difference, without ``berger_boos``, the score's p values
        are those of `barnard` and `unconditional_score`, in whole numbers.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown option (STAT-006), a difference outside
            (-1, 1), a ratio not above 0, ``berger_boos`` outside [0, 1) (STAT-007), more than 2,000
            participants (STAT-008).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    problem = checked_problem(
        x1=x1,
        n1=n1,
        x2=x2,
        n2=n2,
        measure=measure,
        statistic=statistic,
        two_sided=two_sided if alternative == "two-sided" else "central",
        berger_boos=berger_boos,
        level=1.0,
    )
    check_choice("two_sided", two_sided, ("central", "square"))
    value = _checked_null(measure, null)
    if value == _no_difference(measure) and statistic == "score" and berger_boos == 0:
        p_value = _in_whole_numbers(problem, alternative)
    else:
        p_value = _p_value(problem, value, alternative, berger_boos)
    suffix = f"_{two_sided}" if alternative == "two-sided" else ""
    return HypothesisTest(
        method=f"exact_unconditional_{statistic}{suffix}",
        p_value=p_value,
        statistic=_score(problem, value) if statistic == "score" else None,
        alternative=alternative,
        note=f"Berger-Boos {berger_boos:g}" if berger_boos else "",
    )


def _no_difference(measure: str) -> float:
    return 0.0 if measure == "risk difference" else 1.0


def _checked_null(measure: str, null: float | None) -> float:
    value = _no_difference(measure) if null is None else float(null)
    if measure == "risk difference":
        if not -1 < value < 1:
            message = f"a risk difference of {value!r}"
            raise refuse("STAT-007", message, "null", "give a number between -1 and 1")
    elif not 0 < value < math.inf:
        raise refuse("STAT-007", f"a {measure} of {value!r}", "null", "give a number above 0")
    return value


def _in_whole_numbers(problem: Problem, alternative: str) -> float:
    t = problem.table
    if alternative == "two-sided" and not problem.square:
        return unconditional_score(x1=t.x1, n1=t.n1, x2=t.x2, n2=t.n2).p_value
    return barnard(x1=t.x1, n1=t.n1, x2=t.x2, n2=t.n2, alternative=alternative).p_value


def _p_value(problem: Problem, value: float, alternative: str, berger_boos: float) -> float:
    def side(asked: Problem, at: float) -> float:
        return supremum(asked, region(asked, at, at), at, at).high + berger_boos

    if problem.square or alternative == "greater":
        return min(1.0, side(problem, value))
    less = side(problem.turned, problem.turned_value(value))
    if alternative == "less":
        return min(1.0, less)
    return min(1.0, 2 * min(less, side(problem, value)))


def _score(problem: Problem, value: float) -> float | None:
    score = float(SCORES[problem.measure](*columns(problem.table), np.array([value]))[0])
    return score if abs(score) < HUGE else None
