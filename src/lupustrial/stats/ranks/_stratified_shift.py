"""Hodges-Lehmann estimate of a shift common to all strata, with its interval (eq. 26, 27)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, refuse
from lupustrial.stats._hodges_lehmann import WHOLE
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._results import Estimate
from lupustrial.stats.ranks._strata import Labels, Stratified, checked_stratified
from lupustrial.stats.ranks._weights import WEIGHTS, stratum_weights

LARGEST = 20_000_000
_SLACK = 1e-9  # of the total weight: sums of weights such as 1/11 carry rounding


def hodges_lehmann_stratified(
    values: Values,
    first: Labels,
    strata: Labels,
    *,
    weights: str = "locally_best",
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate the shift of the first group against the second, common to all strata.

    The estimate is the shift at which van Elteren's statistic is zero: the weighted median of all differences
    within strata (eq. 26). The limits invert his test without correction for ties (eq. 27). With one stratum
    both are those of `hodges_lehmann` with ``interval="moses"``.

    Args:
        values: Values of all participants, shape (n,), none missing.
        first: Whether each belongs to the first group, shape (n,), true/false or 1/0.
        strata: Stratum of each, shape (n,), any labels.
        weights: Of the strata, as for `van_elteren`.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; a note on strata with one group only, and when there are too few values for the
        level. Method ``"hodges_lehmann_stratified_<weights>"``.

    Raises:
        StatisticsError: Missing values or marks (STAT-002), lengths that differ or no stratum with both
            groups (STAT-003), unknown option (STAT-006), level outside (0, 1) (STAT-007), more than 20
            million differences (STAT-008).
    """
    check_choice("weights", weights, WEIGHTS)
    z = normal_quantile(confidence_level)
    data = checked_stratified(values, first, strata)
    each = stratum_weights(weights, data)
    m, n = data.sizes
    if float((m * n).sum()) > LARGEST:
        message = f"{int((m * n).sum())} differences within strata"
        raise refuse("STAT-008", message, "values", f"at most {LARGEST} are written down")
    differences, cumulated = _weighted_differences(data, each)
    total = float(each @ (m * n))
    half_width = z * math.sqrt(float(each**2 @ (m * n * (m + n + 1))) / 12)
    lower, upper, whole = _limits(differences, cumulated, total / 2 - half_width, total)
    notes = [note for note in (data.note, WHOLE if whole else "") if note]
    return Estimate(
        method=f"hodges_lehmann_stratified_{weights}",
        measure="shift",
        estimate=_median(differences, cumulated, total),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note="; ".join(notes),
    )


def _weighted_differences(data: Stratified, weights: Floats) -> tuple[Floats, Floats]:
    """Return all differences within strata in order, with the weight up to and including each."""
    parts, heavy = [], []
    for h in range(data.strata):
        here = data.codes == h
        x, y = data.values[here & data.first], data.values[here & ~data.first]
        parts.append(np.subtract.outer(x, y).ravel())
        heavy.append(np.full(x.size * y.size, weights[h]))
    differences = np.concatenate(parts)
    order = np.argsort(differences, kind="stable")
    return differences[order], np.cumsum(np.concatenate(heavy)[order])


def _median(differences: Floats, cumulated: Floats, total: float) -> float:
    """Return the weighted median; the middle of two values when exactly half the weight lies below."""
    slack = total * _SLACK
    low = int(np.searchsorted(cumulated, total / 2 - slack))
    high = int(np.searchsorted(cumulated, total / 2 + slack))
    return (float(differences[low]) + float(differences[high])) / 2


def _limits(differences: Floats, cumulated: Floats, beyond: float, total: float) -> tuple[float, float, bool]:
    """Return the last difference with at most ``beyond`` weight up to it, and its mirror from above."""
    slack = total * _SLACK
    from_below = int(np.searchsorted(cumulated, beyond + slack, side="right"))
    rest = total - np.concatenate(([0.0], cumulated[:-1]))  # weight from each difference on
    from_above = int((rest <= beyond + slack).sum())
    whole = min(from_below, from_above) == 0
    lower = float(differences[max(from_below, 1) - 1])
    return lower, float(differences[differences.size - max(from_above, 1)]), whole
