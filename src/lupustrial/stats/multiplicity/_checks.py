"""Checks of p values, names and correlations given to the multiple tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, Values, refuse

#: Sums and matrices may miss what they must be by this much, which is rounding.
ROUNDING = 1e-9
#: Below this eigenvalue the statistics are one another's copies, and the correlation is refused.
SMALLEST_EIGENVALUE = 1e-6
#: Most hypotheses of which all intersections are tested.
MOST = 15

Correlation = float | Sequence[Sequence[float]] | NDArray[np.generic]


def checked_p_values(p_values: Values) -> Floats:
    """Return the p values as an array, at least one, or raise STAT-060 with every one at fault."""
    try:
        array = np.asarray(p_values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    hint = "give a list of numbers from 0 to 1, one a hypothesis; a test not done has no p value"
    if array.ndim != 1 or array.size == 0:
        raise refuse("STAT-060", "not a list of p values", "p_values", hint)
    faults = [
        Fault(id="STAT-060", message=f"{value} is not between 0 and 1", place=f"p_values[{index}]", hint=hint)
        for index, value in enumerate(array.tolist())
        if not 0 <= value <= 1
    ]
    if faults:
        raise StatisticsError(faults)
    return array


def checked_names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Return the names of ``count`` hypotheses, H1, H2, … where none are given, or raise STAT-063."""
    if names is None:
        return tuple(f"H{number}" for number in range(1, count + 1))
    if isinstance(names, str) or len(names) != count or len(set(names)) != count:
        hint = "give each hypothesis one name of its own"
        raise refuse("STAT-063", f"{names!r} does not name {count} hypotheses apart", "names", hint)
    return tuple(names)


def same_number(p_values: Floats, count: int) -> None:
    """Raise STAT-060 unless there is one p value for each of ``count`` hypotheses."""
    if p_values.size != count:
        message = f"{p_values.size} p values for {count} hypotheses"
        raise refuse("STAT-060", message, "p_values", "give one p value a hypothesis, in the same order")


def check_intersections(count: int) -> None:
    """Raise STAT-065 where there are too many hypotheses for all their intersections."""
    if count > MOST:
        message = f"{count} hypotheses have 2^{count} - 1 intersections; at most {MOST} are tested"
        raise refuse("STAT-065", message, "p_values", "use graph_test, which needs no intersections")


def checked_groups(
    groups: Sequence[Sequence[str]] | None, names: tuple[str, ...], *, place: str
) -> tuple[tuple[int, ...], ...]:
    """Return groups of names as positions; all of them in one group where none are given (STAT-063)."""
    if groups is None:
        return (tuple(range(len(names))),)
    members = [name for group in groups for name in group]
    if len(members) != len(names) or set(members) != set(names) or not all(groups):
        hint = f"put each of {', '.join(names)} into exactly one of them, none empty"
        raise refuse("STAT-063", f"{groups!r} is no partition of the hypotheses", place, hint)
    return tuple(tuple(names.index(name) for name in group) for group in groups)


def checked_correlation(correlation: Correlation, count: int, groups: Sequence[Sequence[int]]) -> Floats:
    """Return the correlation matrix; a number is the correlation of every two statistics (STAT-064).

    Only the blocks of ``groups`` are looked at: what lies outside may be missing.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    if matrix.ndim == 0:
        matrix = np.where(np.eye(count, dtype=bool), 1.0, matrix)
    if matrix.shape != (count, count):
        message = f"shape {matrix.shape} for {count} hypotheses"
        raise refuse("STAT-064", message, "correlation", "give one row and one column a hypothesis")
    for group in groups:
        fault = _block_fault(matrix[np.ix_(group, group)])
        if fault:
            hint = "give correlations of the test statistics, 1 on the diagonal; copies are one hypothesis"
            raise refuse("STAT-064", fault, "correlation", hint)
    return matrix


def _block_fault(block: Floats) -> str:
    if not np.isfinite(block).all():
        return "a correlation within a group is missing"
    if np.abs(np.diag(block) - 1).max() > ROUNDING or np.abs(block - block.T).max() > ROUNDING:
        return "the matrix is not symmetric with 1 on its diagonal"
    smallest = float(np.linalg.eigvalsh(block).min())
    if smallest < SMALLEST_EIGENVALUE:
        return f"the matrix is not positive definite (smallest eigenvalue {smallest:.3g})"
    return ""
