"""Injections among the source records, found by the annotations of their form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from lupustrial.study import Form, Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Injection:
    """One injection that was given.

    Attributes:
        participant: Who.
        visit: With the records of which visit.
        on: Day; None: not recorded, or not to the day.
        text: The kit as recorded; empty: not recorded.
        number: The kit as a number; None: it is none.
    """

    participant: str
    visit: str
    on: dt.date | None
    text: str
    number: int | None


def read_injections(study: Study, records: pl.DataFrame) -> list[Injection]:
    """Return the injections that were given, in the order of participants and repeats.

    Args:
        study: The study; a form of the SDTM domain EX holds them.
        records: Source records (`RECORD_SCHEMA`).
    """
    return [
        injection
        for form in study.forms
        if form.sdtm is not None and form.sdtm.domain == "EX"
        for injection in _of_form(form, records)
    ]


def _of_form(form: Form, records: pl.DataFrame) -> Iterator[Injection]:
    performed, kit, date = _item(form, "EXOCCUR"), _item(form, "KITNO"), form.date
    entered = records.filter((pl.col("form") == form.id) & (pl.col("status") == "entered"))
    rows: dict[tuple[str, str, int], dict[str, str]] = {}
    for participant, visit, repeat, item, value in (
        entered.select("participant", "visit", "repeat", "item", "value")
        .sort("participant", "visit", "repeat", "item")
        .iter_rows()
    ):
        rows.setdefault((participant, visit, repeat), {})[item] = value or ""
    for (participant, visit, _), cells in rows.items():
        if performed is not None and cells.get(performed) != "Y":
            continue
        text = cells.get(kit, "").strip() if kit is not None else ""
        digits = "".join(text.rpartition(":")[2].split())
        yield Injection(
            participant=participant,
            visit=visit,
            on=_day(cells.get(date, "")) if date is not None else None,
            text=text,
            number=int(digits) if digits.isascii() and digits.isdecimal() else None,
        )


def _item(form: Form, name: str) -> str | None:
    for item in form.items:
        if item.sdtm is not None and name in (item.sdtm.variable, item.sdtm.supp):
            return item.id
    return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
