"""Generalised Cochran-Mantel-Haenszel tests of R rows and C columns in strata (stratified.md, eq. 30-35)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats._results import HypothesisTest

STATISTICS = ("general association", "row means", "correlation")
SCORES = ("table", "rank", "ridit", "modified ridit")
NO_VARIATION = "no stratum varies in both rows and columns; no association can be shown"
AXES = 3
PAIR = 2
SINGULAR = 1e-9


def _checked(counts: NDArray[np.generic]) -> Floats:
    """Return the counts as floats of shape (K, R, C), or raise (STAT-001, STAT-003)."""
    table = np.asarray(counts)
    if table.ndim == PAIR:
        table = table[None]
    if table.ndim != AXES or min(table.shape) < 1 or min(table.shape[1:]) < PAIR:
        message = f"counts of shape {table.shape}"
        hint = "give (strata, rows, columns) with at least 2 rows and 2 columns"
        raise refuse("STAT-003", message, "counts", hint)
    if (
        table.dtype.kind not in "iuf"
        or not np.isfinite(table).all()
        or (table < 0).any()
        or (table % 1).any()
    ):
        raise refuse("STAT-001", "not all are counts", "counts", "give whole numbers of at least 0")
    return table.astype(np.float64)


def _scores(given: Values | None, kind: str, margin: Floats, place: str) -> Floats:
    """Return the scores of the levels of one margin of one stratum (eq. 34-35)."""
    if kind != "table":
        ranks = np.cumsum(margin) - (margin - 1) / 2
        below = {"rank": 1.0, "ridit": margin.sum(), "modified ridit": margin.sum() + 1}[kind]
        return np.asarray(ranks / below)
    (scores,) = checked_values(least=1, **{place: np.arange(1, margin.size + 1) if given is None else given})
    if scores.size != margin.size:
        message = f"{scores.size} scores for {margin.size} levels"
        raise refuse("STAT-003", message, place, "give one score a level")
    return scores


def _quadratic(distance: Floats, covariance: Floats) -> tuple[float, int]:
    """Return d' V^- d and the rank of V, after scaling V to correlations (eq. 33)."""
    spread = np.sqrt(np.diag(covariance))
    varies = spread > SINGULAR * spread.max(initial=0.0)
    if not varies.any():
        return 0.0, 0
    spread = spread[varies]
    scaled = distance[varies] / spread
    values, vectors = np.linalg.eigh(covariance[np.ix_(varies, varies)] / np.outer(spread, spread))
    kept = values > SINGULAR * values.max()
    return float(((vectors[:, kept].T @ scaled) ** 2 / values[kept]).sum()), int(kept.sum())


def _nominal(table: Floats, statistic: str) -> int:
    rows, columns = ((table.sum(axis=(0, axis)) > 0).sum() - 1 for axis in (2, 1))
    return int({"general association": rows * columns, "row means": rows, "correlation": 1}[statistic])


def generalised_cmh(
    counts: NDArray[np.generic],
    *,
    statistic: str = "general association",
    scores: str = "table",
    row_scores: Values | None = None,
    column_scores: Values | None = None,
) -> HypothesisTest:
    """Test association of rows and columns within strata (stratified.md, eq. 30-35; Landis et al. 1978).

    The row means test with ``"modified ridit"`` scores is van Elteren's; with one stratum and ``"rank"`` it
    is Kruskal and Wallis's.

    Args:
        counts: Shape (strata, rows, columns), or (rows, columns) for one stratum; rows are e.g. arms, columns
            the response. `cross_tabulate` makes it.
        statistic: ``"general association"``; ``"row means"`` (columns are scored; do rows differ in mean
            score?); ``"correlation"`` (both are scored).
        scores: ``"table"``: ``row_scores`` and ``column_scores``; else midranks within each stratum, as they
            are (``"rank"``), divided by n (``"ridit"``) or by n + 1 (``"modified ridit"``).
        row_scores: Scores of the rows for ``"correlation"``; by default 1, 2, ...
        column_scores: Scores of the columns for ``"row means"`` and ``"correlation"``; by default 1, 2, ...

    Returns:
        Statistic, degrees of freedom and p. Strata of fewer than two participants add nothing, however many
        there are. Where sparse strata leave fewer independent comparisons than levels, df is the rank of the
        covariance and the note says so. p = 1 with a note where nothing varies.

    Raises:
        StatisticsError: Not counts (STAT-001), scores that are not finite (STAT-002), a wrong shape or number
            of scores (STAT-003), unknown option (STAT-006).
    """
    check_choice("statistic", statistic, STATISTICS)
    check_choice("scores", scores, SCORES)
    table = _checked(counts)
    distance, covariance = np.zeros(1), np.zeros((1, 1))
    for stratum in table:
        rows, columns, n = stratum.sum(axis=1), stratum.sum(axis=0), stratum.sum()
        left, right = np.eye(rows.size), np.eye(columns.size)
        if statistic == "correlation":
            left = _scores(row_scores, scores, rows, "row_scores")[None]
        if statistic != "general association":
            right = _scores(column_scores, scores, columns, "column_scores")[None]
        if n < PAIR:
            continue
        inner_rows = left @ (np.diag(rows) - np.outer(rows, rows) / n) @ left.T
        inner_columns = right @ (np.diag(columns) - np.outer(columns, columns) / n) @ right.T
        distance = distance + (left @ (stratum - np.outer(rows, columns) / n) @ right.T).ravel()
        covariance = covariance + np.kron(inner_rows, inner_columns) / (n - 1)
    method = f"cmh_{statistic.replace(' ', '_')}"
    value, rank = _quadratic(distance, covariance)
    if not rank:
        return HypothesisTest(method=method, p_value=1.0, note=NO_VARIATION)
    fewer = f"df {rank} for {_nominal(table, statistic)}: the strata leave fewer independent comparisons"
    note = "" if rank == _nominal(table, statistic) else fewer
    p_value = float(special.chdtrc(float(rank), value))
    return HypothesisTest(method=method, p_value=p_value, statistic=value, df=float(rank), note=note)
