"""The basic data structure: from observed values to rows with visit, baseline, change and imputation."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.adam._missing import impute
from lupustrial.study import Parameter, Study

#: What a derivation gives: one row a participant and visit (a row may lack its value).
OBSERVED: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "VISITNUM": pl.Float64(),
    "ADT": pl.Date(),
    "AVAL": pl.Float64(),
    "AVALC": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.String(),
    "AVALNOTE": pl.String(),
}

#: Decimals to which a change is rounded, so that 1.8 - 1.5 is 0.3.
_PLACES = 10

#: Rows of one parameter and participant are numbered within its block of sequence numbers.
BLOCK = 1000


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a derivation hands over.

    Attributes:
        rows: `OBSERVED`.
        weeks: Weeks after baseline at which a value is planned.
        baseline: Whether the values have a baseline of their own (a response has none).
        denominator: Participants for whom the parameter is defined; None = everyone.
    """

    rows: pl.DataFrame
    weeks: tuple[int, ...]
    baseline: bool = True
    denominator: pl.DataFrame | None = None


def finish(
    study: Study, parameter: Parameter, frame: Frame, subjects: pl.DataFrame, *, block: int
) -> pl.DataFrame:
    """Return the rows of a parameter with everything but ADSL variables.

    Baseline is the last non-missing value on or before the day of the first dose, that of the baseline visit
    preferred; it stands at the baseline visit in AVISIT and AVISITN, even when it was measured at screening
    (VISITNUM keeps the visit). ANL01FL marks the one row a visit to analyse: planned visits only, the last
    value where a visit has several. CHG and PCHG are for visits after baseline; PCHG is null where BASE is 0.

    Args:
        study: The study.
        parameter: The parameter.
        frame: Its derivation.
        subjects: ``USUBJID``, ``TRTSDT``, ``EOSSTT``, ``LSTWEEK`` and ``counted`` (whether values are imputed
            for the participant) of those for whom the parameter is defined.
        block: Ordinal of the parameter in its dataset, for ASEQ.
    """
    kept = (
        subjects if frame.denominator is None else subjects.join(frame.denominator, on="USUBJID", how="semi")
    )
    rows = frame.rows.join(kept.select("USUBJID", "TRTSDT"), on="USUBJID", how="inner")
    rows = _at_visits(study, rows)
    rows = (
        _with_baseline(study, rows)
        if frame.baseline
        else rows.with_columns(ABLFL=pl.lit(None, dtype=pl.String))
    )
    rows = rows.with_columns(DTYPE=pl.lit(None, dtype=pl.String)).with_row_index("row")
    rows = _numbered(impute(study, parameter, rows, kept, frame.weeks), block)
    base = pl.col("AVAL").filter(pl.col("ABLFL") == "Y").first().over("USUBJID")
    after = pl.col("VISITNUM") > study.baseline_visit.number
    change = pl.when(after & (pl.col("ABLFL").is_null())).then(
        (pl.col("AVAL") - pl.col("BASE")).round(_PLACES)
    )
    return (
        _with_analysis_flag(rows)
        .with_columns(BASE=base)
        .with_columns(CHG=change)
        .with_columns(PCHG=pl.when(pl.col("BASE") != 0).then(100 * pl.col("CHG") / pl.col("BASE")))
        .with_columns(PARAMCD=pl.lit(parameter.id), PARAM=pl.lit(label_of(parameter)))
        .with_columns(ADY=_day())
    )


def label_of(parameter: Parameter) -> str:
    """Return PARAM: the label, with the unit in brackets where there is one."""
    return f"{parameter.label} ({parameter.unit})" if parameter.unit else parameter.label


def single(
    study: Study,
    parameter: Parameter,
    rows: pl.DataFrame,
    subjects: pl.DataFrame,
    *,
    block: int,
    overall: bool,
) -> pl.DataFrame:
    """Return a parameter with one row a participant: at baseline, or overall (AVISIT ``Overall``)."""
    visit = study.baseline_visit
    kept = rows.join(subjects.select("USUBJID", "TRTSDT"), on="USUBJID", how="inner").sort("USUBJID")
    flag = pl.when(pl.col("AVAL").is_not_null() | pl.col("AVALC").is_not_null()).then(pl.lit("Y"))
    return kept.with_columns(
        VISITNUM=pl.lit(None if overall else float(visit.number), dtype=pl.Float64),
        AVISIT=pl.lit("Overall" if overall else visit.name),
        AVISITN=pl.lit(None if overall else visit.week, dtype=pl.Int32),
        planned=pl.lit(value=True),
        ABLFL=pl.lit(None, dtype=pl.String) if overall else flag,
        DTYPE=pl.lit(None, dtype=pl.String),
        ASEQ=pl.lit(block * BLOCK + 1, dtype=pl.Int64),
        BASE=pl.lit(None, dtype=pl.Float64) if overall else pl.col("AVAL"),
        CHG=pl.lit(None, dtype=pl.Float64),
        PCHG=pl.lit(None, dtype=pl.Float64),
        ANL01FL=flag,
        PARAMCD=pl.lit(parameter.id),
        PARAM=pl.lit(label_of(parameter)),
        ADY=_day(),
    )


