"""All checks of source records against their study."""

from __future__ import annotations

import polars as pl

from lupustrial.errors import Fault, closest
from lupustrial.study._model import Study
from lupustrial.study._record_conditions import check_conditions_met
from lupustrial.study._record_dates import check_dates
from lupustrial.study._record_faults import RecordFaults
from lupustrial.study._record_frame import code_records, entries_of
from lupustrial.study._record_names import check_names
from lupustrial.study._record_twice import check_duplicates, check_required
from lupustrial.study._record_values import check_values
from lupustrial.study._records import RECORD_SCHEMA

#: Columns that may stand beside those of RECORD_SCHEMA and tell where a record was read.
PLACE_COLUMNS = ("__file", "__row")


def check_records(study: Study, records: pl.DataFrame, *, origin: str) -> list[Fault]:
    """Return everything that is wrong with source records.

    Args:
        study: The study they belong to.
        records: Columns of RECORD_SCHEMA in any order; ``__file`` and ``__row`` may tell each record's place.
        origin: Name of the file or source, for places; rows then count from 1.

    Returns:
        The faults (RECORD-003 to RECORD-043, ``docs/faults.md``), errors before warnings, each kind in order
        of rows. Of each kind twenty are listed; the last says how many more there are. An empty list when
        nothing is wrong.
    """
    shape = check_columns(records, origin)
    if shape:
        return shape
    records = records.cast(pl.Schema(RECORD_SCHEMA)).with_row_index("__index")
    faults = RecordFaults(records=records, origin=origin)
    entries = entries_of(study)
    check_names(study, faults)
    coded = code_records(study, records, entries)
    check_values(study, coded, entries, faults)
    check_duplicates(coded, entries, faults)
    check_dates(study, coded, entries, faults)
    check_conditions_met(study, coded, entries, faults)
    check_required(coded, entries, faults)
    return faults.all()


def check_columns(records: pl.DataFrame, origin: str) -> list[Fault]:
    """Columns are there, known, and of their types."""
    faults = []
    for name, kind in RECORD_SCHEMA.items():
        if name not in records.columns:
            hint = f"add column `{name}`"
            faults.append(
                Fault(id="RECORD-005", message=f"column `{name}` is missing", place=origin, hint=hint)
            )
        elif records.schema[name] not in (kind, pl.Null()):
            message = f"column `{name}` is {records.schema[name]}, not {kind}"
            faults.append(Fault(id="RECORD-003", message=message, place=origin, hint=f"cast it to {kind}"))
    for name in records.columns:
        if name not in RECORD_SCHEMA and name not in PLACE_COLUMNS:
            hint = closest(name, list(RECORD_SCHEMA)) or f"known: {', '.join(RECORD_SCHEMA)}"
            faults.append(Fault(id="RECORD-004", message=f"unknown column `{name}`", place=origin, hint=hint))
    return faults
