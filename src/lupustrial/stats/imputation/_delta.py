"""Delta adjustment of imputed values (imputation.md, eq. 32-33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.imputation._arrays import check_arm
from lupustrial.stats.imputation._longitudinal import LongitudinalData

Shift = float | Sequence[float]


def delta_adjustment(
    data: LongitudinalData,
    delta: Shift | Mapping[Any, Shift],
    *,
    lag: Sequence[float] | None = None,
) -> Floats:
    """Return what to add to the imputed values (imputation.md, eq. 32, 33).

    Args:
        data: Outcome, arms and intercurrent events.
        delta: One number, or one a visit; or a mapping from arm to these (arms not named get 0).
        lag: Weights by visits since the intercurrent event, the first for the visit of the event itself. The
            adjustments then accumulate from that visit on: ``[1, 0, 0]`` a constant shift from the event,
            ``[1, 1, 1]`` one more delta at each visit. Left out: delta at each missing visit, also at gaps
            before an event.

    Returns:
        Shape (participants, visits), 0 where the outcome is observed.

    Raises:
        StatisticsError: Another number of visits, or not finite (STAT-002), unknown arm (STAT-010).
    """
    visits = data.outcome.shape[1]
    by_arm = np.zeros((len(data.arms), visits))
    for arm, shift in (
        delta.items() if isinstance(delta, Mapping) else dict.fromkeys(data.arms, delta).items()
    ):
        check_arm("delta", arm, data.arms)
        by_arm[data.arms.index(arm)] = _by_visit("delta", shift, visits=visits)
    added = by_arm[data.arm]
    if lag is not None:
        added = _accumulated(added, _by_visit("lag", lag, visits=visits), data)
    return np.where(data.missing, added, 0.0)


def _by_visit(name: str, shift: Shift, *, visits: int) -> Floats:
    array = np.asarray(shift, dtype=np.float64)
    if array.shape not in {(), (visits,)} or not np.isfinite(array).all():
        raise refuse("STAT-002", f"{shift!r} does not fit", name, f"give one finite number or {visits}")
    return np.broadcast_to(array, (visits,))


def _accumulated(added: Floats, lag: Floats, data: LongitudinalData) -> Floats:
    """Weight by visits since the event and add up (eq. 33)."""
    since = np.arange(added.shape[1]) - data.before[:, None]
    weights = np.where(since >= 0, lag[np.clip(since, 0, None)], 0.0)
    return np.cumsum(added * weights, axis=1)
