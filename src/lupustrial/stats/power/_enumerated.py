"""Exact power and level of a test of two proportions, by enumeration (docs/methods/power.md, eq. 1, 10)."""

from __future__ import annotations

import numpy as np
from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._nuisance import grid, log_ways, peaks
from lupustrial.stats.power._checks import check_finite, check_rates
from lupustrial.stats.power._regions import TESTS, Region, rejection_region
from lupustrial.stats.power._results import ExactLevel
from lupustrial.stats.power._tables import check_enumerable

PRECISION = 1e-11


def binomial(n: int, p: Floats) -> Floats:
    """Return Bin(x; n, p) for every x, shape ``p.shape + (n + 1,)``."""
    x = np.arange(n + 1.0)
    p = np.asarray(p, np.float64)[..., None]
    return np.asarray(np.exp(log_ways(n) + special.xlogy(x, p) + special.xlog1py(n - x, -p)))


def _region(*, n1: int, n2: int, test: str, alternative: str, alpha: float, margin: float) -> Region:
    check_choice("test", test, TESTS)
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(alpha=alpha)
    check_finite(margin=margin)
    if not -1 < margin < 1:
        raise refuse("STAT-007", f"a margin of {margin!r}", "margin", "give a difference between -1 and 1")
    if margin and test != "farrington_manning":
        hint = "use test='farrington_manning'"
        raise refuse("STAT-006", f"{test!r} is a test of equal rates", "margin", hint)
    check_enumerable(n1, n2, test)
    return rejection_region(int(n1), int(n2), test, alternative, float(alpha), float(margin))


def power_two_proportions(
    *,
    p1: float,
    p2: float,
    n1: int,
    n2: int,
    alpha: float = 0.05,
    test: str = "pearson",
    alternative: str = "two-sided",
    margin: float = 0.0,
) -> float:
    """Return the exact power of a test by enumerating every table (power.md, eq. 1).

    With ``p1 == p2`` it is the exact type I error at that rate; the worst is
    `exact_level_two_proportions`.

    Args:
        p1: True rate in the first group, 0 to 1.
        p2: True rate in the second group, 0 to 1.
        n1: Participants in the first group.
        n2: Participants in the second group.
        alpha: Level, two-sided where ``alternative`` is; a table counts when p < alpha.
        test: ``"pearson"``, ``"n_minus_1"``, ``"yates"``, ``"unpooled"`` (Wald), ``"fisher"``,
            ``"fisher_midp"``, ``"barnard"``, ``"unconditional_score"``, ``"boschloo"`` or
            ``"farrington_manning"``.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        margin: Difference p1 - p2 under the null hypothesis; other than 0 for ``"farrington_manning"`` only.

    Raises:
        StatisticsError: A size below 1 (STAT-001), a margin that is no number (STAT-002), an unknown option
            or a margin for a test of equal rates (STAT-006), a rate, alpha or margin out of range (STAT-007),
            more than 400 participants (Fisher, unconditional tests) or 4 million tables (STAT-008).
    """
    check_rates(p1=p1, p2=p2)
    region = _region(n1=n1, n2=n2, test=test, alternative=alternative, alpha=alpha, margin=margin)
    return min(1.0, float(binomial(n1, np.array(p1)) @ region @ binomial(n2, np.array(p2))))


def exact_level_two_proportions(
    *,
    n1: int,
    n2: int,
    alpha: float = 0.05,
    test: str = "pearson",
    alternative: str = "two-sided",
    margin: float = 0.0,
) -> ExactLevel:
    """Return the largest type I error of a test over the unknown rate (power.md, eq. 10).

    Arguments and errors are as for `power_two_proportions`. Under the null hypothesis p1 = p2 + margin.
    """
    region = _region(n1=n1, n2=n2, test=test, alternative=alternative, alpha=alpha, margin=margin)
    low, high = max(0.0, -margin), min(1.0, 1.0 - margin)

    def rate(theta: Floats) -> Floats:
        return np.asarray(low + (high - low) * (1 - np.cos(theta)) / 2)

    def level(theta: Floats) -> Floats:
        p2 = rate(theta)
        first = binomial(n1, np.clip(p2 + margin, 0.0, 1.0))
        second = binomial(n2, np.clip(p2, 0.0, 1.0))
        return np.asarray(((first @ region) * second).sum(axis=-1))

    degree = n1 + n2
    found = peaks(level, level(grid(degree)), degree)
    worst = next(peak for peak in found if peak.known_to(PRECISION))
    return ExactLevel(level=min(1.0, worst.value), rate=float(rate(np.array(worst.theta))))
