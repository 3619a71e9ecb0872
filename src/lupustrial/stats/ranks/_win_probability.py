"""The chance to win with its interval, and the test of Brunner and Munzel (eq. 28-33)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from lupustrial.stats._arguments import ALTERNATIVES, Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._rank_distributions import midranks, pairs_won
from lupustrial.stats._results import Estimate, HypothesisTest
from lupustrial.stats._t_limits import satterthwaite_df, t_limits, t_p_value

INTERVALS = ("newcombe", "brunner_munzel", "delong", "logit")
REFERENCES = ("t", "normal")


@dataclass(frozen=True, slots=True)
class _Placements:
    """The chance to win and the variances of the placements that give its standard error (eq. 28, 29)."""

    m: int
    n: int
    win: float
    of_x: float
    of_y: float

    @property
    def variance(self) -> float:
        return self.of_x / self.m + self.of_y / self.n

    @property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom (eq. 30)."""
        return satterthwaite_df(self.of_x / self.m, self.m, self.of_y / self.n, self.n)


def _placements(a: Floats, b: Floats) -> _Placements:
    together = midranks(np.concatenate((a, b)))
    wins_of_x = (together[: a.size] - midranks(a)) / b.size
    wins_of_y = (together[a.size :] - midranks(b)) / a.size
    win = math.fsum(wins_of_x) / a.size
    return _Placements(a.size, b.size, win, float(wins_of_x.var(ddof=1)), float(wins_of_y.var(ddof=1)))


def brunner_munzel(
    x: Values, y: Values, *, reference: str = "t", alternative: str = "two-sided"
) -> HypothesisTest:
    """Test whether the chance to win is one half, without assuming equal spread (eq. 28-30).

    Mann-Whitney's test assumes equal distributions under the null hypothesis; this one does not (Brunner and
    Munzel 2000). With fewer than about 10 a group prefer `permutation_test` with
    ``statistic="brunner_munzel"``.

    Args:
        x: Values of the first group, at least 2, none missing.
        y: Values of the second group, at least 2, none missing.
        reference: ``"t"`` with Satterthwaite's df or ``"normal"``.
        alternative: ``"two-sided"``, ``"greater"`` (first group tends higher) or ``"less"``.

    Returns:
        Statistic, df and p.

    Raises:
        StatisticsError: Missing values (STAT-002), too few (STAT-003), groups that do not overlap or do not
            vary, so that the standard error is zero (STAT-004), unknown option (STAT-006).
    """
    check_choice("reference", reference, REFERENCES)
    check_choice("alternative", alternative, ALTERNATIVES)
    found = _with_error(*checked_values(least=2, x=x, y=y))
    statistic = (found.win - 0.5) / math.sqrt(found.variance)
    df = found.df if reference == "t" else None
    return HypothesisTest(
        method=f"brunner_munzel_{reference}",
        p_value=t_p_value(statistic, df, alternative),
        statistic=statistic,
        df=df,
        alternative=alternative,
    )


def win_probability_interval(
    x: Values, y: Values, *, interval: str = "newcombe", confidence_level: float = 0.95
) -> Estimate:
    """Estimate the chance that a value of x exceeds one of y, ties counted a half, with its interval.

    Args:
        x: Values of the first group, none missing; at least 1 for ``"newcombe"``, else 2.
        y: Values of the second group, likewise.
        interval: ``"newcombe"`` (his method 5, within [0, 1] and defined without overlap, eq. 33),
            ``"brunner_munzel"`` (t with Satterthwaite's df, agrees with `brunner_munzel`, eq. 31),
            ``"delong"`` (normal, eq. 31) or ``"logit"`` (normal on the log odds, eq. 32). Limits of the
            second and third are cut at 0 and 1.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; a note where limits were cut.

    Raises:
        StatisticsError: Missing values (STAT-002), too few (STAT-003), no overlap or no variation for the
            last three forms (STAT-004), unknown option (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("interval", interval, INTERVALS)
    z = normal_quantile(confidence_level)
    a, b = checked_values(least=1 if interval == "newcombe" else 2, x=x, y=y)
    note = ""
    if interval == "newcombe":
        win = pairs_won(a, b) / (a.size * b.size)
        lower, upper = _newcombe(win, a.size, b.size, z)
    else:
        found = _with_error(a, b)
        win, error = found.win, math.sqrt(found.variance)
        if interval == "logit":
            half = z * error / (win * (1 - win))
            lower, upper = (float(special.expit(special.logit(win) + side)) for side in (-half, half))
        else:
            df = None if interval == "delong" else found.df
            low, high = t_limits(win, error, df, confidence_level)
            lower, upper = max(0.0, low), min(1.0, high)
            note = "" if (lower, upper) == (low, high) else "the interval was cut at 0 or 1"
    return Estimate(
        method=f"win_probability_{interval}",
        measure="win probability",
        estimate=win,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note=note,
    )


def _with_error(a: Floats, b: Floats) -> _Placements:
    found = _placements(a, b)
    if found.variance <= 0:
        message = "the groups do not overlap or do not vary: the standard error is zero"
        raise refuse("STAT-004", message, "x, y", "use mann_whitney(method='exact') or interval='newcombe'")
    return found


def _newcombe(win: float, m: int, n: int, z: float) -> tuple[float, float]:
    """Solve |win - theta| = z sd(theta) on both sides (eq. 33); at 0 and 1 the limit there drops out."""
    if win in {0.0, 1.0}:
        far = float(
            optimize.brentq(lambda theta: theta - z * z * (1 - theta) * _spread(theta, m, n), 0.0, 1.0)
        )
        return (0.0, far) if win == 0 else (1 - far, 1.0)

    def excess(theta: float) -> float:
        return (win - theta) ** 2 - z * z * theta * (1 - theta) * _spread(theta, m, n)

    return float(optimize.brentq(excess, 0.0, win)), float(optimize.brentq(excess, win, 1.0))


def _spread(theta: float, m: int, n: int) -> float:
    """Return the variance of the estimate over theta (1 - theta)."""
    return (1 + ((m + n) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))) / (m * n)
