"""Which panel, strategy, templates and controls each file of a folder has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.review import Decisions, GateDecision
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._job import Job, Settings
from lupustrial.cytometry.run._reference import references
from lupustrial.cytometry.run._samples import BLANKS, Sample
from lupustrial.cytometry.strategy import Strategy
from lupustrial.errors import CytometryError, Fault, closest

#: Templates by batch, then by name; those under "" hold where a batch has none.
Templates = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """With what a folder is gated.

    Attributes:
        panels: Panels, each with another id.
        strategies: Strategy by id of the panel.
        templates: See :data:`Templates`.
        settings: What holds for every file.
        decisions: What readers decided (`review.read_decisions`), each file of decisions by itself, the
            earlier first.
        borrow: Whether the tubes of a batch tell each other where its templates lie (`transfer.borrow`).
    """

    panels: tuple[Panel, ...]
    strategies: Mapping[str, Strategy]
    templates: Templates = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    decisions: tuple[Decisions, ...] = ()
    borrow: bool = False


def plan(files: Sequence[FoundFile], samples: Mapping[str, Sample], protocol: Protocol) -> tuple[Job, ...]:
    """Return a job for each file.

    A sample is given the blanks of its draw (`pair`) and panel that the strategy asks for; a blank is given
    itself and the other blanks of its draw, so that its cuts are those of the sample. Reference and control
    tubes tell quality control what good tubes look like.

    Raises:
        CytometryError: CYTO-069 a file whose panel is not told or unknown, a batch without its template; all
            at once.
    """
    panels = {panel.id: panel for panel in protocol.panels}
    faults: list[Fault] = []
    chosen: dict[str, Panel] = {}
    for file in files:
        panel = _panel(file, samples[file.sha256], panels, faults)
        if panel is not None:
            chosen[file.sha256] = panel
    if faults:
        raise CytometryError(faults)
    known = references(files, samples, chosen)
    jobs = [_job(file, files, samples, chosen, protocol) for file in files]
    return tuple(replace(job, reference=known.get(job.panel.id)) for job in jobs)


def _panel(file: FoundFile, sample: Sample, panels: Mapping[str, Panel], faults: list[Fault]) -> Panel | None:
    if not sample.panel and len(panels) == 1:
        return next(iter(panels.values()))
    if sample.panel in panels:
        return panels[sample.panel]
    known = ", ".join(panels)
    message = (
        f"the panel {sample.panel} was not given" if sample.panel else "several panels, and none is told"
    )
    hint = closest(sample.panel, tuple(panels)) or f"in samples.csv, `panel` is one of {known}"
    faults.append(Fault(id="CYTO-069", message=message, place=file.name, hint=hint))
    return None


def _job(
    file: FoundFile,
    files: Sequence[FoundFile],
    samples: Mapping[str, Sample],
    chosen: Mapping[str, Panel],
    protocol: Protocol,
) -> Job:
    sample, panel = samples[file.sha256], chosen[file.sha256]
    strategy = protocol.strategies[panel.id]
    given = {**protocol.templates.get("", {}), **protocol.templates.get(sample.batch, {})}
    controls = {}
    for other in files:
        blank = samples[other.sha256]
        of_same_draw = sample.pair and blank.pair == sample.pair and chosen[other.sha256].id == panel.id
        if blank.role in BLANKS and of_same_draw and blank.control in strategy.controls:
            controls[blank.control] = (blank.control, other.path, other.sha256)
    return Job(
        name=file.name,
        path=file.path,
        sha256=file.sha256,
        panel=panel,
        strategy=strategy,
        templates={name: given[name] for name in sorted(given) if name in strategy.templates},
        controls=tuple(controls[name] for name in sorted(controls)),
        blood_count=sample.lymphocytes,
        decisions=decisions_on(file.sha256, protocol.decisions),
        settings=protocol.settings,
    )


def decisions_on(
    sha256: str, decisions: Sequence[Decisions]
) -> tuple[Mapping[tuple[str, str], GateDecision], ...]:
    """Return the decisions on a file, of each file of decisions that has any."""
    mine = (
        {(strategy, population): one for (file, strategy, population), one in each.items() if file == sha256}
        for each in decisions
    )
    return tuple(each for each in mine if each)


def resting_on(strategy: Strategy, controls: set[str]) -> tuple[str, ...]:
    """Return the populations one of whose gates is cut on one of these control tubes."""
    return tuple(
        population.name
        for population in strategy.populations
        if any(
            controls.intersection(choice.parameters.controls_used())
            for step in population.steps
            for choice in step.choices
        )
    )
