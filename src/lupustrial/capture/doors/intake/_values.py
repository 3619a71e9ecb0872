"""What a file says of items: where each value goes, and from which cell it came."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store import Place
from lupustrial.study import STATUSES, Form, Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value that a file gives for an item.

    Attributes:
        place: The page.
        item: Id of the item.
        value: The text; empty unless `status` is ``entered``.
        unit: The unit; empty where the item has none.
        status: One of ``lupustrial.study.STATUSES``.
        why: Why there is no value.
        at: Where it stands: file, row and column.
        row: Number of the row.
        column: Name of the column.
    """

    place: Place
    item: str
    value: str
    unit: str
    status: str
    why: str
    at: str
    row: int
    column: str


def units_of(item: Item) -> list[str]:
    """Return the units in which an item may be recorded, the standard one first."""
    return [str(item.unit), *(other.unit for other in item.units)]


def unit_for(item: Item, text: str) -> str | None:
    """Return the unit of a value; None where the file must tell it and does not.

    Where the item knows one unit alone, no other can be meant.
    """
    if text or not item.unit:
        return text
    return None if item.units else item.unit


def status_in(text: str) -> tuple[str, str] | None:
    """Return status and reason from ``not done: broken tube``; None where it is no status."""
    status, _, why = text.partition(":")
    status = status.strip().lower() or "entered"
    return (status, why.strip()) if status in STATUSES else None


def form_items(form: Form) -> dict[str, Item]:
    """Return the items of a form by id."""
    return {item.id: item for item in form.items}
