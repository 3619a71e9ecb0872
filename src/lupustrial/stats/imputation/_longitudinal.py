"""One outcome by visit with arm, covariates and intercurrent events: what imputation starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.imputation._arrays import (
    Flags,
    Integers,
    check_arm,
    covariate_matrix,
    labels,
    visit_table,
)

STRATEGIES = ("MAR", "J2R", "CR", "CIR", "LMCF")


@dataclass(frozen=True, kw_only=True, slots=True)
class LongitudinalData:
    """One outcome by visit; made by `longitudinal_data`.

    Attributes:
        outcome: Shape (participants, visits), NaN where missing.
        arms: Names of the arms, sorted; ``arm`` and ``reference`` index them.
        arm: Arm of each participant.
        reference: Reference arm of each arm; its own index where an arm has none.
        design: Shape (participants, visits, coefficients), of the participant's own arm.
        reference_design: The same, as if the participant were in the reference arm.
        strategy: Index into ``STRATEGIES`` for each participant.
        before: Visits before the intercurrent event; the number of visits where there is none.
    """

    outcome: Floats
    arms: tuple[Any, ...]
    arm: Integers
    reference: Integers
    design: Floats
    reference_design: Floats
    strategy: Integers
    before: Integers

    @property
    def missing(self) -> Flags:
        """Where the outcome is missing."""
        return np.isnan(self.outcome)

    @property
    def modelled(self) -> Floats:
        """The outcome as the imputation model sees it.

        Under a reference-based strategy it has no values from the intercurrent event on: the model of the
        participant's own arm does not describe them.
        """
        after = np.arange(self.outcome.shape[1]) >= self.before[:, None]
        return np.where(after & (self.strategy[:, None] > 0), np.nan, self.outcome)


def longitudinal_data(
    outcome: Sequence[Sequence[float]] | Floats,
    arm: Sequence[Any] | NDArray[Any],
    *,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    covariates_by_visit: bool = True,
    strategy: str | Sequence[str] = "MAR",
    event_visit: Sequence[int | None] | None = None,
    reference: Any = None,
    designs: tuple[Floats, Floats] | None = None,
) -> LongitudinalData:
    """Put together outcome, arms, covariates and intercurrent events (imputation.md, eq. 12).

    Args:
        outcome: Shape (participants, visits); NaN where missing; two or more visits in order of time.
        arm: One label a participant.
        covariates: Shape (participants, covariates), complete, e.g. the baseline value and stratum as 0/1.
        covariates_by_visit: Whether each covariate has its own slope at each visit.
        strategy: ``"MAR"``, ``"J2R"``, ``"CR"``, ``"CIR"`` or ``"LMCF"`` for all or one a participant.
        event_visit: For each participant the index (from 0) of the first visit that the intercurrent event
            affects; None where there was none. Left out: the first visit after the last observed one, so
            that only values missing to the end are affected.
        reference: The reference arm, or a mapping from arm to its reference arm. Needed by J2R, CR, CIR.
        designs: Own and reference design (participants, visits, coefficients) instead of arm by visit plus
            covariates.

    Returns:
        The data, checked.

    Raises:
        StatisticsError: Values that are not numbers, incomplete covariates or designs (STAT-002), too few
            visits (STAT-003), unknown strategy (STAT-006), another length, unknown label or visit (STAT-010).
    """
    y = visit_table("outcome", outcome)
    n, visits = y.shape
    arms, index = labels("arm", arm, n=n)
    strategies = _strategies(strategy, n=n)
    before = _before(event_visit, y)
    references = _references(reference, arms=arms, needed=bool(np.isin(strategies, (1, 2, 3)).any()))
    if designs is None:
        z = covariate_matrix(covariates, rows=n)
        design = _design(index, z, arms=len(arms), visits=visits, by_visit=covariates_by_visit)
        other = _design(references[index], z, arms=len(arms), visits=visits, by_visit=covariates_by_visit)
    else:
        design, other = (_checked_design(x, shape=(n, visits)) for x in designs)
    return LongitudinalData(
        outcome=y,
        arms=arms,
        arm=index,
        reference=references,
        design=design,
        reference_design=other,
        strategy=strategies,
        before=before,
    )


def _strategies(strategy: str | Sequence[str], *, n: int) -> Integers:
    names = [strategy] * n if isinstance(strategy, str) else list(strategy)
    for name in dict.fromkeys(names):
        check_choice("strategy", name, STRATEGIES)
    if len(names) != n:
        message = f"{len(names)} strategies for {n} participants"
        raise refuse("STAT-010", message, "strategy", "give one for all or one a participant")
    return np.array([STRATEGIES.index(name) for name in names], dtype=np.intp)


def _before(event_visit: Sequence[int | None] | None, y: Floats) -> Integers:
    """Return how many visits lie before the intercurrent event."""
    n, visits = y.shape
    if event_visit is None:
        seen = ~np.isnan(y)
        return np.where(seen.any(axis=1), visits - seen[:, ::-1].argmax(axis=1), 0).astype(np.intp)
    faults = []
    hint = f"give the index of a visit from 0 to {visits - 1}, or None, one a participant"
    found = [visits if visit is None else visit for visit in event_visit]
    if len(found) != n:
        message = f"{len(found)} visits for {n} participants"
        faults.append(Fault(id="STAT-010", message=message, place="event_visit", hint=hint))
    faults += [
        Fault(id="STAT-010", message=f"{visit!r} is not a visit", place=f"event_visit[{i}]", hint=hint)
        for i, visit in enumerate(found)
        if isinstance(visit, bool) or not isinstance(visit, int | np.integer) or not 0 <= visit <= visits
    ]
    if faults:
        raise StatisticsError(faults)
    return np.array(found, dtype=np.intp)


def _references(reference: Any, *, arms: tuple[Any, ...], needed: bool) -> Integers:
    """Return the index of the reference arm of each arm."""
    if reference is None:
        if needed:
            hint = f"name one of {', '.join(map(str, arms))}"
            raise refuse("STAT-010", "a strategy jumps to a reference arm", "reference", hint)
        return np.arange(len(arms))
    chosen = reference if isinstance(reference, Mapping) else dict.fromkeys(arms, reference)
    for name in (*chosen, *chosen.values()):
        check_arm("reference", name, arms)
    return np.array([arms.index(chosen.get(name, name)) for name in arms], dtype=np.intp)


def _design(arm: Integers, covariates: Floats, *, arms: int, visits: int, by_visit: bool) -> Floats:
    """Return a mean for each arm and visit, and slopes of the covariates (eq. 12)."""
    n = len(arm)
    eye = np.eye(visits)
    means = (arm[:, None, None, None] == np.arange(arms)[:, None]) * eye[None, :, None, :]
    slopes = covariates[:, None, :, None] * (eye[None, :, None, :] if by_visit else 1.0)
    width = visits if by_visit else 1
    slopes = np.broadcast_to(slopes, (n, visits, covariates.shape[1], width))
    return np.concatenate([means.reshape(n, visits, -1), slopes.reshape(n, visits, -1)], axis=2)


def _checked_design(design: Floats, *, shape: tuple[int, int]) -> Floats:
    x = np.asarray(design, dtype=np.float64)
    if x.ndim != 3 or x.shape[:2] != shape or not np.isfinite(x).all():  # noqa: PLR2004 - three axes
        hint = f"give finite numbers of shape ({shape[0]}, {shape[1]}, coefficients)"
        raise refuse("STAT-002", f"a design of shape {x.shape}, or not finite", "designs", hint)
    return x
