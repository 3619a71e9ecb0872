"""Cochran-Armitage test for a trend of proportions (docs/methods/stratified.md, eq. 36)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import ALTERNATIVES, Values, check_choice, checked_values, refuse
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats.stratified._strata import Counts, checked_counts, range_faults

LEAST = 2
SAME = "every participant has the same outcome; the groups cannot show a trend"


def cochran_armitage(
    *, x: Counts, n: Counts, scores: Values | None = None, alternative: str = "two-sided"
) -> HypothesisTest:
    """Test whether a proportion rises or falls over ordered groups, e.g. doses (stratified.md, eq. 36).

    Args:
        x: Events, one number a group.
        n: Participants of each group; a group of nobody adds nothing.
        scores: A score of each group, e.g. its dose; by default 0, 1, 2, ... The p value depends on their
            spacing, not on their origin or unit, so name them in the protocol.
        alternative: ``"two-sided"``, ``"greater"`` (rising with the score) or ``"less"``.

    Returns:
        z (its square is the chi-square that R prints) and p; p = 1 with a note where everybody has the same
        outcome.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), scores that are not finite (STAT-002), fewer than
            two groups with participants, or lists of different length (STAT-003), equal scores (STAT-004),
            unknown alternative (STAT-006).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    columns = checked_counts(x=x, n=n)
    faults = range_faults(columns["x"], columns["n"], x_name="x", n_name="n")
    if faults:
        raise StatisticsError(faults)
    xs, ns = columns["x"].astype(np.float64), columns["n"].astype(np.float64)
    (given,) = checked_values(least=1, scores=np.arange(xs.size) if scores is None else scores)
    if given.size != xs.size:
        message = f"{given.size} scores for {xs.size} groups"
        raise refuse("STAT-003", message, "scores", "give one score a group")
    if (ns > 0).sum() < LEAST:
        raise refuse("STAT-003", "fewer than two groups have participants", "n", "report the proportions")
    total, events = float(ns.sum()), float(xs.sum())
    centred = given - float(ns @ given) / total
    spread = float(ns @ centred**2)
    if np.unique(given[ns > 0]).size < LEAST:
        raise refuse("STAT-004", "all groups have the same score", "scores", "give each dose its own score")
    if events in {0.0, total}:
        return HypothesisTest(method="cochran_armitage", p_value=1.0, alternative=alternative, note=SAME)
    z = float(xs @ centred) / math.sqrt(events / total * (1 - events / total) * spread)
    tail = -abs(z) if alternative == "two-sided" else z if alternative == "less" else -z
    p_value = float(special.ndtr(tail)) * (2 if alternative == "two-sided" else 1)
    return HypothesisTest(method="cochran_armitage", p_value=p_value, statistic=z, alternative=alternative)
