"""What stands at a planned visit without a value: nothing, the last observation, or no response."""

from __future__ import annotations

import polars as pl

from lupustrial.study import Parameter, Study

#: LOCF carries the last value of the participant whatever visit it is from, so also baseline, as long as
#: nothing later is known. A value from before baseline is never carried.
LOCF_CARRIES_BASELINE = True


def impute(
    study: Study, parameter: Parameter, rows: pl.DataFrame, subjects: pl.DataFrame, weeks: tuple[int, ...]
) -> pl.DataFrame:
    """Add or fill rows at planned visits after baseline that have no value, by the rule of the parameter.

    A visit is due for a participant whose participation has ended (EOSSTT COMPLETED or DISCONTINUED) whether
    or not he or she had left by then; of one who is still in the study only the visits up to the last one
    attended are. Values are imputed for participants with ``counted``.

    - ``none``: nothing is added.
    - ``locf``: the last value (`LOCF_CARRIES_BASELINE`), DTYPE ``LOCF``; none where there is no earlier
      value. ``carried`` is the ``row`` that was carried.
    - ``nri``: 0 with AVALC ``N``, DTYPE ``NRI``.

    A visit with a row that has no value keeps its row, which is filled in.
    """
    if parameter.missing == "none" or not weeks:
        return rows
    due = _due(study, subjects, weeks)
    has = rows.filter(_known(), "planned").select("USUBJID", "AVISITN").unique()
    gaps = due.join(has, on=["USUBJID", "AVISITN"], how="anti")
    empty = rows.filter(~_known(), "planned").join(gaps, on=["USUBJID", "AVISITN"], how="semi")
    notes = empty.select("USUBJID", "AVISITN", old="AVALNOTE").unique(
        ["USUBJID", "AVISITN"], keep="last", maintain_order=True
    )
    kept = rows.join(gaps.select("USUBJID", "AVISITN"), on=["USUBJID", "AVISITN"], how="anti")
    gaps = gaps.join(notes, on=["USUBJID", "AVISITN"], how="left")
    filled = (
        _not_responding(gaps)
        if parameter.missing == "nri"
        else _carried(study.baseline_visit.week, parameter, rows, gaps)
    )
    unfilled = empty.join(filled, on=["USUBJID", "AVISITN"], how="anti")
    return pl.concat([kept, unfilled, filled], how="diagonal_relaxed")


def _known() -> pl.Expr:
    return pl.col("AVAL").is_not_null() | pl.col("AVALC").is_not_null()


def _due(study: Study, subjects: pl.DataFrame, weeks: tuple[int, ...]) -> pl.DataFrame:
    """Return the visits at which a value is due: USUBJID, TRTSDT, VISITNUM, AVISIT, AVISITN."""
    planned = [visit for visit in study.visits if visit.week in weeks]
    plan = pl.DataFrame(
        {
            "VISITNUM": [float(visit.number) for visit in planned],
            "AVISIT": [visit.name for visit in planned],
            "AVISITN": [visit.week for visit in planned],
        },
        schema={"VISITNUM": pl.Float64, "AVISIT": pl.String, "AVISITN": pl.Int32},
    )
    ended = pl.col("EOSSTT").is_in(["COMPLETED", "DISCONTINUED"])
    return (
        subjects.filter("counted")
        .join(plan, how="cross")
        .filter(ended | (pl.col("AVISITN") <= pl.col("LSTWEEK")))
        .select("USUBJID", "TRTSDT", "VISITNUM", "AVISIT", "AVISITN")
    )


def _not_responding(gaps: pl.DataFrame) -> pl.DataFrame:
    why = pl.when(pl.col("old").is_null()).then(pl.lit("no value at this visit")).otherwise("old")
    return gaps.with_columns(
        planned=pl.lit(value=True),
        AVAL=pl.lit(0.0),
        AVALC=pl.lit("N"),
        DTYPE=pl.lit("NRI"),
        SRCDOM=pl.lit("ADSL"),
        SRCVAR=pl.lit("LSTWEEK"),
        AVALNOTE=why + "; counted as no response (non-responder imputation)",
    ).drop("old")


def _carried(first: int, parameter: Parameter, rows: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    known = (
        rows.filter(
            _known(),
            "planned",
            pl.col("AVISITN") >= first if LOCF_CARRIES_BASELINE else pl.col("AVISITN") > first,
        )
        .select("USUBJID", "AVISITN", "AVAL", "AVALC", carried="row", at="AVISIT", week="AVISITN")
        .sort("AVISITN", "carried", maintain_order=True)
    )
    filled = (
        gaps.sort("AVISITN")
        .join_asof(known, on="AVISITN", by="USUBJID", strategy="backward", check_sortedness=False)
        .filter(pl.col("carried").is_not_null())
    )
    return filled.with_columns(
        planned=pl.lit(value=True),
        DTYPE=pl.lit("LOCF"),
        SRCDOM=pl.lit(parameter.dataset),
        SRCVAR=pl.lit("AVAL" if parameter.type == "number" else "AVALC"),
        AVALNOTE=pl.lit("carried forward from ") + pl.col("at"),
    ).drop("old", "at", "week")
