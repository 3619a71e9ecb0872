"""A reviewed tube as values of JSON, and back; nothing that comes back is trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gated, hash_of
from lupustrial.cytometry._regions import Ellipse, Polygon, Region, region_from
from lupustrial.cytometry.review._model import GateReview, TubeReview
from lupustrial.cytometry.review._view import leaves_of, panels_of, view_from

FORMAT = 1

MOST_GATES = 200
_MOST_VIEWS = 10
_MOST_LEAVES = 50
_LEAST_CORNERS, _MOST_CORNERS = 3, 1_000
LONGEST = 2_000  # letters of a text
_CODE = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_VERDICTS = ("pass", "warn", "fail")


def tube_plain(tube: TubeReview) -> dict[str, Any]:
    """Return a tube as values of JSON; plots of quality control are left out."""
    return {
        "format": FORMAT,
        "code": tube.code,
        "file_sha256": tube.file_sha256,
        "batch": tube.batch,
        "control": tube.control,
        "strategy": tube.strategy,
        "strategy_hash": tube.strategy_hash,
        "gate_hash": tube.gate_hash,
        "events": tube.events,
        "compensation": tube.compensation,
        "instrument": dict(sorted(tube.instrument.items())),
        "findings": [_finding_plain(finding) for finding in tube.findings],
        "gates": [_gate_plain(gate) for gate in tube.gates],
        "skipped": dict(tube.skipped),
    }


def digest_of_gate(tube: TubeReview, gate: GateReview) -> str:
    """Return the SHA-256 of what a reader judges: file, place of the gate, events in it and in its parent."""
    return _digest(tube.file_sha256, gate.population, gate.parent, gate.region, gate.count, gate.parent_count)


def digest_of_placed(gated: Gated, population: str) -> str:
    """Return the digest (`digest_of_gate`) that a reader of a gated tube would judge a gate by."""
    gate = gated.gate(population)
    region, parent_count = gate.placed.region, gated.parent_count(population)
    return _digest(gated.tube.sha256, population, gate.parent, region, gate.count, parent_count)


def _digest(
    file: str, population: str, parent: str | None, region: Region, count: int, parent_count: int
) -> str:
    return hash_of({
        "file": file, "population": population, "parent": parent, "region": region.as_plain(),
        "count": count, "parent_count": parent_count,
    })  # fmt: skip


def tube_from(plain: Mapping[str, Any]) -> TubeReview:
    """Return the tube of a plain form; KeyError, TypeError or ValueError where it is none."""
    code = str(plain["code"])
    if plain["format"] != FORMAT:
        raise ValueError(f"format {plain['format']} is not known")
    if len(code) != 8 or not set(code) <= _CODE:  # noqa: PLR2004 - as `code_of` makes it
        raise ValueError("the code is none of ours")
    gates = plain["gates"]
    if not isinstance(gates, list) or len(gates) > MOST_GATES:
        raise ValueError(f"gates are none, or more than {MOST_GATES}")
    found = TubeReview(
        code=code,
        file_sha256=hash_in(plain["file_sha256"]),
        batch=text_of(plain["batch"]),
        control=bool(plain["control"]),
        strategy=text_of(plain["strategy"]),
        strategy_hash=hash_in(plain["strategy_hash"]),
        gate_hash=hash_in(plain["gate_hash"]),
        events=_count(plain["events"]),
        compensation=text_of(plain["compensation"]),
        instrument={text_of(name): text_of(value) for name, value in plain["instrument"].items()},
        findings=tuple(_finding_from(one) for one in plain["findings"]),
        gates=tuple(_gate_from(one) for one in gates),
        skipped={text_of(name): text_of(why) for name, why in plain["skipped"].items()},
    )
    names = [gate.population for gate in found.gates]
    if len(set(names)) != len(names) or any(gate.parent not in (None, *names) for gate in found.gates):
        raise ValueError("a population stands twice, or has a parent that is not there")
    return found


def _gate_plain(gate: GateReview) -> dict[str, Any]:
    return {
        "population": gate.population,
        "parent": gate.parent,
        "method": gate.method,
        "region": gate.region.as_plain(),
        "confidence": gate.confidence,
        "reason": gate.reason,
        "count": gate.count,
        "parent_count": gate.parent_count,
        "jitter": None if gate.jitter is None else [round(float(end), 6) for end in gate.jitter],
        "views": [view.as_plain() for view in gate.views],
    }


def _gate_from(plain: Mapping[str, Any]) -> GateReview:
    jitter, views = plain["jitter"], plain["views"]
    if len(views) > _MOST_VIEWS:
        raise ValueError("a gate has too many views")
    region = region_in(plain["region"])
    if [tuple(view["columns"]) for view in views] != list(panels_of(region)):
        raise ValueError("the views are not those of the region")
    return GateReview(
        population=text_of(plain["population"]),
        parent=None if plain["parent"] is None else text_of(plain["parent"]),
        method=text_of(plain["method"]),
        region=region,
        confidence=_number(plain["confidence"]),
        reason=text_of(plain["reason"]),
        count=_count(plain["count"]),
        parent_count=_count(plain["parent_count"]),
        jitter=None if jitter is None else (_number(jitter[0]), _number(jitter[1])),
        views=tuple(view_from(view) for view in views),
    )


def region_in(plain: Mapping[str, Any]) -> Region:
    """Return a region that can be drawn and moved; ValueError where it is none."""
    region = region_from(region_from(plain).as_plain())  # the way there and back makes every edge a number
    leaves = [leaf for leaf, _ in leaves_of(region)]
    if len(leaves) > _MOST_LEAVES:
        raise ValueError("a region is made of too many others")
    for leaf in leaves:
        for column in leaf.columns:
            text_of(column)
        if isinstance(leaf, Polygon) and not _LEAST_CORNERS <= len(leaf.vertices) <= _MOST_CORNERS:
            raise ValueError("a polygon has too few or too many corners")
        if isinstance(leaf, Ellipse) and not _has_area(leaf):
            raise ValueError("an ellipse has no area")
    return region


def _has_area(ellipse: Ellipse) -> bool:
    (a, b), (c, d) = ellipse.covariance
    return a > 0 and b == c and a * d > b * c and ellipse.distance > 0


def _finding_plain(finding: Finding) -> dict[str, Any]:
    numbers = {name: float(value) for name, value in sorted(finding.numbers.items()) if math.isfinite(value)}
    return {
        "check": finding.check, "verdict": finding.verdict, "message": finding.message,
        "columns": list(finding.columns), "numbers": numbers,
    }  # fmt: skip


def _finding_from(plain: Mapping[str, Any]) -> Finding:
    if plain["verdict"] not in _VERDICTS:
        raise ValueError("a finding passes, warns or fails")
    return Finding(
        check=text_of(plain["check"]),
        verdict=plain["verdict"],
        message=text_of(plain["message"]),
        columns=tuple(text_of(name) for name in plain["columns"]),
        numbers={text_of(name): _number(value) for name, value in plain["numbers"].items()},
    )


def text_of(value: Any) -> str:
    """Return a text of JSON; ValueError where it is none, or too long."""
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise ValueError("a text is none, or too long")
    value.encode()  # a lone surrogate has no bytes, and no database takes it
    return value


def hash_in(value: Any) -> str:
    """Return a SHA-256 or an empty text; ValueError where it is neither."""
    text = text_of(value)
    if text and (len(text) != 64 or not set(text) <= set("0123456789abcdef")):  # noqa: PLR2004 - SHA-256
        raise ValueError("a hash is none")
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number is none")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError("a count is none")
    return value
