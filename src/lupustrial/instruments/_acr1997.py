"""ACR 1997 classification criteria: four or more of eleven, at any time [X+]."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._criteria import NEEDED, criterion, not_done, stays_met
from lupustrial.instruments._settings import digest
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by, yes_no

_ITEMS = read_table("acr1997_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in _ITEMS)


def count_criteria(met: Columns) -> Column:
    """Return how many of the eleven criteria are met; integers 1 (met) or 0."""
    return total(met[code] for code in CODES)


ACR1997 = Instrument(
    id="acr1997",
    title="ACR 1997 classification criteria",
    version="1.0",
    summary="Classified as systemic lupus when 4 or more of 11 criteria are met, at any time.",
    inputs=tuple(criterion(row) for row in _ITEMS),
    settings=(),
    outputs={
        "score": pl.Int32(),
        "classified": pl.String(),
        "completeness": pl.String(),
        "lower": pl.Int32(),
        "upper": pl.Int32(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("ACR 1997 revision",),
    checks=stays_met("ACR-Q01", CODES),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; each row is judged by itself."""
    low = count_criteria({code: pl.col(code).fill_null(0) for code in CODES})
    high = count_criteria({code: pl.col(code).fill_null(1) for code in CODES})
    met = [pl.when(pl.col(code) == 1).then(pl.lit(code)) for code in CODES]
    needed = NEEDED["acr1997_needed"]
    text = joined([*met, not_done(CODES)])
    return frame.with_columns(
        score=pl.when(low == high).then(low),
        classified=yes_no(low >= needed, high >= needed),
        completeness=completeness(low == high),
        lower=low,
        upper=high,
        reasons=text if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings)),
    )
