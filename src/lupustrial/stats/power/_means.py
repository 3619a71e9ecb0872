"""Two means and paired means by the noncentral t (docs/methods/power.md, eq. 15-18)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, Floats, check_choice, check_probabilities
from lupustrial.stats._t_limits import satterthwaite_df
from lupustrial.stats.power._checks import (
    check_direction,
    check_finite,
    check_plan,
    check_positive,
    check_sizes,
)
from lupustrial.stats.power._results import OneSampleSize, SampleSize
from lupustrial.stats.power._solve import one_group, solve, two_groups

NODES = 64
FAR = 9.0  # standard deviations of the chance imbalance of a baseline


def power_of_t(df: float, shift: Floats | float, alpha: float, alternative: str) -> Floats:
    """Return the power of a t test with noncentrality ``shift`` (eq. 15); both tails where two-sided."""
    shift = np.asarray(shift, np.float64)
    if alternative == "less":
        shift = -shift
    if alternative != "two-sided":
        return np.asarray(1 - special.nctdtr(df, shift, special.stdtrit(df, 1 - alpha)))
    critical = special.stdtrit(df, 1 - alpha / 2)
    below = special.nctdtr(df, -shift, critical)
    return np.asarray(2 - special.nctdtr(df, shift, critical) - below)


def _freedom(n1: float, n2: float, sd1: float, sd2: float | None) -> float:
    if sd2 is None:
        return n1 + n2 - 2
    return satterthwaite_df(sd1**2 / n1, n1, sd2**2 / n2, n2)


def _means(
    n1: float, n2: float, *, effect: float, sd1: float, sd2: float | None, alpha: float, alternative: str
) -> float:
    error = math.sqrt(sd1**2 / n1 + (sd1 if sd2 is None else sd2) ** 2 / n2)
    return float(power_of_t(_freedom(n1, n2, sd1, sd2), effect / error, alpha, alternative))


def _checked(effect: float, sd1: float, sd2: float | None) -> None:
    check_finite(difference=effect)
    check_positive(sd=sd1, **({} if sd2 is None else {"sd2": sd2}))


def power_two_means(
    *,
    difference: float,
    sd: float,
    n1: int,
    n2: int,
    sd2: float | None = None,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    margin: float = 0.0,
) -> float:
    """Return the power of the t test of two groups (power.md, eq. 15, 16).

    Args:
        difference: True mean of the first group minus the second.
        sd: Standard deviation of both groups, or of the first where ``sd2`` is given.
        n1: Participants in the first group, at least 2.
        n2: Participants in the second group, at least 2.
        sd2: Standard deviation of the second group, for Welch's test (its df at the true deviations).
        alpha: Level, two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        margin: Difference under the null hypothesis.

    Raises:
        StatisticsError: A size below 2 (STAT-001), numbers that are none (STAT-002), an unknown
            alternative (STAT-006), a deviation or alpha out of range (STAT-007).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(alpha=alpha)
    check_sizes(least=2, n1=n1, n2=n2)
    _checked(difference - margin, sd, sd2)
    return _means(n1, n2, effect=difference - margin, sd1=sd, sd2=sd2, alpha=alpha, alternative=alternative)


def sample_size_two_means(
    *,
    difference: float,
    sd: float,
    sd2: float | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: str = "two-sided",
    margin: float = 0.0,
    dropout: float = 0.0,
) -> SampleSize:
    """Return the size for the t test of two groups (power.md, eq. 16).

    Args:
        difference: Assumed mean of the first group minus the second.
        sd: Assumed standard deviation of both groups, or of the first where ``sd2`` is given.
        sd2: Standard deviation of the second group, for Welch's test.
        power: Power wanted, above alpha.
        alpha: Level, two-sided where ``alternative`` is.
        ratio: Participants in the first group for each in the second.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        margin: Difference under the null hypothesis: -2 with ``"greater"`` is non-inferior by at most 2.
        dropout: Share expected to leave without an outcome.

    Raises:
        StatisticsError: Numbers that are none (STAT-002), an unknown alternative (STAT-006), a value out of
            range, no effect, or one on the side that is not tested (STAT-007).
    """
    check_plan(power=power, alpha=alpha, ratio=ratio, alternative=alternative, dropout=dropout)
    effect = difference - margin
    _checked(effect, sd, sd2)
    check_direction(effect, alternative, "difference")

    def power_of(n2: float) -> float:
        return _means(ratio * n2, n2, effect=effect, sd1=sd, sd2=sd2, alpha=alpha, alternative=alternative)

    n2 = solve(power_of, power, least=2 * max(1.0, 1 / ratio))
    return two_groups(
        "t_pooled" if sd2 is None else "t_welch",
        n2,
        power=power,
        alpha=alpha,
        ratio=ratio,
        alternative=alternative,
        dropout=dropout,
    )


