"""What a gated tube says: counts, percentages, their intervals and limits, and how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gate, Gated
from lupustrial.cytometry.results._detection import (
    LARGEST_CV,
    Blank,
    expected_background,
    limit_of_detection,
    limit_of_quantification,
)
from lupustrial.cytometry.results._flags import NOT_GATED, concerning, flag_names, lineage, verdict_of
from lupustrial.cytometry.results._jitter import FRACTION, jitter
from lupustrial.cytometry.results._schema import Results
from lupustrial.cytometry.results._wilson import wilson
from lupustrial.errors import CytometryError, Fault

#: The population whose percentage of itself is 100 and which a blood count counts.
LYMPHOCYTES = "lymphocytes"

#: How `gate_tube` ends the reason of a population whose parent may stand for it, by the strategy's own word.
_ALLOWED = " stands for it"


def results_of(
    gated: Gated,
    findings: Sequence[Finding] = (),
    *,
    blood_count: float | None = None,
    blanks: Mapping[str, Blank] | None = None,
    fraction: float = FRACTION,
    largest_cv: float = LARGEST_CV,
    lymphocytes: str = LYMPHOCYTES,
) -> pl.DataFrame:
    """Return one row for each population of a gated tube, parents first; then those that were not gated.

    Args:
        gated: The tube with its gates.
        findings: What quality control found on the file.
        blood_count: Lymphocytes of the blood count of the same draw, 10^9 per litre; None where there is
            none, and then there are no cells per microlitre.
        blanks: By population, what the control without the stain or the stimulus shows.
        fraction: Share of the parent's spread by which the edges move (:func:`jitter`).
        largest_cv: Coefficient of variation at the limit of quantification.
        lymphocytes: Name of the population that percentages of lymphocytes are of.

    Returns:
        The columns of :class:`Results`. Null where a number does not exist: percentages of an empty parent,
        percentages of lymphocytes above or beside them, the parent of a root, and every number of a
        population that was not gated: that is no count of 0.

    Raises:
        CytometryError: CYTO-065 a blood count, a fraction or a coefficient of variation that cannot be.
    """
    _check(blood_count, fraction, largest_cv)
    told = blanks or {}
    rows: list[dict[str, Any]] = []
    for gate in gated.gates:
        gates, blank = lineage(gated, gate.population), told.get(gate.population)
        row = _counted(gated, gate, fraction) | _judged(gated, gates, findings, blank, largest_cv)
        row |= _of_lymphocytes(gates, lymphocytes, blood_count)
        rows.append(row)
    rows += [_not_gated(gated, name, reason) for name, reason in gated.skipped.items()]
    every = {"strategy": gated.strategy, "gate_hash": gated.hash}
    rows = [row | every for row in rows]
    frame = pl.DataFrame(rows, schema=Results.create_empty().schema, orient="row")
    return Results.validate(frame)


def _counted(gated: Gated, gate: Gate, fraction: float) -> dict[str, Any]:
    total = gated.parent_count(gate.population)
    parent = None if gate.parent is None else gated.gate(gate.parent).inside
    return {
        "file_sha256": gated.tube.sha256,
        "population": gate.population,
        "parent": gate.parent,
        "count": gate.count,
        "parent_count": total,
        "percent_parent": None if total == 0 else 100 * gate.count / total,
        **_percent("wilson", wilson(gate.count, total)),
        **_percent("jitter", jitter(gated.tube, gate, parent, fraction)),
    }


def _judged(
    gated: Gated,
    gates: Sequence[Gate],
    findings: Sequence[Finding],
    blank: Blank | None,
    largest_cv: float,
) -> dict[str, Any]:
    gate, total = gates[0], gated.parent_count(gates[0].population)
    limits = limit_of_detection(total, blank), limit_of_quantification(total, blank, largest_cv)
    told = concerning(findings, gates)
    net = gate.count - expected_background(total, blank)
    flags = flag_names(told, gates, count=net, parent=total, limits=limits)
    return {
        "lod": None if total == 0 else 100 * limits[0] / total,
        "loq": None if total == 0 else 100 * limits[1] / total,
        "verdict": verdict_of(told, flags),
        "flags": ";".join(flags),
        "confidence": gate.placed.confidence,
        "lowest_confidence": min(each.placed.confidence for each in gates),
        "method": gate.method,
        "reason": gate.placed.reason,
    }


def _not_gated(gated: Gated, population: str, reason: str) -> dict[str, Any]:
    return {
        "file_sha256": gated.tube.sha256,
        "population": population,
        "verdict": "pass" if reason.endswith(_ALLOWED) else "warn",
        "flags": NOT_GATED,
        "reason": reason,
    }


def _of_lymphocytes(gates: Sequence[Gate], name: str, blood_count: float | None) -> dict[str, float | None]:
    """Return percent of lymphocytes and cells per microlitre: 1e9 / L are 1,000 / uL."""
    whole = next((gate.count for gate in gates if gate.population == name), 0)
    if whole == 0:
        return {"percent_lymphocytes": None, "per_ul": None}
    share = gates[0].count / whole
    return {
        "percent_lymphocytes": 100 * share,
        "per_ul": None if blood_count is None else 1000 * blood_count * share,
    }


def _percent(name: str, limits: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = (None, None) if limits is None else (100 * limit for limit in limits)
    return {f"{name}_low": low, f"{name}_high": high}


def _check(blood_count: float | None, fraction: float, largest_cv: float) -> None:
    wrong = []
    if blood_count is not None and not 0 <= blood_count < 1000:  # noqa: PLR2004 - no blood has 10^12 / L
        wrong.append(f"a blood count of {blood_count} x 10^9 lymphocytes per litre cannot be")
    if not 0 <= fraction <= 1:
        wrong.append(f"edges cannot be moved by {fraction} of a spread")
    if not 0 < largest_cv <= 1:
        wrong.append(f"a coefficient of variation of {largest_cv} is no limit of quantification")
    if wrong:
        hint = (
            "blood count in 10^9 per litre; fraction from 0 to 1; coefficient of variation above 0, at most 1"
        )
        raise CytometryError(
            [Fault(id="CYTO-065", message=message, place="results", hint=hint) for message in wrong]
        )
