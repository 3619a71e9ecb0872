"""Critical values of every kind of boundary (eq. 5-8, 14)."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, special

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import refuse
from lupustrial.stats.sequential._recursion import Going, after, chance_above, stopping

Times = tuple[float, ...]
_TOLERANCE = 1e-12
FAR = 38.0  # beyond it the normal tail is 0 in double precision


def shape_critical(times: Times, constant: float, shape: float) -> Times:
    """Return Wang and Tsiatis' critical values (eq. 5)."""
    return tuple(constant * time ** (shape - 0.5) for time in times)


def level_of(times: Times, critical: Times, lowers: Times, *, two_sided: bool) -> Times:
    """Return the error spent up to each look under the null hypothesis."""
    above, below = stopping(times, critical, lowers, 0.0)
    total = (above + below if two_sided else above).cumsum()
    return tuple(float(value) for value in total)


def lowers_of(critical: Times, futility: Times, *, two_sided: bool) -> Times:
    """Return the bounds below, as far as the level counts on them; ``futility`` only if binding."""
    if two_sided:
        return tuple(-z for z in critical)
    return (*(futility or (-math.inf,) * (len(critical) - 1)), -math.inf)


def check_apart(critical: Times, futility: Times) -> None:
    """Raise where a futility bound does not lie below the critical value of its look (STAT-007)."""
    if any(low >= high for low, high in zip(futility, critical, strict=False)):
        message = f"futility bounds {list(futility)} against critical values {list(critical)}"
        raise refuse("STAT-007", message, "futility", "each must lie below the critical value of its look")


def solve_shape(times: Times, alpha: float, shape: float, futility: Times, *, two_sided: bool) -> Times:
    """Find the critical values of Wang and Tsiatis' family that spend alpha (eq. 5, 6)."""
    side = alpha / 2 if two_sided else alpha
    least = float(special.ndtri(1 - side))
    most = float(special.ndtri(1 - side / len(times))) / min(1.0, *(t ** (shape - 0.5) for t in times))

    def excess(constant: float) -> float:
        critical = shape_critical(times, constant, shape)
        lowers = lowers_of(critical, _below(futility, critical), two_sided=two_sided)
        return level_of(times, critical, lowers, two_sided=two_sided)[-1] - alpha

    return shape_critical(times, root(excess, least - (2.0 if futility else 1e-9), most + 1e-9), shape)


def _below(futility: Times, critical: Times) -> Times:
    """Keep binding bounds under the critical values while these are searched for."""
    return tuple(min(low, high - 1e-9) for low, high in zip(futility, critical, strict=False))


def root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with a change of sign in between is 0."""
    return float(optimize.brentq(excess, low, high, xtol=_TOLERANCE, rtol=1e-14))


def solve_last(times: Times, alpha: float, constant: float, futility: Times, *, two_sided: bool) -> Times:
    """Find the last critical value when the others are constant (Haybittle and Peto; eq. 7)."""
    spent = tuple(0.0 for _ in times[:-1])
    before: Going | None = None
    used = 0.0
    for k, time in enumerate(times[:-1]):
        used += (2 if two_sided else 1) * chance_above(before, time, 0.0, constant)
        lower = -constant if two_sided else futility[k] if futility else -math.inf
        before = after(before, time, times[k + 1] - time, 0.0, lower=lower, upper=constant)
    if used >= alpha:
        message = f"looks at {constant} spend {used:.4g} of {alpha}"
        raise refuse("STAT-007", message, "parameter", "give a larger constant")
    last = critical_of(before, 1.0, (alpha - used) / (2 if two_sided else 1))
    return (*(constant for _ in spent), last)


def solve_spending(times: Times, spent: Times, futility: Times, *, two_sided: bool) -> Times:
    """Find the critical values that spend given amounts up to each look (eq. 8)."""
    before: Going | None = None
    critical: list[float] = []
    for k, time in enumerate(times):
        share = (spent[k] - (spent[k - 1] if k else 0.0)) / (2 if two_sided else 1)
        upper = critical_of(before, time, share)
        critical.append(upper)
        if k + 1 < len(times):
            lower = -upper if two_sided else futility[k] if futility else -math.inf
            if lower >= upper:
                check_apart(tuple(critical), futility)
            before = after(before, time, times[k + 1] - time, 0.0, lower=lower, upper=upper)
    return tuple(critical)


def critical_of(before: Going | None, time: float, share: float) -> float:
    """Return the value of Z with ``share`` of the error above it among those that reach the look."""
    if share <= 0:
        return math.inf
    if before is None:
        return -float(special.ndtri(share))
    if share >= float(before.mass.sum()):
        raise unreachable(time)
    return root(lambda z: chance_above(before, time, 0.0, z) - share, -FAR, FAR)


def unreachable(time: float) -> StatisticsError:
    """Make the error for error that cannot be spent any more (STAT-007)."""
    message = f"fewer trials reach information {time:g} than must stop there"
    return refuse("STAT-007", message, "futility", "lower the futility bounds or spend earlier")
