"""A log of glucocorticoids as prednisone equivalents a day, and their means over windows of days.

Overlapping records add up; one without an end goes on; a dose on alternate days or once a week is spread
over its interval; a dose as needed is not known. By mouth only, unless pulses are asked for; what acts where
it is given (joint, skin, eye) is in no mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import polars as pl

from lupustrial.instruments._partial_dates import earliest_date, latest_date
from lupustrial.instruments._steroids import convert_to_prednisone
from lupustrial.instruments._tables import read_table

#: Decimals to which a mean is rounded, so that sums of thirds and sevenths come out whole.
_PLACES = 9
_COLUMNS = ("TRT", "DOSE", "DOSU", "DOSFRQ", "ROUTE", "STDTC", "ENDTC", "OCCUR", "SEQ")


def _spelled(table: str, name: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table by each way to write their name, in capitals."""
    return {
        text.upper(): row
        for row in read_table(table)
        for text in (row[name], *row["also"].split(";"))
        if text
    }


def _quotient(text: str) -> float:
    above, _, below = text.partition("/")
    return float(Fraction(above) / Fraction(below or 1))


#: Intakes a day of each frequency (CDISC C71113). Longer intervals are spread evenly over the days between.
INTAKES: Mapping[str, float] = {
    name: _quotient(row["intakes_a_day"]) for name, row in _spelled("dose_frequencies", "frequency").items()
}
_MILLIGRAMS = {name: _quotient(row["mg"]) for name, row in _spelled("dose_units", "unit").items()}
#: What a route has to do with the daily dose: ``mean``, ``pulse`` or ``local``.
ROUTES: Mapping[str, str] = {name: row["part"] for name, row in _spelled("dose_routes", "route").items()}
_SINGLE = [
    name for name, row in _spelled("dose_frequencies", "frequency").items() if row["frequency"] == "ONCE"
]


