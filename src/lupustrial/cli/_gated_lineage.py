"""A record of a cell subset, walked on to the gate that drew it and the file that it was drawn on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.cli._gated_records import BY
from lupustrial.study import Study


def gated_texts(folder: Path, study: Study, record: dict[str, Any]) -> list[str]:
    """Return the lines below a record: its gates from the population upwards, the file, what made it.

    Args:
        folder: The output folder of a run.
        study: The study.
        record: A source record; of one that was not gated there is nothing to say.
    """
    plan = study.cytometry
    place = folder / "cytometry"
    if plan is None or record["by"] != BY or record["form"] != plan.form or not place.is_dir():
        return []
    for tube in plan.tubes:
        if record["item"] in tube.items:
            rows = _rows(place, record["participant"], record["visit"])
            population = tube.items[record["item"]].population
            file = next((row["file_sha256"] for row in rows if row["population"] == population), None)
            mine = {row["population"]: row for row in rows if row["file_sha256"] == file}
            return _said(mine, population)
    return []


def _said(rows: dict[str, dict[str, Any]], population: str) -> list[str]:
    lines = []
    name: str | None = population
    while name is not None and name in rows:
        row = rows[name]
        lines.append(_gate(row))
        name = row["parent"]
    if rows:
        row = rows[population]
        lines.append(
            f"file {row['file']}, batch {row['batch'] or '–'}, quality {row['file_verdict']}, "
            f"SHA-256 {row['file_sha256'][:16]}…; gating {row['gate_hash'][:16]}…, strategy {row['strategy']}"
        )
    return lines


def _gate(row: dict[str, Any]) -> str:
    if row["count"] is None:
        return f"{row['population']}: not gated, {row['reason']}"
    share = f"{row['percent_parent']:.2f} %" if row["percent_parent"] is not None else "–"
    of = f"{row['count']:,} of {row['parent_count']:,} {row['parent'] or 'events'}"
    text = f"{row['population']}: {of} ({share}"
    if row["jitter_low"] is not None:
        text += f", {row['jitter_low']:.2f} to {row['jitter_high']:.2f} as the gate is moved"
    by = f"; {row['decision']} by {row['decided_by']}" if row.get("decided_by") else ""
    return f"{text}), {row['method']}: {row['reason']}{by}"


@lru_cache(maxsize=256)
def _rows(place: Path, participant: str, visit: str) -> tuple[dict[str, Any], ...]:
    files = pl.scan_parquet(place / "files.parquet").filter(
        pl.col("participant") == participant, pl.col("visit") == visit, pl.col("role") == "sample"
    )
    results = pl.scan_parquet(place / "results.parquet").drop("file")
    joined = files.rename({"verdict": "file_verdict"}).join(results, on="file_sha256", how="inner")
    return tuple(joined.collect().to_dicts())
