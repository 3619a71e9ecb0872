"""ADSL: one row a participant, with the facts on which populations and restrictions are decided."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm import annotate, judge
from lupustrial.study import Expression, Stamp, Study

#: Variables of ADSL before the population flags, in order.
COLUMNS = (
    *(
        "STUDYID",
        "USUBJID",
        "SUBJID",
        "SITEID",
        "AGE",
        "AGEU",
        "SEX",
        "RACE",
        "RANDFL",
        "ARM",
        "ARMCD",
        "TRT01P",
    ),
    *(
        "TRT01PN",
        "TRTSDT",
        "TRTEDT",
        "RANDDT",
        "EOSSTT",
        "EOSDT",
        "DCSREAS",
        "EOTSTT",
        "NINJ",
        "LSTWEEK",
        "EFFASSN",
    ),
    "SYNTHFL",
)
_FACT_PREFIX = "participant."


def derive_subjects(study: Study, tables: dict[str, pl.DataFrame], stamp: Stamp) -> pl.DataFrame:
    """Return ADSL.

    EOSSTT is COMPLETED, DISCONTINUED, SCREEN FAILURE, or ONGOING where no end of participation is recorded.
    DCSREAS is the reason of a discontinuation (DSDECOD) or of a screen failure (its term, where that says
    more). EOTSTT is COMPLETED for who came to the last visit of the treatment epoch or to a later one; else
    DISCONTINUED or ONGOING with the study; null for who had no dose. NINJ counts the doses given (EX).
    LSTWEEK is the week of the last planned visit attended, -1 where there is none. EFFASSN counts the visits
    after baseline at which a form of an instrument of the study has a result. SYNTHFL is ``Y`` when no record
    was observed.

    Args:
        study: The study; its populations become flags (``Y`` where the rule holds, else ``N``).
        tables: SDTM tables.
        stamp: Where the records come from.

    Raises:
        StudyError: STUDY-040 or STUDY-043, the rule of a population is not a condition.
    """
    subjects = _with_dates(study, _demographics(study, tables), tables)
    for part in (
        _dispositions(tables),
        _doses(tables),
        _last_week(study, tables),
        _assessments(study, tables),
    ):
        subjects = subjects.join(part, on="USUBJID", how="left", maintain_order="left")
    subjects = _with_status(study, subjects).with_columns(
        SYNTHFL=pl.when(pl.lit(stamp.synthetic)).then(pl.lit("Y")).otherwise(pl.lit("N"))
    )
    missed = tables["IE"]["USUBJID"].cast(pl.String).unique().implode() if "IE" in tables else pl.lit([])
    facts = facts_of(subjects.with_columns(_eligible=~pl.col("USUBJID").is_in(missed)))
    flags = []
    for population in study.populations:
        expression = Expression.compile(population.expression, place=f"population {population.id}")
        holds = judge(expression, facts).fill_null(value=False)
        flags.append(
            pl.Series(population.flag, ["Y" if one else "N" for one in holds.to_list()], dtype=pl.String)
        )
    kept = subjects.select(
        name for name in COLUMNS if name not in {flag.name for flag in flags} or name == "RANDFL"
    )
    flagged = kept.with_columns(flags)
    hidden = facts.select(pl.all().exclude("USUBJID"))
    return pl.concat([flagged, hidden], how="horizontal")


def public(subjects: pl.DataFrame) -> pl.DataFrame:
    """Return ADSL without the facts that only this room uses."""
    return subjects.select(pl.exclude(f"^{_FACT_PREFIX}.*$"))


def facts_of(subjects: pl.DataFrame) -> pl.DataFrame:
    """Return what CEL knows of a participant: one column ``participant.fact`` each, and USUBJID."""
    ended = pl.col("EOSSTT") == "COMPLETED"
    facts = {
        "age": pl.col("AGE").cast(pl.Float64),
        "randomised": pl.col("RANDFL") == "Y",
        "eligible": pl.col("_eligible"),
        "consented": pl.col("consented"),
        "efficacy_assessments": pl.col("EFFASSN").cast(pl.Float64),
        "last_week": pl.col("LSTWEEK").cast(pl.Float64),
        "injections": pl.col("NINJ").cast(pl.Float64),
        "completed_treatment": (pl.col("EOTSTT") == "COMPLETED").fill_null(value=False),
        "completed_study": ended.fill_null(value=False),
    }
    return subjects.select("USUBJID", *(fact.alias(_FACT_PREFIX + name) for name, fact in facts.items()))


def _demographics(study: Study, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    arms = pl.DataFrame(
        {
            "ARMCD": [arm.id for arm in study.arms],
            "TRT01P": [arm.label for arm in study.arms],
            "TRT01PN": range(1, len(study.arms) + 1),
        },
        schema={"ARMCD": pl.String, "TRT01P": pl.String, "TRT01PN": pl.Int32},
    )
    dm = tables["DM"].with_columns(pl.col("USUBJID", "ARMCD").cast(pl.String))
    return dm.join(arms, on="ARMCD", how="left", maintain_order="left").with_columns(
        AGE=pl.col("AGE").cast(pl.Int32), consented=pl.col("RFICDTC").is_not_null()
    )


def _day(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _with_dates(study: Study, subjects: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    ds = tables["DS"].with_columns(pl.col("USUBJID").cast(pl.String))
    dated = (
        ds.filter(pl.col("DSDECOD") == "RANDOMIZED").group_by("USUBJID").agg(RANDDT=_day("DSSTDTC").min())
        if {"DSDECOD", "DSSTDTC"} <= set(ds.columns)
        else pl.DataFrame(schema={"USUBJID": pl.String, "RANDDT": pl.Date})
    )
    refused = pl.col("ARMNRS").is_in(["SCREEN FAILURE", "NOT ASSIGNED"]).fill_null(value=False)
    randomised = pl.lit(study.design.randomised) & ~refused
    return subjects.join(dated, on="USUBJID", how="left", maintain_order="left").with_columns(
        RANDFL=pl.when(randomised).then(pl.lit("Y")).otherwise(pl.lit("N")),
        TRTSDT=_day("RFXSTDTC"),
        TRTEDT=_day("RFXENDTC"),
    )


def _dispositions(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the last end of participation of each participant: USUBJID, ``ended``, ``term``, EOSDT."""
    ds = tables["DS"]
    schema = {"USUBJID": pl.String, "ended": pl.String, "term": pl.String, "EOSDT": pl.Date}
    if not {"DSDECOD", "DSSTDTC", "DSCAT"} <= set(ds.columns):
        return pl.DataFrame(schema=schema)
    of_study = pl.col("DSCAT") == "DISPOSITION EVENT"
    if "DSSCAT" in ds.columns:
        of_study &= pl.col("DSSCAT").fill_null("") != "STUDY TREATMENT"
    return (
        ds.filter(of_study)
        .sort("USUBJID", "DSSTDTC", "DSSEQ", nulls_last=False)
        .group_by(pl.col("USUBJID").cast(pl.String), maintain_order=True)
        .agg(ended=pl.col("DSDECOD").last(), term=pl.col("DSTERM").last(), EOSDT=_day("DSSTDTC").last())
    )


