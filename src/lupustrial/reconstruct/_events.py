"""Adverse events and background drugs: who has which, so that every count is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._schema import EventSpec, Regimen
from lupustrial.reconstruct._solve import new_model, solve
from lupustrial.reconstruct._targets import Target, Targets
from lupustrial.study import Expression

_EFFORT = 1.0
_SECOND = 40  # cost of a second kind of event in one participant; chance costs up to half of it


def draw_events(
    targets: Targets,
    quantities: Mapping[str, Quantity],
    members: Sequence[Member],
    form: str,
    generator: np.random.Generator,
) -> dict[int, list[EventSpec]]:
    """Choose for each member the events that he or she had, as few as the counts ask for.

    Raises:
        ReconstructError: RECON-036, the events of the drawing file cannot make up the counts.
    """
    specs = targets.drawing.events
    asked = [
        t for t in targets.targets if t.arm == members[0].arm and quantities[t.parameter].kind == "event"
    ]
    matching = {t.id: _matching(specs, quantities[t.parameter], form) for t in asked}
    model, costs = new_model(), []
    had: dict[tuple[int, str], Any] = {}
    for member in members:
        forced = member.withdrawal.event if member.withdrawal else None
        for spec in specs:
            literal = had[member.index, spec.id] = model.new_bool_var("")
            costs.append(int(generator.integers(1, _SECOND // 2)) * literal)
            if spec.id == forced:
                model.add(literal == 1)
            elif not spec.drawn:
                model.add(literal == 0)
        many = model.new_int_var(0, len(specs), "")
        model.add(many >= sum(had[member.index, spec.id] for spec in specs) - 1)
        costs.append(_SECOND * many)
    for target in asked:
        inside = [m for m in members if target.set in m.sets]
        model.add(
            sum(_any(model, [had[m.index, s] for s in matching[target.id]]) for m in inside) == target.count
        )
    for member in members:
        if not any(target.set in member.sets for target in asked):
            for spec in specs:
                model.add(had[member.index, spec.id] == 0)
    model.minimize(sum(costs))
    solver = solve(model, effort=_EFFORT, gap=0.05)
    if solver is None:
        raise _short(asked)
    return {m.index: [s for s in specs if solver.value(had[m.index, s.id])] for m in members}


def _matching(specs: Sequence[EventSpec], quantity: Quantity, form: str) -> list[str]:
    expression = Expression.compile(quantity.where)
    return [spec.id for spec in specs if expression.evaluate({form: dict(spec.values)}) is True]


def _any(model: Any, literals: Sequence[Any]) -> Any:
    if not literals:
        return 0
    either = model.new_bool_var("")
    model.add_bool_or([*literals, either.negated()])
    for literal in literals:
        model.add_implication(literal, either)
    return either


def _short(asked: Sequence[Target]) -> ReconstructError:
    names = ", ".join(target.parameter for target in asked)
    return ReconstructError(
        Fault(
            id="RECON-036",
            message=f"the events of the drawing file cannot make up the counts of {names}",
            place="published/drawing.yaml",
            hint="add an event under `events` for each counted kind, alone and with what it implies",
        )
    )


def draw_background(
    targets: Targets, members: Sequence[Member], generator: np.random.Generator
) -> dict[int, list[Regimen]]:
    """Choose who takes which background drug; drugs that stand `alone` are not combined with each other.

    Raises:
        ReconstructError: RECON-037, there are not enough participants for the counts.
    """
    chosen: dict[int, list[Regimen]] = {m.index: [] for m in members}
    counts = {t.parameter: t for t in targets.targets if t.arm == members[0].arm}
    for regimen in sorted(targets.drawing.background, key=lambda r: (r.prefers is None, r.parameter)):
        target = counts.get(regimen.parameter)
        if target is None or target.count == 0:
            continue
        free = [
            m
            for m in members
            if target.set in m.sets and not (regimen.alone and any(other.alone for other in chosen[m.index]))
        ]
        chance = {m.index: float(generator.random()) - (regimen.prefers in m.traits) for m in free}
        if len(free) < target.count:
            message = f"{regimen.parameter}: {target.count} participants are asked for, {len(free)} are free"
            hint = "let drugs be combined (`alone: false`)"
            raise ReconstructError(
                Fault(id="RECON-037", message=message, place="published/drawing.yaml", hint=hint)
            )
        for member in sorted(free, key=lambda m: (chance[m.index], m.index))[: target.count]:
            chosen[member.index].append(regimen)
    return chosen
