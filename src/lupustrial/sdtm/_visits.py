"""Subject visits (SV) and subject elements (SE)."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._coded import Coded
from lupustrial.sdtm._dates import study_day
from lupustrial.sdtm._design import element_code, treatment_epoch
from lupustrial.sdtm._schema import SRCPOS, conform
from lupustrial.study import Study


def attended(coded: Coded, annotations: tuple[Annotation, ...]) -> pl.DataFrame:
    """Return `Coded.visits` with ``occurred`` and ``why``, the reason where the visit did not take place.

    A visit took place when anything was entered at it; records of which none was entered say that it did not.
    """
    dated = [one.index for one in annotations if (one.domain, one.variable) == ("SV", "SVSTDTC")]
    missed = pl.col("a").is_in(dated) & (pl.col("status") != "entered")
    said = coded.rows.group_by("v").agg(
        occurred=(pl.col("status") == "entered").any(),
        why=pl.col("reason").filter(missed).first(),
        missed_at=pl.col("position").filter(missed).first(),
    )
    return (
        coded.visits.join(said, on="v", how="left", maintain_order="left")
        .with_columns(position=pl.coalesce("position", "missed_at"))
        .drop("missed_at")
    )


def tabulate_visits(study: Study, visits: pl.DataFrame) -> pl.DataFrame:
    """Return SV: the visits that took place, and the planned ones of which it is recorded that they did not.

    Args:
        study: The study.
        visits: `attended` with ``USUBJID`` and ``reference`` (date of RFSTDTC).
    """
    day = study_day(pl.col("date"), pl.col("reference"))
    frame = (
        visits.filter(pl.col("occurred") | pl.col("planned"))
        .sort("v")
        .with_columns(
            STUDYID=pl.lit(study.id),
            DOMAIN=pl.lit("SV"),
            SVPRESP=pl.when("planned").then(pl.lit("Y")),
            SVOCCUR=pl.when("planned").then(pl.when("occurred").then(pl.lit("Y")).otherwise(pl.lit("N"))),
            SVREASOC=pl.when(~pl.col("occurred")).then("why"),
            SVUPDES=pl.when(~pl.col("planned")).then(pl.col("visit")),
            SVSTDTC=pl.col("DTC"),
            SVENDTC=pl.col("DTC"),
            SVSTDY=day,
            SVENDY=day,
        )
    )
    return conform(frame.with_columns(pl.col("position").cast(pl.String).alias(SRCPOS)), "SV")


def periods(study: Study, visits: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Return the elements entered: ``p``, ``nth``, ``EPOCH``, ``epoch``, ``start``, ``end``, ``arm``.

    The first element begins at informed consent (or the first visit), that of the treatment epoch (the epoch
    of the baseline visit) with the first dose, each later one on the day of the last visit of the epochs
    before it, when the participant came to a visit of the later epoch or to the last planned visit before it.
    An element ends where the next begins, the last one with participation.

    Args:
        study: The study.
        visits: `attended`.
        persons: ``p``, ``consent``, ``first`` (first dose), ``until`` (dates), ``arm``.
    """
    dosed = [epoch.id for epoch in study.epochs].index(treatment_epoch(study))
    came = visits.filter("occurred").select("p", "visit", "date").drop_nulls()
    parts = []
    for nth, epoch in enumerate(study.epochs):
        here = [visit.id for visit in study.visits if visit.epoch == epoch.id]
        order = [one.id for one in study.epochs]
        before = [visit.id for visit in study.visits if order.index(visit.epoch) < nth]
        if nth == dosed:
            starts = persons.select("p", start="first")
        elif nth == 0:
            opening = came.group_by("p").agg(pl.col("date").min())
            starts = persons.join(opening, on="p", how="left").select(
                "p", start=pl.coalesce("consent", "date")
            )
        else:
            entered = came.filter(pl.col("visit").is_in([*here, *before[-1:]])).select("p").unique()
            starts = (
                came.filter(pl.col("visit").is_in(before))
                .join(entered, on="p", how="semi")
                .group_by("p")
                .agg(start=pl.col("date").max())
            )
        parts.append(
            starts.drop_nulls().with_columns(
                nth=pl.lit(nth + 1, dtype=pl.Int64), EPOCH=pl.lit(epoch.name), epoch=pl.lit(epoch.id)
            )
        )
    elements = pl.concat(parts).sort("p", "nth")
    last = persons.select("p", "until", "arm")
    return (
        elements.with_columns(end=pl.col("start").shift(-1).over("p"))
        .join(last, on="p", how="left", maintain_order="left")
        .with_columns(end=pl.coalesce("end", "until"))
        .drop("until")
    )


def tabulate_elements(study: Study, elements: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Return SE from `periods`; `persons` has ``p``, ``USUBJID`` and ``reference`` (date of RFSTDTC)."""
    codes = pl.DataFrame(
        [
            {
                "epoch": epoch.id,
                "arm": arm,
                **dict(zip(("ETCD", "ELEMENT"), element_code(study, epoch.id, arm), strict=True)),
            }
            for epoch in study.epochs
            for arm in (None, *(arm.id for arm in study.arms))
        ],
        schema={"epoch": pl.String, "arm": pl.String, "ETCD": pl.String, "ELEMENT": pl.String},
    )
    frame = (
        elements.join(codes, on=["epoch", "arm"], how="left", nulls_equal=True, maintain_order="left")
        .join(persons.select("p", "USUBJID", "reference"), on="p", how="left", maintain_order="left")
        .with_columns(
            STUDYID=pl.lit(study.id),
            DOMAIN=pl.lit("SE"),
            SESEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("p"),
            TAETORD=pl.col("nth"),
            SESTDTC=pl.col("start").dt.to_string("%Y-%m-%d"),
            SEENDTC=pl.col("end").dt.to_string("%Y-%m-%d"),
            SESTDY=study_day(pl.col("start"), pl.col("reference")),
            SEENDY=study_day(pl.col("end"), pl.col("reference")),
        )
    )
    return conform(frame, "SE")
