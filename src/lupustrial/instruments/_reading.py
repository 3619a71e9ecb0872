"""Reading the columns of a frame block by block as narrow whole numbers, checking them on the way.

What is wrong is not said here: reading stops with ``Unusual``, and ``checked`` then lists every fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl

from lupustrial.instruments._arrow import ArrowColumn, Rows, words
from lupustrial.instruments._columns import any_of
from lupustrial.instruments._frame import NO, YES, integer, permitted
from lupustrial.instruments._narrow import Array, narrowest, replaced
from lupustrial.instruments._spec import Input
from lupustrial.instruments._visits import Unusual

_FLAG = (pl.Boolean, pl.String)
_NUMBER = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64),
    *(pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64),
)
_Y, _N = words(YES[0])[0], words(NO[0])[0]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One input of an instrument as its column is read.

    Attributes:
        each: The declared input.
        fill: What stands where it is not done, in units of the last decimal.
        column: The column; None where there is none, or nothing in it.
        whole: Whether the column already holds units of the last decimal.
    """

    each: Input
    fill: int
    column: ArrowColumn | None
    whole: bool

    def read(self, rows: Rows, size: int) -> tuple[Array, Array | None]:
        """Return the values of some rows, and where they are not done (None: nowhere).

        Raises:
            Unusual: A value is not permitted.
        """
        if self.column is None:
            return np.full(size, self.fill, self._kind), np.ones(size, np.bool_)
        missing = self.column.missing(rows)
        if missing is not None and not missing.any():
            missing = None
        if self.each.kind in ("yn", "flag") and not self.whole:
            return _flags(self.column, rows, missing).view(np.int8), missing
        raw = self.column.values(rows)
        if self._scaled:
            raw = raw.astype(np.float64)
        values = self._taken(raw)
        if values is None and missing is not None:  # what stands for null is anything, mostly 0
            values = self._taken(replaced(raw, missing, self.each.low / self._unit))
        if values is None:
            raise Unusual
        if missing is not None:
            values[missing] = self.fill
        return values, missing

    def _taken(self, raw: Array) -> Array | None:
        """Return numbers in units of the last decimal, rounded half up; None where one is not permitted."""
        low, high = self.each.low / self._unit, self.each.high / self._unit
        if not (raw.min() >= low and raw.max() <= high):  # false also where one is NaN
            return None
        if self._scaled:
            raw = np.floor(raw * float(self._unit) + 0.5)
        values = raw.astype(self._kind)
        return values if raw.dtype.kind != "f" or np.array_equal(values, raw) else None

    @property
    def _scaled(self) -> bool:
        return self.each.kind == "num" and not self.whole

    @property
    def _unit(self) -> int:
        return 10**self.each.decimals if self._scaled else 1

    @property
    def _kind(self) -> np.dtype[Any]:
        return narrowest((self.each.low, self.each.high))


def sources_of(
    frame: pl.DataFrame, inputs: Sequence[Input], *, fills: Mapping[str, int], whole: bool
) -> list[Source]:
    """Return how each input is read from a frame that has rows.

    Args:
        frame: The frame; a column in several pieces is copied.
        inputs: The declared inputs.
        fills: By input, what stands where it is not done; 0 where it is not named.
        whole: Whether the frame went through ``checked``.

    Raises:
        Unusual: A value of a column of a seldom type is not permitted.
    """
    schema = frame.schema
    return [
        _source(frame, schema.get(each.code), each, fill=fills.get(each.code, 0), whole=whole)
        for each in inputs
    ]


def _source(frame: pl.DataFrame, dtype: pl.DataType | None, each: Input, *, fill: int, whole: bool) -> Source:
    if dtype is None or dtype == pl.Null:
        return Source(each=each, fill=fill, column=None, whole=whole)
    usual = _FLAG if each.kind in ("yn", "flag") else _NUMBER
    if whole or (dtype in usual and not each.values):
        return Source(each=each, fill=fill, column=ArrowColumn(frame[each.code]), whole=whole)
    return Source(each=each, fill=fill, column=ArrowColumn(_seldom(frame, each)), whole=True)


def _seldom(frame: pl.DataFrame, each: Input) -> pl.Series:
    """Return a column of a seldom type as ``checked`` gives it."""
    wrong = pl.col(each.code).is_not_null() & ~permitted(each).fill_null(value=False)
    if frame.select(wrong.any()).item():
        raise Unusual
    return frame.select(integer(each)).to_series()


def _flags(column: ArrowColumn, rows: Rows, missing: Array | None) -> Array:
    """Return where the answer is yes."""
    if column.is_flags:
        flags = column.flags(rows)
        return flags if missing is None else flags & ~missing
    first = column.values(rows)
    yes, no = first == _Y, first == _N
    if missing is not None:  # what stands for null is anything
        yes &= ~missing
        no |= missing
    if np.count_nonzero(yes) + np.count_nonzero(no) < len(first):
        second = column.tails(rows)
        yes |= _among(YES, first, second) & ~no
        if not (yes | no | _among(NO, first, second)).all():
            raise Unusual
    return cast("Array", yes)


def _among(texts: Sequence[str], first: Array, second: Array) -> Array:
    """Return where a text is one of `texts`, none of which has more than twelve bytes."""
    pairs = [words(text) for text in texts]
    among: Array = any_of((first == head) & (second == tail) for head, tail in pairs)
    return among
