"""Checks of what a caller gives; every fault is reported at once, with a stable STAT id."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError, closest

Floats = NDArray[np.float64]
Values = Sequence[float] | NDArray[np.generic]
Counts = int | Sequence[int] | NDArray[np.integer[Any]]

ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True, slots=True)
class Table:
    """A 2x2 table: ``x1`` events of ``n1`` against ``x2`` of ``n2``."""

    x1: int
    n1: int
    x2: int
    n2: int

    @property
    def n(self) -> int:
        """Everybody."""
        return self.n1 + self.n2

    @property
    def events(self) -> int:
        """Events in both groups together."""
        return self.x1 + self.x2

    @property
    def p1(self) -> float:
        """Proportion in the first group."""
        return self.x1 / self.n1

    @property
    def p2(self) -> float:
        """Proportion in the second group."""
        return self.x2 / self.n2

    @property
    def degenerate(self) -> bool:
        """Whether everybody has the same outcome, so that only one table fits the margins."""
        return self.events in {0, self.n}

    @property
    def has_zero_cell(self) -> bool:
        """Whether one of the four cells is empty."""
        return 0 in (self.x1, self.n1 - self.x1, self.x2, self.n2 - self.x2)

    def __str__(self) -> str:
        """Write as in a paper: ``16/29 v 9/30``."""
        return f"{self.x1}/{self.n1} v {self.x2}/{self.n2}"


def refuse(fault_id: str, message: str, place: str, hint: str) -> StatisticsError:
    """Make the error for one fault."""
    return StatisticsError(Fault(id=fault_id, message=message, place=place, hint=hint))


def _count_faults(x: object, n: object, *, x_name: str, n_name: str) -> list[Fault]:
    faults = []
    numbers: dict[str, int] = {}
    for name, value in ((x_name, x), (n_name, n)):
        try:
            numbers[name] = operator.index(value)  # type: ignore[arg-type]  # that it may fail is the point
        except TypeError:
            hint = "give whole numbers, not proportions or percentages"
            faults.append(Fault(id="STAT-001", message=f"{value!r} is not a count", place=name, hint=hint))
    if n_name in numbers and numbers[n_name] < 1:
        message = f"a group of {numbers[n_name]} has no proportion"
        faults.append(Fault(id="STAT-001", message=message, place=n_name, hint="give at least 1 participant"))
    elif not faults and not 0 <= numbers[x_name] <= numbers[n_name]:
        message = f"{numbers[x_name]} events among {numbers[n_name]} participants"
        hint = f"{x_name} must lie between 0 and {n_name}"
        faults.append(Fault(id="STAT-001", message=message, place=x_name, hint=hint))
    return faults


def checked_count(*, x: int, n: int) -> tuple[int, int]:
    """Return ``x`` of ``n`` as plain integers, or raise with every fault (STAT-001)."""
    faults = _count_faults(x, n, x_name="x", n_name="n")
    if faults:
        raise StatisticsError(faults)
    return operator.index(x), operator.index(n)


def checked_table(*, x1: int, n1: int, x2: int, n2: int) -> Table:
    """Return the table with plain integers, or raise with every fault (STAT-001)."""
    faults = _count_faults(x1, n1, x_name="x1", n_name="n1") + _count_faults(x2, n2, x_name="x2", n_name="n2")
    if faults:
        raise StatisticsError(faults)
    return Table(operator.index(x1), operator.index(n1), operator.index(x2), operator.index(n2))


def checked_tables(*, x1: Counts, n1: Counts, x2: Counts, n2: Counts) -> tuple[Floats, ...]:
    """Return the counts of many tables as float arrays of one shape, or raise with every fault (STAT-001)."""
    faults, arrays = [], {}
    for name, values in {"x1": x1, "n1": n1, "x2": x2, "n2": n2}.items():
        array = np.asarray(values)
        if array.dtype.kind in "iu" or array.size == 0:
            arrays[name] = array.astype(np.float64)
        else:
            hint = "give arrays of whole numbers, not proportions or percentages"
            faults.append(Fault(id="STAT-001", message="not an array of counts", place=name, hint=hint))
    if faults:
        raise StatisticsError(faults)
    try:
        together = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        hint = "give arrays of one shape, or single numbers"
        raise refuse("STAT-001", f"the shapes do not fit: {shapes}", "x1, n1, x2, n2", hint) from error
    for group in ("1", "2"):
        x, n = together[0 if group == "1" else 2], together[1 if group == "1" else 3]
        wrong = np.flatnonzero((n < 1) | (x < 0) | (x > n))
        if wrong.size:
            at = wrong[0]
            message = f"{x.flat[at]:.0f} events among {n.flat[at]:.0f} participants (table {at})"
            hint = f"x{group} must lie between 0 and n{group}, and n{group} be at least 1"
            faults.append(Fault(id="STAT-001", message=message, place=f"x{group}, n{group}", hint=hint))
    if faults:
        raise StatisticsError(faults)
    return tuple(together)


def checked_values(*, least: int, **groups: Values) -> tuple[Floats, ...]:
    """Return each group as a one-dimensional float array, or raise with every fault (STAT-002, STAT-003)."""
    faults, arrays = [], []
    for name, values in groups.items():
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.array([np.nan])
        if array.ndim != 1 or not np.isfinite(array).all():
            message = "not a list of finite numbers (missing, infinite, text or nested)"
            hint = "drop missing values first and report how many there were"
            faults.append(Fault(id="STAT-002", message=message, place=name, hint=hint))
        elif array.size < least:
            message = f"{array.size} values where the method needs at least {least}"
            hint = "report the values themselves instead of a statistic"
            faults.append(Fault(id="STAT-003", message=message, place=name, hint=hint))
        arrays.append(array)
    if faults:
        raise StatisticsError(faults)
    return tuple(arrays)


def check_probabilities(**probabilities: float) -> None:
    """Raise with every value that does not lie strictly between 0 and 1 (STAT-007)."""
    hint = "give a number strictly between 0 and 1, e.g. 0.95"
    faults = [
        Fault(id="STAT-007", message=f"{value!r} is not between 0 and 1", place=name, hint=hint)
        for name, value in probabilities.items()
        if not 0 < value < 1
    ]
    if faults:
        raise StatisticsError(faults)


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """Raise if ``value`` is not one of the known options (STAT-006)."""
    if value not in known:
        hint = closest(value, known) or f"one of: {', '.join(known)}"
        raise refuse("STAT-006", f"{value!r} is not an option", name, hint)
