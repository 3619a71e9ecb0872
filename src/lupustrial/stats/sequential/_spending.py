"""How much of an error rate is spent by a part of the information (eq. 9-13)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import special

from lupustrial.stats._arguments import check_choice, check_probabilities, refuse

#: Families; the last two take a parameter.
SPENDING = ("lan_demets_obrien_fleming", "lan_demets_pocock", "kim_demets", "hwang_shih_decani")
LARGEST = 100.0


def least_of(family: str) -> float:
    """Return the smallest parameter of a family."""
    return 1 / LARGEST**2 if family == "kim_demets" else -LARGEST


def check_spending(family: str, parameter: float | None, place: str = "parameter") -> None:
    """Raise on an unknown family (STAT-006), or a parameter that does not fit it (STAT-007)."""
    check_choice("spending", family, SPENDING)
    if family in SPENDING[:2]:
        if parameter is not None:
            raise refuse("STAT-007", f"{family} has no parameter", place, "leave the parameter out")
    elif parameter is None or not least_of(family) <= parameter <= LARGEST:
        hint = f"give e.g. 2 for kim_demets (above 0), -4 for hwang_shih_decani, at most {LARGEST} in size"
        raise refuse("STAT-007", f"a parameter of {parameter!r} for {family}", place, hint)


def spent_at(family: str, parameter: float | None, level: float, time: float) -> float:
    """Return what is spent at an information time of 0 to 1; arguments are checked already."""
    if time >= 1:
        return level
    if family == "lan_demets_obrien_fleming":
        return 2 * float(special.ndtr(special.ndtri(level / 2) / math.sqrt(time))) if time > 0 else 0.0
    if family == "lan_demets_pocock":
        return level * math.log1p((math.e - 1) * time)
    value = float(parameter or 0.0)
    if family == "kim_demets":
        return float(level * time**value)
    return level * (math.expm1(-value * time) / math.expm1(-value) if value else time)


def error_spent(
    times: Sequence[float], *, level: float, spending: str, parameter: float | None = None
) -> tuple[float, ...]:
    """Return how much of a one-sided error rate is spent at each information time, cumulated.

    Args:
        times: Parts of the full information, each 0 or more; from 1 on everything is spent.
        level: Error rate to be spent, one-sided alpha or beta.
        spending: ``"lan_demets_obrien_fleming"`` (eq. 9), ``"lan_demets_pocock"`` (eq. 10), ``"kim_demets"``
            (eq. 11) or ``"hwang_shih_decani"`` (eq. 12).
        parameter: Of the last two: the power, above 0; gamma, any number (0 is linear).

    Returns:
        One number a time.

    Raises:
        StatisticsError: Unknown family (STAT-006); a level outside (0, 1), a time below 0 or a parameter that
            does not fit (STAT-007).
    """
    check_probabilities(level=level)
    check_spending(spending, parameter)
    for time in times:
        if not time >= 0:
            raise refuse("STAT-007", f"an information time of {time!r}", "times", "give parts from 0 to 1")
    return tuple(spent_at(spending, parameter, level, float(time)) for time in times)
