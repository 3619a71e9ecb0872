"""Exact unconditional intervals (docs/methods/unconditional.md)."""

from __future__ import annotations

from lupustrial.stats._arguments import check_probabilities
from lupustrial.stats._miettinen_nurminen import columns, defined_measure
from lupustrial.stats._results import Estimate
from lupustrial.stats.unconditional._problem import checked_problem
from lupustrial.stats.unconditional._search import lower_limit


def exact_unconditional_interval(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    statistic: str = "score",
    two_sided: str = "central",
    berger_boos: float = 0.0,
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate a difference, ratio or odds ratio with the interval that inverts exact unconditional tests.

    It covers with at least the nominal probability whatever the two proportions are. It is the smallest
    interval that holds every value not rejected by `exact_unconditional_test`, to 1e-7 (of itself for
    ratios). Where two tables nearly tie, a limit can lie some 1e-6 further out; it is never knowingly
    further in.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        statistic: ``"score"`` orders tables by the score at the value tested (Chan and Zhang 1999; SAS
            ``RISKDIFF(METHOD=SCORE)``, StatXact); ``"unstandardised"`` by the sample difference or ratio
            (Santner and Snell 1980), central and not for odds ratios.
        two_sided: ``"central"`` inverts two one-sided tests at half the level each; ``"square"`` one test on
            the square of the score (Agresti and Min 2001), usually narrower.
        berger_boos: Restrict both proportions to exact limits that fail with at most this probability, and
            add it to the p value (Berger and Boos 1994); 0 searches all proportions.
        confidence_level: Least coverage.

    Returns:
        Sample value and limits; a ratio's upper limit is ``math.inf`` when the data set none.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), a ratio that is 0/0 (STAT-005), unknown option
            (STAT-006), level outside (0, 1) or ``berger_boos`` not below the level of a side (STAT-007), more
            than 2,000 participants (STAT-008).
    """
    check_probabilities(confidence_level=confidence_level)
    level = (1 - confidence_level) / (2 if two_sided == "central" else 1)
    problem = checked_problem(
        x1=x1,
        n1=n1,
        x2=x2,
        n2=n2,
        measure=measure,
        statistic=statistic,
        two_sided=two_sided,
        berger_boos=berger_boos,
        level=level,
    )
    estimate = float(defined_measure(*columns(problem.table), measure)[0])
    turned = problem.turned
    lower = lower_limit(problem, level - berger_boos, confidence_level)
    upper = problem.turned_value(lower_limit(turned, level - berger_boos, confidence_level))
    return Estimate(
        method=f"exact_unconditional_{statistic}_{two_sided}",
        measure=measure,
        estimate=estimate,
        lower=min(lower, estimate),
        upper=max(upper, estimate),
        confidence_level=confidence_level,
        note=f"Berger-Boos {berger_boos:g}" if berger_boos else "",
    )
