"""Published claims recomputed: which standard test gives the printed p value, and which none does.

``read_claims`` reads a table of claims (docs/audit.md), ``audit_claims`` judges them, the rest shows the
verdicts.
"""

from __future__ import annotations

from lupustrial.audit._audit import audit_claims
from lupustrial.audit._claims import Claim, Group
from lupustrial.audit._printed import PrintedP, parse_printed_p
from lupustrial.audit._read import read_claims
from lupustrial.audit._render import (
    HEADINGS,
    finding_frame,
    render_markdown,
    render_rows,
    tally,
    verdict_frame,
)
from lupustrial.audit._verdicts import STATUSES, Finding, Nearby, Verdict

__all__ = [
    "HEADINGS",
    "STATUSES",
    "Claim",
    "Finding",
    "Group",
    "Nearby",
    "PrintedP",
    "Verdict",
    "audit_claims",
    "finding_frame",
    "parse_printed_p",
    "read_claims",
    "render_markdown",
    "render_rows",
    "tally",
    "verdict_frame",
]
