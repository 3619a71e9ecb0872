"""An ADaM row printed as the tree of rows it came from, down to the source records."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
from rich.tree import Tree

from lupustrial.adam import Node, walk
from lupustrial.cli._console import stdout
from lupustrial.cli._finished import Finished
from lupustrial.cli._gated_lineage import gated_texts

#: An item code as reasons name it.
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
#: Above so many source items and without reasons, items are counted and not listed.
_SHOWN = 40


def print_tree(run: Finished, dataset: str, usubjid: str, aseq: int | None) -> None:
    """Print the tree of an ADaM row.

    Under a row with reasons only the items that the reasons name are listed, under any other row those that
    are not absent or zero; the rest is counted.
    """
    node = walk(run.datasets, run.tables, dataset, usubjid, aseq)
    positions = {position for leaf in node.leaves() for position in leaf.positions}
    records = run.source.records.filter(pl.col("position").is_in(sorted(positions)))
    tree = Tree(_label(node))
    _grow(run, tree, node, {row["position"]: row for row in records.iter_rows(named=True)})
    stdout().print(tree, soft_wrap=False)


_Records = dict[int, dict[str, Any]]


def _grow(run: Finished, tree: Tree, node: Node, records: _Records) -> None:
    quiet = 0
    for child in node.children:
        if child.level == "sdtm" and len(node.children) > 1 and not _speaks(child, node, records):
            quiet += 1
            continue
        branch = tree.add(_label(child))
        if child.level == "sdtm":
            for record in _of(child, records):
                leaf = branch.add(_text(record))
                for line in gated_texts(run.folder, run.study, record):
                    leaf.add(_escaped(line))
        else:
            _grow(run, branch, child, records)
    if quiet:
        tree.add(f"[dim]and {quiet} items that fired no rule[/dim]")


def _speaks(item: Node, parent: Node, records: _Records) -> bool:
    """Return whether an item is worth a line under its parent."""
    reasons = parent.row.get("AVALNOTE")
    if reasons:
        named = set(_CODE.findall(str(reasons)))
        return any(records[position]["item"] in named for position in item.positions if position in records)
    value = next((item.row[name] for name in item.row if name.endswith("STRESC")), None)
    return (
        value not in {"N", "0"} and parent.row.get("PARAMCD") is not None and len(parent.children) <= _SHOWN
    )


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


def _of(node: Node, records: _Records) -> list[dict[str, Any]]:
    return [records[position] for position in sorted(node.positions) if position in records]


def _text(record: dict[str, Any]) -> str:
    return (
        f"record {record['position']}: {record['visit']} {record['form']}.{record['item']} = "
        f"{_escaped(str(record['value']))}{' ' + record['unit'] if record['unit'] else ''}, by {record['by']}"
    )


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
