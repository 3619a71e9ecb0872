"""Gating a folder: every file of events once, over processes, so that a stopped run can go on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.run._align import with_borrowed
from lupustrial.cytometry.run._drawn import with_drawn
from lupustrial.cytometry.run._find import FoundFile, find_files
from lupustrial.cytometry.run._job import Job, versions
from lupustrial.cytometry.run._one import Part, gate_and_keep
from lupustrial.cytometry.run._parts import Parts
from lupustrial.cytometry.run._plan import Protocol, plan, resting_on
from lupustrial.cytometry.run._pool import Pool, Progress
from lupustrial.cytometry.run._review import Told, review_pages
from lupustrial.cytometry.run._samples import SAMPLES, Sample, read_samples
from lupustrial.cytometry.run._tables import (
    files_table,
    intensities_table,
    quality_table,
    responses_table,
    results_table,
)
from lupustrial.cytometry.run._write import content_of, gate_files, open_out, write_out
from lupustrial.errors import Fault


@dataclass(frozen=True, kw_only=True)
class GatedFolder:
    """What a run left behind.

    Attributes:
        out: The output folder.
        files: One row a file; `verdict` is pass, warn, fail or refused.
        results: One row a file and population.
        responses: One row a stimulated file and functional population.
        quality: Every finding.
        faults: Those of the files that were refused.
        gated: Files gated now.
        kept: Files whose part of an earlier run was used.
        content: Content hash of the run.
        previous: Content hash of the run that lay there before; None where there was none.
        elsewhere: Decisions of readers on files that are not in the folder.
    """

    out: Path
    files: pl.DataFrame
    results: pl.DataFrame
    responses: pl.DataFrame
    quality: pl.DataFrame
    faults: tuple[Fault, ...]
    gated: int
    kept: int
    content: str
    previous: str | None
    elsewhere: int = 0


def _untold(_done: int, _total: int, _name: str) -> None:
    pass


def gate_folder(
    folder: Path,
    *,
    protocol: Protocol,
    out: Path,
    samples: Path | None = None,
    processes: int | None = None,
    resume: bool = False,
    review: bool = True,
    told: Told | None = None,
    progress: Progress = _untold,
    aligning: Progress = _untold,
) -> GatedFolder:
    """Gate every file of events in a folder.

    Args:
        folder: Searched with its sub-folders for files that end in .fcs or .lmd.
        protocol: Panels, strategies, templates and settings.
        out: The output folder: results, intensities, responses, quality and files as .parquet and .csv,
            ``gates/`` as Gating-ML and JSON, ``manifest.json``; the same bytes for any number of processes.
        samples: A table that says what each file is; without it ``samples.csv`` of the folder, if any.
        processes: How many files at once; without it as many as processors are free. Each holds one tube in
            memory, with its control tubes where the strategy uses any.
        resume: Whether parts of an earlier run are used, for the files that they still fit: the same
            bytes, panel, strategy, templates, controls, settings and versions.
        review: Whether ``review/`` is written: contact sheets, control charts, MIFlowCyt, and what readers
            are given.
        told: What people say for the pages of review: the secret of the codes, answers to MIFlowCyt.
        progress: Told after each file.
        aligning: Told after each file whose templates were laid on it, where tubes of a batch borrow.

    Returns:
        The tables; files that cannot be used are told under `faults` and do not stop the others.

    Raises:
        CytometryError: CYTO-067 no file; CYTO-068 faults of the table of samples; CYTO-069 panels; CYTO-073 a
            process died; CYTO-074 the output folder is taken; CYTO-079 gates of a reference tube.
    """
    files = find_files(folder, apart_from=out)
    table = samples or (folder / SAMPLES if (folder / SAMPLES).is_file() else None)
    roles = read_samples(table, files)
    protocol = with_drawn(protocol, folder, files, roles)
    jobs = tuple(replace(job, plots=review) for job in plan(files, roles, protocol))
    previous = content_of(out)
    open_out(out, resume=resume)
    store = Parts(out)
    aligned: tuple[str, ...] = ()
    with Pool(processes or available()) as pool:
        if protocol.borrow:
            jobs, aligned = with_borrowed(jobs, roles, out, pool, aligning)
        keys = {job.sha256: job.key for job in jobs}
        left = {keys[job.sha256]: job for job in jobs if store.read(keys[job.sha256]) is None}
        pool.run(gate_and_keep, left, out, progress=progress, done=len(jobs) - len(left))
    parts = {sha256: _part(store, key) for sha256, key in keys.items()}
    store.keep_only([*keys.values(), *aligned])
    tables = _tables(files, roles, parts, jobs, protocol)
    manifest = _manifest(files, jobs, roles, protocol, table)
    pages = review_pages(files, roles, parts, protocol.panels, told or Told()) if review else {}
    content = write_out(out, tables, gate_files(files, parts) | pages, manifest)
    return GatedFolder(
        out=out,
        files=tables["files"],
        results=tables["results"],
        responses=tables["responses"],
        quality=tables["quality"],
        faults=tuple(Fault(**fault) for file in files for fault in parts[file.sha256]["faults"]),
        gated=len(left),
        kept=len(jobs) - len(left),
        content=content,
        previous=previous,
        elsewhere=_elsewhere(files, protocol),
    )


def available() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else (os.cpu_count() or 1)


def _part(store: Parts, key: str) -> Part:
    part = store.read(key)
    if part is None:  # pragma: no cover - it was written a moment ago
        raise RuntimeError(f"the part {key} is not there")
    return part


def _tables(
    files: Sequence[FoundFile],
    told: Mapping[str, Sample],
    parts: Mapping[str, Part],
    jobs: Sequence[Job],
    protocol: Protocol,
) -> dict[str, pl.DataFrame]:
    results = results_table(files, parts)
    unstimulated = {sample.control for sample in told.values() if sample.role == "unstimulated"}
    functional = {job.sha256: resting_on(job.strategy, unstimulated) for job in jobs}
    cv = protocol.settings.tube_cv
    return {
        "files": files_table(files, told, parts, {job.sha256: job.panel.id for job in jobs}),
        "results": results,
        "intensities": intensities_table(files, parts),
        "responses": responses_table(files, told, results, functional, tube_cv=cv),
        "quality": quality_table(files, parts),
    }


def _manifest(
    files: Sequence[FoundFile],
    jobs: Sequence[Job],
    roles: Mapping[str, Sample],
    protocol: Protocol,
    table: Path | None,
) -> dict[str, Any]:
    strategies = {strategy.id: strategy.hash for strategy in protocol.strategies.values()}
    return {
        "what": "lupustrial gate",
        "versions": versions(),
        "panels": {panel.id: panel.hash for panel in protocol.panels},
        "strategies": strategies,
        "templates": {
            batch: {name: str(template.hash) for name, template in sorted(given.items())}
            for batch, given in sorted(protocol.templates.items())
        },
        "borrowed": _borrowed(jobs, roles) if protocol.borrow else {},
        "decisions": [
            hash_of([[*key, one.as_plain()] for key, one in sorted(each.items())])
            for each in protocol.decisions
        ],
        "settings": protocol.settings.as_plain(),
        "samples": None if table is None else hashlib.sha256(table.read_bytes()).hexdigest(),
        "inputs": {file.name: file.sha256 for file in files},
    }


def _borrowed(jobs: Sequence[Job], roles: Mapping[str, Sample]) -> dict[str, dict[str, str]]:
    """Return the hashes of the templates by which each batch and panel was gated."""
    return {
        f"{batch} {panel}": {name: str(template.hash) for name, template in sorted(templates.items())}
        for batch, panel, templates in sorted(
            (
                (roles[job.sha256].batch, job.panel.id, job.templates)
                for job in jobs
                if job.templates and roles[job.sha256].batch
            ),
            key=lambda one: one[:2],
        )
    }


def _elsewhere(files: Sequence[FoundFile], protocol: Protocol) -> int:
    here = {file.sha256 for file in files}
    return len({key for each in protocol.decisions for key in each if key[0] not in here})
