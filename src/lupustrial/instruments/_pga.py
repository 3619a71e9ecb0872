"""Physician global assessment: 0 to 3, and its worsening against baseline in exact hundredths [S09]."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._pga_checks import PGA_CHECKS
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._verdict import completeness, decimal, scored_by, yes_no

#: Highest PGA and the smallest rise that is a worsening, in hundredths (10 % of the scale).
HIGHEST, WORSENING = 300, 30


def is_worse(baseline: Column, visit: Column, operator: str) -> Column:
    """Return where the PGA, in hundredths, rose by 0.30 (``>=``) or by more than that (``>``)."""
    rise = visit - baseline
    return rise >= WORSENING if operator == ">=" else rise > WORSENING


PGA = Instrument(
    id="pga",
    title="Physician global assessment",
    version="1.0",
    summary="Visual analogue scale 0 (none) to 3 (severe); worse when 0.30 above baseline.",
    inputs=(
        Input(
            code="PGA",
            label="Physician global assessment",
            kind="num",
            decimals=2,
            high=HIGHEST,
            definition="0 none, 1 mild, 2 moderate, 3 severe; recorded before SLEDAI is scored",
            source="S19",
            trust="X+",
        ),
    ),
    settings=settings_of("pga"),
    outputs={
        "score": pl.Float64(),
        "change": pl.Float64(),
        "worse": pl.String(),
        "state": pl.String(),
        "completeness": pl.String(),
        "lower": pl.Float64(),
        "upper": pl.Float64(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S09", "S19", "S36"),
    checks=PGA_CHECKS,
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it worsening is not evaluable."""
    now, start, after = pl.col("PGA"), at_baseline(pl.col("PGA")), pl.col("_after")
    operator = settings["pga_worse_operator"]
    low, high = now.fill_null(0), now.fill_null(HIGHEST)
    start_low, start_high = start.fill_null(0), start.fill_null(HIGHEST)
    worse = yes_no(is_worse(start_high, low, operator), is_worse(start_low, high, operator))
    state = (
        pl.when(~after).then(pl.lit("not evaluable"))
        .when(worse == "Y").then(pl.lit("worse"))
        .when(worse == "N").then(pl.lit("not worse"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip
    text = pl.lit("PGA ") + decimal(now, 2) + pl.lit(", baseline ") + decimal(start, 2)
    return in_order(frame).with_columns(
        score=now / 100,
        change=pl.when(after).then((now - start) / 100),
        worse=pl.when(after).then(worse),
        state=state,
        completeness=completeness(now.is_not_null()),
        lower=low / 100,
        upper=high / 100,
        reasons=text if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(
            instrument, settings, digest(instrument, settings), shown=("pga_worse_operator",)
        ),
    )
