"""Prednisone equivalent of the glucocorticoids that a participant takes a day [X+]."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._steroids import BRANDS, GLUCOCORTICOIDS
from lupustrial.instruments._tables import scale
from lupustrial.instruments._verdict import completeness, decimal, joined, scored_by

_DECIMALS = 4
_HIGHEST = scale("5000", _DECIMALS)
_PREDNISONE_MG = 5

#: Name of each drug by the code of its column.
DRUGS: Mapping[str, str] = {name.replace(" ", "_"): name for name in GLUCOCORTICOIDS}


def _factor(code: str, settings: Mapping[str, str]) -> Fraction:
    """Return how many mg of prednisone one mg of the drug stands for."""
    name = DRUGS[code]
    equal = settings["deflazacort_mg"] if name == "deflazacort" else str(GLUCOCORTICOIDS[name])
    return Fraction(_PREDNISONE_MG) / Fraction(equal)


def prednisone_equivalent(taken: Columns, settings: Mapping[str, str]) -> Column:
    """Return the prednisone equivalent, mg/day, of mg/day of each drug.

    Args:
        taken: By code of the drug, whole numbers in units of the fourth decimal; 0 is not taken.
        settings: ``deflazacort_mg``.
    """
    factors = {code: _factor(code, settings) for code in DRUGS}
    # Numerator and denominator apart: 8 mg of methylprednisolone are exactly 10 mg.
    return total(
        taken[code] * factor.numerator / (factor.denominator * 10**_DECIMALS)
        for code, factor in factors.items()
    )


def _input(code: str, name: str) -> Input:
    brands = tuple(brand for brand, drug in BRANDS.items() if drug == name)
    return Input(
        code=code,
        label=name.capitalize(),
        kind="num",
        unit="mg/day",
        decimals=_DECIMALS,
        high=_HIGHEST,
        source="09-steroids",
        trust="X?" if name == "deflazacort" else "X+",
        aliases=(name, *brands) if name != code else brands,
    )


_TWICE = (pl.col("prednisone") == pl.col("prednisolone")) & (pl.col("prednisone") > 0)

STEROID_EQUIVALENT = Instrument(
    id="steroid_equivalent",
    title="Prednisone equivalent of the daily glucocorticoids",
    version="1.0",
    summary="Sum over the glucocorticoids of mg/day times 5 mg over the mg that equal 5 mg of prednisone.",
    inputs=tuple(_input(code, name) for code, name in DRUGS.items()),
    settings=settings_of("steroid_equivalent"),
    outputs={
        "score": pl.Float64(),
        "completeness": pl.String(),
        "lower": pl.Float64(),
        "upper": pl.Float64(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("09-steroids",),
    checks=(
        Check(
            id="STEROID-Q01",
            item="prednisolone",
            when=_TWICE,
            message="same dose of prednisone and prednisolone: verify that one drug is not recorded twice",
            shows=("prednisone", "prednisolone"),
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    some = pl.any_horizontal(pl.col(code).is_not_null() for code in DRUGS)
    blank_is_none = some & pl.lit(settings["steroid_blank_drug"] == "not_taken")
    most = pl.when(blank_is_none).then(0).otherwise(_HIGHEST)
    lower = prednisone_equivalent({code: pl.col(code).fill_null(0) for code in DRUGS}, settings)
    upper = prednisone_equivalent({code: pl.coalesce(code, most) for code in DRUGS}, settings)
    known = blank_is_none | pl.all_horizontal(pl.col(code).is_not_null() for code in DRUGS)
    taken = [
        pl.when(pl.col(code) > 0).then(pl.lit(f"{name} ") + decimal(pl.col(code), _DECIMALS) + " mg")
        for code, name in DRUGS.items()
    ]
    told = joined(taken, " + ").fill_null(
        pl.when(some).then(pl.lit("none taken")).otherwise(pl.lit("not done"))
    )
    return frame.with_columns(
        score=pl.when(known).then(lower),
        completeness=completeness(known),
        lower=lower,
        upper=upper,
        reasons=told if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("deflazacort_mg",)),
    )
