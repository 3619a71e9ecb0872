"""What ``lupustrial power`` prints: tables of sizes, sensitivity and power, and the same as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from lupustrial.design import Curve, Grid, Question, SizeRow, percent, share

BAR = 30
LINES = 16
PARAGRAPH = 100


def size_table(title: str, rows: Sequence[SizeRow], question: Question) -> Table:
    """Make the table of designs; a type I error above the level is bold, and told."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("test", overflow="fold")
    two = any(row.n2 for row in rows)
    names = (getattr(question, "first", "group 1"), getattr(question, "second", "group 2"), "in all")
    for heading in names if two else ("participants",):
        table.add_column(heading, justify="right")
    enrol = any((row.enrolled1, row.enrolled2) not in ((row.n1, row.n2), (None, None)) for row in rows)
    if enrol:
        table.add_column("to enrol", justify="right")
    levels = any(row.level is not None for row in rows)
    table.add_column("power", justify="right")
    if levels:
        table.add_column("largest type I error", justify="right")
    table.add_column("", overflow="fold")
    for row in rows:
        table.add_row(*_cells(row, two=two, enrol=enrol, levels=levels, alpha=question.alpha))
    return table


def _cells(row: SizeRow, *, two: bool, enrol: bool, levels: bool, alpha: float) -> list[str]:
    n1, n2 = row.n1, row.n2
    known = n1 is not None and n2 is not None
    sizes = [str(n1), str(n2), str((n1 or 0) + (n2 or 0))] if known else ["–", "–", "–"]
    cells = [row.label, *(sizes if two else sizes[:1])]
    if enrol:
        enrolled = (row.enrolled1 or 0) + (row.enrolled2 or 0)
        cells.append(str(enrolled) if enrolled else "–")
    mark = "" if row.exact or row.power is None else "≈"
    cells.append("–" if row.power is None else f"{mark}{percent(row.power)}")
    if levels:
        over = row.level is not None and row.level > alpha
        shown = "–" if row.level is None else percent(row.level, 2)
        cells.append(f"[bold]{shown}[/bold]" if over else shown)
    over_note = "above the level" if row.level is not None and row.level > alpha else ""
    return [*cells, "; ".join(part for part in (row.note, over_note) if part)]


def grid_table(grid: Grid) -> Table:
    """Make a two-way table; what is assumed is bold."""
    table = Table(title=grid.title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(f"{grid.rows_are} ↓   {grid.columns_are} →")
    for place, column in enumerate(grid.columns):
        table.add_column(_bold(column, yes=place == grid.assumed[1]), justify="right")
    for place, (row, cells) in enumerate(zip(grid.rows, grid.cells, strict=True)):
        here = place == grid.assumed[0]
        shown = [_bold(cell, yes=here and at == grid.assumed[1]) for at, cell in enumerate(cells)]
        table.add_row(_bold(row, yes=here), *shown)
    return table


def _bold(text: str, *, yes: bool) -> str:
    return f"[bold]{text}[/bold]" if yes else text


def curve_table(curve: Curve) -> Table:
    """Make the power curve as a table, with a bar of the first test."""
    table = Table(title="Power by size", title_justify="left", box=SIMPLE_HEAD)
    unit = "participants" if curve.one_group else "a group" if curve.equal else "group 1 + 2"
    table.add_column(unit, justify="right")
    for name in curve.lines:
        table.add_column(name, justify="right")
    first = next(iter(curve.lines.values()), ())
    table.add_column(
        f"first test; │ is {share(curve.target)}" if len(curve.lines) > 1 else f"│ is {share(curve.target)}"
    )
    every = max(1, -(-len(curve.sizes) // LINES))
    for place in range(0, len(curve.sizes), every):
        n1, n2 = curve.sizes[place]
        powers = [percent(line[place]) for line in curve.lines.values()]
        size = str(n1) if curve.equal else f"{n1} + {n2}"
        table.add_row(size, *powers, _bar(first[place], curve.target))
    return table


def _bar(power: float, target: float) -> str:
    filled, edge = round(BAR * power), min(BAR - 1, round(BAR * target))
    cells = ["█" if at < filled else " " for at in range(BAR)]
    cells[edge] = "│" if filled <= edge else "┃"
    return "".join(cells)


def print_paragraph(console: Console, text: str) -> None:
    """Print the paragraph for the protocol, in lines that can be copied."""
    console.print("[bold]For the protocol[/bold]")
    width = min(PARAGRAPH, console.width - 4)
    console.print(textwrap.indent(textwrap.fill(text, width), "    "), markup=False)


def plain_row(row: SizeRow) -> dict[str, Any]:
    """Return a row as plain data."""
    names = ("key", "label", "n1", "n2", "enrolled1", "enrolled2", "power", "exact", "level", "note")
    return {name: getattr(row, name) for name in names}


def plain_grid(grid: Grid) -> dict[str, Any]:
    """Return a two-way table as plain data."""
    return {
        "title": grid.title,
        "rows_are": grid.rows_are,
        "columns_are": grid.columns_are,
        "rows": list(grid.rows),
        "columns": list(grid.columns),
        "cells": [list(row) for row in grid.cells],
        "note": grid.note,
    }


def plain_curve(curve: Curve) -> dict[str, Any]:
    """Return a power curve as plain data."""
    return {
        "sizes": [list(size) for size in curve.sizes],
        "power": {name: list(line) for name, line in curve.lines.items()},
    }
