"""The responder index between a baseline state and a later one, as constraints.

A fall of the activity index by `drop` points, no new A, at most `new_b` new B (new against baseline). The
global assessment is drawn afterwards so that no responder is made a non-responder by it.
"""

from __future__ import annotations

from typing import Any

from lupustrial.reconstruct._clinic import Rules, State, Variables


def respond(
    model: Any, rules: Rules, base: State, now: Variables, flag: Any | None, costs: list[Any]
) -> None:
    """Make `flag` equal to the response of `now` against `base`.

    Args:
        model: The CP-SAT model.
        rules: Weights and thresholds.
        base: The baseline state.
        now: The later state.
        flag: A variable; ``None`` for a participant who does not respond.
        costs: Receives a cost for every non-response that rests on new grades alone, which is rare.
    """
    before = base.total(rules)
    new_a, new_b = _new(base, now)
    if flag is not None:
        must_respond(model, rules, base, now, flag)
    small, severe, moderate = (model.new_bool_var("") for _ in range(3))
    model.add(now.total >= before - rules.drop + 1).only_enforce_if(small)
    model.add(sum(new_a) >= 1).only_enforce_if(severe)
    model.add(sum(new_b) >= rules.new_b + 1).only_enforce_if(moderate)
    reasons = [small, severe, moderate]
    model.add_bool_or(reasons if flag is None else [flag, *reasons])
    costs.extend([3 * severe, 3 * moderate])


def must_respond(model: Any, rules: Rules, base: State, now: Variables, flag: Any | None = None) -> None:
    """Make `now` a response, always or where `flag` is true."""
    new_a, new_b = _new(base, now)
    constraints = [
        model.add(now.total <= base.total(rules) - rules.drop),
        model.add(sum(new_b) <= rules.new_b),
        *(model.add(variable == 0) for variable in new_a),
    ]
    if flag is not None:
        for constraint in constraints:
            constraint.only_enforce_if(flag)


def _new(base: State, now: Variables) -> tuple[list[Any], list[Any]]:
    """The grades A and B that would be new since baseline."""
    new_a = [grades["A"] for domain, grades in now.grades.items() if base.grades[domain] != "A"]
    new_b = [grades["B"] for domain, grades in now.grades.items() if base.grades[domain] in {"C", "N"}]
    return new_a, new_b
