"""What a printed figure says: an interval of values that round to it, and the order statistics behind it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Statistic = Literal["count", "mean", "sd", "median", "q1", "q3", "min", "max"]

#: Probability of each quantile.
QUANTILES: dict[str, Fraction] = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}


@dataclass(frozen=True, slots=True)
class Position:
    """Of n sorted values: ``(1 - share) * value[rank] + share * value[rank + 1]``, ranks from 1."""

    rank: int
    share: Fraction


def half_width(printed: Decimal) -> Fraction:
    """Half a unit of the last printed digit: 0.005 for 31.58."""
    exponent = int(printed.as_tuple().exponent)
    return Fraction(10) ** exponent / 2


def position(statistic: str, size: int, definition: str) -> Position:
    """Where a quantile, minimum or maximum of `size` values lies.

    Args:
        statistic: ``q1``, ``median``, ``q3``, ``min`` or ``max``.
        size: Number of values, at least 1.
        definition: Hyndman-Fan definition, ``hf6`` (SPSS: rank (n + 1) p) or ``hf7`` (rank (n - 1) p + 1).
    """
    if statistic == "min":
        return Position(1, Fraction(0))
    if statistic == "max":
        return Position(size, Fraction(0))
    probability = QUANTILES[statistic]
    rank = (size + 1) * probability if definition == "hf6" else (size - 1) * probability + 1
    rank = min(max(rank, Fraction(1)), Fraction(size))
    whole = int(rank)
    return Position(whole, rank - whole)


def quantile(values: list[Fraction], statistic: str, definition: str) -> Fraction:
    """The quantile, minimum or maximum of values, exactly."""
    ordered = sorted(values)
    place = position(statistic, len(ordered), definition)
    low = ordered[place.rank - 1]
    return low if place.share == 0 else low + place.share * (ordered[place.rank] - low)


def agrees(value: Fraction, printed: Decimal) -> bool:
    """Whether a value rounds to the printed figure, however a value exactly between two digits is rounded."""
    return abs(value - Fraction(printed)) <= half_width(printed)


def agrees_root(square: Fraction, printed: Decimal) -> bool:
    """Whether the square root of `square` rounds to the printed figure (standard deviations), exactly."""
    low, high = Fraction(printed) - half_width(printed), Fraction(printed) + half_width(printed)
    return max(low, Fraction(0)) ** 2 <= square <= high**2


def variance(values: list[Fraction]) -> Fraction:
    """Sample variance (denominator n - 1), exactly."""
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
