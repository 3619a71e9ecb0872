"""Tests that estimate their standard error from the groups: Wald, logit Wald, t and ranks on 0/1.

These are what general programmes print when a yes/no outcome is coded 0/1. Equations in
docs/methods/proportions.md. Where the estimated standard error is zero or infinite they have no answer and
say so (STAT-004, STAT-005).
"""

from __future__ import annotations

import math

from scipy import special

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Table, check_choice, checked_table, refuse
from lupustrial.stats._results import HypothesisTest

VARIANCES = ("pooled", "welch")


def two_sided_normal(z: float) -> float:
    """Return the two-sided normal p of ``z``."""
    return float(2 * special.ndtr(-abs(z)))


def _no_variation(table: Table) -> StatisticsError:
    message = f"{table}: the estimated standard error is zero"
    return refuse("STAT-004", message, "x1, x2", "use fisher, barnard or miettinen_nurminen")


def wald_difference(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test the risk difference by its unpooled standard error (proportions.md, eq. 13).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.

    Returns:
        z and the two-sided normal p.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001); all or none in both groups (STAT-004).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    variance = table.p1 * (1 - table.p1) / table.n1 + table.p2 * (1 - table.p2) / table.n2
    if variance == 0:
        raise _no_variation(table)
    z = (table.p1 - table.p2) / math.sqrt(variance)
    return HypothesisTest(method="wald_difference", p_value=two_sided_normal(z), statistic=z)


def logit_wald(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test the log odds ratio by Woolf's standard error, as logistic regression prints it (eq. 14).

    Arguments as for `wald_difference`.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001); an empty cell, where the estimate is infinite
            (STAT-005).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    estimate, error = log_odds_ratio(table)
    z = estimate / error
    return HypothesisTest(method="logit_wald", p_value=two_sided_normal(z), statistic=z)


def log_odds_ratio(table: Table) -> tuple[float, float]:
    """Return the log odds ratio and Woolf's standard error, or raise on an empty cell (STAT-005)."""
    if table.has_zero_cell:
        message = f"{table}: an empty cell makes the log odds ratio or its standard error infinite"
        raise refuse("STAT-005", message, "x1, x2", "use miettinen_nurminen(measure='odds ratio') or fisher")
    cells = (table.x1, table.n1 - table.x1, table.x2, table.n2 - table.x2)
    estimate = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return estimate, math.sqrt(sum(1 / cell for cell in cells))


def t_test_binary(*, x1: int, n1: int, x2: int, n2: int, variances: str = "pooled") -> HypothesisTest:
    """Apply a t-test to the outcome coded 0/1 (proportions.md, eq. 15).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group, at least 2 for Welch.
        x2: Events in the second group.
        n2: Participants in the second group, at least 2 for Welch.
        variances: ``"pooled"`` (Student) or ``"welch"``.

    Returns:
        t, degrees of freedom and the two-sided p; method ``"t_binary_pooled"`` or ``"t_binary_welch"``.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), groups too small (STAT-003), no variation within
            the groups (STAT-004), unknown option (STAT-006).
    """
    check_choice("variances", variances, VARIANCES)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    if table.n <= 2 or (variances == "welch" and min(table.n1, table.n2) < 2):  # noqa: PLR2004 - a variance needs 2
        message = f"{table}: too few participants for a variance"
        raise refuse("STAT-003", message, "n1, n2", "use fisher")
    squares = (table.x1 * (1 - table.p1), table.x2 * (1 - table.p2))
    if sum(squares) == 0:
        raise _no_variation(table)
    if variances == "pooled":
        df = float(table.n - 2)
        variance = sum(squares) / df * (1 / table.n1 + 1 / table.n2)
    else:
        parts = [square / (n - 1) / n for square, n in zip(squares, (table.n1, table.n2), strict=True)]
        variance = sum(parts)
        df = variance**2 / sum(part**2 / (n - 1) for part, n in zip(parts, (table.n1, table.n2), strict=True))
    t = (table.p1 - table.p2) / math.sqrt(variance)
    p_value = float(2 * special.stdtr(df, -abs(t)))
    return HypothesisTest(method=f"t_binary_{variances}", p_value=p_value, statistic=t, df=df)


def mann_whitney_binary(*, x1: int, n1: int, x2: int, n2: int, continuity: bool = True) -> HypothesisTest:
    """Apply the Mann-Whitney test to the outcome coded 0/1 (proportions.md, eq. 16).

    Without continuity correction z squared is the (N-1) chi-square.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        continuity: Whether U is moved by 1/2 towards its mean, as R's default.

    Returns:
        z and the two-sided normal p with variance corrected for ties.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001); everybody has the same outcome (STAT-004).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    if table.degenerate:
        raise _no_variation(table)
    excess = (table.x1 * table.n2 - table.x2 * table.n1) / 2
    ties = table.events * (table.n - table.events) / (table.n * (table.n - 1))
    error = math.sqrt(table.n1 * table.n2 * ties * table.n / 4)
    shift = math.copysign(0.5, excess) if continuity and excess else 0.0
    z = (excess - shift) / error
    return HypothesisTest(method="mann_whitney_binary", p_value=two_sided_normal(z), statistic=z)
