"""What a design is made of: columns of numbers (covariates) and of texts (factors), without missing rows."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError, closest
from lupustrial.stats._arguments import Floats, refuse

Column = Sequence[object] | NDArray[np.generic]
Columns = Mapping[str, Column]
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Factor:
    """A variable of texts: ``levels[codes[i]]`` is the level of row i; the first level is the reference."""

    levels: tuple[str, ...]
    codes: Codes

    def kept(self, rows: NDArray[np.bool_]) -> Factor:
        """Return the factor of some rows; levels that do not occur there are gone."""
        present, codes = np.unique(self.codes[rows], return_inverse=True)
        return Factor(tuple(self.levels[place] for place in present), codes.astype(np.intp))


@dataclass(frozen=True, slots=True)
class Raw:
    """A column as it was read, with the rows in which it is missing."""

    variable: Factor | Floats
    missing: NDArray[np.bool_]


def read_column(name: str, values: Column, *, order: Sequence[str] | None, reference: str | None) -> Raw:
    """Read numbers as a covariate and texts as a factor; ``None``, NaN and ``""`` are missing.

    Raises:
        StatisticsError: Infinite numbers (STAT-002); neither numbers nor texts, an unknown level (STAT-010).
    """
    array = np.asarray(values) if isinstance(values, np.ndarray) else np.empty(0, dtype=np.object_)
    if array.ndim != 1:
        raise refuse("STAT-010", f"{array.ndim} dimensions", name, "give one value for each row")
    if array.dtype.kind in "biuf":
        return _covariate(name, array.astype(np.float64))
    cells = list(values)
    if all(isinstance(cell, str) or _is_missing(cell) for cell in cells) and not all(map(_is_missing, cells)):
        return _factor(name, cells, order=order, reference=reference)
    try:
        numbers = [math.nan if _is_missing(cell) else float(cell) for cell in cells]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) < len(cells) or any(isinstance(cell, str) and cell for cell in cells):
        message, hint = "neither numbers nor texts", "give numbers for a covariate, texts for a factor"
        raise refuse("STAT-010", message, name, hint)
    return _covariate(name, np.array(numbers, dtype=np.float64))


def _is_missing(cell: object) -> bool:
    return (
        cell is None or (isinstance(cell, str) and not cell) or (isinstance(cell, float) and math.isnan(cell))
    )


def _covariate(name: str, numbers: Floats) -> Raw:
    if np.isinf(numbers).any():
        raise refuse("STAT-002", "infinite values", name, "mend or drop them")
    return Raw(numbers, np.isnan(numbers))


def _factor(name: str, cells: Sequence[object], *, order: Sequence[str] | None, reference: str | None) -> Raw:
    found = sorted({str(cell) for cell in cells if isinstance(cell, str) and cell})
    unknown = [level for level in found if order is not None and level not in order]
    if unknown:
        hint = "list every level, in the order wanted"
        raise refuse("STAT-010", f"levels that are not listed: {', '.join(unknown)}", name, hint)
    levels = found if order is None else [level for level in dict.fromkeys(order) if level in found]
    if reference is not None:
        check_level(name, reference, levels)
        levels = [reference, *(level for level in levels if level != reference)]
    place = {level: place for place, level in enumerate(levels)}
    codes = np.array([place.get(cell, -1) for cell in cells], dtype=np.intp)  # type: ignore[call-overload]
    return Raw(Factor(tuple(levels), codes), codes < 0)


def first_seen(labels: Sequence[Hashable]) -> tuple[tuple[Hashable, ...], Codes]:
    """Return the distinct labels in order of first appearance, and the place of each label among them."""
    place: dict[Hashable, int] = {}
    codes = np.array([place.setdefault(label, len(place)) for label in labels], dtype=np.intp)
    return tuple(place), codes


def check_level(name: str, level: object, levels: Sequence[str]) -> None:
    """Raise if ``level`` does not occur (STAT-010)."""
    if level not in levels:
        hint = closest(str(level), levels) or f"one of: {', '.join(levels)}"
        raise refuse("STAT-010", f"{level!r} is not a level that occurs", name, hint)


def check_lengths(columns: Mapping[str, Raw]) -> None:
    """Raise unless all columns are equally long (STAT-010)."""
    sizes = {name: raw.missing.size for name, raw in columns.items()}
    if len(set(sizes.values())) > 1:
        message = ", ".join(f"{name} {size}" for name, size in sizes.items())
        hint = "give one value for each row in every column"
        raise StatisticsError(Fault(id="STAT-010", message=message, place="lengths of columns", hint=hint))
