"""Informed consent as a milestone, and the ends of participation."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._coded import Coded
from lupustrial.sdtm._schema import SRCPOS

_CONSENT = "INFORMED CONSENT OBTAINED"


def consent_rows(annotations: tuple[Annotation, ...], coded: Coded) -> pl.DataFrame:
    """Return a DS row for every informed consent that is recorded as DM.RFICDTC."""
    members = [one.index for one in annotations if (one.domain, one.variable) == ("DM", "RFICDTC")]
    return (
        coded.rows.filter(pl.col("a").is_in(members), pl.col("status") == "entered")
        .unique("p", keep="first", maintain_order=True)
        .select(
            "p",
            "v",
            "a",
            pl.col("repeat"),
            pl.col("value").alias("DSSTDTC"),
            pl.lit(_CONSENT).alias("DSTERM"),
            pl.lit(_CONSENT).alias("DSDECOD"),
            pl.lit("PROTOCOL MILESTONE").alias("DSCAT"),
            pl.col("position").cast(pl.String).alias(SRCPOS),
        )
    )


def participation_ends(collected: dict[str, pl.DataFrame], visits: pl.DataFrame) -> pl.DataFrame:
    """Return when and how participation ended.

    Args:
        collected: Collected events and interventions domains; ``DS`` and, for deaths, ``AE``.
        visits: `attended`.

    Returns:
        ``p``; texts ``consent`` (DS milestone), ``end`` (last disposition event), ``last`` (last visit),
        ``death``; and ``died``, ``failed`` (screen failure). A death is a disposition DEATH, an outcome FATAL
        or AESDTH ``Y``; it is dated by the disposition, else by the last day of the fatal event.
    """
    columns = [name for name in ("DSDECOD", "DSCAT", "DSSTDTC") if name not in collected["DS"].columns]
    ds = collected["DS"].with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in columns)
    ended = pl.col("DSCAT") == "DISPOSITION EVENT"
    dated = pl.col("DSSTDTC")
    decode = pl.col("DSDECOD")
    by_ds = ds.group_by("p").agg(
        consent=dated.filter(decode == _CONSENT).min(),
        end=dated.filter(ended).max(),
        ds_death=dated.filter(decode == "DEATH").min(),
        ds_died=(decode == "DEATH").any(),
        failed=(decode == "SCREEN FAILURE").any(),
    )
    last = visits.filter("occurred").group_by("p").agg(last=pl.col("DTC").max())
    everyone = visits.select("p").unique()
    joined = everyone
    for part in (by_ds, last, _fatal(collected.get("AE"))):
        joined = joined.join(part, on="p", how="left")
    return joined.select(
        "p",
        "consent",
        "end",
        "last",
        death=pl.coalesce("ds_death", "ae_death"),
        died=pl.col("ds_died").fill_null(value=False) | pl.col("ae_died").fill_null(value=False),
        failed=pl.col("failed").fill_null(value=False),
    ).sort("p")


def _fatal(events: pl.DataFrame | None) -> pl.DataFrame:
    if events is None:
        return pl.DataFrame(schema={"p": pl.UInt32, "ae_death": pl.String, "ae_died": pl.Boolean})
    marks = [
        pl.col(name) == value
        for name, value in (("AEOUT", "FATAL"), ("AESDTH", "Y"))
        if name in events.columns
    ]
    fatal = pl.any_horizontal(marks) if marks else pl.lit(value=False)
    when = pl.col("AEENDTC") if "AEENDTC" in events.columns else pl.lit(None, dtype=pl.String)
    return events.filter(fatal).group_by("p").agg(ae_death=when.min(), ae_died=pl.lit(value=True))
