"""Wilcoxon tests within strata: van Elteren, joint ranks in blocks, aligned ranks (eq. 20-24)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import ALTERNATIVES, Floats, Values, check_choice
from lupustrial.stats._rank_distributions import midranks
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._t_limits import t_p_value
from lupustrial.stats.ranks._strata import Labels, Stratified, checked_stratified, moments, ranks_within
from lupustrial.stats.ranks._stratified_exact import exact_p
from lupustrial.stats.ranks._weights import WEIGHTS, stratum_weights

METHODS = ("asymptotic", "exact")
CENTRES = ("mean", "median", "hodges_lehmann")
#: Aligned values nearer than this part of the largest value are tied: subtraction leaves rounding behind.
_EQUAL = 1e-10


def _tested(
    name: str, scores: Floats, weights: Floats, data: Stratified, *, method: str, alternative: str
) -> HypothesisTest:
    """Compare the weighted sum of scores with its distribution over all splits of the strata (eq. 21)."""
    seen, expected, variances = moments(scores, data)
    variance = float(weights**2 @ variances)
    notes = [data.note] if data.note else []
    if variance == 0:
        notes.append("all values are equal within every stratum")
        z, p_value = None, 1.0
    else:
        z = float(weights @ (seen - expected)) / math.sqrt(variance)
        p_value = t_p_value(z, None, alternative)
        if method == "exact":
            p_value = exact_p(scores, weights, data, alternative)
    return HypothesisTest(
        method=f"{name}_exact" if method == "exact" else name,
        p_value=p_value,
        statistic=z,
        alternative=alternative,
        note="; ".join(notes),
    )


def van_elteren(
    values: Values,
    first: Labels,
    strata: Labels,
    *,
    weights: str = "locally_best",
    method: str = "asymptotic",
    alternative: str = "two-sided",
) -> HypothesisTest:
    """Compare two groups by Wilcoxon rank sums within strata (van Elteren 1960; eq. 20-22).

    SAS gives the default form as the row mean score statistic of PROC FREQ with modified ridit scores.

    Args:
        values: Values of all participants, shape (n,), none missing.
        first: Whether each belongs to the first group, shape (n,), true/false or 1/0.
        strata: Stratum of each, shape (n,), any labels. Strata with one group only carry no comparison.
        weights: ``"locally_best"`` 1/(N+1), best against one shift common to all strata; ``"design_free"``
            1/(mn), which adds the chances to win; ``"equal"`` adds the rank sums.
        method: ``"asymptotic"`` (normal, variance corrected for ties, no continuity correction) or
            ``"exact"``, over all splits of every stratum.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.

    Returns:
        Statistic z and p; a note on strata that carry no comparison. When every stratum's values are equal z
        is ``None`` and p 1, with a note. Method ``"van_elteren_<weights>"``.

    Raises:
        StatisticsError: Missing values or marks (STAT-002), lengths that differ or no stratum with both
            groups (STAT-003), unknown option (STAT-006), too many for the exact form (STAT-008).
    """
    _check(weights=weights, method=method, alternative=alternative)
    data = checked_stratified(values, first, strata)
    each = stratum_weights(weights, data)
    name = f"van_elteren_{weights}"
    return _tested(name, ranks_within(data), each, data, method=method, alternative=alternative)


def blocked_wilcoxon(
    values: Values,
    first: Labels,
    strata: Labels,
    *,
    method: str = "asymptotic",
    alternative: str = "two-sided",
) -> HypothesisTest:
    """Compare two groups by ranks over all strata together, permuted within strata (eq. 20, 21, 23).

    This is what R's coin computes for ``wilcox_test(y ~ arm | block)``. It is not van Elteren's test:
    differences between strata enter the ranks. Arguments, result and errors as for `van_elteren`.
    """
    _check(method=method, alternative=alternative)
    data = checked_stratified(values, first, strata)
    ranks, ones = midranks(data.values), np.ones(data.strata)
    return _tested("wilcoxon_blocks", ranks, ones, data, method=method, alternative=alternative)


def aligned_wilcoxon(
    values: Values,
    first: Labels,
    strata: Labels,
    *,
    centre: str = "mean",
    method: str = "asymptotic",
    alternative: str = "two-sided",
) -> HypothesisTest:
    """Compare two groups by aligned ranks: each stratum's centre is taken off first (eq. 20, 21, 24).

    Compares across strata too, so it gains on `van_elteren` when strata are small (Hodges and Lehmann 1962).

    Args:
        values: As for `van_elteren`.
        first: As for `van_elteren`.
        strata: As for `van_elteren`.
        centre: What is taken off: ``"mean"``, ``"median"`` or ``"hodges_lehmann"`` (median of the pairwise
            averages) of the stratum.
        method: As for `van_elteren`.
        alternative: As for `van_elteren`.

    Returns:
        As `van_elteren`; method ``"wilcoxon_aligned_<centre>"``.

    Raises:
        StatisticsError: As `van_elteren`.
    """
    check_choice("centre", centre, CENTRES)
    _check(method=method, alternative=alternative)
    data = checked_stratified(values, first, strata)
    name, ones = f"wilcoxon_aligned_{centre}", np.ones(data.strata)
    return _tested(name, midranks(aligned(data, centre)), ones, data, method=method, alternative=alternative)


def aligned(data: Stratified, centre: str) -> Floats:
    """Return the order of the values less the centre of their stratum, equal ones sharing a place."""
    moved = data.values.copy()
    for h in range(data.strata):
        here = data.codes == h
        moved[here] -= _centre_of(data.values[here], centre)
    order = np.argsort(moved, kind="stable")
    apart = np.diff(moved[order]) > float(np.abs(data.values).max()) * _EQUAL
    places = np.empty_like(moved)
    places[order] = np.concatenate(([0.0], np.cumsum(apart)))
    return places


def _centre_of(values: Floats, centre: str) -> float:
    if centre == "mean":
        return math.fsum(values) / values.size
    if centre == "median":
        return float(np.median(values))
    i, j = np.triu_indices(values.size)
    return float(np.median((values[i] + values[j]) / 2))


def _check(*, method: str, alternative: str, weights: str = WEIGHTS[0]) -> None:
    check_choice("weights", weights, WEIGHTS)
    check_choice("method", method, METHODS)
    check_choice("alternative", alternative, ALTERNATIVES)
