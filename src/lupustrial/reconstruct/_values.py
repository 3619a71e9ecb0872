"""The number parameters of every participant at every visit that was attended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._clinic import Rules, State
from lupustrial.reconstruct._numbers import Bounds, NumberTask, deal, order_keys, solve_numbers
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._renal import FALLEN, same_class
from lupustrial.reconstruct._schema import NumberSpec
from lupustrial.reconstruct._shape import grid_values, snapped
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study

if TYPE_CHECKING:
    from lupustrial.reconstruct._cohort import Arm

_WORSE = Decimal("0.3")  # a rise of the global assessment by which a responder would be none
_NOISE = 0.25  # standard deviation of a value between two known ones, on a logarithmic scale


def anchor_numbers(
    study: Study,
    targets: Targets,
    rules: Rules,
    quantities: Mapping[str, Quantity],
    arm: Arm,
    generator: np.random.Generator,
) -> dict[tuple[str, int, int], int]:
    """Find the values of each parameter at the weeks with figures: (parameter, member, week) to whole units.

    Raises:
        ReconstructError: RECON-034, the figures of a parameter exclude each other across weeks.
    """
    found: dict[tuple[str, int, int], int] = {}
    anchors = sorted(arm.anchors.states)
    for name, spec in targets.model.numbers.items():
        having = [m for m in arm.members if spec.trait is None or spec.trait in m.traits]
        weeks = [week for week in anchors if (name, week) in arm.aims.values]
        if not weeks or not having:
            continue
        task = _task(study, targets, rules, quantities, arm, name, spec, having, weeks, generator)
        if any(target.statistic == "sd" for target, _ in task.targets):
            solved: dict[tuple[int, int], int] | None = dict(task.preferred)  # reconciled as a whole
        else:
            solved = solve_numbers(task)
        if solved is None:
            raise ReconstructError(
                Fault(
                    id="RECON-034",
                    message=f"no values of {name} in arm {having[0].arm} meet its figures at weeks {weeks}",
                    place="published/targets.yaml",
                    hint="compare the figures with the paper; widen the grid or the quantiles in model.yaml",
                )
            )
        found.update({(name, index, week): value for (index, week), value in solved.items()})
    return found


def _task(
    study: Study,
    targets: Targets,
    rules: Rules,
    quantities: Mapping[str, Quantity],
    arm: Arm,
    name: str,
    spec: NumberSpec,
    having: Sequence[Member],
    weeks: Sequence[int],
    generator: np.random.Generator,
) -> NumberTask:
    quantity = quantities[name]
    allowed = grid_values(spec.grid, quantity.scale)
    preferred: dict[tuple[int, int], int] = {}
    before: dict[int, int] | None = None
    for week in weeks:
        values = arm.aims.values[name, week]
        asked = frozenset().union(*(sets for sets, _ in values))
        states = arm.anchors.states[week]
        here = [m for m in having if m.index in states]
        keys = order_keys(
            here,
            generator,
            before=before,
            activity={m.index: states[m.index].total(rules) for m in here},
            keeps=spec.keeps,
            follows=spec.follows,
            above={m.index: spec.flag is not None and spec.flag in states[m.index].items for m in here},
        )
        before = deal(values, here, keys, asked)
        preferred.update({(index, week): value for index, value in before.items()})
        for member in here:  # the sample of a week with fewer figures may be shorter
            preferred.setdefault((member.index, week), allowed[len(allowed) // 2])
    own = [
        (t, quantities[t.parameter])
        for t in (*targets.targets, *targets.assumed)
        if t.arm == having[0].arm
        and t.week in weeks
        and (
            t.id in arm.aims.pairs
            or t.statistic == "count"
            or (t.statistic == "mean" and t.id not in arm.aims.unmet)
        )
        and quantities[t.parameter].kind in {"number", "reduction", "decreased"}
        and quantities[t.parameter].id == name
    ]
    return NumberTask(
        quantity=quantity,
        allowed=allowed,
        weeks=weeks,
        members=having,
        preferred=preferred,
        bounds=_bounds(study, targets, arm, name, spec, quantity, allowed),
        targets=own,
        pairs=arm.aims.pairs,
        rises=_rises(targets, arm, name, quantity, weeks),
        halves=_halves(targets, arm, name, weeks),
        definition=study.plan.quantile,
    )


def _bounds(
    study: Study,
    targets: Targets,
    arm: Arm,
    name: str,
    spec: NumberSpec,
    quantity: Quantity,
    allowed: Sequence[int],
) -> Bounds:
    """Inside or outside the reference limits as the flagging item says; protein stays in its class."""
    high = upper_limit(study, name, quantity) if spec.flag else None
    renal, first = targets.model.renal, min(arm.anchors.states)

    def bounds(member: Member, week: int) -> tuple[int, int]:
        state = arm.anchors.states[week].get(member.index)
        if state is None:
            return allowed[0], allowed[-1]
        if renal is not None and name == renal.protein and state.protein is not None:
            low, top = same_class(state.protein)
            if week != first and state.protein <= FALLEN:  # it may have fallen to this
                top = min(top, FALLEN)
            return max(low, allowed[0]), min(top, allowed[-1])
        return flagged(spec, state, high, allowed)

    return bounds


def flagged(spec: NumberSpec, state: State, high: int | None, allowed: Sequence[int]) -> tuple[int, int]:
    """Lowest and highest value that goes with the flagging item of a state."""
    if spec.flag is None or high is None:
        return allowed[0], allowed[-1]
    return (high + 1, allowed[-1]) if spec.flag in state.items else (allowed[0], high)


def upper_limit(study: Study, name: str, quantity: Quantity) -> int | None:
    """The upper reference limit of the item behind a parameter, in whole units."""
    derive = study.plan.parameter(name).derive
    if derive.form is None or derive.item is None:
        return None
    item = study.form(derive.form).item(derive.item)
    highs = [limits.high for limits in item.normal if limits.high is not None]
    return int(highs[0] * quantity.scale) if highs else None


def _rises(
    targets: Targets, arm: Arm, name: str, quantity: Quantity, weeks: Sequence[int]
) -> dict[tuple[int, int], int]:
    if name != targets.model.global_assessment:
        return {}
    most = math.ceil(_WORSE * quantity.scale) - 1
    return {(index, week): most for week in weeks for index in arm.anchors.responders.get(week, frozenset())}


def _halves(targets: Targets, arm: Arm, name: str, weeks: Sequence[int]) -> dict[tuple[int, int], bool]:
    """Keep on which side of half its baseline a participant's protein lies."""
    renal = targets.model.renal
    if renal is None or name != renal.protein:
        return {}
    base = arm.anchors.states[weeks[0]]
    return {
        (index, week): 2 * state.protein <= base[index].protein  # type: ignore[operator]
        for week in weeks[1:]
        for index, state in arm.anchors.states[week].items()
        if state.protein is not None and base[index].protein is not None
    }


