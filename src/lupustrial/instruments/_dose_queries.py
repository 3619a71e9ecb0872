"""Queries on a log of glucocorticoids: one drug that is recorded twice at the same time."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._dose_log import dose_records, numbered
from lupustrial.instruments._steroids import generic_name

#: Drugs that are taken one for the other: the same dose of both at once is most often one drug.
_ALIKE = {"prednisolone": "prednisone"}


def steroid_log_queries(log: pl.DataFrame, *, prefix: str = "CM") -> pl.DataFrame:
    """Return pairs of records that overlap in time with the same drug and the same dose a day.

    Brand and generic name are one drug, and so are prednisone and prednisolone here. Their doses add up in
    ``steroid_doses``, so a drug that was recorded under two names counts twice.

    Args:
        log: As for ``dose_records``; all routes are looked at.
        prefix: As for ``dose_records``.

    Returns:
        ``USUBJID``, ``query`` (``STEROID-Q02``), ``records`` (``3;7``, ``CMSEQ`` or row numbers from 1),
        ``message`` and ``values``; no rows where nothing is odd.

    Raises:
        InstrumentError: As ``convert_to_prednisone``.
    """
    log = numbered(log, prefix)
    names = log.select(
        pl.col("USUBJID").cast(pl.String),
        SEQ=pl.col(f"{prefix}SEQ"),
        drug=generic_name(pl.col(f"{prefix}TRT")).replace(_ALIKE),
    )
    records = dose_records(log, prefix=prefix, parts=("mean", "pulse", "local"))
    records = records.join(names, on=["USUBJID", "SEQ"], how="left", maintain_order="left")
    pairs = records.join(records, on=["USUBJID", "drug", "mg"], how="inner", suffix="_other")
    meets = (pl.col("start") <= pl.col("end_other")).fill_null(value=True)
    meets = meets & (pl.col("start_other") <= pl.col("end")).fill_null(value=True)
    return (
        pairs.filter((pl.col("SEQ") < pl.col("SEQ_other")) & meets)
        .sort("USUBJID", "SEQ", "SEQ_other")
        .select(
            "USUBJID",
            query=pl.lit("STEROID-Q02"),
            records=pl.col("SEQ").cast(pl.String) + ";" + pl.col("SEQ_other").cast(pl.String),
            message=pl.lit("the same drug and dose at the same time: verify that it is not recorded twice"),
            values=pl.col("text") + " | " + pl.col("text_other"),
        )
    )
