"""One participant's clinical states at the visits between two known ones, with as few changes as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lupustrial.reconstruct._clinic import GRADES, Rules, State, Variables, state_variables
from lupustrial.reconstruct._renal import renal
from lupustrial.reconstruct._response import must_respond, respond
from lupustrial.reconstruct._solve import new_model, solve

_CHANGE = 60  # cost of a change of item or grade; timing costs up to this much more
_ODD = 20  # cost of one unit of clinical oddity
_EFFORT = 0.2


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of visits.

    Attributes:
        weeks: Weeks of the visits, the first and last of which have known states.
        start: State at the first.
        end: State at the last.
        base: State at baseline, against which response is judged.
        flags: Week to whether the participant responds there.
        protein: Week to the 24-hour protein aimed at (0.01 g).
        traits: Traits of the participant.
        allowed: Items marked `only` that may be present at the end.
    """

    weeks: Sequence[int]
    start: State
    end: State
    base: State
    flags: Mapping[int, bool]
    protein: Mapping[int, int]
    traits: frozenset[str]
    allowed: frozenset[str]


def solve_course(rules: Rules, stretch: Stretch, generator: np.random.Generator) -> dict[int, State] | None:
    """Find the states of a stretch, both ends included; ``None`` where no course leads from start to end."""
    return _solved(rules, stretch, generator, steady=True) or _solved(rules, stretch, generator, steady=False)


def _solved(
    rules: Rules, stretch: Stretch, generator: np.random.Generator, *, steady: bool
) -> dict[int, State] | None:
    """Solve a stretch; if `steady`, what is the same at both ends stays so, all else changes one way."""
    model = new_model()
    oddities: list[Any] = []
    costs: list[Any] = []
    states: list[Variables] = []
    for place, week in enumerate(stretch.weeks):
        last = place == len(stretch.weeks) - 1
        allowed = stretch.allowed if last or week == stretch.weeks[0] else frozenset()
        state = state_variables(model, rules, stretch.traits, allowed, oddities, str(week))
        states.append(state)
        if place == 0:
            _start(model, rules, stretch, state)
            continue
        previous = states[-2].protein
        renal(model, rules, state, stretch.traits, str(week), first=False, previous=previous)
        if last:
            state.equal(model, stretch.end)
        else:
            _protein(model, state, stretch.protein.get(week), costs)
        if week in stretch.flags:
            if stretch.flags[week]:
                must_respond(model, rules, stretch.base, state)
            else:
                respond(model, rules, stretch.base, state, None, oddities)
        _changes(model, states[-2], state, generator, costs)
        if steady:
            _steady(model, rules, stretch, states[-2], state)
    model.minimize(sum(costs) + _ODD * sum(oddities))
    solver = solve(model, effort=_EFFORT, gap=0.1)
    if solver is None:
        return None
    return {week: state.found(solver) for week, state in zip(stretch.weeks, states, strict=True)}


def _steady(model: Any, rules: Rules, stretch: Stretch, before: Variables, now: Variables) -> None:
    """Let items and grades change in one direction only; protein, and what follows from it, is free."""
    spec = rules.model.renal
    for item, variable in now.items.items():
        if spec is None or item != spec.item:
            start, end = int(item in stretch.start.items), int(item in stretch.end.items)
            _one_way(model, before.items[item], variable, start, end)
    for domain, grades in now.grades.items():
        if spec is None or domain != spec.domain:
            earlier, later = (
                sum(_severity(grade) * variable for grade, variable in each.items())
                for each in (before.grades[domain], grades)
            )
            start, end = (_severity(each.grades[domain]) for each in (stretch.start, stretch.end))
            _one_way(model, earlier, later, start, end)


def _severity(grade: str) -> int:
    return len(GRADES) - 1 - GRADES.index(grade)


def _one_way(model: Any, before: Any, now: Any, start: int, end: int) -> None:
    if start >= end:
        model.add(now <= before)
    if start <= end:
        model.add(now >= before)


def _start(model: Any, rules: Rules, stretch: Stretch, state: Variables) -> None:
    """Take the first state as it is: its own rules held when it was made."""
    if stretch.start.protein is not None:
        state.protein = model.new_int_var(0, 10_000, "")
    if rules.model.renal is None:
        state.protein = None
    state.equal(model, stretch.start)


def _protein(model: Any, state: Variables, wanted: int | None, costs: list[Any]) -> None:
    if state.protein is None or wanted is None:
        return
    off = model.new_int_var(0, 10_000, "")
    model.add(off >= state.protein - wanted)
    model.add(off >= wanted - state.protein)
    costs.append(off)


def _changes(
    model: Any, before: Variables, now: Variables, generator: np.random.Generator, costs: list[Any]
) -> None:
    """Charge every change; a random part decides when it happens."""
    timing = generator.integers(0, _CHANGE, len(now.items) + len(now.grades))
    for extra, (item, variable) in zip(timing, now.items.items(), strict=False):
        change = model.new_bool_var("")
        model.add(change >= variable - before.items[item])
        model.add(change >= before.items[item] - variable)
        costs.append((_CHANGE + int(extra)) * change)
    for extra, (domain, grades) in zip(timing[len(now.items) :], now.grades.items(), strict=True):
        change = model.new_bool_var("")
        for grade in GRADES:
            model.add(change >= grades[grade] - before.grades[domain][grade])
        costs.append((_CHANGE + int(extra)) * change)