def visit_numbers(
    study: Study,
    targets: Targets,
    quantities: Mapping[str, Quantity],
    arm: Arm,
    flags: Mapping[int, Mapping[int, bool]],
    anchors: Mapping[tuple[str, int, int], int],
    generator: np.random.Generator,
) -> dict[tuple[str, int, int], int]:
    """Fill in the visits between the weeks with figures, and keep what was found there."""
    first = study.baseline_visit.week
    weeks = sorted(visit.week for visit in study.visits if visit.week >= first)
    renal = targets.model.renal
    found: dict[tuple[str, int, int], int] = {}
    for name, spec in targets.model.numbers.items():
        quantity = quantities[name]
        allowed = grid_values(spec.grid, quantity.scale)
        high = upper_limit(study, name, quantity) if spec.flag else None
        for member in arm.members:
            attended = [week for week in weeks if member.attended(week)]
            known = _at_visits(anchors, name, member, attended)
            if not known:
                continue
            if set(known) == {first}:  # a characteristic of baseline
                found[name, member.index, first] = known[first]
                continue
            noise = generator.normal(0, _NOISE, len(attended))
            for week, off in zip(attended, noise, strict=True):
                state = arm.states.get((member.index, week))
                if (
                    renal is not None
                    and name == renal.protein
                    and state is not None
                    and state.protein is not None
                ):
                    found[name, member.index, week] = state.protein
                    continue
                if week in known:
                    found[name, member.index, week] = known[week]
                    continue
                low, top = (
                    flagged(spec, state, high, allowed) if state is not None else (allowed[0], allowed[-1])
                )
                if name == targets.model.global_assessment and flags.get(member.index, {}).get(week):
                    top = min(top, known[first] + math.ceil(_WORSE * quantity.scale) - 1)
                value = _interpolated(known, week, 0.0 if spec.monotone else float(off), quantity.scale)
                found[name, member.index, week] = _snap(min(max(value, low), top), allowed, low, top)
    return found


def _at_visits(
    anchors: Mapping[tuple[str, int, int], int], name: str, member: Member, attended: Sequence[int]
) -> dict[int, int]:
    """Values known at attended visits; of who left, the carried value is that of the last visit."""
    known: dict[int, int] = {}
    for (parameter, index, week), value in sorted(anchors.items(), key=lambda pair: pair[0][2]):
        if parameter == name and index == member.index and not (known and max(known) >= attended[-1]):
            known[min(week, attended[-1])] = value
    return known


def _interpolated(known: Mapping[int, int], week: int, off: float, scale: int) -> float:
    """Along a line between the values around a week (logarithmic where both are positive), with chance."""
    before = max((w for w in known if w <= week), default=min(known))
    after = min((w for w in known if w >= week), default=max(known))
    if before == after:
        return known[before] * math.exp(off)
    share = (week - before) / (after - before)
    low, high = known[before], known[after]
    if low > 0 and high > 0:
        return math.exp(
            math.log(low) + share * (math.log(high) - math.log(low)) + off * 4 * share * (1 - share)
        )
    return low + share * (high - low) + off * 0.2 * scale * 4 * share * (1 - share)


def _snap(value: float, allowed: Sequence[int], low: int, top: int) -> int:
    return min(max(snapped([value], allowed, 1)[0], low), top)
