"""Counting labels into tables, one a stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import refuse

Labels = Sequence[Any] | NDArray[np.generic]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossTable:
    """Counts of two labels within strata.

    Attributes:
        counts: Whole numbers, shape (strata, rows, columns); not to be written to.
        rows: Labels of the rows, sorted.
        columns: Labels of the columns, sorted.
        strata: Labels of the strata, sorted.
    """

    counts: NDArray[np.int64]
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    strata: tuple[Any, ...]


def _levels(labels: Labels, place: str) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    listed = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    if any(label is None or label != label for label in listed):  # noqa: PLR0124 - NaN is unlike itself
        raise refuse(
            "STAT-002", "missing labels", place, "drop participants with missing values, and report them"
        )
    try:
        levels = tuple(sorted(set(listed)))
    except TypeError:
        message, hint = "labels that cannot be sorted", "give all texts or all numbers"
        raise refuse("STAT-002", message, place, hint) from None
    at = {label: code for code, label in enumerate(levels)}
    return levels, np.array([at[label] for label in listed], dtype=np.intp)


def cross_tabulate(rows: Labels, columns: Labels, strata: Labels | None = None) -> CrossTable:
    """Count participants by row, column and stratum, for `generalised_cmh`.

    Args:
        rows: A label a participant, e.g. the arm; all texts or all numbers.
        columns: A label a participant, e.g. the response.
        strata: A label a participant; by default everybody is in one stratum.

    Returns:
        Counts and the labels of their axes in sorted order (texts by code point, as SAS sorts them).

    Raises:
        StatisticsError: Missing labels or kinds that cannot be sorted together (STAT-002), nobody or lists of
            different length (STAT-003).
    """
    strata = [0] * len(rows) if strata is None else strata
    sizes = [len(rows), len(columns), len(strata)]
    if len(set(sizes)) > 1 or not sizes[0]:
        message = f"{sizes[0]} rows, {sizes[1]} columns, {sizes[2]} strata"
        raise refuse("STAT-003", message, "rows, columns, strata", "give one label of each a participant")
    row_levels, row_codes = _levels(rows, "rows")
    column_levels, column_codes = _levels(columns, "columns")
    stratum_levels, stratum_codes = _levels(strata, "strata")
    counts = np.zeros((len(stratum_levels), len(row_levels), len(column_levels)), dtype=np.int64)
    np.add.at(counts, (stratum_codes, row_codes, column_codes), 1)
    counts.setflags(write=False)
    return CrossTable(counts=counts, rows=row_levels, columns=column_levels, strata=stratum_levels)
