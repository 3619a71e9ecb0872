"""The clinical states of an arm at the weeks with published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._clinic import Rules, State
from lupustrial.reconstruct._families import Aims
from lupustrial.reconstruct._numbers import deal
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._targets import Target, Targets
from lupustrial.reconstruct._week import Task, solve_week

_SICKER = 0.35  # how far those with a trait lie above the others in the order of the activity index


@dataclass(kw_only=True)
class Anchors:
    """What was found: states by week and member, and who responded.

    `total` is the parameter that is the activity index.
    """

    states: dict[int, dict[int, State]] = field(default_factory=dict)
    responders: dict[int, frozenset[int]] = field(default_factory=dict)


def anchor_states(
    targets: Targets,
    rules: Rules,
    members: Sequence[Member],
    aims: Aims,
    quantities: Mapping[str, Quantity],
    generator: np.random.Generator,
    definition: str,
) -> Anchors:
    """Find the states week by week: first baseline, then each later week given those before it.

    Raises:
        ReconstructError: RECON-031, the counts of a week cannot be met together.
    """
    arm = members[0].arm
    ours = [t for t in (*targets.targets, *targets.assumed) if t.arm == arm and t.week is not None]
    weeks = targets.weeks
    found = Anchors()
    totals, protein = _baseline(targets, members, aims, quantities, generator, weeks[0])
    for week in weeks:
        asked = [
            (target, quantities[target.parameter])
            for target in ours
            if target.week == week and _asked(targets, quantities, target, aims, baseline=week == weeks[0])
        ]
        later = [
            (target, quantities[target.parameter])
            for target in ours
            if target.week is not None
            and target.week > week
            and _asked(targets, quantities, target, aims, baseline=False)
        ]
        task = Task(
            rules=rules,
            members=members,
            week=week,
            weeks=weeks,
            before=found.states,
            responders=found.responders.get(weeks[weeks.index(week) - 1], frozenset())
            if week != weeks[0]
            else frozenset(),
            targets=asked,
            later=later,
            pairs=aims.pairs,
            totals=totals if week == weeks[0] else {},
            protein=protein if week == weeks[0] else {},
            barred={m.index: _barred(ours, quantities, m) for m in members},
            resolving=frozenset(q.id for q in quantities.values() if q.kind == "resolved"),
            definition=definition,
            effort=targets.model.effort,
        )
        solved = solve_week(task)
        if solved is None:
            raise _exclusive(arm, week, [target for target, _ in asked])
        found.states[week], found.responders[week] = solved
    return found


def _asked(
    targets: Targets, quantities: Mapping[str, Quantity], target: Target, aims: Aims, *, baseline: bool
) -> bool:
    """Whether a target constrains the clinical states: counts, attained quantiles, and later protein."""
    quantity = quantities[target.parameter]
    renal = targets.model.renal
    if renal is not None and quantity.kind == "number" and quantity.id == renal.protein:
        return not baseline and target.id not in aims.unmet
    return quantity.clinical and (target.statistic == "count" or target.id in aims.pairs)


def _baseline(
    targets: Targets,
    members: Sequence[Member],
    aims: Aims,
    quantities: Mapping[str, Quantity],
    generator: np.random.Generator,
    week: int,
) -> tuple[dict[int, int], dict[int, int]]:
    """Deal out activity index and protein of baseline, so that participants are told apart from the start."""
    chance = {m.index: float(generator.random()) + _SICKER * bool(m.traits) for m in members}
    total = next((name for name, quantity in quantities.items() if quantity.kind == "total"), "")
    totals = {}
    if (total, week) in aims.values:
        dealt = aims.values[total, week]
        asked = frozenset().union(*(sets for sets, _ in dealt))
        totals = deal(dealt, members, chance, asked)
    protein = {}
    renal = targets.model.renal
    if renal is not None and (renal.protein, week) in aims.values:
        dealt = aims.values[renal.protein, week]
        asked = frozenset().union(*(sets for sets, _ in dealt))
        having = [m for m in members if renal.trait in m.traits]
        protein = deal(dealt, having, {m.index: float(generator.random()) for m in having}, asked)
    return totals, protein


def _barred(ours: Sequence[Target], quantities: Mapping[str, Quantity], member: Member) -> frozenset[str]:
    """Items that nobody has at a week after the member left, so that he or she cannot carry them there."""
    return frozenset(
        quantities[t.parameter].id
        for t in ours
        if quantities[t.parameter].kind == "item"
        and t.statistic == "count"
        and t.count == 0
        and t.week is not None
        and t.week > member.last_week
    )


def _exclusive(arm: str, week: int, asked: Sequence[Target]) -> ReconstructError:
    names = ", ".join(sorted({target.parameter for target in asked}))
    return ReconstructError(
        Fault(
            id="RECON-031",
            message=f"no participants of arm {arm} at week {week} have all the printed figures of {names}",
            place="published/targets.yaml",
            hint="compare the counts with the paper, then loosen the links and assumptions in model.yaml",
        )
    )
