"""ADAE: adverse events with dates, study days and whether they are treatment-emergent."""

from __future__ import annotations

import polars as pl

from lupustrial.adam._dates import began_on_treatment, complete

_LEFT_OUT = ("STUDYID", "DOMAIN", "USUBJID", "SRCPOS", "AEDTC", "AEDY")


def derive_adverse_events(
    tables: dict[str, pl.DataFrame], subjects: pl.DataFrame, shared: list[str]
) -> pl.DataFrame:
    """Return ADAE: the rows of AE with ADSL variables, ASTDT, AENDT, ASTDY, AENDY, TRTEMFL and lineage.

    TRTEMFL is ``Y`` for an event that began on or after the first dose; a date that leaves it open counts as
    such. It is null for who had no dose.

    Args:
        tables: SDTM tables with AE.
        subjects: ADSL.
        shared: ADSL variables that every dataset has.
    """
    ae = tables["AE"].with_columns(pl.col("USUBJID").cast(pl.String))
    dates = [name for name in ("AESTDTC", "AEENDTC") if name not in ae.columns]
    ae = ae.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in dates)
    joined = ae.drop("STUDYID").join(
        subjects.select(*shared, "TRTSDT"), on="USUBJID", how="left", maintain_order="left"
    )
    emergent = began_on_treatment(pl.col("AESTDTC"), pl.col("TRTSDT"))
    start, end = complete(pl.col("AESTDTC")), complete(pl.col("AEENDTC"))
    own = [name for name in ae.columns if name not in _LEFT_OUT]
    return (
        joined.with_columns(
            ASTDT=start,
            AENDT=end,
            ASTDY=_day(start),
            AENDY=_day(end),
            TRTEMFL=pl.when(pl.col("TRTSDT").is_null())
            .then(None)
            .when(emergent)
            .then(pl.lit("Y"))
            .otherwise(pl.lit("N")),
            ASEQ=pl.col("AESEQ"),
            SRCDOM=pl.lit("AE"),
            SRCVAR=pl.lit("AETERM"),
            SRCSEQ=pl.col("AESEQ").cast(pl.String),
        )
        .select(
            *shared, *own, "ASTDT", "ASTDY", "AENDT", "AENDY", "TRTEMFL", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ"
        )
        .cast({pl.Categorical(): pl.String()})
    )


def _day(date: pl.Expr) -> pl.Expr:
    days = (date - pl.col("TRTSDT")).dt.total_days()
    return (days + (days >= 0).cast(pl.Int64)).cast(pl.Int32)
