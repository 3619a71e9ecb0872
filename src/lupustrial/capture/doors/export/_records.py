"""Source records as the files that ``lupustrial run`` reads."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.capture.access import Acting
from lupustrial.capture.doors.export._neutral import formula_like
from lupustrial.capture.doors.export._selection import Selection
from lupustrial.capture.store import pages_of, participants_of, records_of
from lupustrial.ledger import Transaction
from lupustrial.study import RECORD_SCHEMA, Study, visible_records

_PEOPLE_AT_ONCE = 50

#: Columns whose text somebody wrote freely.
_FREE = ("value", "unit", "reason", "by")


def frames(tx: Transaction, study: Study, acting: Acting, selection: Selection) -> Iterator[pl.DataFrame]:
    """Give the records of some participants at a time (RECORD_SCHEMA), in order of the study.

    Which values are in them, ``lupustrial.study.visible_records`` decides, with no visit at hand.
    """
    people = participants_of(tx, selection.sites)
    visits = {visit.id: place for place, visit in enumerate(study.visits)}
    forms = {form.id: place for place, (form, _) in enumerate(selection.forms)}
    items = {
        f"{form.id}.{item.id}": place for form, _ in selection.forms for place, item in enumerate(form.items)
    }
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        pages = [
            page
            for person in people[start : start + _PEOPLE_AT_ONCE]
            for page in pages_of(tx, person.participant)
            if selection.has_visit(page.place.visit) and page.place.form in forms
        ]
        seen = visible_records(study, acting.role.id, records_of(pages, study.id))
        yield seen.sort(
            "participant",
            pl.col("visit").replace_strict(visits, default=len(visits), return_dtype=pl.Int64),
            "visit",
            pl.col("form").replace_strict(forms, return_dtype=pl.Int64),
            "repeat",
            pl.concat_str("form", pl.lit("."), "item").replace_strict(items, return_dtype=pl.Int64),
        ).select(*RECORD_SCHEMA)


def harmless(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part records that a spreadsheet reads as they stand from those that it could take for a formula."""
    marks = pl.any_horizontal(
        pl.col(name).map_elements(formula_like, return_dtype=pl.Boolean).fill_null(value=False)
        for name in _FREE
    )
    marked = frame.with_columns(marks.alias("__marked"))
    return marked.filter(~pl.col("__marked")).drop("__marked"), marked.filter("__marked").drop("__marked")
