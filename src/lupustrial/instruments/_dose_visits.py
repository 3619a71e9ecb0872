"""The glucocorticoid dose at each visit from a log of medication, and what AURORA and BLISS-LN ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._dose_days import days_above, summed_in_spans
from lupustrial.instruments._dose_log import dose_records, doses_in_windows
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._steroids import STEROID_REDUCTION


def steroid_doses(
    log: pl.DataFrame,
    visits: pl.DataFrame,
    *,
    settings: Mapping[str, Scalar] | None = None,
    prefix: str = "CM",
) -> pl.DataFrame:
    """Return the prednisone equivalent at each visit: mean a day before it, pulses, and sum since first dose.

    Args:
        log: Records of glucocorticoids only, as for ``dose_records``.
        visits: One row a participant and visit: ``USUBJID``, ``ADT``; optionally ``ABLFL`` (``Y`` on the
            baseline row, else the first by date), ``TRTSDT`` (first dose of study treatment, else the day of
            the baseline row), and columns that are passed through.
        settings: ``visit_dose_window`` (days that end on the visit; at baseline on the day before the first
            dose), ``include_pulse_in_mean``, ``deflazacort_mg``; the settings of ``steroid_reduction``.
        prefix: As for ``dose_records``.

    Returns:
        `visits`, in its order, with ``dose`` (mg/day, null where not known), ``pulse`` (mg by vein and muscle
        in the window), ``cumulative`` (mg from the day of first dose to the day of the visit, both included;
        pulses only where they count in the mean), ``note``, and ``records`` (``CMSEQ``, or row numbers from
        1, of the records in the window).

    Raises:
        InstrumentError: INSTR-002 and INSTR-003 for settings, INSTR-005 for columns that are missing,
            INSTR-009 for a visit without a date, and as ``convert_to_prednisone``.
    """
    chosen = resolve(STEROID_REDUCTION, settings)
    window = int(chosen["visit_dose_window"])
    pulses = chosen["include_pulse_in_mean"] == "yes"
    deflazacort = Decimal(chosen["deflazacort_mg"])
    frame = dated(visits)
    ends = pl.when("_base").then(pl.col("_first").dt.offset_by("-1d")).otherwise("_day")
    windows = frame.with_columns(to=ends).with_columns(
        pl.col("to").dt.offset_by(f"-{window - 1}d").alias("from")
    )
    spans = frame.with_columns(pl.col("_first").alias("from"), pl.col("_day").alias("to"))
    logged = log["USUBJID"].cast(pl.String)
    records = dose_records(log, prefix=prefix, pulses=pulses, deflazacort_mg=deflazacort)
    needles = dose_records(log, prefix=prefix, deflazacort_mg=deflazacort, parts=("pulse",))
    found = doses_in_windows(records, windows.select("USUBJID", "from", "to"), logged)
    known = pl.col("USUBJID").is_in(logged.implode())
    sums = found.with_columns(
        pulse=summed_in_spans(needles, windows), cumulative=summed_in_spans(records, spans)
    ).with_columns(pl.when(known).then(name).alias(name) for name in ("pulse", "cumulative"))
    return visits.hstack(sums.select("dose", "pulse", "cumulative", "note", "records"))


def steroid_days_above(
    log: pl.DataFrame,
    visits: pl.DataFrame,
    *,
    mg: float,
    from_week: int,
    to_week: int | None = None,
    prefix: str = "CM",
) -> pl.DataFrame:
    """Return on how many days of a span of weeks, up to each visit, the dose was above `mg`.

    AURORA 1 asks for the days above 10 mg in weeks 44 to 52 (``from_week=44, to_week=52``), BLISS-LN whether
    there is one from week 24 on. Week w begins 7 w days after the day of first dose.

    Args:
        log: As for ``steroid_doses``.
        visits: As for ``steroid_doses``.
        mg: Prednisone, mg/day.
        from_week: First week of the span.
        to_week: The span ends with the day on which this week begins; none: with the visit.
        prefix: As for ``dose_records``.

    Returns:
        `visits`, in its order, with ``days`` and ``consecutive`` (the longest run); null where a day of the
        span is not known.

    Raises:
        InstrumentError: As ``steroid_doses``.
    """
    frame = dated(visits)
    start = pl.col("_first").dt.offset_by(f"{7 * from_week}d")
    end = pl.col("_day")
    if to_week is not None:
        end = pl.min_horizontal(end, pl.col("_first").dt.offset_by(f"{7 * to_week}d"))
    spans = frame.with_columns(start.alias("from"), end.alias("to"))
    records = dose_records(log, prefix=prefix)
    known = pl.col("USUBJID").is_in(log["USUBJID"].cast(pl.String).implode())
    found = frame.hstack(days_above(records, spans, mg)).select(
        pl.when(known).then("days").alias("days"), pl.when(known).then("run").alias("consecutive")
    )
    return visits.hstack(found)


def dated(visits: pl.DataFrame) -> pl.DataFrame:
    """Return ``USUBJID``, ``_day``, ``_base`` (baseline row) and ``_first`` (day of first dose) of visits.

    Raises:
        InstrumentError: INSTR-005 for a column that is missing, INSTR-009 for a visit without a date.
    """
    missing = [name for name in ("USUBJID", "ADT") if name not in visits.columns]
    faults = [
        Fault(id="INSTR-005", message="is missing", place=f"column {name}", hint="the frame must have it")
        for name in missing
    ]
    if faults:
        raise InstrumentError(faults)
    flag = pl.col("ABLFL").eq_missing(pl.lit("Y")) if "ABLFL" in visits.columns else pl.lit(value=False)
    first = pl.col("TRTSDT") if "TRTSDT" in visits.columns else pl.lit(None)
    rows = visits.select(
        pl.col("USUBJID").cast(pl.String), _day=_date(pl.col("ADT")), _flag=flag, _given=_date(first)
    ).with_row_index("_row")
    undated = rows.filter(pl.col("_day").is_null() | pl.col("USUBJID").is_null())
    if undated.height:
        raise InstrumentError(
            Fault(
                id="INSTR-009",
                message="has no participant or no date",
                place=f"row {row + 1}",
                hint="give USUBJID and ADT (YYYY-MM-DD) on every row",
            )
            for row in undated["_row"]
        )
    flagged = pl.col("_flag").any().over("USUBJID")
    earliest = pl.col("_day") == pl.col("_day").min().over("USUBJID")
    rows = rows.with_columns(_base=pl.when(flagged).then("_flag").otherwise(earliest))
    day_of_base = pl.col("_day").filter("_base").first().over("USUBJID")
    given = pl.col("_given").drop_nulls().first().over("USUBJID")
    return rows.select("USUBJID", "_day", "_base", _first=pl.coalesce(given, day_of_base))


def _date(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
