"""Prednisone-equivalent dose a day from a drug log (docs/adam.md, "Glucocorticoid dose")."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.adam._bds import OBSERVED, Frame
from lupustrial.adam._dates import earliest, latest
from lupustrial.adam._workshop import Workshop
from lupustrial.instruments import convert_to_prednisone
from lupustrial.study import Parameter, Scalar

#: Intakes a day of each frequency (CDISC C71113). Longer intervals are spread evenly over the days between.
INTAKES: dict[str, float] = {
    "QD": 1.0,
    "QAM": 1.0,
    "QPM": 1.0,
    "QHS": 1.0,
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "5 TIMES PER DAY": 5.0,
    "Q12H": 2.0,
    "Q8H": 3.0,
    "Q6H": 4.0,
    "Q4H": 6.0,
    "QOD": 1 / 2,
    "EVERY 3 DAYS": 1 / 3,
    "2 TIMES PER WEEK": 2 / 7,
    "3 TIMES PER WEEK": 3 / 7,
    "4 TIMES PER WEEK": 4 / 7,
    "5 TIMES PER WEEK": 5 / 7,
    "6 TIMES PER WEEK": 6 / 7,
    "EVERY WEEK": 1 / 7,
    "EVERY 2 WEEKS": 1 / 14,
    "EVERY 3 WEEKS": 1 / 21,
    "EVERY 4 WEEKS": 1 / 28,
    "QM": 1 / 30.4375,
    "ONCE": 1.0,
}
#: Milligrams in a unit of dose; of another unit (a tablet) the dose is not known.
MILLIGRAMS: dict[str, float] = {"mg": 1.0, "g": 1000.0, "ug": 0.001}
_MEAN_ROUTES = ("ORAL",)
_WINDOW_DAYS = 7
_PLACES = 9


@dataclass(frozen=True, kw_only=True)
class _Rules:
    days: int
    pulses: bool


def daily_dose(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return the mean prednisone-equivalent dose (mg/day) in the days up to each visit.

    The window is the `visit_dose_window` days (7) that end on the day of the visit; at the baseline visit the
    days before the first dose of study treatment. Records that overlap add up, one without an end goes on,
    one with frequency ONCE covers its first day only. A start or an end of which the day is missing is taken
    as early, or as late, as it may be. By mouth only, unless `include_pulse_in_mean` is ``yes``; a record
    without a route counts as by mouth.

    A day that no record covers is 0 mg only for a participant whose log says so, that is, who has a record in
    it (of any period, or that there was none: ``--OCCUR`` ``N``); of a participant with an empty log nothing
    is known and the dose is missing. So is the mean when a record in its window has no dose, or a frequency
    that is not a number of intakes (PRN, as needed).
    """
    place = f"parameter {parameter.id}"
    form = parameter.derive.form or ""
    domain, log = workshop.items.log_rows(form, place=place)
    rules = _rules(workshop, form)
    windows = _windows(workshop, form, rules)
    records = _records(domain, log, rules)
    days = (
        windows.join(records, on="USUBJID", how="inner")
        .with_columns(
            days=(
                pl.min_horizontal("to", pl.col("end").fill_null(pl.col("to")))
                - pl.max_horizontal("from", pl.col("start").fill_null(pl.col("from")))
            ).dt.total_days()
            + 1
        )
        .filter(pl.col("days") > 0)
    )
    summed = days.group_by("USUBJID", "VISITNUM").agg(
        total=(pl.col("days") * pl.col("mg")).sum(),
        unknown=pl.col("mg").is_null().any(),
        parts=pl.col("text").sort_by("SEQ").str.join(" + "),
        SRCSEQ=pl.col("SEQ").sort().cast(pl.String).str.join(";"),
    )
    logged = log.select(pl.col("USUBJID").cast(pl.String), logged=pl.lit(value=True)).unique()
    rows = windows.join(summed, on=["USUBJID", "VISITNUM"], how="left").join(logged, on="USUBJID", how="left")
    covered = pl.col("total").is_not_null()
    dose = (pl.col("total") / rules.days).round(_PLACES)
    value = (
        pl.when(covered & ~pl.col("unknown")).then(dose).when(~covered & pl.col("logged")).then(pl.lit(0.0))
    )
    note = (
        pl.when(covered & pl.col("unknown"))
        .then(pl.lit("dose or frequency not known: ") + pl.col("parts"))
        .when(covered)
        .then("parts")
        .when("logged")
        .then(pl.lit("no record covers the window"))
        .otherwise(pl.lit("the log is empty: not known"))
    )
    made = rows.with_columns(
        AVAL=value,
        AVALC=pl.lit(None, dtype=pl.String),
        SRCDOM=pl.when(covered).then(pl.lit(domain)),
        SRCVAR=pl.when(covered).then(pl.lit(f"{domain}DOSE")),
        AVALNOTE=note,
    )
    return Frame(rows=made.select(*OBSERVED), weeks=workshop.weeks_of_forms({form}))


