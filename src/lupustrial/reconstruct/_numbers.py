"""The values of one number parameter in an arm at all weeks with published figures.

Plausible values are laid out first: the reconciled sample of each week, dealt out so that a participant keeps
about his or her place, sicker ones higher where the model says so. Then the nearest values are found that
meet every order statistic, mean and count at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._printed import half_width, position
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._solve import new_model, solve
from lupustrial.reconstruct._targets import Target

_EFFORT = 0.4
Bounds = Callable[[Member, int], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class NumberTask:
    """What the model of one parameter in one arm needs.

    Attributes:
        quantity: The parameter.
        allowed: Values that can be recorded, in whole units, ascending.
        weeks: Weeks with figures or assumptions, ascending.
        members: Participants who have the parameter.
        preferred: (member, week) to the value aimed at.
        bounds: Lowest and highest value of a member at a week.
        targets: Figures of this parameter, and of reductions and decreases of it.
        pairs: Order statistics behind each quantile.
        rises: Greatest rise since the first week of a member at a week, where there is one.
        halves: Whether a member's value must be, or must not be, at most half of the first.
        definition: Definition of quantiles.
    """

    quantity: Quantity
    allowed: Sequence[int]
    weeks: Sequence[int]
    members: Sequence[Member]
    preferred: Mapping[tuple[int, int], int]
    bounds: Bounds
    targets: Sequence[tuple[Target, Quantity]]
    pairs: Mapping[str, tuple[int, int]]
    rises: Mapping[tuple[int, int], int]
    halves: Mapping[tuple[int, int], bool]
    definition: str


def solve_numbers(task: NumberTask) -> dict[tuple[int, int], int] | None:
    """Return (member, week) to value, or ``None`` where the figures exclude each other."""
    from ortools.sat.python import cp_model

    model, costs = new_model(), []
    dense = task.allowed[-1] - task.allowed[0] + 1 == len(task.allowed)
    whole = (
        cp_model.Domain(task.allowed[0], task.allowed[-1])
        if dense
        else cp_model.Domain.from_values(list(task.allowed))
    )
    values: dict[tuple[int, int], Any] = {}
    for member in task.members:
        for week in task.weeks:
            if week != task.weeks[0] and member.last_week <= task.weeks[0]:
                continue
            value = _value(task, model, whole, values, member, week)
            values[member.index, week] = value
            wanted = task.preferred[member.index, week]
            off = model.new_int_var(0, 10**7, "")
            model.add(off >= value - wanted)
            model.add(off >= wanted - value)
            costs.append(off)
    known: dict[tuple[int, int, int], Any] = {}
    for target, quantity in task.targets:
        _target(task, model, values, known, target, quantity)
    model.minimize(sum(costs))
    solver = solve(model, effort=_EFFORT, gap=0.05, interleave=True)
    return None if solver is None else {key: int(solver.value(value)) for key, value in values.items()}


def _value(
    task: NumberTask, model: Any, whole: Any, values: Mapping[tuple[int, int], Any], member: Member, week: int
) -> Any:
    """A member's value at a week; after leaving it is the last one."""
    earlier = [each for each in task.weeks if each < week]
    if earlier and member.last_week <= earlier[-1]:
        return values[member.index, earlier[-1]]
    low, high = task.bounds(member, week)
    value = model.new_int_var_from_domain(whole, f"{member.index}@{week}")
    model.add(value >= low)
    model.add(value <= high)
    if earlier:
        first = values[member.index, task.weeks[0]]
        if (member.index, week) in task.rises:
            model.add(value <= first + task.rises[member.index, week])
        half = task.halves.get((member.index, week))
        if half is not None:
            model.add(2 * value <= first) if half else model.add(2 * value >= first + 1)
    return value


