"""Closed-form intervals for two proportions: Wald and Newcombe; equations in docs/methods/intervals.md."""

from __future__ import annotations

import math

from lupustrial.stats._arguments import checked_table, refuse
from lupustrial.stats._one_proportion import normal_quantile, wilson_limits
from lupustrial.stats._results import Estimate
from lupustrial.stats._wald import log_odds_ratio


def newcombe(*, x1: int, n1: int, x2: int, n2: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a risk difference with Newcombe's hybrid score interval (intervals.md, eq. 3).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        confidence_level: Nominal coverage.

    Returns:
        p1 - p2 and its limits within [-1, 1]. Newcombe 1998, Stat Med 17:873, method 10.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), level outside (0, 1) (STAT-007).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    z = normal_quantile(confidence_level)
    low1, high1 = wilson_limits(table.x1, table.n1, z)
    low2, high2 = wilson_limits(table.x2, table.n2, z)
    difference = table.p1 - table.p2
    return Estimate(
        method="newcombe",
        measure="risk difference",
        estimate=difference,
        lower=difference - math.hypot(table.p1 - low1, high2 - table.p2),
        upper=difference + math.hypot(high1 - table.p1, table.p2 - low2),
        confidence_level=confidence_level,
    )


def wald_interval(*, x1: int, n1: int, x2: int, n2: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a risk difference with the Wald interval (intervals.md, eq. 4), to compare old reports.

    It covers too seldom in small groups and has width 0 when both groups are all or none; the note says so
    then. Arguments, result and errors are as for `newcombe`; limits are not cut at -1 and 1.
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    variance = table.p1 * (1 - table.p1) / table.n1 + table.p2 * (1 - table.p2) / table.n2
    half = normal_quantile(confidence_level) * math.sqrt(variance)
    difference = table.p1 - table.p2
    return Estimate(
        method="wald",
        measure="risk difference",
        estimate=difference,
        lower=difference - half,
        upper=difference + half,
        confidence_level=confidence_level,
        note="" if variance else "width 0: the groups do not vary; use newcombe or miettinen_nurminen",
    )


def odds_ratio(*, x1: int, n1: int, x2: int, n2: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate the odds ratio with Woolf's interval (intervals.md, eq. 5).

    Arguments are as for `newcombe`.

    Raises:
        StatisticsError: As for `newcombe`; an empty cell (STAT-005).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    half = normal_quantile(confidence_level)
    estimate, error = log_odds_ratio(table)
    return Estimate(
        method="woolf",
        measure="odds ratio",
        estimate=math.exp(estimate),
        lower=math.exp(estimate - half * error),
        upper=math.exp(estimate + half * error),
        confidence_level=confidence_level,
    )


def risk_ratio(*, x1: int, n1: int, x2: int, n2: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate the risk ratio with Katz's log interval (intervals.md, eq. 6).

    Arguments are as for `newcombe`.

    Raises:
        StatisticsError: As for `newcombe`; no events in a group (STAT-005).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    z = normal_quantile(confidence_level)
    if 0 in (table.x1, table.x2):
        message = f"{table}: no events in a group make the log risk ratio infinite"
        raise refuse("STAT-005", message, "x1, x2", "use miettinen_nurminen(measure='risk ratio')")
    estimate = math.log(table.p1 / table.p2)
    error = math.sqrt(1 / table.x1 - 1 / table.n1 + 1 / table.x2 - 1 / table.n2)
    return Estimate(
        method="katz",
        measure="risk ratio",
        estimate=math.exp(estimate),
        lower=math.exp(estimate - z * error),
        upper=math.exp(estimate + z * error),
        confidence_level=confidence_level,
    )
