"""What a design costs and gives: chances to stop, power, information, inflation (eq. 15-18)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, check_probabilities, refuse
from lupustrial.stats.sequential._boundaries import root
from lupustrial.stats.sequential._plan import GroupSequentialDesign
from lupustrial.stats.sequential._recursion import stopping


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppingChances:
    """Where a trial stops, at one size of the effect.

    Attributes:
        drift: Mean of Z at the full information.
        reject: Chance, by look, to stop with the null hypothesis rejected in the direction of the effect.
        reject_other: Chance, by look, to stop with it rejected in the other direction (two-sided designs).
        futile: Chance, by look, to stop for futility; at the last look, to end without rejection.
        power: Chance to reject in the direction of the effect at some look.
        expected_information: Mean part of the full information that is used.
    """

    drift: float
    reject: tuple[float, ...]
    reject_other: tuple[float, ...]
    futile: tuple[float, ...]
    power: float
    expected_information: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignCharacteristics:
    """A design against the trial with one look, the same level and the same power.

    Attributes:
        power: Power asked for.
        drift: Mean of Z at the full information that gives it.
        inflation: Full information over that of the fixed design.
        expected_null: Mean information under the null hypothesis, over that of the fixed design.
        expected_half: The same at half the effect.
        expected_alternative: The same at the effect planned for.
    """

    power: float
    drift: float
    inflation: float
    expected_null: float
    expected_half: float
    expected_alternative: float


def stopping_chances(design: GroupSequentialDesign, *, drift: float) -> StoppingChances:
    """Return the chances to stop at each look when Z has mean ``drift`` at the full information (eq. 15).

    Args:
        design: As from `group_sequential_design`; futility stops are taken as obeyed.
        drift: Effect times the root of the full information, e.g. 3.24 for 90 % power at one look.

    Raises:
        StatisticsError: A drift that is not finite (STAT-007).
    """
    if not math.isfinite(drift):
        raise refuse("STAT-007", f"a drift of {drift!r}", "drift", "give effect times root information")
    above, below = stopping(design.information, design.critical, design.lowers, drift)
    nothing = np.zeros_like(below)
    two = design.sided == "two-sided"
    other = below if two else nothing
    futile = nothing.copy() if two else below
    if two:
        futile[-1] = max(0.0, 1 - float((above + below).sum()))
    stopped = above + below
    times = np.array(design.information)
    at = np.append(stopped[:-1], 1 - float(stopped[:-1].sum()))
    return StoppingChances(
        drift=drift,
        reject=_plain(above),
        reject_other=_plain(other),
        futile=_plain(futile),
        power=min(1.0, float(above.sum())),
        expected_information=float(at @ times),
    )


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def design_characteristics(design: GroupSequentialDesign, *, power: float = 0.8) -> DesignCharacteristics:
    """Compare a design with the trial of one look that has the same level and power (eq. 16-18).

    Args:
        design: As from `group_sequential_design`.
        power: Power wanted; in a two-sided design for rejection in the direction of the effect.

    Raises:
        StatisticsError: A power outside (0, 1), not above the level, or out of reach because futility stops
            too many (STAT-007).
    """
    check_probabilities(power=power)
    side = design.alpha / 2 if design.sided == "two-sided" else design.alpha
    if power <= side:
        raise refuse("STAT-007", f"a power of {power} at level {side}", "power", "give e.g. 0.8")
    fixed = float(special.ndtri(power) - special.ndtri(side))

    def missing(drift: float) -> float:
        return float(stopping(design.information, design.critical, design.lowers, drift)[0].sum()) - power

    high = fixed + 1.0
    while missing(high) < 0:
        high *= 1.5
        if high > 100 * (fixed + 1):
            message = f"a power of {power} is out of reach"
            raise refuse("STAT-007", message, "power", "lower the futility bounds")
    drift = root(missing, 0.0, high)
    inflation = (drift / fixed) ** 2
    expected = [stopping_chances(design, drift=d).expected_information for d in (0.0, drift / 2, drift)]
    return DesignCharacteristics(
        power=power,
        drift=drift,
        inflation=inflation,
        expected_null=inflation * expected[0],
        expected_half=inflation * expected[1],
        expected_alternative=inflation * expected[2],
    )