def dose_records(
    log: pl.DataFrame,
    *,
    prefix: str = "CM",
    pulses: bool = False,
    deflazacort_mg: Decimal | None = None,
    parts: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Return the records of a log of glucocorticoids that count in the daily dose.

    Args:
        log: One row a record: ``USUBJID``, ``CMTRT`` (drug or brand), ``CMDOSE`` a time, ``CMDOSU`` (blank:
            mg), ``CMDOSFRQ`` (CDISC C71113), ``CMROUTE`` (blank: by mouth), ``CMSTDTC`` and ``CMENDTC`` (ISO
            8601, days or months may be missing; blank: before all, goes on), ``CMOCCUR`` (``N``: none was
            taken), ``CMSEQ``. Columns that are absent are blank throughout.
        prefix: What stands before the names in place of ``CM``.
        pulses: Whether doses by vein and muscle count.
        deflazacort_mg: As for ``convert_to_prednisone``.
        parts: Which routes count, of ``mean`` (by mouth), ``pulse`` and ``local``, in place of `pulses`.

    Returns:
        ``USUBJID``, ``SEQ``, ``start``, ``end`` (dates), ``mg`` (prednisone equivalent a day; null where
        dose, unit or frequency is no number) and ``text``, in the order of the log.

    Raises:
        InstrumentError: As ``convert_to_prednisone``.
    """
    wanted = parts or (["mean", "pulse"] if pulses else ["mean"])
    route = pl.col("_ROUTE").fill_null("ORAL").str.to_uppercase()
    rows = _taken(log, prefix).filter(
        route.replace_strict(ROUTES, default="local", return_dtype=pl.String).is_in(wanted)
    )
    each = convert_to_prednisone(rows, drug="_TRT", dose="_mg", deflazacort_mg=deflazacort_mg)
    return rows.with_columns(mg=each * pl.col("_intakes")).select(
        "USUBJID", "SEQ", "start", "end", "mg", "text"
    )


def drug_records(log: pl.DataFrame, *, prefix: str = "CM") -> pl.DataFrame:
    """Return the records of a log of any drugs that were taken, by whatever route.

    Returns:
        As ``dose_records``, with ``mg`` of the drug itself a day, and ``latest_start``: the last day on which
        a record of which the day or month is missing may have begun.
    """
    rows = _taken(log, prefix).with_columns(mg=pl.col("_mg") * pl.col("_intakes"))
    return rows.select("USUBJID", "SEQ", "start", "latest_start", "end", "mg", "text")


def numbered(log: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the log with ``CMSEQ`` as whole numbers, the number of the row where it is blank or absent."""
    given = _columns(log, prefix)["SEQ"].cast(pl.Float64).cast(pl.Int64)
    counted = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return log.with_columns(pl.coalesce(given, counted).alias(f"{prefix}SEQ"))


def _taken(log: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the records of drugs that were taken: ``_mg`` a time, ``_intakes`` a day, dates and text."""
    log = numbered(log, prefix)
    rows = log.with_columns(**{f"_{name}": value for name, value in _columns(log, prefix).items()}).filter(
        pl.col("_OCCUR").fill_null("Y") != "N"
    )
    unit = pl.col("_DOSU").fill_null("mg").str.to_uppercase()
    milligrams = unit.replace_strict(_MILLIGRAMS, default=None, return_dtype=pl.Float64)
    frequency = pl.col("_DOSFRQ").str.to_uppercase()
    start = earliest_date(pl.col("_STDTC"))
    return rows.with_columns(
        pl.col("USUBJID").cast(pl.String),
        SEQ=pl.col(f"{prefix}SEQ"),
        start=start,
        latest_start=latest_date(pl.col("_STDTC")),
        end=pl.when(frequency.is_in(_SINGLE)).then(start).otherwise(latest_date(pl.col("_ENDTC"))),
        _mg=pl.col("_DOSE").cast(pl.Float64, strict=False) * milligrams,
        _intakes=frequency.replace_strict(INTAKES, default=None, return_dtype=pl.Float64),
        text=pl.concat_str(
            "_TRT",
            pl.col("_DOSE").str.strip_suffix(".0").fill_null("?"),
            pl.col("_DOSU").fill_null("mg"),
            pl.col("_DOSFRQ").fill_null("?"),
            separator=" ",
        ),
    )


def _columns(log: pl.DataFrame, prefix: str) -> dict[str, pl.Expr]:
    """Return the columns of a log as text, null where the log does not have them."""
    return {
        name: pl.col(f"{prefix}{name}").cast(pl.String)
        if f"{prefix}{name}" in log.columns
        else pl.lit(None, dtype=pl.String)
        for name in _COLUMNS
    }


def doses_in_windows(records: pl.DataFrame, windows: pl.DataFrame, logged: pl.Series) -> pl.DataFrame:
    """Return the mean dose a day in each window.

    A day that no record covers is 0 mg for a participant whose log says so, that is, who has a record in it.
    Of a participant with an empty log nothing is known. Nor is the mean where a record in the window has no
    dose, or a frequency that is no number of intakes (as needed).

    Args:
        records: As ``dose_records`` gives them.
        windows: ``USUBJID``, ``from`` and ``to`` (dates, both included), and columns that are passed through.
        logged: USUBJID of everyone whose log is not empty.

    Returns:
        `windows`, in its order, with ``dose`` (mg/day, or null), ``note`` (text) and ``records`` (``SEQ`` of
        the records in the window, ``1;4``).
    """
    numbered = windows.with_row_index("_window")
    days = _days_in_windows(records, numbered)
    summed = days.group_by("_window").agg(
        total=(pl.col("days") * pl.col("mg")).sum(),
        unknown=pl.col("mg").is_null().any(),
        parts=pl.col("text").sort_by("SEQ").str.join(" + "),
        records=pl.col("SEQ").sort().cast(pl.String).str.join(";"),
    )
    rows = numbered.join(summed, on="_window", how="left", maintain_order="left")
    covered, known = pl.col("total").is_not_null(), pl.col("USUBJID").is_in(logged.implode())
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    value = (
        pl.when(covered & ~pl.col("unknown"))
        .then((pl.col("total") / length).round(_PLACES))
        .when(~covered & known)
        .then(pl.lit(0.0))
    )
    note = (
        pl.when(covered & pl.col("unknown"))
        .then(pl.lit("dose or frequency not known: ") + pl.col("parts"))
        .when(covered)
        .then("parts")
        .when(known)
        .then(pl.lit("no record covers the window"))
        .otherwise(pl.lit("the log is empty: not known"))
    )
    return rows.with_columns(dose=value, note=note).drop("_window", "total", "unknown", "parts")


def _days_in_windows(records: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Return each pair of a window and a record that covers some of its days, with their number."""
    end = pl.min_horizontal("to", pl.col("end").fill_null(pl.col("to")))
    start = pl.max_horizontal("from", pl.col("start").fill_null(pl.col("from")))
    return (
        windows.select("_window", "USUBJID", "from", "to")
        .join(records, on="USUBJID", how="inner")
        .with_columns(days=(end - start).dt.total_days() + 1)
        .filter(pl.col("days") > 0)
    )
