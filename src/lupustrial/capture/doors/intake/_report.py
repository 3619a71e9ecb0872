"""What a file would do, beside what is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.doors.intake._values import Value
from lupustrial.capture.store import Held, Place, page_at
from lupustrial.errors import Fault
from lupustrial.ledger import Transaction

What = Literal["new", "changed", "same"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What a value of the file is to what is held. `held` is None where nothing is."""

    value: Value
    what: What
    held: Held | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a file would do.

    Attributes:
        name: Name of the file.
        digest: Its SHA-256.
        rows: Rows that were read.
        faults: What stands in the way: file, row, column, what is wrong and how to mend it.
        unmatched: Rows of a laboratory that belong to nobody, to no visit or to no item.
        warnings: What edit checks would ask; queries would be opened.
        differences: Every value beside what is held.
        pages: Pages that would be saved.
        plan: SHA-256 of exactly what would be saved, over which revision of each page.
    """

    name: str
    digest: str
    rows: int
    faults: tuple[Fault, ...]
    unmatched: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    differences: tuple[Difference, ...] = ()
    pages: int = 0
    plan: str = ""

    def count(self, what: What) -> int:
        """Return how many values are new, changed or the same."""
        return sum(one.what == what for one in self.differences)

    @property
    def good(self) -> bool:
        """Whether it can be brought in, and would change something."""
        return not self.faults and self.pages > 0


def compared(tx: Transaction, place: Place, values: list[Value]) -> list[Difference]:
    """Return each value of a page beside what is held."""
    page = page_at(tx, place)
    held = {} if page is None else page.items
    return [
        Difference(value=value, what=_what(value, held.get(value.item)), held=held.get(value.item))
        for value in values
    ]


def _what(value: Value, held: Held | None) -> What:
    if held is None:
        return "new"
    same = (held.value or "", held.unit or "", held.status) == (value.value, value.unit, value.status)
    return "same" if same else "changed"
