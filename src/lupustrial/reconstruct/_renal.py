"""The renal domain and complete remission from 24-hour protein and sediment, as constraints.

The rules are those of the 2009 BILAG-2004 form (severe proteinuria above 1 g or moderate from 0.5 g that has
not fallen by a quarter since the previous visit, active sediment, protein above 0.25 g) for a participant
with normal, stable creatinine and no quantity but the 24-hour protein. What is found here is scored again
by the instruments, so that a slip cannot pass.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lupustrial.reconstruct._clinic import Rules, Variables

LIMIT = 345  # 3.45 g: below nephrotic proteinuria, which would need oedema and low albumin as well
FALLEN = 3 * LIMIT // 4  # the highest protein that can have fallen by a quarter
_TRACE, _REMISSION, _HALF, _GRAM = 25, 30, 50, 100


def renal(
    model: Any,
    rules: Rules,
    state: Variables,
    traits: frozenset[str],
    label: str,
    *,
    first: bool,
    previous: Any | None = None,
) -> None:
    """Add protein, renal grade and remission to a state.

    Args:
        model: The CP-SAT model.
        rules: With the renal section of the model file.
        state: Receives `protein` (0.01 g a day) and `remission`.
        traits: Traits of the participant; without nephritis there is neither protein nor a renal grade.
        label: Prefix of variable names.
        first: Whether this is the first visit, at which protein cannot have fallen.
        previous: Protein at the previous visit; ``None`` after the first visit: whether it fell is free.
    """
    spec = rules.model.renal
    if spec is None:
        return
    grade = state.grades[spec.domain]
    if spec.trait not in traits:
        model.add(grade["N"] == 1)
        return
    protein = model.new_int_var(2, LIMIT, f"{label}.protein")
    state.protein = protein
    trace, half_over = _over(model, protein, _TRACE), _over(model, protein, _HALF)
    half, gram = _over(model, protein, _HALF - 1), _over(model, protein, _GRAM)
    model.add(state.items[spec.item] == half_over)
    sediment = _either(model, [state.items[item] for item in spec.sediment])
    fallen = model.new_bool_var(f"{label}.fallen")
    if first:
        model.add(fallen == 0)
    elif previous is not None:
        model.add(4 * protein <= 3 * previous).only_enforce_if(fallen)
        model.add(4 * protein >= 3 * previous + 1).only_enforce_if(fallen.negated())
    else:
        model.add(protein <= FALLEN).only_enforce_if(fallen)
    severe = _both(model, gram, fallen.negated())
    moderate = _both(model, half, fallen.negated())
    a = _both(model, severe, sediment)
    model.add(grade["A"] == a)
    b = _either(model, [moderate, sediment])
    model.add(grade["B"] == 1).only_enforce_if(b, a.negated())
    model.add(grade["B"] == 0).only_enforce_if(b.negated())
    model.add(grade["C"] == 1).only_enforce_if(trace, b.negated())
    model.add(grade["C"] == 0).only_enforce_if(trace.negated())
    enough = _over(model, protein, _REMISSION - 1)
    state.remission = _both(model, enough.negated(), sediment.negated())
    model.add_bool_or([enough, sediment.negated(), *(state.items[item] for item in spec.firm)])


def same_class(protein: int) -> tuple[int, int]:
    """The interval of protein values (0.01 g a day) that every rule treats like this one."""
    bounds = (0, _TRACE, _REMISSION - 1, _HALF - 1, _HALF, _GRAM, LIMIT)
    return next((low + 1, high) for low, high in pairwise(bounds) if protein <= high)


def _over(model: Any, value: Any, bound: int) -> Any:
    literal = model.new_bool_var("")
    model.add(value >= bound + 1).only_enforce_if(literal)
    model.add(value <= bound).only_enforce_if(literal.negated())
    return literal


def _either(model: Any, literals: list[Any]) -> Any:
    literal = model.new_bool_var("")
    model.add_bool_or([*literals, literal.negated()])
    for each in literals:
        model.add_implication(each, literal)
    return literal


def _both(model: Any, one: Any, other: Any) -> Any:
    literal = model.new_bool_var("")
    model.add_bool_or([one.negated(), other.negated(), literal])
    model.add_implication(literal, one)
    model.add_implication(literal, other)
    return literal
