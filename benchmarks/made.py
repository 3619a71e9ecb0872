"""Rows to score, made by chance: participants of eight visits, in order, with or without gaps."""

from __future__ import annotations

import numpy as np
import polars as pl

from lupustrial.instruments import INSTRUMENTS, Input

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
    distinct = min(rows, _DISTINCT)
    rng = np.random.default_rng(20_240_601)
    columns = {
        each.code: _column(each, distinct, rng, text=text, whole=whole, gaps=gaps)
        for each in INSTRUMENTS[name].inputs
    }
    frame = pl.DataFrame(columns)
    times = -(-rows // distinct)
    if times > 1:
        frame = pl.concat([frame] * times, rechunk=True).head(rows)
    people = pl.Series([f"TRIAL-{number // 200:04d}-{number:07d}" for number in range(rows // VISITS)])
    person = pl.Series(np.repeat(np.arange(rows // VISITS, dtype=np.uint32), VISITS))
    visit = pl.Series("VISITNUM", np.tile(np.arange(1, VISITS + 1), rows // VISITS))
    return pl.DataFrame([people.gather(person).alias("USUBJID"), visit]).hstack(frame)


def _column(
    each: Input, rows: int, rng: np.random.Generator, *, text: bool, whole: str, gaps: float
) -> pl.Series:
    values: pl.Series
    if each.kind in ("yn", "flag"):
        words = ["N", "Y"] if text else [False, True]
        values = pl.Series(words).gather(pl.Series((rng.random(rows) < 0.1).astype(np.uint32)))  # noqa: PLR2004
    elif each.kind == "ord":
        scored = (rng.random(rows) < 0.1) * rng.integers(0, 5, rows)  # noqa: PLR2004
        values = pl.Series(scored).cast(getattr(pl, whole))
    else:
        values = pl.Series(np.round(rng.uniform(*_BETWEEN[each.code], rows), 2))
    return values.set(pl.Series(rng.random(rows) < gaps), None) if gaps else values
