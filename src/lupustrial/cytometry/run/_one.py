"""One file from its bytes to its part: what is kept of it when the tube is gone from memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gated
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.run._job import Job
from lupustrial.cytometry.run._parts import Parts
from lupustrial.errors import CytometryError, Fault

if TYPE_CHECKING:
    from lupustrial.cytometry.fcs import FcsFile

Part = dict[str, Any]
#: Checks of which no plot shows more than their message says.
_IN_WORDS = ("QC-EVENTS", "QC-EXPORT", "QC-DECISION")


def gate_and_keep(key: str, job: Job, out: Path) -> None:
    """Gate a file and write its part below the output folder."""
    Parts(out).write(key, gate_job(job))


def gate_job(job: Job) -> Part:
    """Gate one file, and return its part; a file that cannot be used gives a part with its faults.

    The tube that gates are placed in bears neither the file's name nor its keywords, which may tell a
    participant or a visit.
    """
    try:
        return _gated(job)
    except CytometryError as error:
        return _refused(job, error.faults)
    except MemoryError:
        message = "the file does not fit into memory"
        hint = "gate with fewer processes, or on a machine with more memory"
        return _refused(job, [Fault(id="CYTO-070", message=message, place=job.name, hint=hint)])
    except Exception as error:  # noqa: BLE001 - one file must not end the run of hundreds; it is told as ours
        message = f"gating failed in a way that is our own fault: {type(error).__name__}: {error}"
        hint = "report it with the file's header; the other files are not concerned"
        return _refused(job, [Fault(id="CYTO-071", message=message, place=job.name, hint=hint)])


def _gated(job: Job) -> Part:
    from lupustrial.cytometry.results import intensities_of, results_of
    from lupustrial.cytometry.review import part_of, review_tube
    from lupustrial.cytometry.run._decided import gate_decided

    tube, findings, keywords = _tube(job, job.name, job.path, job.sha256)
    controls = {name: _tube(job, path.name, path, sha256)[0] for name, path, sha256 in job.controls}
    decided = gate_decided(job, tube, controls)
    gated = decided.gated
    del controls
    gatingml, unwritten = _gatingml(job, gated, keywords)
    findings += (*decided.findings, *unwritten)
    frame = results_of(
        gated,
        findings,
        blood_count=job.blood_count,
        fraction=job.settings.fraction,
        largest_cv=job.settings.largest_cv,
        lymphocytes=job.settings.lymphocytes,
    )
    rows = [row | decided.told(row["population"]) for row in frame.to_dicts()]
    moved = {
        row["population"]: (row["jitter_low"], row["jitter_high"])
        for row in rows
        if row["jitter_low"] is not None
    }
    return {
        "sha256": job.sha256,
        "events": len(tube),
        "compensation": tube.compensation,
        "results": rows,
        "intensities": intensities_of(gated).to_dicts(),
        "findings": [_finding(finding) for finding in findings],
        "gates": [plain | decided.told(plain["population"]) for plain in gates_plain(gated)],
        "gatingml": gatingml,
        "review": part_of(
            review_tube(gated, findings, jitter=moved, keywords=keywords, plots=_plots(job, tube, findings))
        ),
        "faults": [],
    }


def _plots(job: Job, tube: Tube, findings: Sequence[Finding]) -> Mapping[str, str]:
    """Return the plots of quality control of a tube that it did not pass; drawing them takes seconds."""
    from lupustrial.cytometry.quality import plots_of

    if not job.plots or all(one.verdict == "pass" or one.check in _IN_WORDS for one in findings):
        return {}
    return plots_of(tube, specimen=job.panel.specimen, declared=job.panel.expected)


def _tube(
    job: Job, name: str, path: Path, sha256: str
) -> tuple[Tube, tuple[Finding, ...], Mapping[str, str]]:
    """Read, check and prepare a file.

    Returns:
        The tube, which tells nothing of where it came from; the findings; the keywords of the file.
    """
    from lupustrial.cytometry.panel import check_panel
    from lupustrial.cytometry.run._judge import judged

    file, tube = read_tube(job, name, path, sha256)
    findings = tuple(check_panel(job.panel, file)) + judged(file, tube, job.panel, job.reference)
    return replace(tube, name=sha256[:12], keywords={}), findings, file.keywords


def read_tube(job: Job, name: str, path: Path, sha256: str) -> tuple[FcsFile, Tube]:
    """Read and prepare a file of a job.

    Raises:
        CytometryError: CYTO-072 its bytes are others than when the folder was looked through; faults of it.
    """
    from lupustrial.cytometry.fcs import read_fcs
    from lupustrial.cytometry.prepare import prepare

    file = read_fcs(path, **job.panel.reading.model_dump())
    if file.sha256 != sha256:
        message = "the file changed while the folder was gated"
        hint = "let no other program write there, and gate again"
        raise CytometryError(Fault(id="CYTO-072", message=message, place=name, hint=hint))
    return file, prepare(file, job.panel)


def _gatingml(job: Job, gated: Gated, keywords: Mapping[str, str]) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the gates as Gating-ML on the channels of the file; None and a finding where that cannot be."""
    from lupustrial.cytometry.exchange import write_gatingml

    whole = replace(gated, tube=replace(gated.tube, keywords=keywords))
    try:
        return write_gatingml(whole, panel=job.panel), ()
    except CytometryError as error:
        message = f"The gates are not written as Gating-ML: {error.faults[0].message}."
        return None, (Finding(check="QC-EXPORT", verdict="warn", message=message),)


def gates_plain(gated: Gated) -> list[dict[str, Any]]:
    """Return the gates of a tube as values of JSON, in the order of gating; not their events."""
    return [
        {
            "population": gate.population,
            "parent": gate.parent,
            "method": gate.method,
            "region": gate.placed.region.as_plain(),
            "confidence": gate.placed.confidence,
            "reason": gate.placed.reason,
            "numbers": _numbers(gate.placed.numbers),
        }
        for gate in gated.gates
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "verdict": finding.verdict,
        "message": finding.message,
        "columns": list(finding.columns),
        "numbers": _numbers(finding.numbers),
    }


def _numbers(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """Return numbers as JSON knows them: what is not finite is null."""
    return {name: float(value) if math.isfinite(value) else None for name, value in numbers.items()}


def _refused(job: Job, faults: Sequence[Fault]) -> Part:
    return {
        "sha256": job.sha256,
        "events": None,
        "compensation": None,
        "results": [],
        "intensities": [],
        "findings": [],
        "gates": [],
        "gatingml": None,
        "review": None,
        "faults": [_fault(job, fault) for fault in faults],
    }


def _fault(job: Job, fault: Fault) -> dict[str, str]:
    """Return a fault as values of JSON, the file named again where gating only knew its hash."""
    known = {job.sha256[:12]: job.name} | {sha256[:12]: path.name for _, path, sha256 in job.controls}
    place, message = fault.place, fault.message
    for short, name in known.items():
        place, message = place.replace(short, name), message.replace(short, name)
    return {"id": fault.id, "message": message, "place": place, "hint": fault.hint}
