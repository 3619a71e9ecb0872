"""Glucocorticoid dose at each visit from a log of drugs, with the conversion of each record."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lupustrial.capture.scores._answers import Answers, Value
from lupustrial.capture.scores._uses import Use
from lupustrial.errors import InstrumentError
from lupustrial.instruments import convert_to_prednisone, dose_records, steroid_doses
from lupustrial.study import Form, Item, Scalar

#: Columns of a log, as ``lupustrial.instruments.dose_records`` takes them.
_COLUMNS = ("CMTRT", "CMDOSE", "CMDOSU", "CMDOSFRQ", "CMROUTE", "CMSTDTC", "CMENDTC", "CMOCCUR")
_PLACES = 6


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A record of the log and what it comes to.

    Attributes:
        told: Drug, dose, unit and frequency as recorded.
        route: Route as recorded; empty where none is.
        start: First day as recorded; empty where none is.
        end: Last day as recorded; empty while it goes on.
        factor: Milligrams of prednisone that one milligram of the drug equals; None where it is not known.
        mg: Prednisone equivalent a day, in mg; None where dose or frequency is no number.
        counts: Whether the record counts in the mean (its route does, and it covers a day of the window).
    """

    told: str
    route: str
    start: str
    end: str
    factor: float | None
    mg: float | None
    counts: bool


@dataclass(frozen=True, kw_only=True)
class Dose:
    """The dose at a visit.

    Attributes:
        mg: Mean prednisone equivalent, mg a day; None where it is not known.
        pulse: Milligrams by vein and muscle in the days of the mean; None where the log is empty.
        days: Days over which the mean is taken.
        note: How the mean came about.
        records: The records of the log.
        fault: Why nothing could be computed; empty where it could.
    """

    mg: float | None = None
    pulse: float | None = None
    days: int = 0
    note: str = ""
    records: tuple[Converted, ...] = field(default_factory=tuple)
    fault: str = ""


def doses_of(answers: Answers, use: Use) -> Mapping[str, Dose]:
    """Return the dose at each visit that has a date, from baseline on; earlier visits have no window.

    The rule is that of ``steroid_doses`` (docs/instruments/steroids.md) with the settings of the use.
    """
    first = answers.study.baseline_visit
    form = answers.study.form(use.log)
    dated = tuple(
        (visit.id, visit.date, visit.id == first.id)
        for visit in sorted(answers.visits.values(), key=lambda visit: visit.number)
        if visit.date is not None
        and visit.number >= first.number
        and (visit.id in form.visits or answers.study.is_unscheduled(visit.id))
    )
    log = tuple(_record(form, values) for _, _, values in answers.records(use.log))
    return _doses(log, dated, answers.first_dose(), tuple(use.settings.items()))


Record = tuple[str | None, ...]


def _record(form: Form, values: Mapping[str, Value]) -> Record:
    """Return a record as texts in the order of `_COLUMNS`; the unit is that of the item of the dose."""
    items: dict[str, Item] = {
        item.sdtm.variable: item for item in form.items if item.sdtm is not None and item.sdtm.variable
    }
    told: dict[str, str | None] = {}
    for name in _COLUMNS:
        item = items.get(name)
        value = None if item is None else values.get(item.id)
        told[name] = _text(value)
    if "CMDOSU" not in items and "CMDOSE" in items:
        told["CMDOSU"] = items["CMDOSE"].unit
    return tuple(told[name] for name in _COLUMNS)


def _text(value: Value | None) -> str | None:
    return f"{value:.10g}" if isinstance(value, float) else value


@functools.lru_cache(maxsize=512)
def _doses(
    log: tuple[Record, ...],
    visits: tuple[tuple[str, dt.date, bool], ...],
    dosed: dt.date | None,
    settings: tuple[tuple[str, Scalar], ...],
) -> Mapping[str, Dose]:
    if not visits:
        return {}
    schema = dict.fromkeys(_COLUMNS, pl.String())
    frame = pl.DataFrame(log, schema=schema, orient="row").with_columns(
        USUBJID=pl.lit("participant"), CMSEQ=pl.int_range(1, pl.len() + 1)
    )
    rows = pl.DataFrame(
        {
            "USUBJID": ["participant"] * len(visits),
            "ADT": [date for _, date, _ in visits],
            "ABLFL": ["Y" if base else None for _, _, base in visits],
            "TRTSDT": [dosed] * len(visits),
        },
        schema={"USUBJID": pl.String, "ADT": pl.Date, "ABLFL": pl.String, "TRTSDT": pl.Date},
    )
    try:
        found = steroid_doses(frame, rows, settings=dict(settings))
        every = dose_records(frame, parts=("mean", "pulse", "local"))
        factors = convert_to_prednisone(frame.with_columns(one=pl.lit(1.0)), dose="one").to_list()
    except InstrumentError as error:
        fault = "; ".join(dict.fromkeys(f"{one.message} ({one.hint})" for one in error.faults))
        return {visit: Dose(fault=fault) for visit, _, _ in visits}
    amounts = dict(zip(every["SEQ"].to_list(), every["mg"].to_list(), strict=True))
    days = int(dict(settings).get("visit_dose_window", _WINDOW))
    return {
        visit: _dose(row, log, amounts, factors, days)
        for (visit, _, _), row in zip(visits, found.iter_rows(named=True), strict=True)
    }


_WINDOW = 7


def _dose(
    row: Mapping[str, Any],
    log: tuple[Record, ...],
    amounts: Mapping[int, float | None],
    factors: list[float | None],
    days: int,
) -> Dose:
    counted = {int(one) for one in (row["records"] or "").split(";") if one}
    records = []
    for place, record in enumerate(log, start=1):
        drug, dose, unit, frequency, route, start, end, occurred = record
        if occurred == "N":
            continue
        mg = amounts.get(place)
        records.append(
            Converted(
                told=" ".join(part for part in (drug, dose, unit, frequency) if part),
                route=route or "",
                start=start or "",
                end=end or "",
                factor=factors[place - 1],
                mg=None if mg is None else round(mg, _PLACES),
                counts=place in counted,
            )
        )
    return Dose(mg=row["dose"], pulse=row["pulse"], days=days, note=row["note"] or "", records=tuple(records))
