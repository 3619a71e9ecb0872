"""What a mapping means for one file and one instrument: which column gives which item at which visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupustrial.cli._mapping import ColumnVisit, Done, ExportMap, MappedItem
from lupustrial.cli._mapping_units import quantity_of
from lupustrial.cli._score_names import nearest, readable, spellings
from lupustrial.cli._score_table import Table
from lupustrial.cli._yaml import Tree
from lupustrial.errors import Fault, closest
from lupustrial.instruments import KEYS, Input, Instrument

_CHECKBOX = "___"


@dataclass(frozen=True, kw_only=True)
class Source:
    """How one item is read, with its code list, and the quantity by which its unit is converted."""

    item: MappedItem
    declared: Input | None
    values: Mapping[str, str] | None
    done: Done | None
    quantity: str | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The sources by code, and for each group of columns (one where visits are rows) the column by code."""

    sources: Mapping[str, Source]
    groups: Sequence[tuple[ColumnVisit | None, Mapping[str, str]]]


def plan_of(
    mapping: ExportMap, tree: Tree, table: Table, instrument: Instrument, faults: list[Fault]
) -> Plan:
    """Resolve a mapping against the columns of a file; append what does not fit.

    An item that the mapping does not name is read from a column of its own name, if there is one.

    Args:
        mapping: The mapping.
        tree: Its file, for the lines.
        table: The file of items.
        instrument: The instrument.
        faults: Receives SCORE-012 unknown item, SCORE-013 unknown column, SCORE-015 a unit that cannot be
            converted, SCORE-016 a checkbox that does not say when it was asked.
    """
    known = spellings(instrument)
    named: dict[str, str] = {}
    for code in mapping.items:
        meant = known.get(code.casefold())
        place = tree.place(("items", code))
        if meant is None or meant in KEYS:
            hint = nearest(code, known) or f"lupustrial instruments {instrument.id} lists the items"
            faults.append(Fault(id="SCORE-012", message=f"no item {code!r}", place=place, hint=hint))
        elif meant in named:
            message = f"{code} and {named[meant]} are one item"
            faults.append(Fault(id="SCORE-012", message=message, place=place, hint="keep one"))
        else:
            named[meant] = code
    _check_columns(mapping, tree, table, faults)
    groups: list[tuple[ColumnVisit | None, dict[str, str]]] = [
        (visit, _columns(mapping, tree, table, visit, named, known, faults))
        for visit in mapping.visits or [None]
    ]
    faults.extend(_uneven(groups, tree, named))
    items = {**{code: MappedItem() for _, columns in groups for code in columns}}
    items |= {code: mapping.items[name] for code, name in named.items()}
    declared = readable(instrument)
    sources = {}
    for code, item in items.items():
        place = tree.place(("items", named.get(code, code)))
        sources[code] = _source(code, item, declared.get(code), mapping, place, faults)
    return Plan(sources=sources, groups=groups)


def _check_columns(mapping: ExportMap, tree: Tree, table: Table, faults: list[Fault]) -> None:
    """Check the columns that are no items."""
    wanted: list[tuple[str, tuple[str | int, ...]]] = [(mapping.participant, ("participant",))]
    wanted += [(column, ("only", column)) for column in mapping.only]
    if mapping.visit is not None:
        wanted.append((mapping.visit.column, ("visit", "column")))
    for column, path in wanted:
        if column not in table.frame.columns:
            faults.append(_no_column(column, table, tree.place(path)))


def _no_column(column: str, table: Table, place: str) -> Fault:
    hint = closest(column, table.frame.columns) or f"the file has {', '.join(table.frame.columns[:8])} …"
    message = f"{table.name} has no column {column!r}"
    return Fault(id="SCORE-013", message=message, place=place, hint=hint)


def affixed(column: str, visit: ColumnVisit | None) -> str:
    """Return the name that a column has at a visit."""
    return column if visit is None else f"{visit.prefix}{column}{visit.suffix}"


def _columns(
    mapping: ExportMap,
    tree: Tree,
    table: Table,
    visit: ColumnVisit | None,
    named: Mapping[str, str],
    known: Mapping[str, str],
    faults: list[Fault],
) -> dict[str, str]:
    """Return the column of every item at a visit."""
    there = set(table.frame.columns)
    without = {known.get(code.casefold(), code) for code in visit.without} if visit else set()
    found: dict[str, str] = {}
    for code, name in named.items():
        item = mapping.items[name]
        if item.column is None or code in without:
            continue
        column = item.column if item.once else affixed(item.column, visit)
        if column in there:
            found[code] = column
        else:
            faults.append(_no_column(column, table, tree.place(("items", name))))
    if mapping.date is not None:
        column = affixed(mapping.date, visit)
        if column in there:
            found["ADT"] = column
        else:
            faults.append(_no_column(column, table, tree.place(("date",))))
    taken = {mapping.participant, *found.values(), *mapping.only}
    own = {affixed(name, visit).casefold(): code for name, code in known.items()}
    for column in table.frame.columns:
        code = own.get(column.casefold(), "USUBJID")
        if code in KEYS or code in named or code in without or column in taken:
            continue
        if code in found:
            message = f"columns {found[code]} and {column} are one item, {code}"
            place = table.header(column)
            faults.append(Fault(id="SCORE-004", message=message, place=place, hint="name one under `items`"))
        else:
            found[code] = column
    return found


def _uneven(
    groups: Sequence[tuple[ColumnVisit | None, Mapping[str, str]]], tree: Tree, named: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield a fault for each item, found by its own name, that one visit has and another lacks."""
    everywhere = {code: column for _, columns in reversed(groups) for code, column in columns.items()}
    for at, (visit, columns) in enumerate(groups):
        for code, column in everywhere.items():
            if visit is None or code in columns or code in named or code in visit.without:
                continue
            message = f"visit {visit.number:g} has no column of {code}, which has {column}"
            hint = f"mend the name in the file, or say `without: [{code}]` at this visit"
            place = tree.place(("visits", at))
            yield Fault(id="SCORE-013", message=message, place=place, hint=hint)


def _source(
    code: str, item: MappedItem, declared: Input | None, mapping: ExportMap, place: str, faults: list[Fault]
) -> Source:
    yes_no = declared is not None and declared.kind in ("yn", "flag")
    values = item.values or (mapping.values if yes_no else None)
    done = None if item.once else item.done or mapping.done
    if item.column is not None and _CHECKBOX in item.column and done is None and item.values is None:
        message = f"{item.column} is a checkbox: an empty box exports 0 even where nobody filled in the form"
        hint = "name the form's status, `done: {column: …_complete, values: [2]}`; "
        hint += 'or where an empty box is a no for certain, say `values: {"1": Y, "0": N}`'
        faults.append(Fault(id="SCORE-016", message=message, place=place, hint=hint))
    quantity = None
    if item.unit is not None:
        try:
            quantity = quantity_of(declared, item.unit, item.quantity)
        except ValueError as error:
            message = f"{code}: {error}"
            faults.append(
                Fault(id="SCORE-015", message=message, place=place, hint="name the unit of the export")
            )
    return Source(item=item, declared=declared, values=values, done=done, quantity=quantity)
