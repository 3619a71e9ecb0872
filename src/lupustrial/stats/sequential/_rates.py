"""Power of group sequential trials of two rates, and conditional power (eq. 30-34)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import refuse
from lupustrial.stats.sequential._characteristics import StoppingChances, stopping_chances
from lupustrial.stats.sequential._combination import check_one_sided
from lupustrial.stats.sequential._conditional import further_rejection
from lupustrial.stats.sequential._fisher_product import FisherDesign
from lupustrial.stats.sequential._plan import GroupSequentialDesign
from lupustrial.stats.sequential._stage_data import checked_stages


@dataclass(frozen=True, kw_only=True, slots=True)
class SequentialPower:
    """Power of a group sequential trial of two rates.

    Attributes:
        power: Chance to reject at some look, in the direction of the effect.
        expected_n: Mean number of participants, both groups together.
        n: Participants at the last look.
        chances: Where the trial stops.
    """

    power: float
    expected_n: float
    n: float
    chances: StoppingChances


@dataclass(frozen=True, slots=True)
class _Rates:
    """Standard deviations of the difference for one participant in all, under both hypotheses (eq. 30)."""

    difference: float
    null: float
    alternative: float

    def total_drift(self, n: float, level: float) -> float:
        """Return the mean of a standard normal statistic that has the power of the pooled test (eq. 31)."""
        critical = -float(special.ndtri(level))
        return self.difference * math.sqrt(n) / self.alternative + critical * (
            1 - self.null / self.alternative
        )


def _checked_rates(p1: float, p2: float, ratio: float) -> _Rates:
    hint = "give a rate between 0 and 1, not 0 or 1 in both groups"
    faults = [
        Fault(id="STAT-007", message=f"{p!r} is not a rate", place=name, hint=hint)
        for name, p in (("p1", p1), ("p2", p2))
        if not 0 <= p <= 1
    ]
    if not 0 < ratio < math.inf:
        hint = "participants of group 1 per one of 2"
        faults.append(Fault(id="STAT-007", message=f"a ratio of {ratio!r}", place="ratio", hint=hint))
    if faults:
        raise StatisticsError(faults)
    alternative = p1 * (1 - p1) + ratio * p2 * (1 - p2)
    if alternative == 0:
        raise refuse("STAT-007", f"rates of {p1} and {p2} without spread", "p1, p2", hint)
    pooled = (ratio * p1 + p2) / (1 + ratio)
    scale = (1 + ratio) / ratio
    null = (1 + ratio) * pooled * (1 - pooled)
    return _Rates(p1 - p2, math.sqrt(scale * null), math.sqrt(scale * alternative))


def power_sequential_rates(
    design: GroupSequentialDesign, *, p1: float, p2: float, n: float, ratio: float = 1.0
) -> SequentialPower:
    """Return power and expected size of a group sequential trial of two rates (normal approximation, eq. 31).

    Args:
        design: As from `group_sequential_design`. One-sided designs ask whether p1 is higher.
        p1: True rate in the first group.
        p2: True rate in the second group.
        n: Participants at the last look, both groups together.
        ratio: Participants in the first group for each in the second.

    Raises:
        StatisticsError: A rate, ratio or size out of range (STAT-007).
    """
    rates = _checked_rates(p1, p2, ratio)
    if not 0 < n < math.inf:
        raise refuse("STAT-007", f"{n!r} participants", "n", "give the number of both groups together")
    level = design.alpha
    if design.sided == "two-sided":
        level, rates = level / 2, _Rates(abs(rates.difference), rates.null, rates.alternative)
    chances = stopping_chances(design, drift=rates.total_drift(n, level))
    return SequentialPower(
        power=chances.power, expected_n=n * chances.expected_information, n=n, chances=chances
    )


def conditional_power_rates(
    design: GroupSequentialDesign | FisherDesign,
    *,
    x1: Sequence[int],
    n1: Sequence[int],
    x2: Sequence[int],
    n2: Sequence[int],
    planned: Sequence[float],
    p1: float,
    p2: float,
    ratio: float = 1.0,
) -> tuple[float, ...]:
    """Return the chance to reject up to each later stage, given the stages so far (eq. 32-34).

    Args:
        design: One-sided, as from `group_sequential_design` or `fisher_design`.
        x1: Responders of the first group in each stage so far; of the stage alone, as are the others.
        n1: Participants of the first group in each stage so far.
        x2: Responders of the second group in each stage so far.
        n2: Participants of the second group in each stage so far.
        planned: Participants of both groups together in each later stage, up to the last of the design.
        p1: Rate assumed for the first group from now on.
        p2: Rate assumed for the second group from now on.
        ratio: Participants in the first group for each in the second from now on.

    Returns:
        One chance a later stage, never falling. Stages that already rejected are taken as gone on from.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), numbers of stages that do not fit (STAT-003), a
            rate, ratio or size out of range or a two-sided design (STAT-007), more than 4 later stages of
            Fisher's product (STAT-008).
    """
    check_one_sided(design)
    rates = _checked_rates(p1, p2, ratio)
    scores = checked_stages(x1, n1, x2, n2, most=len(design.critical) - 1).scores()
    sizes = np.array([float(size) for size in planned])
    if sizes.size != len(design.critical) - scores.size:
        message = f"{sizes.size} later stages where {len(design.critical) - scores.size} are left"
        raise refuse("STAT-003", message, "planned", "give one number a later stage")
    if not ((sizes > 0) & (sizes < np.inf)).all():
        raise refuse("STAT-007", f"{list(planned)} participants", "planned", "give numbers above 0")
    error = float(further_rejection(design, scores, np.zeros_like(sizes))[-1])
    error = min(max(error, 1e-300), 1 - 1e-16)
    total = float(sizes.sum())
    shifts = rates.total_drift(total, error) * np.sqrt(sizes / total)
    return tuple(float(chance) for chance in further_rejection(design, scores, shifts))