def power_paired_means(
    *, difference: float, sd: float, n: int, alpha: float = 0.05, alternative: str = "two-sided"
) -> float:
    """Return the power of the t test of pairs, or of one sample (power.md, eq. 17).

    Args:
        difference: True mean of the differences, or of the sample minus its value under the null hypothesis.
        sd: Standard deviation of the differences; of two measurements with deviation s and correlation r it
            is s sqrt(2 (1 - r)).
        n: Pairs, at least 2.
        alpha: Level, two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.

    Raises:
        StatisticsError: As for `power_two_means`.
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(alpha=alpha)
    check_sizes(least=2, n=n)
    _checked(difference, sd, None)
    return float(power_of_t(n - 1, difference * math.sqrt(n) / sd, alpha, alternative))


def sample_size_paired_means(
    *,
    difference: float,
    sd: float,
    power: float = 0.8,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    dropout: float = 0.0,
) -> OneSampleSize:
    """Return the pairs for the paired t test (power.md, eq. 17).

    Arguments and errors are as for `power_paired_means` and `sample_size_two_means`.
    """
    check_plan(power=power, alpha=alpha, ratio=1.0, alternative=alternative, dropout=dropout)
    _checked(difference, sd, None)
    check_direction(difference, alternative, "difference")

    def power_of(n: float) -> float:
        return float(power_of_t(n - 1, difference * math.sqrt(n) / sd, alpha, alternative))

    n = solve(power_of, power, least=2.0)
    options = {"power": power, "alpha": alpha, "dropout": dropout}
    return one_group("t_paired", n, alternative=alternative, **options)


def _ancova(n1: float, n2: float, *, effect: float, sd: float, alpha: float, alternative: str) -> float:
    """Average the power over the imbalance of a normal baseline (eq. 18)."""
    n = n1 + n2
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    # with the baseline's own t = sqrt(n - 2) tan(angle), the density of the angle is cos(angle)^(n - 3)
    angle = min(math.pi / 2, FAR / math.sqrt(n - 2)) * (1 + nodes) / 2
    weights = weights * np.cos(angle) ** (n - 3)
    shift = effect / (sd * math.sqrt(1 / n1 + 1 / n2)) * np.cos(angle)
    return float(weights @ power_of_t(n - 3, shift, alpha, alternative) / weights.sum())


def power_ancova(
    *,
    difference: float,
    sd: float,
    correlation: float,
    n1: int,
    n2: int,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    margin: float = 0.0,
) -> float:
    """Return the power of ANCOVA with the baseline as covariate (power.md, eq. 18).

    It is averaged over the chance imbalance of a normally distributed baseline: exact for normal outcomes.

    Args:
        difference: True adjusted difference, first group minus the second.
        sd: Standard deviation of the outcome within a group, before adjustment.
        correlation: Of outcome and baseline within a group, between -1 and 1.
        n1: Participants in the first group, at least 2.
        n2: Participants in the second group, at least 2.
        alpha: Level, two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        margin: Difference under the null hypothesis.

    Raises:
        StatisticsError: As for `power_two_means`.
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(alpha=alpha)
    check_sizes(least=2, n1=n1, n2=n2)
    left = _residual(difference - margin, sd, correlation)
    return _ancova(n1, n2, effect=difference - margin, sd=left, alpha=alpha, alternative=alternative)


def sample_size_ancova(
    *,
    difference: float,
    sd: float,
    correlation: float,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: str = "two-sided",
    margin: float = 0.0,
    dropout: float = 0.0,
) -> SampleSize:
    """Return the size for ANCOVA with the baseline as covariate (power.md, eq. 18).

    Arguments and errors are as for `power_ancova` and `sample_size_two_means`.
    """
    check_plan(power=power, alpha=alpha, ratio=ratio, alternative=alternative, dropout=dropout)
    effect = difference - margin
    left = _residual(effect, sd, correlation)
    check_direction(effect, alternative, "difference")

    def power_of(n2: float) -> float:
        return _ancova(ratio * n2, n2, effect=effect, sd=left, alpha=alpha, alternative=alternative)

    n2 = solve(power_of, power, least=2 * max(1.0, 1 / ratio))
    options = {"power": power, "alpha": alpha, "ratio": ratio, "dropout": dropout}
    return two_groups("ancova", n2, alternative=alternative, **options)


def _residual(effect: float, sd: float, correlation: float) -> float:
    _checked(effect, sd, None)
    check_probabilities(correlation=(1 + correlation) / 2)
    return sd * math.sqrt(1 - correlation**2)
