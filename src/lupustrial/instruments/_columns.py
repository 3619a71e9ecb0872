"""The seam between rules and back ends.

Rules take columns and use operators only (``& | ~ >= + *``), so that the same function runs on Polars
expressions, on NumPy and JAX arrays (also under ``jax.jit``), and on symbols, from which ``compile_rule``
makes a Numba loop. What operators cannot say stands here; a back end is added by teaching these functions,
never by writing a rule twice. How to write and run a rule: ``docs/instruments/back-ends.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add, or_
from typing import Any

import numpy as np
import polars as pl

from lupustrial.instruments._symbols import Symbol

#: A column of numbers or Booleans without missing values: ``pl.Expr``, an array of NumPy or JAX, ``Symbol``.
Column = Any

#: Columns by the name of the item that they hold.
Columns = Mapping[str, Column]


def where(condition: Column, yes: Column | float, no: Column | float) -> Column:
    """Return `yes` where the condition holds and `no` elsewhere."""
    if isinstance(condition, pl.Expr):
        return pl.when(condition).then(yes).otherwise(no)
    if isinstance(condition, Symbol):
        return condition.choose(yes, no)
    return _arrays(condition).where(condition, yes, no)


def number(flag: Column) -> Column:
    """Return 1 where a Boolean column is true and 0 where it is false."""
    if isinstance(flag, pl.Expr):
        return flag.cast(pl.Int32)
    if isinstance(flag, Symbol):
        return flag.number()
    return _arrays(flag).asarray(flag).astype(np.int32)


def log(column: Column) -> Column:
    """Return the natural logarithm of a column of positive numbers."""
    if isinstance(column, pl.Expr):
        return column.log()
    if isinstance(column, Symbol):
        return column.log()
    return _arrays(column).log(column)


def any_of(flags: Iterable[Column]) -> Column:
    """Return where at least one of the flags is true; there must be one flag."""
    return reduce(or_, flags)


def count(flags: Iterable[Column]) -> Column:
    """Return how many flags are true; there must be one flag."""
    return total(number(flag) for flag in flags)


def total(columns: Iterable[Column]) -> Column:
    """Return the sum of the columns; there must be one column."""
    return reduce(add, columns)


def _arrays(column: Column) -> Any:
    """Return the module of the column's arrays. JAX is never imported here: a JAX array has imported it."""
    if type(column).__module__.partition(".")[0] in ("jax", "jaxlib"):
        return sys.modules["jax"].numpy
    return np
