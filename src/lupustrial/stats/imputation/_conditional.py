"""Mixed variables imputed one at a time, fully conditional or sequential (imputation.md, eq. 27-31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.imputation._arrays import (
    Flags,
    Integers,
    check_count,
    check_seed,
    covariate_matrix,
    labels,
    table,
)
from lupustrial.stats.imputation._streams import streams
from lupustrial.stats.imputation._univariate import KINDS, draw_variable


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one group's chain needs: values, fixed predictors, kinds, order and predictors of each column."""

    values: Floats
    fixed: Floats
    kinds: tuple[str, ...]
    order: Integers
    predictors: Flags
    sweeps: int


def impute_conditional(
    values: Sequence[Sequence[float]] | Floats,
    *,
    imputations: int,
    seed: int,
    kinds: str | Sequence[str] = "normal",
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    group: Sequence[Any] | NDArray[Any] | None = None,
    predictors: Sequence[Sequence[bool]] | Flags | None = None,
    sequential: bool = False,
    sweeps: int = 10,
    first: int = 0,
) -> Floats:
    """Impute continuous, ordered and binary variables, each given the others (imputation.md, eq. 27-31).

    Args:
        values: Shape (participants, variables), NaN where missing.
        imputations: Number of imputed data sets.
        seed: Whole number of at least 0; imputation k depends on (seed, k) alone.
        kinds: ``"normal"`` (linear), ``"pmm"`` (predictive mean matching, five donors; keeps to observed
            values, for scores and ordered grades) or ``"logistic"`` (0/1), for all or one a variable.
        covariates: Complete predictors of every variable, shape (participants, covariates).
        group: Label of each participant; each group, e.g. arm, is imputed by itself.
        predictors: Shape (variables, variables): whether the column's variable predicts the row's.
        sequential: Impute each variable once from those before it; needs a monotone pattern.
        sweeps: Rounds over the variables of a chain, for fully conditional imputation.
        first: Number of the first imputation, to make them in several pieces.

    Returns:
        Shape (imputations, participants, variables); what was observed is unchanged.

    Raises:
        StatisticsError: Not numbers (STAT-002), too few observed values (STAT-003), unknown kind (STAT-006),
            count or seed (STAT-007), labels, lengths, values other than 0/1 or a pattern that is not monotone
            (STAT-010).

    Source: van Buuren, Stat Methods Med Res 2007;16:219; Rubin 1987, ch. 5.
    """
    data = table("values", values)
    n, variables = data.shape
    check_count("imputations", imputations, least=1)
    check_count("sweeps", sweeps, least=1)
    check_count("first", first, least=0)
    names = _kinds(kinds, data)
    fixed = covariate_matrix(covariates, rows=n)
    members = np.zeros(n, dtype=np.intp) if group is None else labels("group", group, n=n)[1]
    allowed = _predictors(predictors, variables, sequential=sequential)
    order = np.arange(variables) if sequential else np.argsort(np.isnan(data).sum(axis=0), kind="stable")
    if sequential:
        _check_monotone(data)
    result = np.tile(data, (imputations, 1, 1))
    chains = streams(check_seed(seed), use="conditional", imputations=range(first, first + imputations))
    rounds = 1 if sequential else sweeps
    for label in range(members.max() + 1):
        rows = np.flatnonzero(members == label)
        intercept = np.column_stack([np.ones(len(rows)), fixed[rows]])
        plan = _Plan(data[rows], intercept, names, order, allowed, rounds)
        for k, generator in enumerate(chains):
            result[k, rows] = _chain(plan, generator)
    return result


def _chain(plan: _Plan, generator: np.random.Generator) -> Floats:
    """Start from values drawn among the observed ones and sweep over the variables."""
    missing = np.isnan(plan.values)
    filled = plan.values.copy()
    incomplete = [int(j) for j in plan.order if missing[:, j].any()]
    for j in incomplete:
        gap = missing[:, j]
        if gap.all():
            hint = "leave the variable out, or join groups"
            raise refuse("STAT-003", "no observed value to learn from", f"values[:, {j}]", hint)
        filled[gap, j] = generator.choice(plan.values[~gap, j], size=int(gap.sum()))
    for _ in range(plan.sweeps):
        for j in incomplete:
            x = np.column_stack([plan.fixed, filled[:, plan.predictors[j]]])
            gap = missing[:, j]
            filled[gap, j] = draw_variable(
                plan.kinds[j], filled[:, j], x, gap, generator=generator, place=f"values[:, {j}]"
            )
    return filled


def _kinds(kinds: str | Sequence[str], data: Floats) -> tuple[str, ...]:
    names = (kinds,) * data.shape[1] if isinstance(kinds, str) else tuple(kinds)
    for name in dict.fromkeys(names):
        check_choice("kinds", name, KINDS)
    if len(names) != data.shape[1]:
        message = f"{len(names)} kinds for {data.shape[1]} variables"
        raise refuse("STAT-010", message, "kinds", "give one for all or one a variable")
    faults = [
        Fault(
            id="STAT-010",
            message="a logistic variable has values other than 0 and 1",
            place=f"values[:, {j}]",
            hint="code it 0/1, or impute it as pmm",
        )
        for j, name in enumerate(names)
        if name == "logistic" and not (np.isnan(data[:, j]) | np.isin(data[:, j], (0, 1))).all()
    ]
    if faults:
        raise StatisticsError(faults)
    return names


def _predictors(
    predictors: Sequence[Sequence[bool]] | Flags | None, variables: int, *, sequential: bool
) -> Flags:
    square = (variables, variables)
    allowed = np.ones(square, dtype=np.bool_) if predictors is None else np.array(predictors, dtype=np.bool_)
    if allowed.shape != square:
        hint = f"give a table of shape {square}"
        raise refuse("STAT-010", f"predictors of shape {allowed.shape}", "predictors", hint)
    if sequential:
        allowed = np.tril(allowed)
    return allowed & ~np.eye(variables, dtype=np.bool_)


def _check_monotone(data: Floats) -> None:
    missing = np.isnan(data)
    broken = (missing[:, :-1] & ~missing[:, 1:]).any(axis=1)
    if broken.any():
        message = f"{int(broken.sum())} participants have an observed value after a missing one"
        hint = "order the variables by time, or leave sequential out"
        raise refuse("STAT-010", message, "values", hint)
