"""CP-SAT with everything that could vary between two runs fixed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: One worker and a deterministic limit: the same model gives the same answer on every machine.
SEED = 20200115


def new_model() -> Any:
    """An empty CP-SAT model."""
    from ortools.sat.python import cp_model

    return cp_model.CpModel()


def solve(model: Any, *, effort: float, gap: float = 0.0, interleave: bool = False) -> Any | None:
    """Solve a model; return the solver that holds the values, or ``None`` where nothing was found.

    Args:
        model: A CP-SAT model.
        effort: Limit in CP-SAT's deterministic time, of which one unit is about one second.
        gap: Stop when the best found is proven to lie within this relative distance of the optimum.
        interleave: Let one worker take turns at all strategies, search in neighbourhoods among them.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = effort
    solver.parameters.relative_gap_limit = gap
    if interleave:
        solver.parameters.interleave_search = True
        solver.parameters.use_feasibility_jump = False
    status = solver.solve(model)
    return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def impossible(model: Any, *, effort: float) -> bool:
    """Whether a model is proven to have no solution within the deterministic limit."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = effort
    return bool(solver.solve(model) == cp_model.INFEASIBLE)


def hint(model: Any, pairs: Iterable[tuple[Any, int]]) -> None:
    """Give the solver a solution to start from."""
    for variable, value in pairs:
        model.add_hint(variable, value)
