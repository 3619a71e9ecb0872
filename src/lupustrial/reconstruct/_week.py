"""The clinical states of a whole arm at one week, given those of the weeks before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lupustrial.reconstruct._clinic import Rules, State, Variables, appearances, state_variables
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._printed import half_width, position
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._renal import renal
from lupustrial.reconstruct._response import respond
from lupustrial.reconstruct._solve import new_model, solve
from lupustrial.reconstruct._targets import Target

_LOST = 4  # cost of a responder who is none at the next anchor week
_PATIENCE = 10  # how much longer a first answer is searched for
_RISE = 10  # 0.01 g of rising protein for one unit of cost


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a week's model needs.

    Attributes:
        rules: Links, weights, costs.
        members: The arm.
        week: The week.
        weeks: All weeks with published figures, ascending.
        before: States of each member at earlier such weeks.
        responders: Members who responded at the week before.
        targets: Published and assumed figures of this week, with what each of them counts.
        later: Those of later weeks, to which who has left carries his or her last state.
        pairs: Order statistics behind each quantile.
        totals: Activity index of each member where it is fixed beforehand.
        protein: 24-hour protein of each member where it is fixed beforehand.
        barred: Items that a member cannot have, since a later count excludes it.
        resolving: Items whose resolution is a published outcome.
        definition: Definition of quantiles.
        effort: Deterministic time.
    """

    rules: Rules
    members: Sequence[Member]
    week: int
    weeks: Sequence[int]
    before: Mapping[int, Mapping[int, State]]
    responders: frozenset[int]
    targets: Sequence[tuple[Target, Quantity]]
    later: Sequence[tuple[Target, Quantity]]
    pairs: Mapping[str, tuple[int, int]]
    totals: Mapping[int, int]
    protein: Mapping[int, int]
    barred: Mapping[int, frozenset[str]]
    resolving: frozenset[str]
    definition: str
    effort: float


@dataclass
class _Model:
    model: Any
    states: dict[int, Variables] = field(default_factory=dict)
    flags: dict[int, Any] = field(default_factory=dict)
    halved: dict[int, Any] = field(default_factory=dict)
    costs: list[Any] = field(default_factory=list)
    at_most: dict[tuple[str, int, int], Any] = field(default_factory=dict)


def solve_week(task: Task) -> tuple[dict[int, State], frozenset[int]] | None:
    """Find a state for each member and who responds; ``None`` where the figures exclude each other."""
    built = _Model(new_model())
    for member in task.members:
        if _present(task, member):
            _member(task, built, member)
    for target, quantity in task.targets:
        _target(task, built, target, quantity)
    for target, quantity in task.later:
        _look_ahead(task, built, target, quantity)
    built.model.minimize(sum(built.costs))
    solver = solve(built.model, effort=task.effort, gap=0.1, interleave=True)
    if solver is None:  # the limit came before the first answer, or there is none
        solver = solve(built.model, effort=_PATIENCE * task.effort, gap=1.0, interleave=True)
    if solver is None:
        return None
    states = {index: variables.found(solver) for index, variables in built.states.items()}
    return states, frozenset(index for index, flag in built.flags.items() if solver.value(flag))


def _present(task: Task, member: Member) -> bool:
    return task.week == task.weeks[0] or member.last_week > task.weeks[0]


def _member(task: Task, built: _Model, member: Member) -> None:
    """Add a member's state, and what ties it to earlier weeks."""
    index, label = member.index, f"{member.index}@{task.week}"
    first = task.week == task.weeks[0]
    leaving = not first and member.last_week < task.week
    named = frozenset(member.withdrawal.items) if member.withdrawal and leaving else frozenset()
    state = state_variables(built.model, task.rules, member.traits, named, built.costs, label)
    built.states[index] = state
    renal(built.model, task.rules, state, member.traits, label, first=first)
    for item in sorted(task.barred.get(index, ())):
        built.model.add(state.items[item] == 0)
    if first:
        if index in task.totals:
            built.model.add(state.total == task.totals[index])
        if index in task.protein and state.protein is not None:
            built.model.add(state.protein == task.protein[index])
        return
    before = max(week for week in task.weeks if week < task.week)
    if member.last_week <= before:
        state.equal(built.model, task.before[before][index])
        return
    _since(task, built, index, before, named)
    if leaving:
        _leave(task, built, index, named)
    else:
        flag = built.flags[index] = built.model.new_bool_var(f"{label}.responds")
        respond(built.model, task.rules, task.before[task.weeks[0]][index], state, flag, built.costs)
        if index in task.responders:
            built.costs.append(_LOST * flag.negated())


def _since(task: Task, built: _Model, index: int, before: int, named: frozenset[str]) -> None:
    """Charge what is new since the week before, and protein that rises."""
    state, last = built.states[index], task.before[before][index]
    appearances(built.model, task.rules, last, state, built.costs, named)
    if state.protein is not None and last.protein is not None:
        rise = built.model.new_int_var(0, 1000, "")
        built.model.add(_RISE * rise >= state.protein - last.protein)
        built.costs.append(rise)


