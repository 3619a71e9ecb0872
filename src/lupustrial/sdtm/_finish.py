"""The last step of events and interventions: study days, epoch, sequence numbers, and the declared order."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm._dates import study_day, to_date
from lupustrial.sdtm._rows import ORDER
from lupustrial.sdtm._schema import conform, variables


def finish_rows(
    study_id: str, domain: str, rows: pl.DataFrame, visits: pl.DataFrame, periods: pl.DataFrame
) -> pl.DataFrame:
    """Return the rows of an events or interventions domain as the domain, with `ORDER` still at the end.

    Args:
        study_id: STUDYID.
        domain: The domain.
        rows: From `collect_rows`.
        visits: One row a visit of a participant with ``v``, ``USUBJID``, ``DTC``, ``reference`` (date of
            RFSTDTC) and ``until`` (text, end of participation).
        periods: Elements with ``p``, ``EPOCH``, ``start`` (date), in order.
    """
    names = {variable.name for variable in variables(domain)}
    mine = rows.join(
        visits.select("v", "USUBJID", "DTC", "reference", "until"), on="v", how="left", maintain_order="left"
    ).sort(*ORDER)
    start, end, collected = f"{domain}STDTC", f"{domain}ENDTC", f"{domain}DTC"
    if collected in names and collected not in mine.columns:
        mine = mine.with_columns(pl.col("DTC").alias(collected))
    mine = with_epoch(mine, start if start in mine.columns else collected, periods)
    days = {start: f"{domain}STDY", end: f"{domain}ENDY", collected: f"{domain}DY"}
    mine = mine.with_columns(
        study_day(to_date(pl.col(date)), pl.col("reference")).alias(day)
        for date, day in days.items()
        if date in mine.columns and day in names
    )
    if f"{domain}ENRTPT" in mine.columns:
        going = pl.col(f"{domain}ENRTPT").is_not_null()
        mine = mine.with_columns(pl.when(going).then("until").alias(f"{domain}ENTPT"))
    mine = mine.with_columns(
        pl.lit(study_id).alias("STUDYID"),
        pl.lit(domain).alias("DOMAIN"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("p").alias(f"{domain}SEQ"),
    )
    order = mine.select(ORDER)
    return pl.concat([conform(mine.drop("DTC"), domain), order], how="horizontal")


def with_epoch(rows: pl.DataFrame, date: str, periods: pl.DataFrame) -> pl.DataFrame:
    """Add EPOCH: that of the last element that had begun on the date; null without a date."""
    if date not in rows.columns or periods.is_empty():
        return rows.with_columns(EPOCH=pl.lit(None, dtype=pl.String))
    begun = (
        rows.with_row_index("i")
        .select("i", "p", on=to_date(pl.col(date)))
        .drop_nulls("on")
        .join(periods.select("p", "start", "EPOCH", "nth"), on="p", how="inner")
        .filter(pl.col("start") <= pl.col("on"))
        .sort("i", "nth")
        .group_by("i", maintain_order=True)
        .agg(pl.col("EPOCH").last())
    )
    numbered = rows.drop("EPOCH", strict=False).with_row_index("i")
    return numbered.join(begun, on="i", how="left", maintain_order="left").drop("i")
