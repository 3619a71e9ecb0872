"""Instruments that are scored in blocks: how they say it, and the short way from a frame to its scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
import polars as pl

from lupustrial.instruments._blocks import Block, in_blocks
from lupustrial.instruments._frame import column_faults
from lupustrial.instruments._names import KEYS, with_declared_names
from lupustrial.instruments._narrow import Array
from lupustrial.instruments._reading import sources_of
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._visits import Unusual, visits_of

#: What was measured at every row, by name.
Measured = Mapping[str, Array]

#: Columns of the result, by name.
Outputs = dict[str, pl.Series | pl.Expr]


class Measure(Protocol):
    """Measures what decides the outputs at every visit of a block; with `detail` also what reasons show."""

    def __call__(self, block: Block, settings: Mapping[str, str], *, detail: bool) -> Measured: ...


@dataclass(frozen=True, kw_only=True)
class BlockScorer:
    """How an instrument is scored in blocks.

    Attributes:
        measure: What is measured at each visit.
        outputs: From what was measured and the settings, the outputs but for ``reasons``.
        fills: By input, what stands where it is not done; 0 where it is not named.
        whole: What is measured that is an output as it is, so that it is put together as Int32.
        dated: Whether dates are measured with.
    """

    measure: Measure
    outputs: Callable[[Measured, Instrument, Mapping[str, str]], Outputs]
    fills: Mapping[str, int] = field(default_factory=dict)
    whole: Sequence[str] = ()
    dated: bool = False


def measured_rows(
    frame: pl.DataFrame,
    instrument: Instrument,
    settings: Mapping[str, str],
    scorer: BlockScorer,
    *,
    checked: bool,
) -> Measured:
    """Return what is measured at every row of a frame that has rows.

    A frame that went through ``checked`` is measured with detail, one as the caller gave it without.

    Raises:
        Unusual: The frame has a fault, or something seldom.
    """
    visits = visits_of(frame, known=checked)
    sources = sources_of(frame, instrument.inputs, fills=scorer.fills, whole=checked)
    measure = partial(scorer.measure, settings=settings, detail=checked)
    dates = _days(frame) if scorer.dated else None
    return in_blocks(sources, visits, measure, dates=dates, whole=scorer.whole)


def score_plainly(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], scorer: BlockScorer
) -> pl.DataFrame | None:
    """Return the keys and outputs without reasons; None where only the careful way can tell."""
    frame = with_declared_names(frame, instrument.inputs)
    if not frame.height or any(column_faults(frame, instrument.inputs)):
        return None
    try:
        measured = measured_rows(frame, instrument, settings, scorer, checked=False)
    except Unusual:
        return None
    keys = [key for key in frame.columns if key in KEYS]
    outputs = scorer.outputs(measured, instrument, settings)
    reasons = pl.lit(None, dtype=pl.String)
    return frame.select(keys).with_columns(**outputs, reasons=reasons).select(*keys, *instrument.outputs)


def unscored(frame: pl.DataFrame, instrument: Instrument) -> pl.DataFrame:
    """Return a frame without rows with the outputs, empty as it is."""
    return frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in instrument.outputs.items()
    )


def _days(frame: pl.DataFrame) -> Array | None:
    """Return the date of every row as days since 1970, or None where not all are dated."""
    if "ADT" not in frame.columns or frame["ADT"].null_count():
        return None
    dates = frame["ADT"]
    if dates.dtype != pl.Date:
        dates = dates.cast(pl.String).str.to_date("%Y-%m-%d")
    return dates.to_physical().to_numpy()


def texts(codes: Array, words: Sequence[str | None]) -> pl.Series:
    """Return for each code the word at its place."""
    return pl.Series(words, dtype=pl.String).gather(pl.Series(codes.astype(np.uint32)))


def completeness(complete: Array) -> pl.Series | pl.Expr:
    """Return ``complete`` or ``incomplete``."""
    return pl.lit("complete") if complete.all() else texts(complete, ("incomplete", "complete"))


def numbers(values: Array, known: Array | None = None) -> pl.Series:
    """Return the values as Int32, null where not known."""
    column = pl.Series(values.astype(np.int32, copy=False))
    if known is None or known.all():
        return column
    return pl.select(pl.when(pl.Series(known)).then(column)).to_series()
