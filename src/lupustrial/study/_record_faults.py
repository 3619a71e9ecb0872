"""Rows at fault become faults: where they stand, what was recorded, and no more than twenty of a kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lupustrial.errors import Fault

#: How many faults of one kind are listed; the others are counted.
LISTED = 20

Row = dict[str, Any]
Text = str | Callable[[Row], str]


@dataclass(kw_only=True)
class RecordFaults:
    """The faults found so far.

    `records` are all records with their row index ``__index``; where they carry ``__file`` and ``__row``,
    these tell the place, else `origin` and the index do.
    """

    records: pl.DataFrame
    origin: str
    _faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    _more: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _severity: dict[str, str] = field(default_factory=dict)

    def add_rows(
        self, fault_id: str, rows: pl.DataFrame, message: Text, hint: Text, *, severity: str = "error"
    ) -> None:
        """Add a fault for each row.

        Args:
            fault_id: Its id.
            rows: The rows at fault: ``__index``, and further columns that `message` and `hint` use.
            message: What is wrong, a text or a function of the row (all columns of the record and of `rows`).
            hint: How to mend it, likewise.
            severity: ``"error"`` or ``"warning"``.
        """
        if rows.is_empty():
            return
        rows = rows.sort("__index")
        room = max(0, LISTED - len(self._faults[fault_id]))
        extra = [name for name in rows.columns if name not in self.records.columns]
        shown = rows.head(room).select("__index", *extra)
        full = shown.join(self.records, on="__index", how="left", maintain_order="left")
        for row in full.iter_rows(named=True):
            self.add(fault_id, _text(message, row), self.place(row), _text(hint, row), severity=severity)
        self._more[fault_id] += rows.height - shown.height

    def add(self, fault_id: str, message: str, place: str, hint: str, *, severity: str = "error") -> None:
        """Add one fault, or count it where twenty of its kind are listed already."""
        self._severity[fault_id] = severity
        if len(self._faults[fault_id]) >= LISTED:
            self._more[fault_id] += 1
            return
        fault = Fault(id=fault_id, message=message, place=place, hint=hint, severity=severity)
        self._faults[fault_id].append(fault)

    def count(self, fault_id: str, further: int) -> None:
        """Count further faults of a kind that are not listed."""
        self._more[fault_id] += further

    def place(self, row: Row) -> str:
        """Say where a record stands: file, row, participant, visit, item."""
        file = row.get("__file") or self.origin
        number = row.get("__row") or row["__index"] + 1
        return f"{file} row {number}, {whereabouts(row)}"

    def all(self) -> list[Fault]:
        """Return the faults, errors before warnings, each kind in order of rows, with the number left out."""
        found: list[Fault] = []
        for fault_id in sorted(self._faults, key=lambda name: (self._severity.get(name) == "warning", name)):
            found += self._faults[fault_id]
            if self._more[fault_id]:
                message = f"and {self._more[fault_id]} more like these"
                severity = self._severity[fault_id]
                found.append(Fault(id=fault_id, message=message, place=self.origin, severity=severity))
        return found


def whereabouts(row: Row) -> str:
    """Name participant, visit and item (or form) of a record."""
    parts = [f"participant {row['participant']}"]
    if row.get("visit") is not None:
        parts.append(f"visit {row['visit']}")
    if row.get("item") is not None:
        parts.append(f"item {row['form']}.{row['item']}")
    elif row.get("form") is not None:
        parts.append(f"form {row['form']}")
    if (row.get("repeat") or 1) > 1:
        parts.append(f"repeat {row['repeat']}")
    return ", ".join(parts)


def _text(text: Text, row: Row) -> str:
    return text if isinstance(text, str) else text(row)