def _rules(workshop: Workshop, form: str) -> _Rules:
    """Read the window and the treatment of pulses from the settings of an instrument use on the log."""
    settings: dict[str, Scalar] = {}
    for use in workshop.study.instruments:
        if use.form == form:
            settings |= dict(use.settings)
    days = int(settings.get("visit_dose_window", _WINDOW_DAYS))
    return _Rules(days=days, pulses=settings.get("include_pulse_in_mean", "no") in ("yes", True))


def _windows(workshop: Workshop, form: str, rules: _Rules) -> pl.DataFrame:
    """Return the first and last day (``from``, ``to``) of the window of each visit from baseline on."""
    base = workshop.study.baseline_visit
    visits = workshop.study.form(form).visits
    numbers = [
        float(one.number) for one in workshop.study.visits if one.id in visits and one.number >= base.number
    ]
    came = workshop.tables["SV"].filter(pl.col("SVOCCUR") == "Y", pl.col("VISITNUM").is_in(numbers))
    at_base = pl.col("VISITNUM") == base.number
    before_dose = pl.coalesce(pl.col("TRTSDT"), pl.col("ADT")).dt.offset_by("-1d")
    return (
        came.select(
            pl.col("USUBJID").cast(pl.String),
            "VISITNUM",
            ADT=pl.col("SVSTDTC").cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
        )
        .join(workshop.subjects.select("USUBJID", "TRTSDT"), on="USUBJID", how="left", maintain_order="left")
        .filter(pl.col("ADT").is_not_null())
        .with_columns(to=pl.when(at_base).then(before_dose).otherwise("ADT"))
        .with_columns(pl.col("to").dt.offset_by(f"-{rules.days - 1}d").alias("from"))
        .drop("TRTSDT")
    )


def _records(domain: str, log: pl.DataFrame, rules: _Rules) -> pl.DataFrame:
    """Return the records of the log as USUBJID, SEQ, ``start``, ``end``, ``mg`` a day and a text."""
    wanted = ("TRT", "DOSE", "DOSU", "DOSFRQ", "ROUTE", "STDTC", "ENDTC", "OCCUR")
    absent = [f"{domain}{name}" for name in wanted if f"{domain}{name}" not in log.columns]
    rows = log.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    column = {name: pl.col(f"{domain}{name}").cast(pl.String) for name in wanted}
    by_mouth = column["ROUTE"].is_null() | column["ROUTE"].is_in(_MEAN_ROUTES)
    taken = column["OCCUR"].fill_null("Y") != "N"
    rows = rows.filter(taken & (by_mouth | pl.lit(rules.pulses)))
    unit = column["DOSU"].fill_null("mg").replace_strict(MILLIGRAMS, default=None, return_dtype=pl.Float64)
    dose = column["DOSE"].cast(pl.Float64, strict=False) * unit
    each = convert_to_prednisone(rows.select(drug=column["TRT"], dose=dose), drug="drug", dose="dose")
    frequency = column["DOSFRQ"]
    start = earliest(column["STDTC"])
    intakes = frequency.replace_strict(INTAKES, default=None, return_dtype=pl.Float64)
    shown = column["DOSE"].str.strip_suffix(".0").fill_null("?")
    return rows.with_columns(each=each).select(
        pl.col("USUBJID").cast(pl.String),
        SEQ=pl.col(f"{domain}SEQ"),
        start=start,
        end=pl.when(frequency == "ONCE").then(start).otherwise(latest(column["ENDTC"])),
        mg=pl.col("each") * intakes,
        text=pl.concat_str(
            column["TRT"], shown, column["DOSU"].fill_null("mg"), frequency.fill_null("?"), separator=" "
        ),
    )
