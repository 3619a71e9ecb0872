"""The tables of a run, made of its parts; the order of files is that of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from lupustrial.cytometry.functional import responses_of
from lupustrial.cytometry.results import Intensities, Results
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._one import Part
from lupustrial.cytometry.run._samples import Sample

#: Columns of the results: those of :class:`Results`, and what readers decided.
RESULTS: dict[str, Any] = {
    **Results.create_empty().schema, "decision": pl.String(), "decided_by": pl.String(),
}  # fmt: skip
_QUALITY = {
    "file": pl.String, "file_sha256": pl.String, "check": pl.String, "verdict": pl.String,
    "columns": pl.String, "message": pl.String,
}  # fmt: skip


def files_table(
    files: Sequence[FoundFile],
    samples: Mapping[str, Sample],
    parts: Mapping[str, Part],
    panels: Mapping[str, str],
) -> pl.DataFrame:
    """Return one row a file: names, hash, what it is, how it came out, and the columns handed through."""
    passed = list(dict.fromkeys(name for sample in samples.values() for name in sample.passed))
    rows = []
    for file in files:
        sample, part = samples[file.sha256], parts[file.sha256]
        row = {
            "file": file.name,
            "file_sha256": file.sha256,
            "also": ";".join(file.also),
            "role": sample.role,
            "batch": sample.batch,
            "panel": panels[file.sha256],
            "pair": sample.pair,
            "control": sample.control,
            "events": part["events"],
            "compensation": part["compensation"],
            "verdict": verdict(part),
        }
        rows.append(row | {_free(name, row): sample.passed.get(name, "") for name in passed})
    return pl.DataFrame(rows, schema_overrides={"events": pl.Int64, "compensation": pl.String}, orient="row")


def results_table(files: Sequence[FoundFile], parts: Mapping[str, Part]) -> pl.DataFrame:
    """Return the results of all files, with the file's name in front."""
    return _joined(files, parts, "results", RESULTS)


def intensities_table(files: Sequence[FoundFile], parts: Mapping[str, Part]) -> pl.DataFrame:
    """Return the median intensities of all files, with the file's name in front."""
    return _joined(files, parts, "intensities", dict(Intensities.create_empty().schema))


def quality_table(files: Sequence[FoundFile], parts: Mapping[str, Part]) -> pl.DataFrame:
    """Return every finding of every file; a file that was refused has its faults as ``QC-FILE``."""
    rows = []
    for file in files:
        part = parts[file.sha256]
        told = [
            (each["check"], each["verdict"], each["columns"], each["message"]) for each in part["findings"]
        ]
        told += [("QC-FILE", "fail", [], f"{each['id']} {each['message']}") for each in part["faults"]]
        rows += [
            (file.name, file.sha256, check, verdict, ";".join(columns), text)
            for check, verdict, columns, text in told
        ]
    return pl.DataFrame(rows, schema=_QUALITY, orient="row")


def responses_table(
    files: Sequence[FoundFile],
    samples: Mapping[str, Sample],
    results: pl.DataFrame,
    populations: Mapping[str, Sequence[str]],
    *,
    tube_cv: float,
) -> pl.DataFrame:
    """Return stimulated less unstimulated, for every sample with an unstimulated tube of its draw and panel.

    Args:
        files: The files.
        samples: What each is.
        results: The results of all files.
        populations: By file, those whose gates rest on the unstimulated tube.
        tube_cv: See :func:`lupustrial.cytometry.functional.background`.
    """
    blanks = {
        (sample.pair, sample.panel): sha256
        for sha256, sample in samples.items()
        if sample.role == "unstimulated"
    }
    twins = {
        file.sha256: blanks[samples[file.sha256].pair, samples[file.sha256].panel]
        for file in files
        if samples[file.sha256].role == "sample"
        and (samples[file.sha256].pair, samples[file.sha256].panel) in blanks
    }
    wanted = {name for sha256 in twins for name in populations[sha256]}
    names = pl.DataFrame(
        [(file.sha256, file.name) for file in files], schema=["file_sha256", "file"], orient="row"
    )
    found = responses_of(results, twins, wanted, tube_cv=tube_cv)
    return found.join(names, on="file_sha256", maintain_order="left").select("file", pl.exclude("file"))


def verdict(part: Part) -> str:
    """Return how a file came out: ``refused``, or the worst verdict of its findings."""
    if part["faults"]:
        return "refused"
    verdicts = {finding["verdict"] for finding in part["findings"]}
    return next((each for each in ("fail", "warn") if each in verdicts), "pass")


def _joined(
    files: Sequence[FoundFile], parts: Mapping[str, Part], name: str, schema: dict[str, Any]
) -> pl.DataFrame:
    rows = [{"file": file.name, **row} for file in files for row in parts[file.sha256][name]]
    return pl.DataFrame(rows, schema={"file": pl.String, **schema}, orient="row")


def _free(name: str, row: Mapping[str, Any]) -> str:
    """Return the name of a column that was handed through; with a stroke where one of ours has it."""
    return f"{name}_" if name in row else name
