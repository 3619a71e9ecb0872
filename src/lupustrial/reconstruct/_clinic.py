"""The clinical state of one participant at one visit, as variables of a model or as found.

A state has the items of the activity index (present or not), a grade in each domain of the graded index
(A, B, C or N, none of them) and, in nephritis, the 24-hour urinary protein. Literals name parts of it:
``RASH``, ``MUC.A``, ``MUC.AB`` (A or B), ``MUC.any`` (A, B or C), each also with ``not`` before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.reconstruct._schema import ModelFile

GRADES = ("A", "B", "C", "N")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The model file together with what the instruments say: weights of items, points of grades."""

    model: ModelFile
    weights: Mapping[str, int]
    points: Mapping[str, int]
    drop: int = 4
    new_b: int = 1


@dataclass(frozen=True, kw_only=True)
class State:
    """A clinical state as found: items present, grade by domain, protein in 0.01 g a day."""

    items: frozenset[str]
    grades: Mapping[str, str]
    protein: int | None = None

    def holds(self, literal: str, traits: Iterable[str] = ()) -> bool:
        """Whether a literal is true of this state (or of the participant's traits)."""
        if literal.startswith("not "):
            return not self.holds(literal[4:], traits)
        name, _, grades = literal.partition(".")
        if not grades:
            return name in self.items or name in traits
        return self.grades.get(name, "N") in (GRADES[:3] if grades == "any" else grades)

    def total(self, rules: Rules) -> int:
        """The activity index."""
        return sum(rules.weights[item] for item in self.items)

    def numeric(self, rules: Rules) -> int:
        """The numeric score of the graded index."""
        return sum(rules.points.get(grade, 0) for grade in self.grades.values())


@dataclass(kw_only=True)
class Variables:
    """A clinical state to be found: the same parts as variables of a model."""

    items: dict[str, Any]
    grades: dict[str, dict[str, Any]]
    total: Any
    numeric: Any
    active: Any | None
    protein: Any | None = None
    remission: Any | None = None

    def literals(self, literal: str) -> list[Any]:
        """The variables of which at least one must be true for a literal to hold."""
        negative = literal.startswith("not ")
        name, _, grades = literal.removeprefix("not ").partition(".")
        if not grades:
            found = [self.items[name]]
        else:
            wanted = GRADES[:3] if grades == "any" else tuple(grades)
            rest = tuple(grade for grade in GRADES if grade not in wanted)
            return [self.grades[name][grade] for grade in (rest if negative else wanted)]
        return [variable.negated() for variable in found] if negative else found

    def found(self, solver: Any) -> State:
        """Read the state off a solution."""
        grades = {
            domain: next(grade for grade, variable in by_grade.items() if solver.value(variable))
            for domain, by_grade in self.grades.items()
        }
        protein = None if self.protein is None else int(solver.value(self.protein))
        items = frozenset(item for item, variable in self.items.items() if solver.value(variable))
        return State(items=items, grades=grades, protein=protein)

    def equal(self, model: Any, state: State) -> None:
        """Fix every variable to a state."""
        for item, variable in self.items.items():
            model.add(variable == int(item in state.items))
        for domain, by_grade in self.grades.items():
            for grade, variable in by_grade.items():
                model.add(variable == int(state.grades[domain] == grade))
        if self.protein is not None and state.protein is not None:
            model.add(self.protein == state.protein)


