"""Quality control of a tube, alone and beside the reference tubes of the folder."""

from __future__ import annotations

from dataclasses import replace

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.fcs import FcsFile
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.quality import Reference, check_tube

#: Checks that compare shares of cells with the reference. Reference tubes are of few donors: a participant
#: with few B cells or more CD8 than CD4 lies far from them, and nothing is wrong with the tube.
_OF_SHARES = ("QC-LABELS", "QC-STAIN")


def judged(file: FcsFile, tube: Tube, panel: Panel, reference: Reference | None) -> tuple[Finding, ...]:
    """Return the findings of a tube.

    A fail of labels or stains that only the reference tells becomes a warning: a reader decides.
    """
    findings = tuple(check_tube(file, tube, panel, reference=reference))
    if reference is None or not any(_failed(finding) for finding in findings):
        return findings
    alone = {finding.check for finding in check_tube(file, tube, panel) if _failed(finding)}
    return tuple(
        replace(
            finding, verdict="warn", message=f"{finding.message} By the tube alone nothing speaks for it."
        )
        if _failed(finding) and finding.check not in alone
        else finding
        for finding in findings
    )


def _failed(finding: Finding) -> bool:
    return finding.verdict == "fail" and finding.check in _OF_SHARES
