"""Release: the packager's file gives kits their blinded batch label and expiry date."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lupustrial.allocation.kits._apply import RELEASED
from lupustrial.allocation.kits._book import fetch, record, refuse
from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._rows import read_kits
from lupustrial.allocation.kits._scan import read_number
from lupustrial.allocation.kits._slots import read_places
from lupustrial.allocation.kits._waves import Released, check_label, check_wave, check_waves
from lupustrial.allocation.kits._who import permit
from lupustrial.errors import AllocationError, Fault, closest
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study

COLUMNS = ("kit", "batch", "expiry")
_AT_ONCE = 1000  # kits of an entry
_MONTH = "YYYY-MM"


def read_release(study: Study, path: Path) -> list[Released]:
    """Read the packager's file: CSV with the columns ``kit``, ``batch``, ``expiry`` and no others.

    An expiry date is a day (2027-05-31) or a month (2027-05: its last day).

    Raises:
        AllocationError: ALLOC-077, with row and column of everything that is wrong; ALLOC-060 for numbers.
    """
    name = path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        hint = "give a CSV file in UTF-8 with the columns kit, batch, expiry"
        message = f"the file cannot be read ({type(error).__name__})"
        raise AllocationError(Fault(id="ALLOC-077", message=message, place=name, hint=hint)) from None
    rows = list(csv.reader(io.StringIO(text)))
    refuse(_check_heading(rows[0] if rows else [], name))
    where = {column: rows[0].index(column) for column in COLUMNS}
    lines: list[Released] = []
    faults: list[Fault] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(COLUMNS):
            message = f"the row has {len(cells)} cells, not {len(COLUMNS)}"
            faults.append(_fault(message, f"{name} row {number}", "separate the cells by commas"))
            continue
        try:
            lines.append(_line(study, {key: cells[at].strip() for key, at in where.items()}, number, name))
        except AllocationError as error:
            faults += error.faults
    refuse(faults)
    return lines


def release(
    tx: Transaction,
    study: Study,
    lines: Sequence[Released],
    by: Actor,
    *,
    place: str = "release",
    why: str = "",
) -> list[Kit]:
    """Give kits their batch label and expiry date; they can be shipped after that.

    Args:
        tx: A writing transaction.
        study: The study.
        lines: One a kit, of one wave.
        by: A packager or sponsor.
        place: Name of the file, for places in faults.
        why: A reason lifts the refusal of waves that do not follow the list (ALLOC-080); it is recorded.

    Raises:
        AllocationError: everything that is wrong with any line: ALLOC-060 to ALLOC-064, ALLOC-069 to
            ALLOC-071, ALLOC-078 to ALLOC-080.
    """
    permit(tx, study, by, "release")
    kits, faults = fetch(tx, study, [line.kit for line in lines], "release")
    faults += check_label(study, lines, place) + check_wave(lines, kits, place)
    given = {
        line.kit: replace(kits[line.kit], batch=line.batch, expiry=line.expiry)
        for line in lines
        if line.kit in kits
    }
    every = read_kits(tx, study.id)
    telling = check_waves(study, every.values(), {**every, **given}.values(), read_places(tx, study.id))
    refuse(faults + ([] if why.strip() else telling))
    changed: list[Kit] = []
    for (batch, expiry), numbers in sorted(_classes(lines).items()):
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            data = {"batch": batch, "expiry": expiry.isoformat(), "kits": some, "alternates": bool(telling)}
            changed += record(tx, study, RELEASED, data, kits, by=by, why=why)
    return changed


def _classes(lines: Sequence[Released]) -> Mapping[tuple[str, dt.date], list[int]]:
    classes: dict[tuple[str, dt.date], list[int]] = {}
    for line in sorted(lines, key=lambda line: line.kit):
        classes.setdefault((line.batch, line.expiry), []).append(line.kit)
    return classes


def _check_heading(heading: Sequence[str], name: str) -> list[Fault]:
    faults = [
        _fault(f"column `{column}` is missing", f"{name} row 1", "the columns are kit, batch, expiry")
        for column in COLUMNS
        if column not in heading
    ]
    for at, column in enumerate(heading, start=1):
        if column not in COLUMNS or column in heading[: at - 1]:
            hint = closest(column, COLUMNS) or "remove it: whatever tells kits apart may tell arms apart"
            what = "stands twice" if column in COLUMNS else "does not belong there"
            faults.append(_fault(f"column {at} {what}", f"{name} row 1 column {at}", hint))
    return faults


def _line(study: Study, cells: Mapping[str, str], row: int, name: str) -> Released:
    empty = [column for column in COLUMNS if not cells[column]]
    if empty:
        raise AllocationError(
            _fault(f"`{column}` is empty", f"{name} row {row} column {column}", "fill it in")
            for column in empty
        )
    kit = read_number(study.id, cells["kit"], f"{name} row {row} column kit")
    expiry = _last_day(cells["expiry"])
    if expiry is None:
        hint = "write 2027-05-31, or 2027-05 for the end of that month"
        place = f"{name} row {row} column expiry"
        raise AllocationError(_fault(f"`{cells['expiry']}` is no date", place, hint))
    return Released(kit=kit, batch=cells["batch"], expiry=expiry, row=row)


def _last_day(text: str) -> dt.date | None:
    try:
        if len(text) == len(_MONTH):
            first = dt.date.fromisoformat(f"{text}-01")
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return dt.date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


def _fault(message: str, place: str, hint: str) -> Fault:
    return Fault(id="ALLOC-077", message=message, place=place, hint=hint)
