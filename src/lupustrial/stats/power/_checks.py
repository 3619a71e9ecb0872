"""Checks that the methods of sample size and power share."""

from __future__ import annotations

import math

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import ALTERNATIVES, check_choice, check_probabilities, refuse

_SLACK = 1e-9  # of a person, so that 12.000000000000002 is not rounded up to 13


def check_sizes(*, least: int = 1, **sizes: int) -> None:
    """Raise with every group of fewer than ``least`` participants, or of a part of one (STAT-001)."""
    hint = f"give at least {least} participant{'s' if least > 1 else ''}, whole"
    faults = [
        Fault(id="STAT-001", message=f"a group of {n!r}", place=name, hint=hint)
        for name, n in sizes.items()
        if not least <= n < math.inf or n != int(n)
    ]
    if faults:
        raise StatisticsError(faults)


def check_rates(**rates: float) -> None:
    """Raise with every value outside 0 to 1, both included (STAT-007)."""
    hint = "give a rate between 0 and 1"
    faults = [
        Fault(id="STAT-007", message=f"{p!r} is not a rate", place=name, hint=hint)
        for name, p in rates.items()
        if not 0 <= p <= 1
    ]
    if faults:
        raise StatisticsError(faults)


def check_positive(**values: float) -> None:
    """Raise with every value that is not above 0 and finite (STAT-007)."""
    faults = [
        Fault(id="STAT-007", message=f"{value!r} is not above 0", place=name, hint="give a positive number")
        for name, value in values.items()
        if not 0 < value < math.inf
    ]
    if faults:
        raise StatisticsError(faults)


def check_finite(**values: float) -> None:
    """Raise with every value that is missing or infinite (STAT-002)."""
    faults = [
        Fault(id="STAT-002", message=f"{value!r} is not a number", place=name, hint="give a finite number")
        for name, value in values.items()
        if not math.isfinite(value)
    ]
    if faults:
        raise StatisticsError(faults)


def check_plan(*, power: float, alpha: float, ratio: float, alternative: str, dropout: float) -> None:
    """Check what every sample size is asked with (STAT-006, STAT-007)."""
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(power=power, alpha=alpha)
    if power <= alpha:
        message = f"a power of {power} at a level of {alpha}"
        raise refuse("STAT-007", message, "power", "ask for more power than the level: that needs nobody")
    if not 0 < ratio < math.inf:
        raise refuse("STAT-007", f"a ratio of {ratio!r}", "ratio", "participants of group 1 per one of 2")
    check_dropout(dropout)


def check_dropout(dropout: float) -> None:
    """Raise unless the dropout lies from 0 to below 1 (STAT-007)."""
    if not 0 <= dropout < 1:
        raise refuse("STAT-007", f"a dropout of {dropout!r}", "dropout", "give a share from 0 to below 1")


def check_direction(effect: float, alternative: str, place: str) -> None:
    """Raise where the assumed effect is none, or lies on the side that is not tested (STAT-007)."""
    if effect == 0:
        raise refuse("STAT-007", "the assumed effect is none", place, "no size can show a difference of zero")
    if (alternative == "greater" and effect < 0) or (alternative == "less" and effect > 0):
        message = f"the assumed effect lies against the alternative {alternative!r}"
        raise refuse("STAT-007", message, place, "swap the groups or name the other alternative")


def round_up(n: float) -> int:
    """Round a size up, but not for an error of the last digits."""
    return max(1, math.ceil(n - _SLACK))


def inflate_for_dropout(*, n: int, dropout: float) -> int:
    """Return how many must enter so that ``n`` are expected to stay (power.md, eq. 14).

    Args:
        n: Participants needed for the analysis, at least 1.
        dropout: Share that is expected to leave without an outcome, from 0 to below 1.

    Returns:
        n / (1 - dropout), rounded up.

    Raises:
        StatisticsError: A size below 1 (STAT-001), a share outside [0, 1) (STAT-007).
    """
    check_sizes(n=n)
    check_dropout(dropout)
    return round_up(n / (1 - dropout))
