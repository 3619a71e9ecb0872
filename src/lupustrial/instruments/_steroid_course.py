"""Course of the glucocorticoid dose over the visits: any increase, and the dose taken in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import MOST_FAULTS, at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._steroid_rules import DOSE_DECIMALS, WEEK_DECIMALS, area
from lupustrial.instruments._steroid_taper import WEEK
from lupustrial.instruments._steroids import DOSE, DOSE_PART, HIGHEST_DOSE
from lupustrial.instruments._verdict import completeness, decimal, scored_by, yes_no

_TEXT, _NUMBER = pl.String(), pl.Float64()
_SCALE = 10**DOSE_DECIMALS

STEROID_ANY_INCREASE = Instrument(
    id="steroid_any_increase",
    title="Any increase of the glucocorticoid dose",
    version="1.0",
    summary="Met from the first visit on at which the daily prednisone equivalent is higher than before.",
    inputs=(DOSE,),
    settings=settings_of("steroid_any_increase"),
    outputs=dict.fromkeys(("met", "state", "completeness", "reasons", "scored_by"), _TEXT),
    sources=("09-steroids",),
    parts=(DOSE_PART,),
)

STEROID_CUMULATIVE = Instrument(
    id="steroid_cumulative",
    title="Cumulative glucocorticoid dose",
    version="1.0",
    summary="Area under the curve of the daily prednisone equivalent from baseline to the visit, mg.",
    inputs=(DOSE, replace(WEEK, required=False)),
    settings=settings_of("steroid_cumulative"),
    outputs={
        "score": _NUMBER,
        "completeness": _TEXT,
        "lower": _NUMBER,
        "upper": _NUMBER,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("09-steroids",),
    parts=(DOSE_PART,),
)


def score_increase(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable.

    A dose that is not known leaves open whether it rose there; a later dose that is higher than the last one
    known shows that it rose somewhere between.
    """
    frame = in_order(frame).with_columns(base=at_baseline(pl.col("dose")))
    dose, base, after = pl.col("dose"), pl.col("base"), pl.col("_after")
    judged = pl.when(after | pl.col("_base")).then(dose)
    known = judged.forward_fill().shift(1).over("USUBJID")
    if settings["increase_reference"] == "previous_visit":
        surely = dose > known
        # What is not known may be the highest dose after a lower one, or 0 before a higher one.
        before = judged.shift(1).over("USUBJID")
        possibly = (dose.is_null() & (before.fill_null(0) < HIGHEST_DOSE)) | (before.is_null() & (dose > 0))
    else:
        surely = dose > base
        possibly = dose.fill_null(HIGHEST_DOSE) > base.fill_null(0)
    surely = (surely.fill_null(value=False) & after).cum_max().over("USUBJID")
    possibly = (possibly.fill_null(value=False) & after).cum_max().over("USUBJID")
    met = pl.when(after).then(yes_no(surely, surely | possibly))
    state = pl.when(met == "Y").then(pl.lit("increased")).when(met == "N").then(pl.lit("not increased"))
    text = pl.lit("dose ") + decimal(dose, DOSE_DECIMALS).fill_null("not done")
    text = text + ", last known " + decimal(known, DOSE_DECIMALS).fill_null("none")
    text = text + ", baseline " + decimal(base, DOSE_DECIMALS).fill_null("not done")
    return frame.with_columns(
        met=met,
        state=pl.when(~after).then(pl.lit("not evaluable")).otherwise(state.otherwise(pl.lit("undecided"))),
        completeness=pl.when(~after).then(pl.lit("not evaluable")).otherwise(completeness(met.is_not_null())),
        reasons=text if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument, settings, digest(instrument, settings), shown=("increase_reference",)
        ),
    )


def score_cumulative(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; before baseline nothing is evaluable.

    Raises:
        InstrumentError: INSTR-011 where the days between visits are not known.
    """
    frame = _with_days(in_order(frame))
    rule = settings["dose_area"]
    counts = pl.col("_after") | pl.col("_base")
    sums = {}
    for name, fill in (("lower", 0), ("upper", HIGHEST_DOSE)):
        dose = pl.col("dose").fill_null(fill)
        part = area(dose.shift(1), dose, pl.col("_days"), rule) / _SCALE
        total = pl.when("_after").then(part).otherwise(0.0).cum_sum().over("USUBJID")
        sums[name] = pl.when(counts).then(total)
    known = pl.col("lower") == pl.col("upper")
    text = pl.lit("dose ") + decimal(pl.col("dose"), DOSE_DECIMALS).fill_null("not done")
    text = text + " mg/day, days since the visit before " + _whole("_days").fill_null("none")
    return frame.with_columns(**sums).with_columns(
        score=pl.when(known).then("lower"),
        completeness=pl.when(counts).then(completeness(known)).otherwise(pl.lit("not evaluable")),
        reasons=text if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("dose_area",)),
    )


def _whole(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64).cast(pl.String)


def _with_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the days since the visit before: of the dates where every visit has one, else of the weeks."""
    if "ADT" in frame.columns and frame["ADT"].null_count() == 0:
        day = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d")
        days = (day - day.shift(1).over("USUBJID")).dt.total_days().cast(pl.Float64)
    else:
        week = pl.col("week") / 10**WEEK_DECIMALS
        days = (7 * (week - week.shift(1).over("USUBJID"))).round(0)
    frame = frame.with_columns(_days=days)
    lost = frame.filter(pl.col("_after") & pl.col("_days").is_null()).head(MOST_FAULTS)
    if lost.height:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="the rule needs the days between visits",
                place=f"row {row['_row'] + 1}, participant {row['USUBJID']}",
                hint="give ADT or week on every row",
            )
            for row in lost.iter_rows(named=True)
        )
    return frame
