"""Templates of a batch: the gates that a reader drew on its reference tube, in FlowJo or as Gating-ML.

``samples.csv`` names the file of gates of a reference tube under `gates`. The parent of each gate is gated by
the strategy, as in every other tube; only what the strategy places by a template is taken from the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lupustrial.cytometry._gate import Gated, Placed
from lupustrial.cytometry._regions import Region
from lupustrial.cytometry.exchange import read_reference
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._plan import Protocol
from lupustrial.cytometry.run._samples import Sample
from lupustrial.cytometry.strategy import Strategy, gate_tube
from lupustrial.cytometry.transfer import TemplateGate, template_of_gated
from lupustrial.errors import CytometryError, Fault, closest


def with_drawn(
    protocol: Protocol, folder: Path, files: Sequence[FoundFile], samples: Mapping[str, Sample]
) -> Protocol:
    """Return the protocol with a template for each gate that was drawn on a reference tube, batch by batch.

    Templates that were given go before those of a reference tube.

    Raises:
        CytometryError: CYTO-079 a file of gates that is missing, of another file or of a panel that is not
            told, or lacks a population; faults of the file itself. All at once.
    """
    found: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    panels = {panel.id: panel for panel in protocol.panels}
    for file in files:
        sample = samples[file.sha256]
        if not sample.gates:
            continue
        panel = panels.get(sample.panel) or (protocol.panels[0] if len(protocol.panels) == 1 else None)
        try:
            if panel is None:
                raise _fault(file, f"the panel {sample.panel or '(none)'} was not given", "name its panel")
            drawn = _drawn(folder / sample.gates, file, panel, protocol.strategies[panel.id])
            found.setdefault(sample.batch, {}).update(drawn)
        except CytometryError as error:
            faults += error.faults
    if faults:
        raise CytometryError(faults)
    given = {batch: dict(templates) for batch, templates in protocol.templates.items()}
    batches = {*found, *given}
    templates = {batch: {**found.get(batch, {}), **given.get(batch, {})} for batch in sorted(batches)}
    return replace(protocol, templates=templates)


def _drawn(path: Path, file: FoundFile, panel: Panel, strategy: Strategy) -> dict[str, Any]:
    """Return the templates of a reference tube by name."""
    if not path.is_file():
        raise _fault(
            file, f"there is no file of gates {path.name}", "put it beside the tube, or mend samples.csv"
        )
    reference = read_reference(path, file.path, panel=panel)
    regions = {population: region for population, _, region in reference.gates}
    gated = gate_tube(prepare(read_fcs(file.path, **panel.reading.model_dump()), panel), strategy)
    templates: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, population, anchor in _by_template(strategy):
        if population not in regions:
            hint = closest(population, tuple(regions)) or f"the file has {', '.join(regions)}"
            faults += _fault(file, f"{path.name} has no gate {population}", hint).faults
            continue
        templates[name] = template_of_gated(
            _with(gated, population, regions[population]), population, anchor=anchor
        )
    if faults:
        raise CytometryError(faults)
    return templates


def _by_template(strategy: Strategy) -> Iterator[tuple[str, str, str | None]]:
    """Give template, population and anchor of each gate that a strategy places by a template."""
    for population in strategy.populations:
        for step in population.steps:
            if isinstance(step.parameters, TemplateGate):
                yield step.parameters.template, population.name, step.parameters.anchor


def _with(gated: Gated, population: str, region: Region) -> Gated:
    """Return a tube with the reader's gate in place of the one that stood in for it."""
    gate = gated.gate(population)
    inside = region.contains(gated.tube)
    if gate.parent is not None:
        inside &= gated.gate(gate.parent).inside
    placed = Placed(region=region, confidence=1.0, reason="drawn by a reader")
    drawn = replace(gate, method="drawn", placed=placed, inside=inside)
    gates = tuple(drawn if one.population == population else one for one in gated.gates)
    return replace(gated, gates=gates)


def _fault(file: FoundFile, message: str, hint: str) -> CytometryError:
    return CytometryError(Fault(id="CYTO-079", message=message, place=f"samples.csv, {file.name}", hint=hint))
