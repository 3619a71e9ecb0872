"""Rows to score, made by chance: participants of eight visits, in order, with or without gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lupustrial.instruments import INSTRUMENTS, Input

Array = npt.NDArray[Any]

VISITS = 8

#: Rows that are made by chance; more are these again, under other participants.
_DISTINCT = 1_000_000

#: Between which values the numbers of BILAG-2004 lie.
_BETWEEN = {
    "REN_SBP": (105, 165),
    "REN_DBP": (60, 105),
    "REN_ACR": (0, 120),
    "REN_PCR": (0, 120),
    "REN_P24": (0, 1.3),
    "REN_CREAT": (50, 180),
    "REN_GFR": (40, 120),
    "HAE_HB": (7.5, 15),
    "HAE_WBC": (0.9, 9),
    "HAE_NEUT": (0.4, 7),
    "HAE_LYMPH": (0.5, 4),
    "HAE_PLT": (20, 400),
}


def made(name: str, rows: int, *, text: bool, whole: str, gaps: float) -> pl.DataFrame:
    """Return a frame of items.

    Args:
        name: Id of the instrument.
        rows: Number of rows, a multiple of `VISITS`.
        text: Whether yes/no columns are Y/N texts; else Boolean.
        whole: Polars type of items graded 0 to 4.
        gaps: Share of values that are not done.
    """
    rng = np.random.default_rng(20_240_601)
    people = pl.Series([f"TRIAL-{number // 200:04d}-{number:07d}" for number in range(rows // VISITS)])
    person = pl.Series(np.repeat(np.arange(rows // VISITS, dtype=np.uint32), VISITS))
    columns = [
        people.gather(person).alias("USUBJID"),
        pl.Series("VISITNUM", np.tile(np.arange(1, VISITS + 1), rows // VISITS)),
    ]
    for each in INSTRUMENTS[name].inputs:
        values = _drawn(each, min(rows, _DISTINCT), rng)
        column = _column(each, _again(values, rows), text=text, whole=whole)
        if gaps:
            column = column.set(pl.Series(_again(rng.random(len(values)) < gaps, rows)), None)
        columns.append(column.alias(each.code))
    return pl.DataFrame(columns)


def _drawn(each: Input, rows: int, rng: np.random.Generator) -> Array:
    if each.kind in ("yn", "flag"):
        return (rng.random(rows) < 0.1).astype(np.uint32)  # noqa: PLR2004  # one in ten
    if each.kind == "ord":
        return (rng.random(rows) < 0.1) * rng.integers(0, 5, rows)  # noqa: PLR2004  # one in ten
    return np.round(rng.uniform(*_BETWEEN[each.code], rows), 2)


def _again(values: Array, rows: int) -> Array:
    return np.tile(values, -(-rows // len(values)))[:rows]


def _column(each: Input, values: Array, *, text: bool, whole: str) -> pl.Series:
    if each.kind in ("yn", "flag"):
        return pl.Series(["N", "Y"] if text else [False, True]).gather(pl.Series(values))
    return pl.Series(values).cast(getattr(pl, whole)) if each.kind == "ord" else pl.Series(values)
