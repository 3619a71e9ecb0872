"""Binary composites imputed through their components (imputation.md, eq. 46)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.imputation._arrays import Flags, table
from lupustrial.stats.imputation._conditional import impute_conditional

PREDICTORS = ("all", "near")


@dataclass(frozen=True, kw_only=True, slots=True)
class CompositeResponses:
    """Responses derived from imputed components.

    Attributes:
        responses: Shape (imputations, participants) or (imputations, participants, visits), 0 or 1.
        imputed: Shape (participants,): whether a component was missing at any visit.
        non_responders: Participants (and visits) that are 0 by rule, as given, or all false.
        undecided: Of the shape of one set of responses: whether the imputed sets disagree.
    """

    responses: Floats
    imputed: Flags
    non_responders: Flags
    undecided: Flags


def impute_composite(
    components: Mapping[str, Floats],
    derive: Callable[[Mapping[str, Floats]], ArrayLike],
    *,
    imputations: int,
    seed: int,
    kinds: Mapping[str, str] | None = None,
    arm: Sequence[Any] | NDArray[Any] | None = None,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    non_responders: ArrayLike | None = None,
    predictors: str = "all",
    sweeps: int = 10,
    first: int = 0,
) -> CompositeResponses:
    """Impute the components jointly over visits, then derive the composite (imputation.md, eq. 27-31, 46).

    Args:
        components: Name to values, each of shape (participants, visits), NaN where missing. Values after an
            intercurrent event that makes a non-responder should be set to NaN or left, as the estimand says:
            they inform the imputation of others.
        derive: Takes the completed components and returns 0/1 or booleans of shape (participants,) or
            (participants, visits). Components that never were missing are passed as they are.
        imputations: Number of imputed data sets.
        seed: Whole number of at least 0; imputation k depends on (seed, k) alone.
        kinds: Component to ``"pmm"`` (default), ``"normal"`` or ``"logistic"``.
        arm: Label of each participant; each arm is imputed by itself.
        covariates: Complete predictors, e.g. baseline values.
        non_responders: True where the composite is 0 by rule, whatever the components say (an intercurrent
            event under the composite strategy); shape (participants,) or that of the responses.
        predictors: ``"all"`` other columns, or ``"near"``, for small arms: the other components of the visit
            and the component itself one visit apart.
        sweeps: Rounds over the columns.
        first: Number of the first imputation.

    Returns:
        Responses of every imputed data set; pool them with `pool_responses`.

    Raises:
        StatisticsError: As `impute_conditional`; components of different shape, a composite that is not 0/1
            (STAT-010).
    """
    check_choice("predictors", predictors, PREDICTORS)
    arrays = _components(components)
    names = list(arrays)
    shape = arrays[names[0]].shape
    kind = {} if kinds is None else dict(kinds)
    if unknown := [name for name in kind if name not in arrays]:
        raise refuse("STAT-010", f"{unknown[0]!r} is not a component", "kinds", f"one of: {', '.join(names)}")
    columns = np.stack([arrays[name] for name in names], axis=2).reshape(shape[0], -1)
    filled = impute_conditional(
        columns,
        imputations=imputations,
        seed=seed,
        kinds=[kind.get(name, "pmm") for name in names] * shape[1],
        covariates=covariates,
        group=arm,
        predictors=_near(shape[1], len(names)) if predictors == "near" else None,
        sweeps=sweeps,
        first=first,
    ).reshape(imputations, shape[0], shape[1], len(names))
    responses = np.stack(
        [_derived(derive, {name: one[:, :, c] for c, name in enumerate(names)}, shape) for one in filled]
    )
    rule = _rule(non_responders, responses.shape[1:])
    responses = np.where(rule, 0.0, responses)
    return CompositeResponses(
        responses=responses,
        imputed=np.asarray(np.isnan(columns).any(axis=1)),
        non_responders=rule,
        undecided=responses.min(axis=0) != responses.max(axis=0),
    )


def _components(components: Mapping[str, Floats]) -> dict[str, Floats]:
    arrays = {name: table(name, values) for name, values in components.items()}
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) != 1:
        message = f"{len(arrays)} components of {len(shapes)} different shapes"
        raise refuse("STAT-010", message, "components", "give all of shape (participants, visits)")
    return arrays


def _near(visits: int, components: int) -> Flags:
    """Return which columns predict which: same visit, or same component one visit apart."""
    visit, component = np.divmod(np.arange(visits * components), components)
    apart = np.abs(visit[:, None] - visit)
    near: Flags = (apart == 0) | ((apart == 1) & (component[:, None] == component))
    return near


def _derived(
    derive: Callable[[Mapping[str, Floats]], ArrayLike], parts: Mapping[str, Floats], shape: tuple[int, ...]
) -> Floats:
    response = np.asarray(derive(parts), dtype=np.float64)
    if response.shape not in {shape[:1], shape} or not np.isin(response, (0, 1)).all():
        hint = f"return 0/1 or booleans of shape {shape[:1]} or {shape}"
        raise refuse("STAT-010", f"a composite of shape {response.shape}, or not 0/1", "derive", hint)
    return response


def _rule(non_responders: ArrayLike | None, shape: tuple[int, ...]) -> Flags:
    if non_responders is None:
        return np.zeros(shape, dtype=np.bool_)
    given = np.asarray(non_responders)
    if given.dtype != np.bool_ or given.shape not in {shape, shape[:1]}:
        hint = f"give booleans of shape {shape[:1]} or {shape}"
        message = f"{given.dtype} of shape {given.shape}"
        raise refuse("STAT-010", message, "non_responders", hint)
    spread = given[:, None] if given.ndim < len(shape) else given
    return np.broadcast_to(spread, shape).copy()
