"""A mapping file: where in an export the participant, the visits and the items stand (docs/score.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from lupustrial.cli._yaml import Tree, read_tree
from lupustrial.errors import Fault, ScoreError, closest


def _as_text(value: object) -> object:
    """Return a number or truth value of YAML as it is written in an export."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "" if value is None else value


def _as_item(value: object) -> object:
    return {"column": value} if isinstance(value, str | int) else value


def _as_numbers(value: object) -> object:
    """Return text that is a number as that number; YAML gives numbers with a point as text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Text = Annotated[str, BeforeValidator(_as_text)]
Number = Annotated[float, BeforeValidator(_as_numbers), Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Done(_Part):
    """An item was asked only where `column` holds one of `values`."""

    column: Text
    values: tuple[Text, ...]


class MappedItem(_Part):
    """Where an item stands.

    Attributes:
        column: Its column, without the prefix and suffix of a visit.
        value: A constant in place of a column.
        values: By code of the export, the value of the instrument (``Y``, ``N``, ``ND``, a number, a grade).
        unit: Unit of the export, from which the value is converted.
        quantity: What is measured, where the units alone do not say which factor converts them.
        done: When it was asked, in place of the mapping's own `done`.
        once: Whether one column holds for all visits.
    """

    column: Text | None = None
    value: Text | None = None
    values: dict[str, Text] | None = None
    unit: Text | None = None
    quantity: Text | None = None
    done: Done | None = None
    once: bool = False


class ColumnVisit(_Part):
    """A visit that has columns of its own; `without` names items that it does not have."""

    number: Number
    prefix: Text = ""
    suffix: Text = ""
    without: tuple[Text, ...] = ()


class RowVisit(_Part):
    """A column that says to which visit a row belongs: its numbers, and the events to be passed over."""

    column: Text
    numbers: dict[str, Number] | None = None
    skip: tuple[Text, ...] = ()


class ExportMap(_Part):
    """A mapping file.

    Attributes:
        participant: The column of the participant.
        visit: The column of the visit, where each visit is a row.
        visits: The visits, where each is a group of columns.
        date: The column of the date of the visit (ISO 8601).
        baseline: The number of the baseline visit; without it the first visit of a participant.
        only: Rows to be read: by column, the values that it may hold.
        done: When the items were asked.
        values: Codes of every yes/no item that has none of its own.
        items: By item, where it stands.
    """

    format: Literal[1]
    participant: Text
    visit: RowVisit | None = None
    visits: tuple[ColumnVisit, ...] = ()
    date: Text | None = None
    baseline: Number | None = None
    only: dict[str, tuple[Text, ...]] = {}
    done: Done | None = None
    values: dict[str, Text] | None = None
    items: dict[str, Annotated[MappedItem, BeforeValidator(_as_item)]] = {}


def read_mapping(path: Path) -> tuple[ExportMap, Tree]:
    """Read a mapping file.

    Raises:
        ScoreError: SCORE-010 it cannot be read; SCORE-011 a key or value is wrong, with file and line.
    """
    tree = read_tree(path, "SCORE-010")
    try:
        mapping = ExportMap.model_validate(tree.plain)
    except ValidationError as error:
        raise ScoreError(_wrong(detail, tree) for detail in error.errors(include_url=False)) from None
    faults = list(_contradictions(mapping, tree))
    if faults:
        raise ScoreError(faults)
    return mapping, tree


def _wrong(detail: ErrorDetails, tree: Tree) -> Fault:
    """Say in our words what pydantic found."""
    path = detail["loc"]
    name, place = str(path[-1]), tree.place(path)
    match detail["type"]:
        case "extra_forbidden":
            known = list(_keys_at(path[:-1]))
            hint = closest(name, known) or f"known here: {', '.join(known)}"
            return wrong(f"unknown key `{name}`", place, hint)
        case "missing":
            return wrong(f"key `{name}` is missing", place, f"add `{name}:`")
        case "literal_error":
            return wrong(f"format {detail['input']} is not known", place, "write `format: 1`")
        case _:
            said = detail["msg"].replace("Input should", "it should")
            return wrong(f"`{name}` is {_shown(detail['input'])}: {said}", place, "mend the value")


def _keys_at(path: tuple[int | str, ...]) -> tuple[str, ...]:
    kinds: dict[str, type[_Part]] = {"items": MappedItem, "visits": ColumnVisit, "visit": RowVisit}
    if path and path[-1] == "done":
        return tuple(Done.model_fields)
    return tuple((kinds[str(path[0])] if path else ExportMap).model_fields)


_LONGEST = 40


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def wrong(message: str, place: str, hint: str) -> Fault:
    """Return a fault of a mapping file."""
    return Fault(id="SCORE-011", message=message, place=place, hint=hint)


def _contradictions(mapping: ExportMap, tree: Tree) -> list[Fault]:
    """Return what is wrong although every key and type is right."""
    faults = []
    if mapping.visit is not None and mapping.visits:
        hint = "keep `visit` where each visit is a row, `visits` where each is a group of columns"
        faults.append(wrong("`visit` and `visits` exclude each other", tree.place(("visits",)), hint))
    for attribute in ("number", "affix"):
        seen: dict[object, int] = {}
        for at, one in enumerate(mapping.visits):
            value = one.number if attribute == "number" else (one.prefix, one.suffix)
            if value in seen:
                what = f"number {one.number:g}" if attribute == "number" else "the same columns"
                message = f"two visits have {what}"
                faults.append(wrong(message, tree.place(("visits", at)), "give each visit its own"))
            seen[value] = at
    for code, item in mapping.items.items():
        if (item.column is None) == (item.value is None):
            message = f"{code} needs a column or a value, and not both"
            faults.append(wrong(message, tree.place(("items", code)), "e.g. `SEIZ: seizure`"))
    return faults
