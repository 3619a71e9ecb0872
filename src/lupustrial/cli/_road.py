"""The whole road, once: source records → SDTM → ADaM → ARD → report, written to one output folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from lupustrial.cli._manifest import read_content, write_manifest
from lupustrial.cli._output import replaced_folder
from lupustrial.cli._plan import load_checked
from lupustrial.cli._published import published_claims
from lupustrial.cli._source import Step, source_of
from lupustrial.study import Source, Study, write_source

#: Steps of the road in order; progress and timings use these names.
STEPS: tuple[str, ...] = ("source", "sdtm", "adam", "analysis", "report", "write")


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run gives back to its caller.

    Attributes:
        study: The study that was run.
        out: The output folder.
        header: Column heads of the key results.
        results: The key results, as printed at the end: the texts of the display ``KEY``, row by row.
        content: SHA-256 over all inputs, outputs and versions (``manifest.json``).
        previous: The same of the run that lay in ``out`` before, or None.
        seconds: Wall-clock seconds of each step.
        synthetic: Whether the records are synthetic.
        blinded: Whether no allocation was given, so that no arm is known.
        commitment: Of a reconstructed trial that went through sealing, lock and reveal: the commitment to
            its allocation list; else None.
    """

    study: Study
    out: Path
    header: tuple[str, ...]
    results: tuple[tuple[str, ...], ...]
    content: str
    previous: str | None
    synthetic: bool
    blinded: bool
    commitment: str | None
    seconds: Mapping[str, float] = field(default_factory=dict)


def run_study(
    folder: Path,
    *,
    out: Path,
    source: Path | None = None,
    cytometry: Path | None = None,
    progress: Callable[[str, str], None] | None = None,
) -> RunResult:
    """Take a study from its folder to its report.

    Args:
        folder: The study folder.
        out: The output folder; replaced as a whole when everything succeeded, untouched otherwise.
        source: A folder with source records and allocation. None: ``data/source`` in the study folder where
            it exists, else the published targets of the study are reconstructed into synthetic records.
        cytometry: A folder that ``lupustrial gate STUDY`` wrote; its results become records of the form that
            the study names, and its tables are copied to ``cytometry/`` of the output folder.
        progress: Called with a step of STEPS (or ``"reconstruct"``) and a sentence on what it does.

    Raises:
        StudyError: The study folder is at fault.
        RecordError: The source records are at fault.
        CytometryError: The results of gating do not fit the study or its records.
        UsageError: ``out`` holds something else, or the study has neither records nor published targets.
    """
    tell = progress or (lambda _step, _text: None)
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str, text: str) -> Iterator[None]:
        tell(name, text)
        start = time.perf_counter()
        yield
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start

    study = load_checked(folder)
    previous = read_content(out)
    with replaced_folder(out) as fresh:
        records = source_of(study, source, tell=tell, step=step)
        if cytometry is not None:
            with step("source", "recording the cell subsets that were gated"):
                records = _gated(study, records, cytometry, fresh)
        with step("write", "writing the source records"):
            write_source(records, fresh / "source")
        sealed = _rehearse(study, records, fresh, tell) if records.stamp.synthetic else None
        with step("write", "copying the study folder"):
            shutil.copytree(study.folder, fresh / "study", ignore=shutil.ignore_patterns("data", ".*"))
        header, results = _travel(study, records, fresh, step, sealed)
        with step("write", "writing the manifest"):
            manifest = write_manifest(fresh, study, _inputs(study, source, cytometry))
    return RunResult(
        study=study,
        out=out,
        header=header,
        results=results,
        content=manifest["content"],
        previous=previous,
        synthetic=records.stamp.synthetic,
        blinded=records.allocation.is_empty(),
        commitment=sealed,
        seconds={name: seconds.get(name, 0.0) for name in STEPS},
    )


def _gated(study: Study, records: Source, folder: Path, fresh: Path) -> Source:
    """Put what was gated into the records, and copy its tables and gates to the output folder."""
    from lupustrial.cli._gated_records import panel_ids, read_gating, with_gated
    from lupustrial.study import check_source

    found = with_gated(study, records, read_gating(folder), panel_ids(study))
    check_source(study, found)
    (fresh / "cytometry").mkdir()
    for name in ("files.parquet", "results.parquet", "quality.parquet", "manifest.json"):
        shutil.copy(folder / name, fresh / "cytometry" / name)
    return found


def _rehearse(study: Study, records: Source, fresh: Path, tell: Callable[[str, str], None]) -> str | None:
    """Put a reconstructed trial through its sealed allocation; return the commitment to the list."""
    if records.allocation.is_empty() or not (study.folder / "published").is_dir():
        return None
    from lupustrial.cli._rehearsal import rehearse, source_digests
    from lupustrial.reconstruct import reconstructed_list

    made = reconstructed_list(study)
    if made is None or not set(records.allocation["slot"]) <= {slot.number for slot in made.slots}:
        return None
    tell("allocation", "sealing, allocating, locking and revealing the reconstructed allocation")
    done = rehearse(study, records, made, source_digests(fresh / "source"))
    if done is None:
        return None
    (fresh / "allocation").mkdir()
    for name, content in done.files.items():
        (fresh / "allocation" / name).write_bytes(content)
    return done.digest


def _travel(
    study: Study, source: Source, out: Path, step: Step, commitment: str | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Go from records to report, writing every stage under ``out``; return the key results."""
    from lupustrial.adam import derive
    from lupustrial.analysis import analyse
    from lupustrial.report import render_lineage, render_report, table_texts
    from lupustrial.sdtm import tabulate

    with step("sdtm", "tabulating the records as SDTM"):
        tables = tabulate(study, source)
    with step("adam", "scoring the instruments and deriving ADaM"):
        datasets = derive(study, tables, source.stamp)
    with step("analysis", "analysing by the plan"):
        ard = analyse(study, datasets, source.stamp)
        claims = published_claims(study)
    with step("write", "writing SDTM, ADaM and results"):
        _write_tables(tables, out / "sdtm")
        _write_tables(datasets, out / "adam")
        (out / "results").mkdir()
        ard.write_parquet(out / "results" / "ard.parquet")
        ard.write_csv(out / "results" / "ard.csv")
    with step("report", "drawing tables, figures and the report"):
        href = render_lineage(study, datasets, source.stamp, out)
        render_report(
            study, ard, source.stamp, out, published=claims, lineage_href=href, commitment=commitment
        )
        header, results = table_texts(study, ard, "KEY", published=claims)
    return header, results


def _inputs(study: Study, source: Path | None, cytometry: Path | None) -> dict[str, Path]:
    """Return the files that a run read, by the name under which the manifest lists them."""
    given = {"study": study.folder, "source": source, "cytometry": cytometry}
    folders = {name: folder for name, folder in given.items() if folder is not None}
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _write_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    folder.mkdir()
    for name, table in sorted(tables.items()):
        table.write_parquet(folder / f"{name.lower()}.parquet")
