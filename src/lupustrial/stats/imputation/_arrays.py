"""Checks of tables with missing values, shared by the methods of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, refuse

Flags = NDArray[np.bool_]
Integers = NDArray[np.intp]

_TABLE = 2


def table(name: str, values: Any) -> Floats:
    """Return a two-dimensional float array that may hold NaN but nothing infinite (STAT-002)."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.ndim != _TABLE or 0 in array.shape or np.isinf(array).any():
        hint = "give numbers of shape (participants, columns), NaN where missing"
        raise refuse("STAT-002", "not a table of numbers (infinite, text, ragged or empty)", name, hint)
    return array


def visit_table(name: str, values: Any) -> Floats:
    """Return a table with at least two visits and one observed value (STAT-002, STAT-003)."""
    array = table(name, values)
    if array.shape[1] < _TABLE or np.isnan(array).all():
        hint = "one visit is analysed by ANCOVA or impute_conditional"
        raise refuse("STAT-003", "fewer than 2 visits, or nothing observed", name, hint)
    return array


def matrix(name: str, values: Any, *, rows: int) -> Floats:
    """Return a complete matrix with ``rows`` rows (STAT-002); one column may be given as a list."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != _TABLE or len(array) != rows or not np.isfinite(array).all():
        hint = f"give {rows} rows of finite numbers; impute or code missing covariates first"
        raise refuse("STAT-002", "not a complete table of numbers, one row a participant", name, hint)
    return array


def covariate_matrix(values: Any | None, *, rows: int) -> Floats:
    """Return complete covariates as a matrix; without columns where there are none (STAT-002)."""
    return np.empty((rows, 0)) if values is None else matrix("covariates", values, rows=rows)


def check_arm(name: str, arm: object, arms: tuple[Any, ...]) -> None:
    """Raise if ``arm`` is not one of the arms (STAT-010)."""
    if arm not in arms:
        hint = f"name one of {', '.join(map(str, arms))}"
        raise refuse("STAT-010", f"{arm!r} is not an arm", name, hint)


def labels(name: str, values: Sequence[Any] | NDArray[Any], *, n: int) -> tuple[tuple[Any, ...], Integers]:
    """Return the sorted distinct labels and the index of each participant's (STAT-010)."""
    given = np.asarray(values)
    unusable = any(value in (None, "") or value != value for value in given.ravel().tolist())  # noqa: PLR0124 - NaN
    if given.shape != (n,) or unusable:
        message = f"labels of shape {given.shape} for {n} participants, or missing ones"
        raise refuse("STAT-010", message, name, "give one label a participant, none missing")
    distinct, index = np.unique(given, return_inverse=True)
    return tuple(distinct.tolist()), index.astype(np.intp)


def check_count(name: str, value: object, *, least: int) -> int:
    """Return a whole number of at least ``least`` (STAT-007)."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise refuse("STAT-007", f"{value!r} is not a whole number of at least {least}", name, "give more")
    return int(value)


def check_seed(seed: int) -> int:
    """Return the seed: a whole number of at least 0 that the caller states (STAT-007)."""
    return check_count("seed", seed, least=0)
