"""Quality control of a tube, alone and beside the reference tubes of the folder."""

from __future__ import annotations

from dataclasses import replace

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.fcs import FcsFile
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.quality import Reference, check_tube

#: The check that compares shares of cells with the reference. Reference tubes are of few donors: a
#: participant without B cells lies as far from them as a tube without the stain. Labels are told by levels.
_OF_SHARES = "QC-STAIN"


def judged(file: FcsFile, tube: Tube, panel: Panel, reference: Reference | None) -> tuple[Finding, ...]:
    """Return the findings of a tube.

    A fail of stains that only the reference tells becomes a warning: a reader decides.
    """
    findings = tuple(check_tube(file, tube, panel, reference=reference))
    if reference is None or not any(_failed(finding) for finding in findings):
        return findings
    if any(_failed(finding) for finding in check_tube(file, tube, panel)):
        return findings
    return tuple(
        replace(
            finding, verdict="warn", message=f"{finding.message} By the tube alone nothing speaks for it."
        )
        if _failed(finding)
        else finding
        for finding in findings
    )


def _failed(finding: Finding) -> bool:
    return finding.verdict == "fail" and finding.check == _OF_SHARES
