"""Demographics (DM): one row a participant."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._coded import Coded
from lupustrial.sdtm._dates import completed_years, to_date
from lupustrial.sdtm._schema import SRCPOS, conform
from lupustrial.study import Study

_COLUMNS = (
    *(
        "STUDYID",
        "DOMAIN",
        "USUBJID",
        "SUBJID",
        "RFSTDTC",
        "RFENDTC",
        "RFXSTDTC",
        "RFXENDTC",
        "RFICDTC",
        "RFPENDTC",
    ),
    *(
        "DTHDTC",
        "DTHFL",
        "SITEID",
        "BRTHDTC",
        "AGE",
        "AGEU",
        "SEX",
        "RACE",
        "ETHNIC",
        "ARMCD",
        "ARM",
        "ACTARMCD",
    ),
    *("ACTARM", "ARMNRS", "ACTARMUD", "COUNTRY"),
)


def first_values(domain: str, annotations: tuple[Annotation, ...], coded: Coded) -> pl.DataFrame:
    """Return the first entered value of each item of a one-row domain: ``p``, its variables, `SRCPOS`."""
    members = [one for one in annotations if one.domain == domain and one.kind == "single"]
    entered = coded.rows.filter(
        pl.col("a").is_in([one.index for one in members]), pl.col("status") == "entered"
    )
    return (
        entered.group_by("p", maintain_order=True)
        .agg(
            *[
                pl.col("value").filter(pl.col("a") == one.index).first().alias(str(one.variable))
                for one in members
            ],
            pl.col("position").sort().cast(pl.String).str.join(";").alias(SRCPOS),
        )
        .sort("p")
    )


def tabulate_demographics(
    study: Study,
    values: pl.DataFrame,
    coded: Coded,
    *,
    allocation: pl.DataFrame,
    doses: pl.DataFrame,
    ends: pl.DataFrame,
    excluded: pl.Series,
) -> pl.DataFrame:
    """Return DM (with ``p`` as a last column).

    Args:
        study: The study.
        values: `first_values` of DM.
        coded: The coded records.
        allocation: ``p``, ``arm`` (id or null while sealed) of everyone who was randomised.
        doses: ``p``, ``RFXSTDTC``, ``RFXENDTC``.
        ends: ``p``, ``consent``, ``end`` (end of participation), ``last`` (last visit), ``death`` (dates as
            text, null where there is none), ``died``, ``failed`` (screen failure).
        excluded: Places of the participants who miss a criterion.

    AGE is in completed years at informed consent. Arm variables follow SDTMIG 3.4: all null with ARMNRS
    ``SCREEN FAILURE`` or ``NOT ASSIGNED`` where nobody was assigned, actual arm null with ARMNRS
    ``ASSIGNED, NOT TREATED`` where no dose was given. While the allocation is sealed, arms and ARMNRS of the
    randomised are null. RFSTDTC and RFENDTC are null for who had no dose.
    """
    frame = (
        coded.participants.join(values, on="p", how="left")
        .join(doses, on="p", how="left")
        .join(ends, on="p", how="left")
        .join(allocation.with_columns(assigned=pl.lit(value=True)), on="p", how="left")
        .join(_sites(study), on="site", how="left")
        .sort("p")
    )
    texts = [name for name in ("RFICDTC", "BRTHDTC", "SEX", "RACE", "ETHNIC") if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in texts)
    frame = frame.with_columns(
        RFICDTC=pl.coalesce("RFICDTC", "consent"),
        RFPENDTC=pl.max_horizontal("end", "last", "death"),
        assigned=pl.col("assigned").fill_null(value=False),
        failed=pl.col("failed").fill_null(value=False) | pl.col("p").is_in(excluded.implode()),
    )
    frame = _with_arms(study, frame)
    age = completed_years(to_date(pl.col("BRTHDTC")), to_date(pl.col("RFICDTC")))
    recorded = pl.col("AGE").cast(pl.Int64, strict=False) if "AGE" in frame.columns else pl.lit(None)
    treated = pl.col("RFXSTDTC").is_not_null()
    frame = frame.with_columns(
        STUDYID=pl.lit(study.id),
        DOMAIN=pl.lit("DM"),
        SUBJID=pl.col("participant"),
        SITEID=pl.col("site"),
        RFSTDTC=pl.col("RFXSTDTC"),
        RFENDTC=pl.when(treated).then(pl.coalesce("end", "last")),
        DTHDTC=pl.col("death"),
        DTHFL=pl.when("died").then(pl.lit("Y")),
        AGE=pl.coalesce(recorded, age),
        ACTARMUD=pl.lit(None, dtype=pl.String),
    ).with_columns(AGEU=pl.when(pl.col("AGE").is_not_null()).then(pl.lit("YEARS")))
    keep = [name for name in _COLUMNS if name in frame.columns]
    return pl.concat([conform(frame.select(*keep, SRCPOS), "DM"), frame.select("p")], how="horizontal")


def _sites(study: Study) -> pl.DataFrame:
    return pl.DataFrame(
        {"site": [site.id for site in study.sites], "COUNTRY": [site.country for site in study.sites]},
        schema={"site": pl.String, "COUNTRY": pl.String},
    )


def _with_arms(study: Study, frame: pl.DataFrame) -> pl.DataFrame:
    arms = pl.DataFrame(
        {"arm": [arm.id for arm in study.arms], "name": [arm.name for arm in study.arms]},
        schema={"arm": pl.String, "name": pl.String},
    )
    treated = pl.col("RFXSTDTC").is_not_null()
    opened = pl.col("arm").is_not_null()
    reason = (
        pl.when(~pl.col("assigned") & pl.col("failed"))
        .then(pl.lit("SCREEN FAILURE"))
        .when(~pl.col("assigned"))
        .then(pl.lit("NOT ASSIGNED"))
        .when(opened & ~treated)
        .then(pl.lit("ASSIGNED, NOT TREATED"))
    )
    return frame.join(arms, on="arm", how="left", maintain_order="left").with_columns(
        ARMCD=pl.col("arm"),
        ARM=pl.col("name"),
        ACTARMCD=pl.when(treated).then("arm"),
        ACTARM=pl.when(treated).then("name"),
        ARMNRS=reason,
    )