def visit_plan(study: Study) -> pl.DataFrame:
    """Return the planned visits: VISITNUM, AVISIT, AVISITN."""
    return pl.DataFrame(
        {
            "VISITNUM": [float(visit.number) for visit in study.visits],
            "AVISIT": [visit.name for visit in study.visits],
            "AVISITN": [visit.week for visit in study.visits],
        },
        schema={"VISITNUM": pl.Float64, "AVISIT": pl.String, "AVISITN": pl.Int32},
    )


def _at_visits(study: Study, rows: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(visit_plan(study), on="VISITNUM", how="left", maintain_order="left")
    return joined.with_columns(
        planned=pl.col("AVISIT").is_not_null(), AVISIT=pl.col("AVISIT").fill_null("Unscheduled")
    )


def is_known() -> pl.Expr:
    """Return where a row has a value."""
    return pl.col("AVAL").is_not_null() | pl.col("AVALC").is_not_null()


def _with_baseline(study: Study, rows: pl.DataFrame) -> pl.DataFrame:
    """Flag the baseline of each participant and put it at the baseline visit."""
    at = study.baseline_visit
    here = pl.col("VISITNUM") == at.number
    indexed = rows.with_row_index("i")
    before = (pl.col("ADT") <= pl.col("TRTSDT")).fill_null(pl.col("VISITNUM") <= at.number)
    chosen = (
        indexed.filter(is_known(), before)
        .sort("USUBJID", here, "ADT", "VISITNUM", "i", nulls_last=False)
        .group_by("USUBJID")
        .agg(pl.col("i").last())
        .select("i", ABLFL=pl.lit("Y"))
    )
    flagged = indexed.join(chosen, on="i", how="left", maintain_order="left").drop("i")
    base = pl.col("ABLFL") == "Y"
    return flagged.with_columns(
        AVISIT=pl.when(base).then(pl.lit(at.name)).otherwise("AVISIT"),
        AVISITN=pl.when(base).then(pl.lit(at.week, dtype=pl.Int32)).otherwise("AVISITN"),
        planned=base.fill_null(value=False) | pl.col("planned"),
    )


def _numbered(rows: pl.DataFrame, block: int) -> pl.DataFrame:
    """Sort by participant and time, number the rows, and name the row that a carried value came from."""
    number = block * BLOCK + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID")
    order = ["USUBJID", "AVISITN", "VISITNUM", "ADT"]
    ordered = rows.sort(*order, nulls_last=True, maintain_order=True).with_columns(ASEQ=number)
    if "carried" not in ordered.columns:
        return ordered.drop("row")
    numbers = ordered.select(carried="row", source=pl.col("ASEQ").cast(pl.String)).drop_nulls("carried")
    return (
        ordered.join(numbers, on="carried", how="left", maintain_order="left")
        .with_columns(SRCSEQ=pl.coalesce("source", "SRCSEQ"))
        .drop("row", "carried", "source")
    )


def _with_analysis_flag(rows: pl.DataFrame) -> pl.DataFrame:
    """Flag the last row with a value of each participant at each planned visit; `rows` are in order."""
    eligible = is_known() & pl.col("planned") & pl.col("AVISITN").is_not_null()
    at = pl.when(eligible).then("i")
    flag = pl.when(eligible & (pl.col("i") == at.max().over("USUBJID", "AVISITN"))).then(pl.lit("Y"))
    return rows.with_row_index("i").with_columns(ANL01FL=flag).drop("i")


def _day() -> pl.Expr:
    days = (pl.col("ADT") - pl.col("TRTSDT")).dt.total_days()
    return (days + (days >= 0).cast(pl.Int64)).cast(pl.Int32)
