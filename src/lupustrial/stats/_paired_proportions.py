"""Intervals for a yes/no item before and after (docs/methods/intervals.md, eq. 21-28).

``both``, ``lost``, ``gained`` and ``neither`` count the participants who had the item at both times, only
before, only after, and never. A difference is after minus before, a ratio after over before.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._one_proportion import clopper_pearson, normal_quantile, wilson_limits
from lupustrial.stats._one_proportion_exact import midp
from lupustrial.stats._results import Estimate
from lupustrial.stats._roots import falling_roots

DIFFERENCES = ("tango", "newcombe", "wald")
RATIOS = ("tang", "wald")
ODDS = ("exact", "midp", "wald")
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Pairs:
    """The four kinds of participants."""

    both: int
    lost: int
    gained: int
    neither: int

    @property
    def n(self) -> int:
        """Everybody."""
        return self.both + self.lost + self.gained + self.neither

    @property
    def before(self) -> int:
        """Those who had the item before."""
        return self.both + self.lost

    @property
    def after(self) -> int:
        """Those who had the item after."""
        return self.both + self.gained


def _checked(**counts: int) -> dict[str, int]:
    faults, numbers = [], {}
    for name, value in counts.items():
        try:
            numbers[name] = operator.index(value)
        except TypeError:
            numbers[name] = -1
        if numbers[name] < 0:
            hint = "give the number of participants of this kind"
            faults.append(Fault(id="STAT-001", message=f"{value!r} is not a count", place=name, hint=hint))
    if not faults and sum(numbers.values()) == 0:
        message, hint = "nobody was seen at both times", "give at least 1 participant"
        faults.append(Fault(id="STAT-001", message=message, place=", ".join(numbers), hint=hint))
    if faults:
        raise StatisticsError(faults)
    return numbers


def paired_difference(
    *,
    both: int,
    lost: int,
    gained: int,
    neither: int,
    interval: str = "tango",
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate by how much the proportion changed within participants, after minus before.

    Args:
        both: Participants who had the item before and after.
        lost: Participants who had it before only.
        gained: Participants who had it after only.
        neither: Participants who never had it.
        interval: ``"tango"`` inverts the score test (eq. 21-22; Tango 1998, Stat Med 17:891) and excludes 0
            exactly when McNemar's chi-square is significant; ``"newcombe"`` joins two Wilson intervals
            through a continuity-corrected phi (eq. 23-24; Newcombe 1998, Stat Med 17:2635, method 10);
            ``"wald"`` is eq. 25, too short in small samples.
        confidence_level: Nominal coverage.

    Returns:
        Difference and limits; a Wald interval of width 0 carries a note.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown interval (STAT-006), level outside (0, 1)
            (STAT-007).
    """
    check_choice("interval", interval, DIFFERENCES)
    pairs = Pairs(**_checked(both=both, lost=lost, gained=gained, neither=neither))
    z = normal_quantile(confidence_level)
    note = ""
    if interval == "wald":
        squares = pairs.gained + pairs.lost - (pairs.gained - pairs.lost) ** 2 / pairs.n
        half = z * math.sqrt(max(0.0, squares)) / pairs.n
        lower, upper = _change(pairs) - half, _change(pairs) + half
        note = "" if half else "width 0: the changes do not vary; use tango or newcombe"
    elif interval == "newcombe":
        lower, upper = _newcombe(pairs, z)
    else:
        lower, upper = _score_limits(_tango(pairs), _change(pairs), -1.0, 1.0, z)
    return Estimate(
        method=f"paired_{interval}",
        measure="paired risk difference",
        estimate=_change(pairs),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note=note,
    )


def _change(pairs: Pairs) -> float:
    return (pairs.gained - pairs.lost) / pairs.n


def _newcombe(pairs: Pairs, z: float) -> tuple[float, float]:
    """Join the Wilson intervals of before and after through phi (eq. 23-24)."""
    n = pairs.n
    margins = pairs.before * (n - pairs.before) * pairs.after * (n - pairs.after)
    excess = float(pairs.both * pairs.neither - pairs.lost * pairs.gained)
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    phi = excess / math.sqrt(margins) if margins else 0.0
    low1, high1 = wilson_limits(pairs.after, n, z)
    low2, high2 = wilson_limits(pairs.before, n, z)
    p1, p2 = pairs.after / n, pairs.before / n

    def reach(first: float, second: float) -> float:
        return math.sqrt(max(0.0, first**2 - 2 * phi * first * second + second**2))

    return _change(pairs) - reach(p1 - low1, high2 - p2), _change(pairs) + reach(high1 - p1, p2 - low2)


def _tango(pairs: Pairs) -> Callable[[Floats], Floats]:
    """Return the score of a difference at the constrained estimate (eq. 21-22)."""
    n, gained, lost = pairs.n, pairs.gained, pairs.lost

    def score(delta: Floats) -> Floats:
        b = (2 * n - gained + lost) * delta - gained - lost
        c = -lost * delta * (1 - delta)
        losing = (np.sqrt(np.maximum(0.0, b * b - 8 * n * c)) - b) / (4 * n)
        losing = np.maximum(losing, np.maximum(0.0, -delta))
        variance = n * np.maximum(2 * losing + delta * (1 - delta), 0.0)
        return np.asarray((gained - lost - n * delta) / np.sqrt(np.maximum(variance, TINY)))

    return score


