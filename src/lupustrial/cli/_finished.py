"""A finished output folder, opened for reading: study, source records, SDTM, ADaM and results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lupustrial.cli._manifest import MANIFEST
from lupustrial.errors import Fault, UsageError
from lupustrial.study import Source, Study, load_study, read_source


@dataclass(frozen=True, kw_only=True)
class Finished:
    """Everything that a run left behind."""

    folder: Path
    study: Study
    source: Source
    tables: dict[str, pl.DataFrame]
    datasets: dict[str, pl.DataFrame]
    ard: pl.DataFrame


def open_finished(folder: Path) -> Finished:
    """Open the output folder of a run.

    Raises:
        UsageError: USAGE-005, the folder was not written by ``lupustrial run``.
    """
    if not (folder / MANIFEST).is_file():
        raise UsageError(
            Fault(
                id="USAGE-005",
                message=f"{folder} is not the output folder of a run (it has no {MANIFEST})",
                place="command line",
                hint="make one with: lupustrial run STUDY --out FOLDER",
            )
        )
    study = load_study(folder / "study")
    return Finished(
        folder=folder,
        study=study,
        source=read_source(study, folder / "source"),
        tables=_read(folder / "sdtm"),
        datasets=_read(folder / "adam"),
        ard=pl.read_parquet(folder / "results" / "ard.parquet"),
    )


def _read(folder: Path) -> dict[str, pl.DataFrame]:
    return {path.stem.upper(): pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
