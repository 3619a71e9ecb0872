"""The size at which a power that rises with n is reached, before rounding."""

from __future__ import annotations

from collections.abc import Callable

from lupustrial.stats._arguments import refuse
from lupustrial.stats.power._checks import inflate_for_dropout, round_up
from lupustrial.stats.power._results import OneSampleSize, SampleSize

LARGEST = 1e9
NARROW = 1e-12


def solve(power_of: Callable[[float], float], wanted: float, least: float) -> float:
    """Return the n at which the power is reached, from ``least`` on; refuse a billion (STAT-007)."""
    if power_of(least) >= wanted:
        return least
    low, high = least, 2 * least
    while power_of(high) < wanted:
        low, high = high, 2 * high
        if high > LARGEST:
            raise refuse("STAT-007", "no size below a billion", "effect", "the effect is next to none")
    while high - low > NARROW * high:
        middle = (low + high) / 2
        low, high = (middle, high) if power_of(middle) < wanted else (low, middle)
    return high


def two_groups(
    method: str, n2: float, *, power: float, alpha: float, ratio: float, alternative: str, dropout: float
) -> SampleSize:
    """Make the record of two groups from the size of the second."""
    n1, whole1, whole2 = ratio * n2, round_up(ratio * n2), round_up(n2)
    return SampleSize(
        method=method,
        n1=whole1,
        n2=whole2,
        n1_unrounded=n1,
        n2_unrounded=n2,
        power=power,
        alpha=alpha,
        alternative=alternative,
        dropout=dropout,
        n1_enrolled=inflate_for_dropout(n=whole1, dropout=dropout),
        n2_enrolled=inflate_for_dropout(n=whole2, dropout=dropout),
    )


def one_group(
    method: str, n: float, *, power: float, alpha: float, alternative: str, dropout: float
) -> OneSampleSize:
    """Make the record of one group."""
    whole = round_up(n)
    return OneSampleSize(
        method=method,
        n=whole,
        n_unrounded=n,
        power=power,
        alpha=alpha,
        alternative=alternative,
        dropout=dropout,
        n_enrolled=inflate_for_dropout(n=whole, dropout=dropout),
    )
