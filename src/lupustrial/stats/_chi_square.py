"""Chi-square tests of a 2x2 table; equations in docs/methods/proportions.md.

A table in which everybody has the same outcome carries no information on a difference: p is 1, the statistic
(0/0) is None and the note says so.
"""

from __future__ import annotations

from scipy import special

from lupustrial.stats._arguments import Table, checked_table
from lupustrial.stats._results import HypothesisTest

DEGENERATE = "every participant has the same outcome; the table cannot show a difference"


def _result(method: str, table: Table, statistic: float) -> HypothesisTest:
    if table.degenerate:
        return HypothesisTest(method=method, p_value=1.0, statistic=None, df=1.0, note=DEGENERATE)
    p_value = float(special.chdtrc(1.0, statistic))
    return HypothesisTest(method=method, p_value=p_value, statistic=statistic, df=1.0)


def _chi_square(table: Table, *, correction: float = 0.0) -> float:
    """Evaluate eq. 1 (correction 0) or eq. 3 (correction N/2), in whole numbers until the one division."""
    if table.degenerate:
        return 0.0
    cross = abs(table.x1 * table.n2 - table.x2 * table.n1)
    shrunk = max(0.0, cross - correction)
    return float(
        table.n * shrunk**2 / (table.n1 * table.n2 * table.events * (table.n - table.events)),
    )


def pearson(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by Pearson's chi-square without correction (proportions.md, eq. 1).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.

    Returns:
        Statistic on 1 degree of freedom and two-sided p; p = 1 with a note for a degenerate table.

    Raises:
        StatisticsError: Counts that are not whole or do not fit (STAT-001).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    return _result("pearson", table, _chi_square(table))


def n_minus_1(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by the (N-1) chi-square (proportions.md, eq. 2).

    SPSS prints it as "linear-by-linear association"; it equals the Mantel-Haenszel chi-square of one stratum
    and the square of the tie-corrected Mann-Whitney z without continuity correction. Arguments, result and
    errors are as for `pearson`.
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    return _result("n_minus_1", table, _chi_square(table) * (table.n - 1) / table.n)


def yates(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by Pearson's chi-square with Yates's correction (proportions.md, eq. 3).

    The correction never exceeds the difference itself, as in R. Arguments, result and errors are as for
    `pearson`.
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    return _result("yates", table, _chi_square(table, correction=table.n / 2))


def likelihood_ratio(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by the likelihood-ratio chi-square G (proportions.md, eq. 4).

    Empty cells contribute 0. Arguments, result and errors are as for `pearson`.
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    none = table.n - table.events
    cells = (
        (table.x1, table.n1 * table.events),
        (table.n1 - table.x1, table.n1 * none),
        (table.x2, table.n2 * table.events),
        (table.n2 - table.x2, table.n2 * none),
    )
    terms = (
        float(special.xlogy(observed, observed * table.n / expected))
        for observed, expected in cells
        if observed
    )
    return _result("likelihood_ratio", table, max(0.0, 2 * sum(terms)))
