"""Two proportions by the normal approximation (docs/methods/power.md, eq. 2-8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, check_choice, check_probabilities, refuse
from lupustrial.stats.power._checks import (
    check_direction,
    check_finite,
    check_plan,
    check_positive,
    check_sizes,
)
from lupustrial.stats.power._constrained import DIFFERENCE, RATIO, constrained_rates
from lupustrial.stats.power._results import SampleSize
from lupustrial.stats.power._solve import two_groups

VARIANCES = ("pooled", "unpooled", "farrington_manning")
_LEAST = 1e-6  # a level that the power barely exceeds can be had with nobody
_METHODS = {
    "pooled": "normal_pooled_null",
    "unpooled": "normal_unpooled",
    "farrington_manning": "farrington_manning",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """Assumed rates as a signal: its size, and its standard deviation times sqrt(n2)."""

    effect: float
    null: float
    alternative: float
    correction: float  # of the effect, times n2

    @property
    def size(self) -> float:
        return abs(self.effect)


def sample_size_two_proportions(
    *,
    p1: float,
    p2: float,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: str = "two-sided",
    variance: str = "pooled",
    margin: float | None = None,
    measure: str = "risk difference",
    continuity: bool = False,
    dropout: float = 0.0,
) -> SampleSize:
    """Return the size for a test of two proportions by the normal approximation (power.md, eq. 2-7).

    With the defaults it is that of Pearson's test as nQuery, rpact, gsDesign and R's power.prop.test give it.
    The exact power at the size returned may be lower: see `exact_sample_size_two_proportions`.

    Args:
        p1: Assumed rate in the first group.
        p2: Assumed rate in the second group.
        power: Power wanted, above alpha.
        alpha: Level; two-sided where ``alternative`` is.
        ratio: Participants in the first group for each in the second.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher than ``margin``) or ``"less"``.
        variance: Under the null hypothesis: ``"pooled"`` (Pearson; no margin), ``"unpooled"`` (Wald), or
            ``"farrington_manning"``: of the rates that are most likely under the margin.
        margin: Difference p1 - p2 (ratio p1 / p2) under the null hypothesis: not 0 (1) for non-inferiority
            or superiority by a margin. -0.1 with ``"greater"`` is non-inferior by at most 10 points.
        measure: ``"risk difference"`` or ``"risk ratio"``; what ``margin`` is.
        continuity: Size for the test with Yates's correction (eq. 7).
        dropout: Share expected to leave without an outcome, 0 to below 1.

    Returns:
        Sizes rounded up and as they come, and how many must enter.

    Raises:
        StatisticsError: An unknown option, or a margin where the pooled variance allows none (STAT-006); a
            rate, power, alpha, ratio, margin or dropout out of range, rates that are no alternative to the
            null hypothesis, or that lie on the side not tested (STAT-007).
    """
    check_plan(power=power, alpha=alpha, ratio=ratio, alternative=alternative, dropout=dropout)
    ask = _question(p1, p2, ratio, variance=variance, margin=margin, measure=measure)
    check_direction(ask.effect, alternative, "p1, p2")
    width = critical_z(alpha, alternative) * ask.null + float(special.ndtri(power)) * ask.alternative
    n2 = (max(width, _LEAST) / ask.size) ** 2
    if continuity:
        n2 = n2 / 4 * (1 + math.sqrt(1 + 4 * ask.correction / (n2 * ask.size))) ** 2
    options = {"power": power, "alpha": alpha, "ratio": ratio, "dropout": dropout}
    method = _METHODS[variance] + ("_continuity" if continuity else "")
    return two_groups(method, n2, alternative=alternative, **options)


def approximate_power_two_proportions(
    *,
    p1: float,
    p2: float,
    n1: int,
    n2: int,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    variance: str = "pooled",
    margin: float | None = None,
    measure: str = "risk difference",
    continuity: bool = False,
) -> float:
    """Return the power by the normal approximation: the inverse of `sample_size_two_proportions` (eq. 8).

    A two-sided test counts only rejections on the side of the effect, as in R and rpact. For a power without
    approximation see `power_two_proportions`. Arguments and errors are as for `sample_size_two_proportions`,
    and a size below 1 (STAT-001).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(alpha=alpha)
    check_sizes(n1=n1, n2=n2)
    ask = _question(p1, p2, n1 / n2, variance=variance, margin=margin, measure=measure)
    check_direction(ask.effect, alternative, "p1, p2")
    signal = ask.size - (ask.correction / n2 if continuity else 0.0)
    critical = critical_z(alpha, alternative) * ask.null
    return float(special.ndtr((signal * math.sqrt(n2) - critical) / ask.alternative))


def critical_z(alpha: float, alternative: str) -> float:
    """Return the normal critical value of a level, of either side where two-sided."""
    return -float(special.ndtri(alpha / 2 if alternative == "two-sided" else alpha))


def _question(
    p1: float, p2: float, ratio: float, *, variance: str, margin: float | None, measure: str
) -> _Question:
    check_choice("variance", variance, VARIANCES)
    check_choice("measure", measure, (DIFFERENCE, RATIO))
    check_probabilities(p1=p1, p2=p2)
    none = 0.0 if measure == DIFFERENCE else 1.0
    edge = none if margin is None else margin
    check_finite(margin=edge)
    if measure == DIFFERENCE and not -1 < edge < 1:
        raise refuse("STAT-007", f"a margin of {edge!r}", "margin", "give a difference between -1 and 1")
    if measure == RATIO:
        check_positive(margin=edge)
    if variance == "pooled" and edge != none:
        hint = "use variance='farrington_manning' or 'unpooled'"
        raise refuse("STAT-006", "a pooled variance is of equal rates only", "variance", hint)
    scale = edge if measure == RATIO else 1.0
    effect = p1 - scale * p2 - (edge if measure == DIFFERENCE else 0.0)
    assumed = (p1, p2)
    if variance == "unpooled":
        held = assumed
    else:
        found = constrained_rates(np.array(p1), np.array(p2), ratio=ratio, margin=edge, measure=measure)
        held = (float(found[0]), float(found[1]))
    return _Question(
        effect=effect,
        null=_spread(held, ratio, scale),
        alternative=_spread(assumed, ratio, scale),
        correction=(1 / ratio + scale) / 2,
    )


def _spread(rates: tuple[float, float], ratio: float, scale: float) -> float:
    """Return the standard deviation of p1 - scale p2, times sqrt(n2)."""
    first, second = rates
    return math.sqrt(max(0.0, first * (1 - first) / ratio + scale**2 * second * (1 - second)))


def detectable_rate(*, p1: float, n: int, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """Return the highest rate below ``p1`` that ``n`` per group can tell from it (power.md, eq. 3).

    The inverse of `sample_size_two_proportions` in p2; used to find what a published sample size assumed.

    Args:
        p1: Rate in the first group.
        n: Participants per group.
        power: Power wanted.
        alpha: Two-sided level.

    Returns:
        The rate, or ``None`` when even a rate next to 0 needs more than ``n`` per group.

    Raises:
        StatisticsError: A size below 1 (STAT-001), a value outside (0, 1) (STAT-007).
    """
    check_probabilities(p1=p1, power=power, alpha=alpha)
    check_sizes(n=n)
    low, high = p1 * 1e-9, p1 * (1 - 1e-9)

    def needed(p2: float) -> float:
        return sample_size_two_proportions(p1=p1, p2=p2, power=power, alpha=alpha).n2_unrounded

    if needed(low) > n:
        return None
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) <= n else (low, middle)
    return low
