"""Weighted tests of many intersections at once: Bonferroni, Simes, parametric (eq. 12, 13, 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities, refuse
from lupustrial.stats.multiplicity._checks import (
    Correlation,
    checked_correlation,
    checked_names,
    checked_p_values,
)
from lupustrial.stats.multiplicity._joint import union_probability
from lupustrial.stats.multiplicity._results import MultipleTest, is_rejected

SIDES = ("one-sided", "two-sided")


@dataclass(frozen=True, slots=True)
class Parametric:
    """The joint distribution of a group of test statistics: correlation (k, k), df (normal: None), sides."""

    correlation: Floats
    df: float | None
    two_sided: bool


def check_df(df: float | None) -> None:
    """Raise unless the degrees of freedom are at least 1 and finite (STAT-007)."""
    if df is not None and not 1 <= df < np.inf:
        raise refuse("STAT-007", f"{df!r} degrees of freedom", "df", "give 1 or more; None for normal")


def per_weight(p: Floats, weights: Floats) -> Floats:
    """Return p / weight; infinite without weight, so that such a hypothesis never decides."""
    has_weight = weights > 0
    with np.errstate(over="ignore"):  # the ratio to a weight near 1e-308 is as good as infinite
        return np.where(has_weight, p / np.where(has_weight, weights, 1.0), np.inf)


def bonferroni_p(p: Floats, weights: Floats) -> Floats:
    """Return the smallest p per weight of each intersection, (intersections,); infinite without weight."""
    return np.asarray(per_weight(p[None, :], weights).min(axis=1))


def simes_p(p: Floats, weights: Floats) -> Floats:
    """Return the weighted Simes p of each intersection (eq. 13)."""
    order = np.argsort(p, kind="stable")
    return np.asarray(per_weight(p[order][None, :], weights[:, order].cumsum(axis=1)).min(axis=1))


def parametric_p(p: Floats, weights: Floats, model: Parametric) -> tuple[Floats, float]:
    """Return the parametric p of each intersection (eq. 16) and the largest numerical error."""
    values = np.full(len(weights), np.inf)
    known: dict[bytes, tuple[float, float]] = {}
    largest = 0.0
    for row, weight in enumerate(weights):
        if weight.sum() <= 0:
            continue
        key = weight.tobytes()
        if key not in known:
            known[key] = _one_parametric(p, weight, model)
        values[row], error = known[key]
        largest = max(largest, error)
    return values, largest


def _one_parametric(p: Floats, weight: Floats, model: Parametric) -> tuple[float, float]:
    held = np.flatnonzero(weight > 0)
    ratio = float(per_weight(p[held], weight[held]).min())
    total = float(weight.sum())
    if held.size == 1:
        return ratio, 0.0
    tails = np.minimum(ratio * weight[held], 1.0)
    union, error = union_probability(
        tails, model.correlation[np.ix_(held, held)], df=model.df, two_sided=model.two_sided
    )
    return union / total, error / total


def single_step(
    p_values: Values,
    *,
    correlation: Correlation,
    df: float | None = None,
    alternative: str = "one-sided",
    alpha: float = 0.05,
    names: Sequence[str] | None = None,
) -> MultipleTest:
    """Adjust p values by the joint distribution of the statistics, all in one step (multiplicity.md, eq. 20).

    With the correlations of comparisons with a common control this is Dunnett's test.

    Args:
        p_values: One raw p value a hypothesis.
        correlation: Correlations of the test statistics; a number is the correlation of every two.
        df: Degrees of freedom of jointly t-distributed statistics; normal where ``None``.
        alternative: ``"one-sided"`` or ``"two-sided"``, as the p values were made.
        alpha: Familywise level.
        names: Names of the hypotheses.

    Returns:
        Adjusted p values and rejections.

    Raises:
        StatisticsError: p values (STAT-060), option (STAT-006), level or df (STAT-007), names (STAT-063) or
            correlation (STAT-064) at fault.
    """
    p = checked_p_values(p_values)
    check_probabilities(alpha=alpha)
    check_choice("alternative", alternative, SIDES)
    check_df(df)
    hypotheses = checked_names(names, p.size)
    matrix = checked_correlation(correlation, p.size, [range(p.size)])
    two_sided = alternative == "two-sided"
    adjusted = [
        union_probability(np.full(p.size, value), matrix, df=df, two_sided=two_sided)[0]
        for value in p.tolist()
    ]
    return MultipleTest(
        method="single_step",
        hypotheses=hypotheses,
        p_values=tuple(p.tolist()),
        adjusted=tuple(adjusted),
        rejected=tuple(is_rejected(value, alpha) for value in adjusted),
        alpha=alpha,
        assumption="the statistics are jointly normal (t) with the correlations given",
    )
