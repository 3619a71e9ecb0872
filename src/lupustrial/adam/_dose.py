"""Prednisone-equivalent dose a day from a drug log (docs/adam.md, "Glucocorticoid dose")."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.adam._bds import OBSERVED, Frame
from lupustrial.adam._workshop import Workshop
from lupustrial.instruments import INTAKES, dose_records, doses_in_windows
from lupustrial.study import Parameter, Scalar

__all__ = ["INTAKES", "daily_dose"]

_WINDOW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class _Rules:
    days: int
    pulses: bool


def daily_dose(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return the mean prednisone-equivalent dose (mg/day) in the days up to each visit.

    The window is the `visit_dose_window` days (7) that end on the day of the visit; at the baseline visit the
    days before the first dose of study treatment. Records that overlap add up, one without an end goes on,
    one with frequency ONCE covers its first day only. A start or an end of which the day is missing is taken
    as early, or as late, as it may be. By mouth only, unless `include_pulse_in_mean` is ``yes``: then by
    vein and muscle too, into a joint or on the skin never. A record without a route counts as by mouth.

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
    records = dose_records(log, prefix=domain, pulses=rules.pulses)
    rows = doses_in_windows(records, windows, log["USUBJID"].cast(pl.String))
    covered = pl.col("records").is_not_null()
    made = rows.with_columns(
        AVAL=pl.col("dose"),
        AVALC=pl.lit(None, dtype=pl.String),
        SRCDOM=pl.when(covered).then(pl.lit(domain)),
        SRCVAR=pl.when(covered).then(pl.lit(f"{domain}DOSE")),
        SRCSEQ="records",
        AVALNOTE="note",
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
