"""Gating a tube by a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lupustrial.cytometry._gate import Gated, hash_of
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.strategy._gating import Gating
from lupustrial.cytometry.strategy._strategy import Strategy
from lupustrial.errors import CytometryError, Fault


def gate_tube(
    tube: Tube,
    strategy: Strategy,
    *,
    templates: Mapping[str, Any] | None = None,
    controls: Mapping[str, Tube | Gated] | None = None,
) -> Gated:
    """Gate a tube: every population of the strategy, parents first.

    Args:
        tube: The tube. Its columns may bear another name that the strategy knows; the result's tube bears the
            strategy's.
        strategy: The strategy.
        templates: Templates by name, each with a `hash`.
        controls: Control tubes by name; one that is not gated yet is gated by the same strategy, so that the
            same parent is looked at in it.

    Returns:
        The gates; populations that could not be gated stand under `skipped` with the reason.

    Raises:
        CytometryError: CYTO-051 the tube lacks columns that the strategy cannot do without; CYTO-052 the
            strategy names no such template or control.
    """
    templates, controls = templates or {}, controls or {}
    _check_names(tube, strategy, templates, controls)
    named = _renamed(tube, strategy)
    _check_columns(named, strategy)
    alone = _without_controls(strategy)
    gated_controls = {
        name: each if isinstance(each, Gated) else gate_tube(each, alone, templates=templates)
        for name, each in sorted(controls.items())
    }
    gating = Gating(tube=named, templates=templates, controls=gated_controls)
    for population in strategy.populations:
        gating.gate(population)
    used = {name: str(templates[name].hash) for name in strategy.templates if name in templates}
    return Gated(
        tube=named,
        strategy=strategy.id,
        strategy_hash=hash_of({"strategy": strategy.hash, "templates": used}),
        gates=tuple(gating.gates.values()),
        skipped=gating.skipped,
    )


def _without_controls(strategy: Strategy) -> Strategy:
    """Return the strategy with `fault` softened: a control tube may lack a stain."""
    return replace(
        strategy,
        populations=tuple(
            replace(each, absent="skip" if each.absent == "fault" else each.absent)
            for each in strategy.populations
        ),
    )


def _renamed(tube: Tube, strategy: Strategy) -> Tube:
    names = list(tube.names)
    for name, others in strategy.columns.items():
        if name not in names:
            there = next((other for other in others if other in names), None)
            if there is not None:
                names[names.index(there)] = name
    return tube if tuple(names) == tube.names else replace(tube, names=tuple(names))


def _check_columns(tube: Tube, strategy: Strategy) -> None:
    faults = []
    for population in strategy.populations:
        if population.absent != "fault":
            continue
        for step in population.steps:
            if step.optional:
                continue
            absent = [
                [name for name in choice.parameters.columns_used() if name not in tube.names]
                for choice in step.choices
            ]
            if all(absent):
                faults.append(
                    Fault(
                        id="CYTO-051",
                        message=f"no column {', '.join(absent[0])}, which {population.name} needs",
                        place=f"{tube.name}, strategy {strategy.id}",
                        hint=f"the tube has {', '.join(tube.names)}; map the stain in the panel, or write "
                        "`absent: skip` for the population",
                    )
                )
    if faults:
        raise CytometryError(faults)


def _check_names(
    tube: Tube, strategy: Strategy, templates: Mapping[str, Any], controls: Mapping[str, Tube | Gated]
) -> None:
    faults = [
        Fault(
            id="CYTO-052",
            message=f"the strategy uses no {kind} {name}",
            place=f"{tube.name}, strategy {strategy.id}",
            hint=f"it uses {', '.join(known) or 'none'}",
        )
        for kind, given, known in (
            ("template", templates, strategy.templates),
            ("control", controls, strategy.controls),
        )
        for name in sorted(given)
        if name not in known
    ]
    if faults:
        raise CytometryError(faults)
