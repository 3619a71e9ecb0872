"""An ADaM row printed as the tree of rows it came from, down to the source records."""

from __future__ import annotations

import polars as pl
from rich.tree import Tree

from lupustrial.adam import Node, walk
from lupustrial.cli._console import stdout
from lupustrial.cli._finished import Finished

#: How many rows of one kind are shown under a row before the rest is only counted.
_SHOWN = 40


def print_tree(run: Finished, dataset: str, usubjid: str, aseq: int | None) -> None:
    """Print the tree of an ADaM row; items that are absent or zero are counted and not listed."""
    records = run.source.records
    node = walk(run.datasets, run.tables, dataset, usubjid, aseq)
    tree = Tree(_label(node))
    _grow(tree, node, records)
    stdout().print(tree)


def _grow(tree: Tree, node: Node, records: pl.DataFrame) -> None:
    quiet = 0
    for child in node.children:
        if child.level == "sdtm" and _silent(child) and len(node.children) > 1:
            quiet += 1
            continue
        branch = tree.add(_label(child))
        if child.level == "sdtm":
            for text in _records(child, records):
                branch.add(text)
        else:
            _grow(branch, child, records)
    if quiet:
        tree.add(f"[dim]and {quiet} items recorded as absent, normal or zero[/dim]")


def _silent(node: Node) -> bool:
    value = next((node.row[name] for name in node.row if name.endswith("STRESC")), None)
    return value in {"N", "0"}


def _label(node: Node) -> str:
    row = node.row
    if node.level == "adam":
        value = row.get("AVALC", row.get("AVAL"))
        text = f"{value:g}" if isinstance(value, float) else str(value)
        note = f"  [dim]{_escaped(str(row['AVALNOTE']))}[/dim]" if row.get("AVALNOTE") else ""
        imputed = f" ({row['DTYPE']})" if row.get("DTYPE") else ""
        visit = f", {row['AVISIT']}" if row.get("AVISIT") else ""
        return (
            f"{node.dataset} {node.seq}: [bold]{row.get('PARAMCD', '')}[/bold]{visit} = {text}{imputed}{note}"
        )
    test = next((row[name] for name in row if name.endswith("TESTCD")), "")
    result = next((row[name] for name in row if name.endswith("ORRES")), "")
    unit = next((row[name] for name in row if name.endswith("ORRESU")), "")
    date = next((row[name] for name in row if name.endswith("DTC")), "")
    return f"{node.dataset} {node.seq}: {test} = {_escaped(str(result))} {unit}  {date}".rstrip()


def _records(node: Node, records: pl.DataFrame) -> list[str]:
    found = records.filter(pl.col("position").is_in(list(node.positions))).sort("position")
    lines = [
        f"record {row['position']}: {row['visit']} {row['form']}.{row['item']} = "
        f"{_escaped(str(row['value']))}{' ' + row['unit'] if row['unit'] else ''}, by {row['by']}"
        for row in found.head(_SHOWN).iter_rows(named=True)
    ]
    more = found.height - len(lines)
    return [*lines, f"and {more} more records"] if more > 0 else lines


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