def _target(
    task: NumberTask,
    model: Any,
    values: Mapping[tuple[int, int], Any],
    known: dict[tuple[int, int, int], Any],
    target: Target,
    quantity: Quantity,
) -> None:
    week = target.week
    if week is None:
        return
    inside = [m for m in task.members if target.set in m.sets and (m.index, week) in values]
    if quantity.kind in {"reduction", "decreased"}:
        _changes(task, model, values, inside, target, quantity)
        return
    terms = [values[m.index, week] for m in inside]
    if target.statistic == "mean":
        centre, half, factor = (
            Fraction(target.printed),
            half_width(target.printed),
            quantity.scale * len(terms),
        )
        model.add(sum(terms) >= math.ceil((centre - half) * factor))
        model.add(sum(terms) <= math.ceil((centre + half) * factor) - 1)
        return
    place = position(target.statistic, len(terms), task.definition)
    for rank, wanted in zip((place.rank, place.rank + 1), task.pairs[target.id], strict=True):
        if rank == place.rank or place.share:
            at_most = [_at_most(model, known, values, m.index, week, wanted) for m in inside]
            below = [_at_most(model, known, values, m.index, week, wanted - 1) for m in inside]
            model.add(sum(at_most) >= rank)
            model.add(sum(below) <= rank - 1)


def _at_most(
    model: Any,
    known: dict[tuple[int, int, int], Any],
    values: Mapping[tuple[int, int], Any],
    index: int,
    week: int,
    bound: int,
) -> Any:
    key = (index, week, bound)
    if key not in known:
        literal = known[key] = model.new_bool_var("")
        model.add(values[index, week] <= bound).only_enforce_if(literal)
        model.add(values[index, week] >= bound + 1).only_enforce_if(literal.negated())
    return known[key]


def _changes(
    task: NumberTask,
    model: Any,
    values: Mapping[tuple[int, int], Any],
    inside: Sequence[Member],
    target: Target,
    quantity: Quantity,
) -> None:
    """Count reductions by a percentage, or decreases, since the first week; nobody who left is one."""
    keep = 100 - quantity.percent
    literals = []
    for member in inside:
        first, now = values[member.index, task.weeks[0]], values[member.index, target.week or 0]
        literal = model.new_bool_var("")
        if quantity.kind == "decreased":
            model.add(now <= first - 1).only_enforce_if(literal)
            model.add(now >= first).only_enforce_if(literal.negated())
        else:
            scaled, part = int(100 * keep.denominator), int(keep * keep.denominator)
            model.add(scaled * now <= part * first).only_enforce_if(literal)
            model.add(first >= 1).only_enforce_if(literal)
            more, none = model.new_bool_var(""), model.new_bool_var("")
            model.add(scaled * now >= part * first + 1).only_enforce_if(more)
            model.add(first == 0).only_enforce_if(none)
            model.add_bool_or([literal, more, none])
        if member.last_week < (target.week or 0):
            model.add(literal == 0)
        literals.append(literal)
    model.add(sum(literals) == target.count)


def deal(
    values: Sequence[tuple[frozenset[str], Sequence[int]]],
    members: Sequence[Member],
    keys: Mapping[int, float],
    asked: frozenset[str],
) -> dict[int, int]:
    """Deal the sorted values of each combination of sets to its members in the order of their keys."""
    dealt: dict[int, int] = {}
    for sets, numbers in values:
        group = sorted((m for m in members if m.sets & asked == sets), key=lambda m: (keys[m.index], m.index))
        dealt.update((member.index, number) for member, number in zip(group, sorted(numbers), strict=False))
    return dealt


def order_keys(
    members: Sequence[Member],
    generator: np.random.Generator,
    *,
    before: Mapping[int, int] | None,
    activity: Mapping[int, int],
    keeps: float,
    follows: int,
    above: Mapping[int, bool],
) -> dict[int, float]:
    """By what members are put in order: own earlier place, disease activity, chance; flagged ones last."""
    chance = generator.random(len(members))
    place = _places({m.index: before[m.index] for m in members if m.index in before}) if before else {}
    sick = _places({m.index: activity.get(m.index, 0) for m in members})
    keys = {}
    for number, member in enumerate(members):
        own = keeps * place.get(member.index, 0.5) if before else 0.0
        other = 0.6 * follows * sick[member.index]
        keys[member.index] = (
            own
            + other
            + (1 - keeps if before else 1.0) * float(chance[number])
            + 10 * above.get(member.index, 0)
        )
    return keys


def _places(values: Mapping[int, int]) -> dict[int, float]:
    """Rank of each value, from 0 to 1, ties by index."""
    order = sorted(values, key=lambda index: (values[index], index))
    return {index: place / max(1, len(order) - 1) for place, index in enumerate(order)}
