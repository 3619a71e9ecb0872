"""From a gated tube to what a reader is shown of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gate, Gated, Setting
from lupustrial.cytometry.review._model import GateReview, TubeReview, code_of
from lupustrial.cytometry.review._plain import LONGEST, tube_from, tube_plain
from lupustrial.cytometry.review._view import views_of

#: Keywords that tell of the instrument and of nothing else (FCS 3.1, 3.2.18 and 3.2.20); `n` is a number.
_INSTRUMENT = ("CYT", "CYTSN", "SYS", "CREATOR", "TIMESTEP", "VOL", "SPECTRUM", "FLOWRATE")
_DETECTOR = "FLOTVDG"  # $PnF filter, L wavelength, O power, T detector, V voltage, D display, G gain


def review_tube(
    gated: Gated,
    findings: Sequence[Finding] = (),
    *,
    batch: str = "",
    control: bool = False,
    secret: str = "",
    jitter: Mapping[str, tuple[float, float]] | None = None,
    keywords: Mapping[str, str] | None = None,
    plots: Mapping[str, str] | None = None,
) -> TubeReview:
    """Return what a reader is shown of a gated tube; the events themselves are not kept.

    Args:
        gated: The tube with its gates.
        findings: Of quality control; the file's name in a message is replaced by "this tube".
        batch: Label of the batch. It must tell neither participant nor visit.
        control: Whether the tube is a technical control.
        secret: Of the trial's codes (:func:`code_of`).
        jitter: By population, percent of the parent between which the count goes when the gate is moved.
        keywords: Of the file; those of the tube where None. Those of the instrument alone are kept.
        plots: SVG of quality control by title.

    Returns:
        The same for the same events, gates and arguments.
    """
    tube = gated.tube
    shown = [replace(one, message=_told(one.message, tube.name)) for one in findings]
    masks = {gate.population: gate.inside for gate in gated.gates}
    return TubeReview(
        code=code_of(tube.sha256, secret),
        file_sha256=tube.sha256,
        batch=batch,
        control=control,
        strategy=gated.strategy,
        strategy_hash=gated.strategy_hash,
        gate_hash=gated.hash,
        events=len(tube),
        compensation=tube.compensation,
        instrument=instrument_of(tube.keywords if keywords is None else keywords),
        findings=tuple(shown),
        gates=tuple(_gate(gated, gate, masks, jitter or {}) for gate in gated.gates),
        skipped={name: _told(why, tube.name) for name, why in gated.skipped.items()},
        plots=tuple((title, _blinded(svg, tube.name)) for title, svg in (plots or {}).items()),
    )


def part_of(tube: TubeReview) -> dict[str, Any]:
    """Return a reviewed tube as values of JSON, its plots too: what a run keeps of it until all are gated."""
    return {**tube_plain(tube), "plots": [list(plot) for plot in tube.plots]}


def tube_of(
    part: Mapping[str, Any], *, batch: str = "", control: bool = False, secret: str = ""
) -> TubeReview:
    """Return the tube of a part (`part_of`), with what is known of it only once all tubes are gated.

    Args:
        part: The part.
        batch: As of `review_tube`.
        control: As of `review_tube`.
        secret: As of `review_tube`.
    """
    tube = tube_from(part)
    plots = tuple((str(title), str(svg)) for title, svg in part["plots"])
    code = code_of(tube.file_sha256, secret)
    return replace(tube, code=code, batch=batch, control=control, plots=plots)


def instrument_of(keywords: Mapping[str, str]) -> dict[str, str]:
    """Return the keywords that tell of the instrument; those that may tell of a person or a day are left."""
    return {name: value.strip() for name, value in sorted(keywords.items())
            if value.strip() and (name in _INSTRUMENT or _is_detector(name))}  # fmt: skip


def _is_detector(name: str) -> bool:
    return name[:1] == "P" and name[-1:] in _DETECTOR and name[1:-1].isdecimal()


def _gate(
    gated: Gated,
    gate: Gate,
    masks: Mapping[str, np.ndarray],
    jitter: Mapping[str, tuple[float, float]],
) -> GateReview:
    tube = gated.tube
    inside = np.ones(len(tube), dtype=np.bool_) if gate.parent is None else masks[gate.parent]
    setting = Setting(tube=tube, parent=inside, populations={})
    return GateReview(
        population=gate.population,
        parent=gate.parent,
        method=gate.method,
        region=gate.placed.region,
        confidence=round(float(gate.placed.confidence), 4),
        reason=_told(gate.placed.reason, tube.name),
        count=gate.count,
        parent_count=gated.parent_count(gate.population),
        jitter=jitter.get(gate.population),
        views=views_of(setting, gate.placed.region),
    )


def _told(text: str, name: str) -> str:
    """Return a text blinded, and cut where it is longer than material may be."""
    return _blinded(text, name)[:LONGEST]


def _blinded(text: str, name: str) -> str:
    """Take a file's name, with and without its ending, out of a text."""
    for known in (name, name.rsplit(".", 1)[0]):
        if known:
            text = text.replace(known, "this tube")
    return text
