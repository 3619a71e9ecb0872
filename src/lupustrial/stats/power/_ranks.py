"""The rank-sum test by Noether's formula (docs/methods/power.md, eq. 19, 20)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import (
    ALTERNATIVES,
    Values,
    check_choice,
    check_probabilities,
    checked_values,
    refuse,
)
from lupustrial.stats.power._checks import check_direction, check_plan, check_positive, check_sizes
from lupustrial.stats.power._normal import critical_z
from lupustrial.stats.power._results import OrderedShift, SampleSize
from lupustrial.stats.power._solve import two_groups

_SUM = 1e-6  # shares in print are rounded


def win_probability_of_shift(*, difference: float, sd: float) -> float:
    """Return the win probability of two normal distributions: Phi(difference / (sd sqrt 2)).

    Args:
        difference: Mean of the first group minus the second.
        sd: Standard deviation of both.

    Raises:
        StatisticsError: A deviation that is not above 0 (STAT-007).
    """
    check_positive(sd=sd)
    return float(special.ndtr(difference / (sd * math.sqrt(2))))


def shift_of_categories(first: Values, second: Values, *, ratio: float = 1.0) -> OrderedShift:
    """Return win probability and ties of two distributions over ordered categories (power.md, eq. 20).

    Args:
        first: Share of each category in the first group, from the lowest category to the highest.
        second: Share of each category in the second group.
        ratio: Participants in the first group for each in the second.

    Raises:
        StatisticsError: Values that are no numbers (STAT-002), no category or unequal lengths (STAT-003),
            shares that are negative or do not add up to 1, a ratio not above 0, or one category for all
            (STAT-007).
    """
    p, q = checked_values(least=1, first=first, second=second)
    check_positive(ratio=ratio)
    if len(p) != len(q):
        message = f"{len(p)} and {len(q)} categories"
        raise refuse("STAT-003", message, "first, second", "give 0 to a category that a group lacks")
    if min(p.min(), q.min()) < 0 or abs(p.sum() - 1) > _SUM or abs(q.sum() - 1) > _SUM:
        message = f"shares that add up to {p.sum():g} and {q.sum():g}"
        raise refuse("STAT-007", message, "first, second", "give shares from 0 to 1 that add up to 1")
    p, q = p / p.sum(), q / q.sum()
    win = float(p @ (np.cumsum(q) - q) + p @ q / 2)
    ties = float(np.sum(((ratio * p + q) / (ratio + 1)) ** 3))
    if ties >= 1 - _SUM:
        raise refuse("STAT-007", "everybody is in one category", "first, second", "there are no ranks")
    return OrderedShift(win_probability=win, ties=ties)


def power_ranks(
    *,
    win_probability: float,
    n1: int,
    n2: int,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    ties: float = 0.0,
) -> float:
    """Return the power of the Mann-Whitney test by Noether's approximation (power.md, eq. 19).

    The variance is that under the null hypothesis, so the power is a little low for a large effect.

    Args:
        win_probability: P(first higher) + P(equal) / 2, between 0 and 1.
        n1: Participants in the first group.
        n2: Participants in the second group.
        alpha: Level, two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        ties: Share of the variance that ties take away, see `shift_of_categories`.

    Raises:
        StatisticsError: A size below 1 (STAT-001), an unknown alternative (STAT-006), a value out of range,
            no effect, or one on the side that is not tested (STAT-007).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_sizes(n1=n1, n2=n2)
    check_probabilities(alpha=alpha)
    effect = _effect(win_probability, ties, alternative)
    error = math.sqrt((1 - ties) * (n1 + n2) / (12 * n1 * n2))
    return float(special.ndtr(effect / error - critical_z(alpha, alternative)))


def sample_size_ranks(
    *,
    win_probability: float,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: str = "two-sided",
    ties: float = 0.0,
    dropout: float = 0.0,
) -> SampleSize:
    """Return the size for the Mann-Whitney test by Noether's formula (power.md, eq. 19).

    Args:
        win_probability: P(first higher) + P(equal) / 2; 0.5 is no effect.
        power: Power wanted, above alpha.
        alpha: Level, two-sided where ``alternative`` is.
        ratio: Participants in the first group for each in the second.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        ties: Share of the variance that ties take away, see `shift_of_categories`.
        dropout: Share expected to leave without an outcome.

    Raises:
        StatisticsError: As for `power_ranks`.
    """
    check_plan(power=power, alpha=alpha, ratio=ratio, alternative=alternative, dropout=dropout)
    effect = _effect(win_probability, ties, alternative)
    width = max(0.0, critical_z(alpha, alternative) + float(special.ndtri(power)))
    n2 = (1 - ties) * (1 + 1 / ratio) * (width / effect) ** 2 / 12
    options = {"power": power, "alpha": alpha, "ratio": ratio, "dropout": dropout}
    return two_groups("noether", n2, alternative=alternative, **options)


def _effect(win_probability: float, ties: float, alternative: str) -> float:
    check_probabilities(win_probability=win_probability)
    if not 0 <= ties < 1:
        raise refuse("STAT-007", f"ties of {ties!r}", "ties", "give a share from 0 to below 1")
    check_direction(win_probability - 1 / 2, alternative, "win_probability")
    return abs(win_probability - 1 / 2)
