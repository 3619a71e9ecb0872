"""The seam between rules and back ends.

Rules take columns and use operators only (``& | ~ >= + *``), so that the same function runs on Polars
expressions and on NumPy arrays. The two things that operators cannot say stand here. A further back end
(Numba, JAX) is added by teaching these two functions, not by writing a rule twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add, or_
from typing import Any

import numpy as np
import polars as pl

#: A column of integers or Booleans without missing values: ``pl.Expr`` or ``numpy.ndarray``.
Column = Any

#: Columns by the name of the item that they hold.
Columns = Mapping[str, Column]


def where(condition: Column, yes: Column | int, no: Column | int) -> Column:
    """Return `yes` where the condition holds and `no` elsewhere."""
    if isinstance(condition, pl.Expr):
        return pl.when(condition).then(yes).otherwise(no)
    return np.where(condition, yes, no)


def number(flag: Column) -> Column:
    """Return 1 where a Boolean column is true and 0 where it is false."""
    if isinstance(flag, pl.Expr):
        return flag.cast(pl.Int32)
    return np.asarray(flag).astype(np.int32)


def any_of(flags: Iterable[Column]) -> Column:
    """Return where at least one of the flags is true; there must be one flag."""
    return reduce(or_, flags)


def count(flags: Iterable[Column]) -> Column:
    """Return how many flags are true; there must be one flag."""
    return total(number(flag) for flag in flags)


def total(columns: Iterable[Column]) -> Column:
    """Return the sum of the columns; there must be one column."""
    return reduce(add, columns)
