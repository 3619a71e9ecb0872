"""Verdicts as tables: Polars frames, rows for a terminal, and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from lupustrial.audit._verdicts import STATUSES, Verdict
from lupustrial.audit._words import p_text
from lupustrial.stats import Estimate

HEADINGS = ("id", "claim", "figures", "p printed", "p by the stated test", "reproduced by", "verdict")
VERDICT_COLUMNS = (
    *(
        "id",
        "location",
        "description",
        "design",
        "figures",
        "reported_p",
        "stated_test",
        "stated_p",
        "status",
    ),
    *("reproduced_by", "truncated_by", "one_sided", "nearby", "checks", "conclusion"),
)
FINDING_COLUMNS = ("id", "test", "label", "sides", "pairing", "p_value", "match", "reason")
INTERVALS = {
    "newcombe": "Newcombe",
    "miettinen_nurminen": "Miettinen-Nurminen",
    "t_pooled": "pooled t",
    "t_welch": "Welch t",
}
MANY = 3


def verdict_frame(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """Return one row per claim.

    Returns:
        Columns id, location, description, design, figures, reported_p, stated_test, stated_p (Float64, null
        where none), status, reproduced_by, truncated_by, one_sided, nearby, checks, conclusion; lists are
        joined with ``"; "`` and null where empty.
    """
    rows = [
        {
            "id": v.claim.id,
            "location": v.claim.location or None,
            "description": v.claim.description,
            "design": v.claim.design,
            "figures": _figures(v) or None,
            "reported_p": v.claim.reported_p.text or None,
            "stated_test": v.claim.stated_test or None,
            "stated_p": v.stated.p_value if v.stated else None,
            "status": v.status,
            "reproduced_by": _joined(v.reproduced_by),
            "truncated_by": _joined(v.truncated_by),
            "one_sided": _joined(v.one_sided_matches),
            "nearby": _joined([str(n) for n in v.nearby]),
            "checks": _joined(v.checks),
            "conclusion": v.conclusion,
        }
        for v in verdicts
    ]
    schema = {name: pl.Float64 if name == "stated_p" else pl.String for name in VERDICT_COLUMNS}
    return pl.DataFrame(rows, schema=schema)


def finding_frame(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """Return one row per claim and test.

    Returns:
        Columns id, test, label, sides, pairing, p_value (Float64, null where the test is not defined), match,
        reason.
    """
    rows = [
        {
            "id": v.claim.id,
            "test": f.test,
            "label": f.label,
            "sides": f.sides,
            "pairing": f.pairing,
            "p_value": f.p_value,
            "match": f.match or None,
            "reason": f.reason or None,
        }
        for v in verdicts
        for f in v.findings
    ]
    schema = {name: pl.Float64 if name == "p_value" else pl.String for name in FINDING_COLUMNS}
    return pl.DataFrame(rows, schema=schema)


def _joined(parts: Sequence[str]) -> str | None:
    return "; ".join(parts) or None


def _figures(verdict: Verdict) -> str:
    claim = verdict.claim
    if claim.has_counts:
        return claim.table
    if claim.has_means:
        return f"{claim.group1.mean}±{claim.group1.sd} v {claim.group2.mean}±{claim.group2.sd}"
    return claim.summary


def tally(verdicts: Sequence[Verdict]) -> tuple[tuple[str, int], ...]:
    """Count the verdicts of each status that occurs, in the order of `STATUSES`."""
    counts = Counter(verdict.status for verdict in verdicts)
    return tuple((words, counts[status]) for status, words in STATUSES.items() if counts[status])


def render_rows(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    """Return short rows of text under `HEADINGS`, for a table on a terminal."""
    return [
        (
            v.claim.id,
            v.claim.description,
            _figures(v),
            v.claim.reported_p.text or "–",
            p_text(v.stated.p_value) if v.stated and v.stated.p_value is not None else "–",
            _first(v.reproduced_by),
            STATUSES[v.status],
        )
        for v in verdicts
    ]


def _first(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - MANY} more" if len(labels) > MANY else ""
    return "; ".join(labels[:MANY]) + more if labels else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [headings, ["---"] * len(headings), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _difference(interval: Estimate) -> str:
    name, level = INTERVALS[interval.method], f"{interval.confidence_level:.0%}"
    numbers = (interval.estimate, interval.lower, interval.upper)
    if interval.measure == "risk difference":
        estimate, lower, upper = (f"{100 * number:.1f}" for number in numbers)
        return f"difference {estimate} points, {level} CI {lower} to {upper} ({name})"
    estimate, lower, upper = (f"{number:.3g}" for number in numbers)
    return f"difference {estimate}, {level} CI {lower} to {upper} ({name})"


def render_markdown(verdicts: Sequence[Verdict], *, title: str = "Audit of published claims") -> str:
    """Return the whole audit as Markdown: a tally, an overview table, then each claim with every test.

    Args:
        verdicts: As `audit_claims` returns them.
        title: Heading of the page.

    Returns:
        Markdown text that ends with a line break; the same verdicts give the same text.
    """
    lines = [f"# {title}", "", f"{len(verdicts)} claims.", ""]
    lines += _table(("verdict", "claims"), [(words, str(count)) for words, count in tally(verdicts)])
    lines += ["", *_table(HEADINGS, render_rows(verdicts)), ""]
    for verdict in verdicts:
        lines += _section(verdict)
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(verdict: Verdict) -> list[str]:
    claim = verdict.claim
    lines = [f"## {claim.id}: {claim.description}", ""]
    facts = [claim.location, _figures(verdict), f"printed p: {claim.reported_p.text or 'none'}"]
    facts.append(f"stated test: {claim.stated_test or 'none'}")
    lines += ["; ".join(fact for fact in facts if fact) + ".", "", f"**{STATUSES[verdict.status]}.** ", ""]
    lines[-2] += verdict.conclusion
    remarks = [_difference(interval) for interval in verdict.intervals] + list(verdict.checks)
    lines += [f"- {remark}" for remark in remarks] + ([""] if remarks else [])
    if verdict.findings:
        rows = [
            (
                finding.label,
                finding.sides,
                finding.pairing,
                p_text(finding.p_value, 5) if finding.p_value is not None else finding.reason,
                finding.match,
            )
            for finding in verdict.findings
        ]
        lines += [*_table(("test", "sides", "pairing", "p", "agrees"), rows), ""]
    return lines
