"""The daily dose day by day, and what is asked of it: area, days above a dose, longest run of them."""

from __future__ import annotations

import polars as pl

_PLACES = 9


def doses_by_day(records: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the prednisone equivalent of every day of every span.

    Args:
        records: As ``dose_records`` gives them.
        spans: ``USUBJID``, ``from`` and ``to`` (dates, both included); a span may be empty (``to`` before).

    Returns:
        ``_span`` (number of the row of `spans`), ``USUBJID``, ``day``, ``mg`` (0 where no record covers the
        day, null where one does whose dose is not known) and ``SEQ`` of the records, as a list.
    """
    days = (
        spans.with_row_index("_span")
        .filter(pl.col("to") >= pl.col("from"))
        .select("_span", "USUBJID", day=pl.date_ranges("from", "to"))
        .explode("day")
    )
    held = (
        days.join(records, on="USUBJID", how="inner")
        .filter(
            (pl.col("start") <= pl.col("day")).fill_null(value=True)
            & (pl.col("end") >= pl.col("day")).fill_null(value=True)
        )
        .group_by("_span", "day")
        .agg(
            total=pl.when(pl.col("mg").is_not_null().all()).then(pl.col("mg").sum().round(_PLACES)),
            SEQ=pl.col("SEQ").sort(),
        )
    )
    joined = days.join(held, on=["_span", "day"], how="left", maintain_order="left")
    return joined.with_columns(mg=pl.when(pl.col("SEQ").is_null()).then(0.0).otherwise("total")).drop("total")


def summed_in_spans(records: pl.DataFrame, spans: pl.DataFrame) -> pl.Series:
    """Return the dose in each span, mg; null where a day of it is not known, 0 where it has no day."""
    days = (
        doses_by_day(records, spans)
        .group_by("_span")
        .agg(sum=pl.when(pl.col("mg").is_not_null().all()).then(pl.col("mg").sum().round(_PLACES)))
    )
    numbered = spans.with_row_index("_span").join(days, on="_span", how="left", maintain_order="left")
    empty = pl.col("to") < pl.col("from")
    return numbered.select(pl.when(empty).then(0.0).otherwise("sum").alias("sum")).to_series()


def days_above(records: pl.DataFrame, spans: pl.DataFrame, mg: float) -> pl.DataFrame:
    """Return ``days`` above a dose in each span, and ``run``, most of them in succession.

    Both are null where a day of the span is not known.
    """
    days = doses_by_day(records, spans).with_columns(above=pl.col("mg") > mg)
    runs = days.with_columns(run=pl.col("above").rle_id().over("_span"))
    lengths = (
        runs.group_by("_span", "run")
        .agg(above=pl.col("above").first(), length=pl.len())
        .group_by("_span")
        .agg(
            known=pl.col("above").is_not_null().all(),
            days=pl.col("length").filter(pl.col("above")).sum(),
            run=pl.col("length").filter(pl.col("above")).max(),
        )
    )
    rows = spans.with_row_index("_span").join(lengths, on="_span", how="left", maintain_order="left")
    known = pl.col("known").fill_null(value=True)
    return rows.select(
        days=pl.when(known).then(pl.col("days").fill_null(0)).cast(pl.Int32),
        run=pl.when(known).then(pl.col("run").fill_null(0)).cast(pl.Int32),
    )
