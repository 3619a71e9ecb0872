"""Rank tests of several groups: Kruskal-Wallis and Friedman (eq. 34, 35)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lupustrial.stats._arguments import Floats, Values, checked_values, refuse
from lupustrial.stats._rank_distributions import midranks, tie_sizes
from lupustrial.stats._results import HypothesisTest

ALL_EQUAL = "all values are equal"


def checked_groups(groups: Sequence[Values]) -> tuple[Floats, ...]:
    """Return two or more groups as arrays, or raise with every fault (STAT-002, STAT-003)."""
    if len(groups) < 2:  # noqa: PLR2004 - a comparison needs two
        hint = "give a list with the values of each group"
        raise refuse("STAT-003", f"{len(groups)} groups", "groups", hint)
    return checked_values(least=1, **{f"groups[{i}]": values for i, values in enumerate(groups)})


def kruskal_wallis(groups: Sequence[Values]) -> HypothesisTest:
    """Compare several independent groups by ranks (Kruskal and Wallis 1952; eq. 34).

    Args:
        groups: The values of each group, at least 1 a group and 2 groups, none missing.

    Returns:
        H corrected for ties, df = groups - 1 and the chi-square p. When all values are equal H is ``None``
        and p 1, with a note.

    Raises:
        StatisticsError: Missing values (STAT-002), an empty group or fewer than 2 groups (STAT-003).
    """
    arrays = checked_groups(groups)
    ranks = midranks(np.concatenate(arrays))
    n, df = ranks.size, float(len(arrays) - 1)
    spread = float(((ranks - (n + 1) / 2) ** 2).sum()) / (n - 1)
    if spread == 0:
        return HypothesisTest(method="kruskal_wallis", p_value=1.0, df=df, note=ALL_EQUAL)
    ends = np.cumsum([array.size for array in arrays])[:-1]
    between = sum(part.size * float(part.mean() - (n + 1) / 2) ** 2 for part in np.split(ranks, ends))
    statistic = between / spread
    p_value = float(special.chdtrc(df, statistic))
    return HypothesisTest(method="kruskal_wallis", p_value=p_value, statistic=statistic, df=df)


def friedman(table: Sequence[Values] | NDArray[np.generic]) -> HypothesisTest:
    """Compare several conditions within blocks (participants) by ranks (Friedman 1937; eq. 35).

    Args:
        table: One row a block and one column a condition, shape (blocks, conditions), at least 1 block and 2
            conditions, none missing: leave out blocks that are not complete, and report how many.

    Returns:
        Chi-square corrected for ties, df = conditions - 1 and p. When all values of every block are equal the
        statistic is ``None`` and p 1, with a note.

    Raises:
        StatisticsError: Missing values (STAT-002), rows of different length, no block or fewer than 2
            conditions (STAT-003).
    """
    rows = checked_groups_of_blocks(table)
    conditions = rows.shape[1]
    ranks = np.array([midranks(row) for row in rows])
    df = float(conditions - 1)
    ties = sum(float((t**3 - t).sum()) for t in map(tie_sizes, rows))
    spread = rows.shape[0] * conditions * (conditions + 1) - ties / (conditions - 1)
    if spread == 0:
        return HypothesisTest(
            method="friedman", p_value=1.0, df=df, note="all values of every block are equal"
        )
    sums = ranks.sum(axis=0)
    statistic = 12 * float(((sums - rows.shape[0] * (conditions + 1) / 2) ** 2).sum()) / spread
    p_value = float(special.chdtrc(df, statistic))
    return HypothesisTest(method="friedman", p_value=p_value, statistic=statistic, df=df)


def checked_groups_of_blocks(table: Sequence[Values] | NDArray[np.generic]) -> Floats:
    """Return the table of blocks as an array, or raise (STAT-002, STAT-003)."""
    if not len(table):
        raise refuse("STAT-003", "no block", "table", "give one row a participant")
    rows = checked_values(least=2, **{f"table[{i}]": row for i, row in enumerate(table)})
    if len({row.size for row in rows}) > 1:
        raise refuse("STAT-003", "rows of different length", "table", "keep blocks with every condition only")
    return np.array(rows)
