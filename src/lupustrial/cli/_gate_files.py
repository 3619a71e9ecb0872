"""``lupustrial gate FILE… --panel … --strategy …``: single files by a strategy of ours."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from lupustrial.cli._console import print_faults, stderr
from lupustrial.cli._gate_ask import Asked, protocol_of
from lupustrial.cli._gate_print import check_out, number, write_or_print
from lupustrial.cli._gate_read import decisions_of
from lupustrial.errors import Fault, UsageError

_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}


def gate_some_files(asked: Asked) -> None:
    """Gate files one after another, and print the results of each.

    Raises:
        UsageError: USAGE-010 several panels, or options of a folder.
    """
    from lupustrial.cytometry.run import RESULTS, gate_job

    check_out(asked.out)
    of_folder = (asked.samples, asked.resume, asked.borrow, asked.secret_file, asked.miflowcyt)
    if len(asked.panels) > 1 or any(of_folder):
        hint = (
            "single files have one panel; --samples, --resume, --borrow, --secret-file and --miflowcyt "
            "belong to a folder"
        )
        raise UsageError(
            Fault(id="USAGE-010", message="options of a folder", place="command line", hint=hint)
        )
    protocol = replace(protocol_of(asked), decisions=decisions_of(asked))
    parts = {path.name: gate_job(_job(path, protocol)) for path in asked.paths}
    rows = [{"file": name, **row} for name, part in parts.items() for row in part["results"]]
    schema = {"file": pl.String(), **RESULTS}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    write_or_print(frame, asked.out, as_json=asked.as_json, table=_table(frame))
    if not asked.quiet:
        for name, part in parts.items():
            _print_findings(name, part)
    faults = [Fault(**fault) for part in parts.values() for fault in part["faults"]]
    if faults:
        print_faults(faults)
        raise typer.Exit(1)


def _job(path: Path, protocol: Any) -> Any:
    from lupustrial.cytometry.run import Job, decisions_on

    panel = protocol.panels[0]
    strategy = protocol.strategies[panel.id]
    given = protocol.templates.get("", {})
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Job(
        name=path.name,
        path=path,
        sha256=sha256,
        panel=panel,
        strategy=strategy,
        templates={name: given[name] for name in sorted(given) if name in strategy.templates},
        decisions=decisions_on(sha256, protocol.decisions),
        settings=protocol.settings,
        plots=False,
    )


def _table(frame: pl.DataFrame) -> Table:
    several = frame["file"].n_unique() > 1
    table = Table(box=SIMPLE_HEAD)
    for name in (*(["file"] if several else []), "population", "parent"):
        table.add_column(name)
    for name in ("count", "% parent", "Wilson 95 %", "gate jitter", "% lymphocytes", "confidence"):
        table.add_column(name, justify="right")
    table.add_column("flags", overflow="fold")
    for row in frame.iter_rows(named=True):
        cells = [row["population"], row["parent"] or "", "" if row["count"] is None else str(row["count"])]
        cells += [number(row["percent_parent"]), _range(row, "wilson"), _range(row, "jitter")]
        cells += [number(row["percent_lymphocytes"])]
        cells += ["" if row["confidence"] is None else f"{row['confidence']:.2f}"]
        flags = ";".join(each for each in (row["flags"], row["decision"].replace("auto", "")) if each)
        table.add_row(*([row["file"]] if several else []), *cells, flags)
    return table


def _range(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if low is None else f"{number(low)} to {number(high)}"


def _print_findings(name: str, part: dict[str, Any]) -> None:
    for finding in part["findings"]:
        if finding["verdict"] != "pass":
            style = _STYLES[finding["verdict"]]
            told = f"  {finding['check']}  {finding['message']}"
            stderr().print(Text.assemble((f"{finding['verdict']:<6}", style), name, told))
