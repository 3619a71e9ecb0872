"""The imputation model: a mixed model for repeated measures with free covariance (imputation.md, eq. 12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats
from lupustrial.stats.imputation._arrays import Integers
from lupustrial.stats.imputation._longitudinal import LongitudinalData
from lupustrial.stats.mmrm import MMRM, PreparedMMRM, prepare_mmrm


@dataclass(frozen=True, slots=True)
class VisitModel:
    """Prepared refits of the imputation model.

    Attributes:
        prepared: Data of those with something the model sees.
        rows: Their rows in the data, in the order of the prepared participants.
        arms: Number of arms.
        by_arm: Whether each arm has its own covariance.
    """

    prepared: PreparedMMRM
    rows: Integers
    arms: int
    by_arm: bool

    def parameters(self, fit: MMRM) -> tuple[Floats, Floats]:
        """Return coefficients and the covariance of each arm, shape (arms, visits, visits)."""
        matrices = [fit.covariances[arm if self.by_arm else None] for arm in range(self.arms)]
        return fit.beta, np.stack(matrices)


def prepare_model(data: LongitudinalData, *, covariance_by_arm: bool) -> VisitModel:
    """Check and pack what the model sees.

    Raises:
        StatisticsError: An arm or visit without an observed value that the model may use (STAT-010), and what
            the mixed model refuses.
    """
    seen = ~np.isnan(data.modelled)
    _check_seen(data, seen)
    rows, visit = np.nonzero(seen)
    prepared = prepare_mmrm(
        data.modelled[seen],
        data.design[seen],
        rows,
        visit,
        covariance="us",
        group=data.arm[rows] if covariance_by_arm else None,
        method="reml",
    )
    order = np.array(prepared.subjects, dtype=np.intp)
    return VisitModel(prepared, order, len(data.arms), covariance_by_arm)


def _check_seen(data: LongitudinalData, seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    hint = "leave it out; values from an intercurrent event on are not used under a reference-based strategy"
    empty = [f"arm {arm}" for a, arm in enumerate(data.arms) if not seen[data.arm == a].any()]
    empty += [f"visit {j}" for j in range(seen.shape[1]) if not seen[:, j].any()]
    faults = [
        Fault(
            id="STAT-010", message=f"{name} has no value that the model may use", place="outcome", hint=hint
        )
        for name in empty
    ]
    if faults:
        raise StatisticsError(faults)
