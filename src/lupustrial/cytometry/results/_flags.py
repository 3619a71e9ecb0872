"""Flags of a result: findings of quality control that concern it, and what its own numbers say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gate, Gated

#: Below it a reader should look at the gate.
DOUBT = 0.5

NOT_GATED = "NOT-GATED"
EMPTY_PARENT = "EMPTY-PARENT"
BELOW_DETECTION = "BELOW-LOD"
BELOW_QUANTIFICATION = "BELOW-LOQ"
LOW_CONFIDENCE = "LOW-CONFIDENCE"

#: Checks that put every column in doubt, since a gate may lean on populations that other columns made.
_WHOLE_TUBE = ("QC-LABELS",)
_RANK = {"pass": 0, "warn": 1, "fail": 2}


def lineage(gated: Gated, population: str) -> tuple[Gate, ...]:
    """Return the gates from a population up to the root, the population's own first."""
    gates = {gate.population: gate for gate in gated.gates}
    found: list[Gate] = []
    name: str | None = population
    while name is not None and name in gates:
        found.append(gates[name])
        name = gates[name].parent
    return tuple(found)


def concerning(findings: Sequence[Finding], gates: Sequence[Gate]) -> tuple[Finding, ...]:
    """Return the findings other than ``pass`` that name no column, or one that `gates` look at.

    Swapped labels concern every population.
    """
    columns = {column for gate in gates for column in gate.placed.region.columns}
    return tuple(
        finding
        for finding in findings
        if finding.verdict != "pass"
        and (finding.check in _WHOLE_TUBE or not finding.columns or columns.intersection(finding.columns))
    )


def flag_names(
    findings: Sequence[Finding],
    gates: Sequence[Gate],
    *,
    count: float,
    parent: int,
    limits: tuple[float, float],
) -> tuple[str, ...]:
    """Return the flags of a result, each once: ``QC-TIME:warn``, …, then those of its own numbers.

    Args:
        findings: Those that concern it.
        gates: Its gate and those above.
        count: Events, less the expected background.
        parent: Events of its parent.
        limits: Limit of detection, limit of quantification, in events.
    """
    flags = sorted({f"{finding.check}:{finding.verdict}" for finding in findings})
    if parent == 0:
        flags.append(EMPTY_PARENT)
    elif count < limits[0]:
        flags.append(BELOW_DETECTION)
    elif count < limits[1]:
        flags.append(BELOW_QUANTIFICATION)
    if min(gate.placed.confidence for gate in gates) < DOUBT:
        flags.append(LOW_CONFIDENCE)
    return tuple(flags)


def verdict_of(findings: Sequence[Finding], flags: Sequence[str]) -> Literal["pass", "warn", "fail"]:
    """Return the worst verdict; ``warn`` at least where a gate is doubtful or has no parent."""
    worst: Literal["pass", "warn", "fail"] = "pass"
    if LOW_CONFIDENCE in flags or EMPTY_PARENT in flags:
        worst = "warn"
    for finding in findings:
        if _RANK[finding.verdict] > _RANK[worst]:
            worst = finding.verdict
    return worst