def _doses(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    if "EX" not in tables:
        return pl.DataFrame(schema={"USUBJID": pl.String, "NINJ": pl.Int32})
    return tables["EX"].group_by(pl.col("USUBJID").cast(pl.String)).agg(NINJ=pl.len().cast(pl.Int32))


def _last_week(study: Study, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    weeks = {float(visit.number): visit.week for visit in study.visits}
    came = tables["SV"].filter(pl.col("SVOCCUR") == "Y")
    week = pl.col("VISITNUM").replace_strict(weeks, default=None, return_dtype=pl.Int32)
    return came.group_by(pl.col("USUBJID").cast(pl.String)).agg(LSTWEEK=week.max())


def _assessments(study: Study, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Count the planned visits after baseline with a result on a form of an instrument in use."""
    forms = {use.form for use in study.instruments if use.form is not None}
    members = [one for one in annotate(study) if one.form.id in forms and one.kind == "finding"]
    later = [float(visit.number) for visit in study.visits if visit.number > study.baseline_visit.number]
    visits = [pl.DataFrame(schema={"USUBJID": pl.String, "VISITNUM": pl.Float64})]
    for domain in sorted({one.domain for one in members}):
        codes = sorted({str(one.testcd) for one in members if one.domain == domain})
        visits.append(
            tables[domain]
            .lazy()
            .filter(
                pl.col("VISITNUM").is_in(later),
                pl.col(f"{domain}TESTCD").is_in(codes),
                pl.col(f"{domain}STRESC").is_not_null(),
            )
            .select("USUBJID", "VISITNUM")
            .unique()
            .with_columns(pl.col("USUBJID").cast(pl.String))
            .collect()
        )
    return pl.concat(visits).unique().group_by("USUBJID").agg(EFFASSN=pl.len().cast(pl.Int32))


def _with_status(study: Study, subjects: pl.DataFrame) -> pl.DataFrame:
    epoch = study.baseline_visit.epoch
    last = max(visit.week for visit in study.visits if visit.epoch == epoch)
    ended, failed = pl.col("ended"), pl.col("ARMNRS") == "SCREEN FAILURE"
    status = (
        pl.when((ended == "SCREEN FAILURE") | (ended.is_null() & failed))
        .then(pl.lit("SCREEN FAILURE"))
        .when(ended == "COMPLETED")
        .then(pl.lit("COMPLETED"))
        .when(ended.is_not_null())
        .then(pl.lit("DISCONTINUED"))
        .otherwise(pl.lit("ONGOING"))
    )
    subjects = subjects.with_columns(
        EOSSTT=status,
        NINJ=pl.col("NINJ").fill_null(0),
        LSTWEEK=pl.col("LSTWEEK").fill_null(-1),
        EFFASSN=pl.col("EFFASSN").fill_null(0),
    )
    reason = (
        pl.when(pl.col("EOSSTT") == "DISCONTINUED")
        .then("ended")
        .when((pl.col("EOSSTT") == "SCREEN FAILURE") & (pl.col("term") != "SCREEN FAILURE"))
        .then(pl.col("term").str.to_uppercase())
    )
    treatment = (
        pl.when(pl.col("NINJ") == 0)
        .then(None)
        .when(pl.col("LSTWEEK") >= last)
        .then(pl.lit("COMPLETED"))
        .when(pl.col("EOSSTT") == "ONGOING")
        .then(pl.lit("ONGOING"))
        .otherwise(pl.lit("DISCONTINUED"))
    )
    return subjects.with_columns(DCSREAS=reason, EOTSTT=treatment)