def state_variables(
    model: Any, rules: Rules, traits: frozenset[str], allowed: frozenset[str], costs: list[Any], label: str
) -> Variables:
    """Create the variables of one state with the rules inside it; append the costs of oddities.

    Args:
        model: The CP-SAT model.
        rules: Links, weights, costs.
        traits: Traits of the participant; items that need another trait are absent.
        allowed: Items marked `only` that may be present here.
        costs: Receives cost times literal.
        label: Prefix of variable names.
    """
    items = {}
    for item in rules.weights:
        spec = rules.model.items.get(item)
        variable = model.new_bool_var(f"{label}.{item}")
        items[item] = variable
        barred = (
            spec is None
            or (spec.only and item not in allowed)
            or (spec.trait is not None and spec.trait not in traits)
        )
        if barred:
            model.add(variable == 0)
        elif spec is not None and spec.cost and item not in allowed:
            costs.append(spec.cost * variable)
    grades: dict[str, dict[str, Any]] = {}
    for domain, spec_domain in rules.model.domains.items():
        grades[domain] = {grade: model.new_bool_var(f"{label}.{domain}.{grade}") for grade in GRADES}
        model.add_exactly_one(grades[domain].values())
        costs.extend(c * grades[domain][g] for c, g in zip(spec_domain.costs, "ABC", strict=True) if c)
    total = sum(weight * items[item] for item, weight in rules.weights.items())
    numeric = sum(rules.points[grade] * by_grade[grade] for by_grade in grades.values() for grade in "ABC")
    state = Variables(items=items, grades=grades, total=total, numeric=numeric, active=_active(model, grades))
    for link in rules.model.links:
        _link(model, state, link.when, link.then, link.cost, costs)
    return state


def _active(model: Any, grades: Mapping[str, Mapping[str, Any]]) -> Any | None:
    """At least one A or at least two B."""
    if not grades:
        return None
    severe = [by_grade["A"] for by_grade in grades.values()]
    moderate = [by_grade["B"] for by_grade in grades.values()]
    active, any_a, two_b = (model.new_bool_var("") for _ in range(3))
    model.add_bool_or([*severe, any_a.negated()])
    for literal in severe:
        model.add_implication(literal, any_a)
    model.add(sum(moderate) >= 2).only_enforce_if(two_b)  # noqa: PLR2004 - the definition of active disease
    model.add(sum(moderate) <= 1).only_enforce_if(two_b.negated())
    model.add_bool_or([any_a, two_b, active.negated()])
    model.add_implication(any_a, active)
    model.add_implication(two_b, active)
    return active


def _link(
    model: Any,
    state: Variables,
    when: tuple[str, ...],
    then: tuple[str, ...],
    cost: int | None,
    costs: list[Any],
) -> None:
    consequences = [variable for literal in then for variable in state.literals(literal)]
    if cost is not None:
        oddity = model.new_bool_var("")
        consequences = [*consequences, oddity]
        costs.append(cost * oddity)
    for literal in when:
        for variable in state.literals(literal):
            model.add_bool_or([variable.negated(), *consequences])


def appearances(
    model: Any,
    rules: Rules,
    before: Variables | State,
    now: Variables,
    costs: list[Any],
    free: frozenset[str] = frozenset(),
) -> None:
    """Append a cost for every item and grade that is present now and was not before."""
    for item, variable in now.items.items():
        spec = rules.model.items.get(item)
        if spec is not None and item not in free:
            _appear(model, variable, _was(before, item), spec.appears, costs)
    for domain, spec_domain in rules.model.domains.items():
        for place, (grade, worse) in enumerate((("A", "A"), ("B", "AB"), ("C", "ABC"))):
            before_literals = _was(before, f"{domain}.{worse}")
            _appear(model, now.grades[domain][grade], before_literals, spec_domain.appears[place], costs)


def _was(before: Variables | State, literal: str) -> Sequence[Any] | None:
    if isinstance(before, State):
        return None if before.holds(literal) else ()
    return before.literals(literal)


def _appear(model: Any, now: Any, before: Sequence[Any] | None, cost: int, costs: list[Any]) -> None:
    """Charge what is there now and was not before; `before` is ``None`` where it surely was."""
    if not cost or before is None:
        return
    if not before:
        costs.append(cost * now)
        return
    appears = model.new_bool_var("")
    model.add_bool_or([now.negated(), appears, *before])
    costs.append(cost * appears)
