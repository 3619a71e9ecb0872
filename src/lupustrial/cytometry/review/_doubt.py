r"""How much a gate should be looked at: four reasons for doubt, put together as if they were independent.

$D = 1 - \prod_i (1 - d_i)$ over

* $d_1 = 1 - c$, with $c$ the confidence of the method that placed the gate;
* $d_2$: 0.9 where quality control failed the tube, 0.4 where it warned, halved where the finding names
  columns and none of them is the gate's;
* $d_3 = \min(0.9, w)$, with $w$ the width of the jitter interval as part of the percentage in its middle;
* $d_4 = z^2 / (z^2 + 9)$, with $z$ the distance from the batch (:mod:`._batches`): 0.5 at three robust SD.

It orders the sheet. It is no probability, and decides nothing by itself: the weights are ours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry.review._batches import Apart, apart_of
from lupustrial.cytometry.review._model import GateReview, TubeReview

#: From here on a gate waits for a reader.
LOOK = 0.5

_QUALITY = {"fail": 0.9, "warn": 0.4, "pass": 0.0}
_ELSEWHERE = 0.5
_MOST = 0.9
_HALF = 9.0  # z squared at which the distance from the batch makes 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Doubted:
    """A gate of a tube with its doubt.

    Attributes:
        tube: The tube.
        gate: The gate.
        apart: How far it is from its batch; None where that cannot be said.
        parts: The four reasons by name, 0 to 1: ``confidence``, ``quality``, ``jitter``, ``batch``.
        doubt: All together, 0 to 1.
    """

    tube: TubeReview
    gate: GateReview
    apart: Apart | None
    parts: dict[str, float]
    doubt: float

    @property
    def look(self) -> bool:
        """Whether it waits for a reader: doubt of 0.5 and more, or confidence below 0.5."""
        return self.doubt >= LOOK or self.gate.confidence < LOOK


def doubted(tubes: Sequence[TubeReview], population: str) -> list[Doubted]:
    """Return the gates of a population over all tubes, the most doubtful first; equal ones by code."""
    apart = apart_of(tubes, population)
    found = []
    for tube in tubes:
        gate = tube.gate(population)
        if gate is not None:
            found.append(_doubted(tube, gate, apart.get(tube.code)))
    return sorted(found, key=lambda one: (-one.doubt, one.tube.code))


def populations_of(tubes: Sequence[TubeReview]) -> list[str]:
    """Return the populations of all tubes, in the order of gating."""
    ordered = sorted(tubes, key=lambda tube: tube.code)
    return list(dict.fromkeys(gate.population for tube in ordered for gate in tube.gates))


def _doubted(tube: TubeReview, gate: GateReview, apart: Apart | None) -> Doubted:
    parts = {
        "confidence": 1.0 - min(max(gate.confidence, 0.0), 1.0),
        "quality": max((_quality(finding, gate) for finding in tube.findings), default=0.0),
        "jitter": _jitter(gate),
        "batch": 0.0 if apart is None else apart.most**2 / (apart.most**2 + _HALF),
    }
    doubt = 1.0 - math.prod(1.0 - part for part in parts.values())
    rounded = {name: round(part, 4) for name, part in parts.items()}
    return Doubted(tube=tube, gate=gate, apart=apart, parts=rounded, doubt=round(doubt, 4))


def _quality(finding: Finding, gate: GateReview) -> float:
    concerns = not finding.columns or bool(set(finding.columns) & set(gate.region.columns))
    return _QUALITY[finding.verdict] * (1.0 if concerns else _ELSEWHERE)


def _jitter(gate: GateReview) -> float:
    if gate.jitter is None:
        return 0.0
    low, high = gate.jitter
    middle = (low + high) / 2
    return min(_MOST, (high - low) / middle) if middle > 0 else 0.0