def _leave(task: Task, built: _Model, index: int, named: frozenset[str]) -> None:
    """Who leaves has not responded and has the signs of baseline still: imputed or carried, it is "no"."""
    state, base = built.states[index], task.before[task.weeks[0]][index]
    respond(built.model, task.rules, base, state, None, built.costs)
    for item in sorted(named):
        built.model.add(state.items[item] == 1)
    for item in sorted(task.resolving):
        built.model.add(state.items[item] == int(item in base.items))


def _target(task: Task, built: _Model, target: Target, quantity: Quantity) -> None:
    inside = [m for m in task.members if target.set in m.sets and m.index in built.states]
    if target.statistic == "count":
        terms = [term for m in inside if (term := _sign(task, built, m, quantity)) is not None]
        built.model.add(sum(terms) == target.count)
        return
    values = {m.index: _value(built, m, quantity) for m in inside}
    if target.statistic == "mean":
        centre, half = Fraction(target.printed), half_width(target.printed)
        factor = quantity.scale * len(inside)
        built.model.add(sum(values.values()) >= math.ceil((centre - half) * factor))
        built.model.add(sum(values.values()) <= math.ceil((centre + half) * factor) - 1)
        return
    place = position(target.statistic, len(inside), task.definition)
    low, high = task.pairs[target.id]
    _rank(built, quantity.parameter, values, place.rank, low)
    if place.share:
        _rank(built, quantity.parameter, values, place.rank + 1, high)


def _look_ahead(task: Task, built: _Model, target: Target, quantity: Quantity) -> None:
    """Keep what those who left carry to a later week within the counts and the range of that week."""
    left = [
        m
        for m in task.members
        if target.set in m.sets
        and m.index in built.states
        and task.weeks[0] < m.last_week < (target.week or 0)
    ]
    carried = [m for m in left if m.last_week <= task.week]
    if target.statistic == "count" and quantity.kind in {"item", "active"}:
        terms = [_sign(task, built, m, quantity) for m in carried]
        if quantity.id in task.resolving:
            terms.extend(_at_baseline(task, built, m, quantity.id) for m in left if m not in carried)
        built.model.add(sum(term for term in terms if term is not None) <= target.count)
    elif target.id in task.pairs and target.statistic in {"min", "max"}:
        bound = task.pairs[target.id][0]
        for member in carried:
            value = _value(built, member, quantity)
            built.model.add(value <= bound if target.statistic == "max" else value >= bound)


def _at_baseline(task: Task, built: _Model, member: Member, item: str) -> Any:
    """The item at baseline, which is what who leaves later will leave with."""
    if task.week == task.weeks[0]:
        return built.states[member.index].items[item]
    return int(item in task.before[task.weeks[0]][member.index].items)


def _sign(task: Task, built: _Model, member: Member, quantity: Quantity) -> Any | None:
    """The variable that counts a member for a count, or ``None`` where it cannot."""
    state = built.states[member.index]
    stayed = member.last_week >= task.week
    if quantity.kind == "item":
        return state.items[quantity.id]
    if quantity.kind == "active":
        return state.active
    if quantity.kind == "resolved":
        present = quantity.id in task.before[task.weeks[0]][member.index].items
        return state.items[quantity.id].negated() if present and stayed else None
    if quantity.kind == "response":
        return built.flags.get(member.index)
    if quantity.kind == "remission":
        return state.remission if stayed else None
    if quantity.kind == "any remission":
        return _any_remission(task, built, member) if stayed else None
    raise AssertionError(quantity.kind)


def _any_remission(task: Task, built: _Model, member: Member) -> Any | None:
    """Complete remission, or protein at most half of that at baseline."""
    state = built.states[member.index]
    base = task.before[task.weeks[0]][member.index].protein
    if state.protein is None or state.remission is None or base is None:
        return None
    halved, either = built.model.new_bool_var(""), built.model.new_bool_var("")
    built.model.add(2 * state.protein <= base).only_enforce_if(halved)
    built.model.add(2 * state.protein > base).only_enforce_if(halved.negated())
    built.model.add_bool_or([halved, state.remission, either.negated()])
    built.model.add_implication(halved, either)
    built.model.add_implication(state.remission, either)
    return either


def _value(built: _Model, member: Member, quantity: Quantity) -> Any:
    state = built.states[member.index]
    if quantity.kind == "total":
        return state.total
    if quantity.kind == "numeric":
        return state.numeric
    return state.protein


def _rank(built: _Model, name: str, values: Mapping[int, Any], rank: int, wanted: int) -> None:
    """Make `wanted` the value with this rank among the sorted values."""
    built.model.add(
        sum(_at_most(built, name, index, value, wanted) for index, value in values.items()) >= rank
    )
    built.model.add(
        sum(_at_most(built, name, index, value, wanted - 1) for index, value in values.items()) <= rank - 1
    )


def _at_most(built: _Model, name: str, index: int, value: Any, bound: int) -> Any:
    key = (name, index, bound)
    if key not in built.at_most:
        literal = built.model.new_bool_var("")
        built.model.add(value <= bound).only_enforce_if(literal)
        built.model.add(value >= bound + 1).only_enforce_if(literal.negated())
        built.at_most[key] = literal
    return built.at_most[key]
