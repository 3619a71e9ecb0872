"""Tipping points: how far the assumption must go until the conclusion changes (imputation.md, eq. 34)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scipy import optimize

from lupustrial.stats._arguments import check_probabilities, refuse


class Result(Protocol):
    """What an analysis must tell of an estimate."""

    @property
    def estimate(self) -> float:
        """The estimate."""

    @property
    def p_value(self) -> float:
        """Two-sided p."""

    @property
    def lower(self) -> float:
        """Lower confidence limit."""

    @property
    def upper(self) -> float:
        """Upper confidence limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TippingCurve:
    """Estimates along a series of deltas.

    Attributes:
        deltas: As asked for, from the mildest.
        estimates: One a delta.
        lower: Lower confidence limits.
        upper: Upper confidence limits.
        p_values: Two-sided.
        alpha: Two-sided level.
        tipping: The delta at which p reaches ``alpha``, between the last significant and the first
            non-significant delta; infinite where only the infinite one is not significant; None where
            there is none.
        first_not_significant: First delta of the series without significance on the side of the first;
            None where there is none.
        note: Why there is no tipping point; else empty.
    """

    deltas: tuple[float, ...]
    estimates: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    p_values: tuple[float, ...]
    alpha: float
    tipping: float | None
    first_not_significant: float | None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TippingGrid:
    """Estimates over deltas of two arms.

    Attributes:
        first: Deltas of the first arm; rows of the tables.
        second: Deltas of the second arm; columns of the tables.
        estimates: Table of estimates.
        p_values: Table of two-sided p.
        alpha: Two-sided level.
        significant: Table: whether p lies below ``alpha`` with the estimate on the side of the first cell's.
        boundary: For each delta of the first arm, the first delta of the second that is not significant;
            None where all are.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]
    estimates: tuple[tuple[float, ...], ...]
    p_values: tuple[tuple[float, ...], ...]
    alpha: float
    significant: tuple[tuple[bool, ...], ...]
    boundary: tuple[float | None, ...]


def tipping_curve(
    evaluate: Callable[[float], Result], deltas: Sequence[float], *, alpha: float = 0.05
) -> TippingCurve:
    """Evaluate a series of deltas and find where significance is lost (imputation.md, eq. 34).

    Args:
        evaluate: Gives the result at a delta. For imputations by random numbers keep the seed, so that the
            curve has no noise of its own.
        deltas: At least 2, from the mildest; strictly rising or falling; the last may be infinite
            (on the odds scale: non-responder imputation or its opposite).
        alpha: Two-sided level.

    Returns:
        The curve and its tipping point, found to 1e-6 of the transformed delta d / (1 + |d|).

    Raises:
        StatisticsError: Level out of range (STAT-007), a series that is too short or not monotone (STAT-010).
    """
    check_probabilities(alpha=alpha)
    series = _series("deltas", deltas, least=2)
    results = [evaluate(delta) for delta in series]
    side = math.copysign(1.0, results[0].estimate)
    lost = next((i for i, result in enumerate(results) if not _held(result, side, alpha)), None)
    tipping, note = None, ""
    if lost is None:
        note = "significant at every delta; go further"
    elif lost == 0:
        note = "not significant at the first delta; there is no conclusion to tip"
    else:
        tipping = _crossing(evaluate, series[lost - 1], series[lost], side=side, alpha=alpha)
    return TippingCurve(
        deltas=series,
        estimates=tuple(result.estimate for result in results),
        lower=tuple(result.lower for result in results),
        upper=tuple(result.upper for result in results),
        p_values=tuple(result.p_value for result in results),
        alpha=alpha,
        tipping=tipping,
        first_not_significant=None if lost is None else series[lost],
        note=note,
    )


def _held(result: Result, side: float, alpha: float) -> bool:
    """Return whether the result is significant on the side of the first."""
    return result.p_value < alpha and result.estimate * side > 0


def _crossing(
    evaluate: Callable[[float], Result], low: float, high: float, *, side: float, alpha: float
) -> float:
    """Return the delta between two at which p reaches alpha (the step, where p jumps)."""

    def excess(u: float) -> float:
        result = evaluate(_stretch(u))
        return (result.p_value if result.estimate * side > 0 else 1.0) - alpha

    return _stretch(float(optimize.brentq(excess, _shrink(low), _shrink(high), xtol=1e-6)))


def _shrink(delta: float) -> float:
    return math.copysign(1.0, delta) if math.isinf(delta) else delta / (1 + abs(delta))


def _stretch(u: float) -> float:
    return math.copysign(math.inf, u) if abs(u) >= 1 else u / (1 - abs(u))


def tipping_grid(
    evaluate: Callable[[float, float], Result],
    first: Sequence[float],
    second: Sequence[float],
    *,
    alpha: float = 0.05,
) -> TippingGrid:
    """Evaluate deltas of two arms against each other.

    Args:
        evaluate: Gives the result at a delta of the first and one of the second arm.
        first: Deltas of the first arm, from the mildest, strictly rising or falling.
        second: Deltas of the second arm, likewise.
        alpha: Two-sided level.

    Returns:
        Tables with a row for each delta of ``first``.

    Raises:
        StatisticsError: Level out of range (STAT-007), a series that is not monotone (STAT-010).
    """
    check_probabilities(alpha=alpha)
    rows, columns = _series("first", first, least=1), _series("second", second, least=1)
    results = [[evaluate(a, b) for b in columns] for a in rows]
    side = math.copysign(1.0, results[0][0].estimate)
    significant = tuple(tuple(_held(result, side, alpha) for result in row) for row in results)
    return TippingGrid(
        first=rows,
        second=columns,
        estimates=tuple(tuple(result.estimate for result in row) for row in results),
        p_values=tuple(tuple(result.p_value for result in row) for row in results),
        alpha=alpha,
        significant=significant,
        boundary=tuple(
            next((b for b, held in zip(columns, row, strict=True) if not held), None) for row in significant
        ),
    )


def _series(name: str, deltas: Sequence[float], *, least: int) -> tuple[float, ...]:
    series = tuple(float(delta) for delta in deltas)
    steps = [b - a for a, b in itertools.pairwise(series)]
    if len(series) < least or any(map(math.isnan, series)) or not (
        all(step > 0 for step in steps) or all(step < 0 for step in steps)
    ):  # fmt: skip
        hint = f"give at least {least} numbers that rise or fall strictly, the mildest first"
        raise refuse("STAT-010", "not a series of deltas", name, hint)
    return series
