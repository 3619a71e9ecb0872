"""From a row and an item that are at fault back to the line and the column of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lupustrial.cli._score_table import Table
from lupustrial.errors import Fault

_ROWS = re.compile(r"rows? (\d+(?:, \d+)*)")
_LINE = re.compile(r" (?:line|row)s? (\d+)")
_ITEM = re.compile(r"item (\w+)")
_COLUMN = re.compile(r"columns? (\w+)")
_STAND_IN = re.compile(r", visit -\d{9}\b")
_COMMA = re.compile(r"'[-+]?\d+,\d+'")
_LIMIT = re.compile(r"'[<>≤≥]")

#: A row without a usable VISITNUM has this much less than its number, far from every visit.
NOWHERE = 999_999_999


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the rows and columns of a frame of items come from.

    Attributes:
        table: The file.
        rows: By row of the frame, the row of the file's frame.
        groups: By row of the frame, which of `columns` it was read from.
        columns: By code, the column of the file; one such mapping a group of columns (a visit).
        units: By code, the unit from which the column was converted.
    """

    table: Table
    rows: Sequence[int]
    groups: Sequence[int]
    columns: Sequence[Mapping[str, str]]
    units: Mapping[str, str] = field(default_factory=dict)

    def place(self, *rows: int) -> str:
        """Return where rows of the frame (counted from 0) stand in the file."""
        return self.table.place(*dict.fromkeys(self.rows[row] for row in rows))

    def item(self, code: str, row: int) -> str:
        """Return ``item SEIZ``, with the column where that is called otherwise."""
        column = self.columns[self.groups[row]].get(code, code)
        if code in self.units:
            return f"item {code} (column {column}, converted from {self.units[code]})"
        return f"item {code}" if column == code else f"item {code} (column {column})"

    def located(self, fault: Fault) -> Fault:
        """Return the fault of a frame with its place in the file."""
        place = _STAND_IN.sub("", fault.place)
        if rows := _ROWS.match(place):
            positions = [int(number) - 1 for number in rows[1].split(", ")]
            rest = _ITEM.sub(lambda item: self.item(item[1], positions[0]), place[rows.end() :], count=1)
            return replace(fault, place=self.place(*positions) + rest, hint=_more(fault))
        if column := _COLUMN.match(place):
            name = next((each[column[1]] for each in self.columns if column[1] in each), column[1])
            return replace(fault, place=self.table.header(name))
        return replace(fault, place=f"{self.table.name}, {place}")


def listed(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults in the order of the file, of each kind and item at most twenty and a count."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        item = _ITEM.search(fault.place)
        kinds.setdefault((fault.id, item[1] if item else ""), []).append(fault)
    shown = [fault for alike in kinds.values() for fault in sorted(alike, key=_line)[:_LISTED]]
    more = [
        Fault(
            id=fault_id,
            message=f"and {len(alike) - _LISTED} more like these",
            place=f"item {item}" if item else "the file",
            hint="mend them all",
        )
        for (fault_id, item), alike in kinds.items()
        if len(alike) > _LISTED
    ]
    return sorted(shown, key=_line) + more


_LISTED = 20


def _line(fault: Fault) -> int:
    """Return the first line or row that a place names; 0 where it names none."""
    found = _LINE.search(fault.place)
    return int(found[1]) if found else 0


def _more(fault: Fault) -> str:
    """Return the hint, and what the value looks like."""
    if fault.id != "INSTR-007":
        return fault.hint
    if _COMMA.match(fault.message):
        return f"{fault.hint}; write decimals with a point"
    if _LIMIT.match(fault.message):
        return f"{fault.hint}; decide which number stands for a value beyond the limit of the assay"
    return fault.hint