def _score_limits(
    score: Callable[[Floats], Floats], at: float, first: float, last: float, z: float
) -> tuple[float, float]:
    """Return where a falling score meets ``z`` and ``-z`` on either side of the estimate."""
    low, high, target = np.array([first, at]), np.array([at, last]), np.array([z, -z])
    limits, sought = low.copy(), np.flatnonzero(low < high)
    limits[sought] = falling_roots(
        lambda places, points: score(points) - target[sought[places]], low[sought], high[sought]
    )
    return float(limits[0]), float(limits[1])


def paired_risk_ratio(
    *,
    both: int,
    lost: int,
    gained: int,
    neither: int,
    interval: str = "tang",
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate the ratio of the proportion after to the one before.

    Args:
        both: Participants who had the item before and after.
        lost: Participants who had it before only.
        gained: Participants who had it after only.
        neither: Participants who never had it.
        interval: ``"tang"`` inverts the score test (eq. 26; Tang, Tang and Chan 2003, Stat Med 22:1217) and
            excludes 1 exactly when McNemar's chi-square is significant; ``"wald"`` is that of the log ratio
            (eq. 27).
        confidence_level: Nominal coverage.

    Returns:
        Ratio and limits; ``math.inf`` over 0.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001); nobody had the item at either time, or for Wald at
            one of them (STAT-005); unknown interval (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("interval", interval, RATIOS)
    pairs = Pairs(**_checked(both=both, lost=lost, gained=gained, neither=neither))
    z = normal_quantile(confidence_level)
    if pairs.before == pairs.after == 0:
        message = "nobody had it at either time: the ratio is 0/0"
        raise refuse("STAT-005", message, "both, lost, gained", "use paired_difference")
    if interval == "wald":
        if 0 in (pairs.before, pairs.after):
            message = "nobody had it before, or nobody after: the log ratio is infinite"
            raise refuse("STAT-005", message, "both, lost, gained", "use interval='tang'")
        estimate = pairs.after / pairs.before
        half = z * math.sqrt((pairs.lost + pairs.gained) / (pairs.before * pairs.after))
        lower, upper = estimate * math.exp(-half), estimate * math.exp(half)
    else:
        estimate = pairs.after / pairs.before if pairs.before else math.inf
        share = pairs.after / (pairs.after + pairs.before)
        lower, upper = _score_limits(_tang(pairs), share, 0.0, 1.0, z)
        lower, upper = (limit / (1 - limit) if limit < 1 else math.inf for limit in (lower, upper))
    return Estimate(
        method=f"paired_{interval}",
        measure="paired risk ratio",
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def _tang(pairs: Pairs) -> Callable[[Floats], Floats]:
    """Return the score of a ratio v / (1 + v) at the constrained estimate (eq. 26)."""
    n, some = pairs.n, pairs.both + pairs.lost + pairs.gained

    def score(share: Floats) -> Floats:
        # everything times (1 - share), so that an infinite ratio is no special case
        rest = 1 - share
        b = pairs.before * share**2 - (pairs.after + 2 * pairs.lost) * rest**2
        c = pairs.lost * rest * (rest - share) * some / n
        losing = (np.sqrt(np.maximum(0.0, b * b - 4 * n * rest * c)) - b) / (2 * n)
        variance = np.maximum(n * losing + some * rest * (share - rest), 0.0)
        return np.asarray((pairs.after * rest - pairs.before * share) / np.sqrt(np.maximum(variance, TINY)))

    return score


def paired_odds_ratio(
    *, lost: int, gained: int, form: str = "exact", confidence_level: float = 0.95
) -> Estimate:
    """Estimate the odds ratio within participants, ``gained`` over ``lost``, given how many changed.

    Args:
        lost: Participants who had the item before and not after.
        gained: Participants who had it after and not before.
        form: ``"exact"`` and ``"midp"`` turn the interval of ``gained`` among those who changed into odds
            (eq. 28); they agree with `mcnemar` of the same form. ``"wald"`` is that of the log odds ratio.
        confidence_level: Nominal coverage.

    Returns:
        Ratio and limits; ``math.inf`` when nobody lost it.

    Raises:
        StatisticsError: Counts that do not fit, or nobody changed (STAT-001); for Wald, nobody changed in one
            direction (STAT-005); unknown form (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("form", form, ODDS)
    check_probabilities(confidence_level=confidence_level)
    numbers = _checked(lost=lost, gained=gained)
    lost, gained = numbers["lost"], numbers["gained"]
    if form == "wald":
        if 0 in (lost, gained):
            message = "nobody changed in one direction: the log odds ratio is infinite"
            raise refuse("STAT-005", message, "lost, gained", "use form='exact' or 'midp'")
        half = float(special.ndtri((1 + confidence_level) / 2)) * math.sqrt(1 / lost + 1 / gained)
        lower, upper = gained / lost * math.exp(-half), gained / lost * math.exp(half)
    else:
        function = clopper_pearson if form == "exact" else midp
        share = function(x=gained, n=lost + gained, confidence_level=confidence_level)
        lower, upper = (p / (1 - p) if p < 1 else math.inf for p in (share.lower, share.upper))
    return Estimate(
        method=f"paired_odds_{form}",
        measure="paired odds ratio",
        estimate=gained / lost if lost else math.inf,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )
