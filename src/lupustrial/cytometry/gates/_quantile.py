"""`quantile_of_control`: a cut above what a control tube (FMO, unstimulated) shows in the same population."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates._registry import FEWEST, OneColumn, Unplaced

_BEYOND = 10  # events beyond the quantile that make it steady


class QuantileParameters(OneColumn):
    """Parameters of `quantile_of_control`.

    Attributes:
        control: Name of the control tube: ``FMO CD25``, ``unstimulated``.
        quantile: Quantile of the control's events of the same parent.
    """

    control: str
    quantile: float = Field(default=0.995, gt=0.5, lt=1)

    def controls_used(self) -> tuple[str, ...]:
        """Return the control tube."""
        return (self.control,)


def place_quantile(setting: Setting, parameters: Any) -> Placed:
    """Cut at a quantile of the parent's events in the control tube.

    The quantile is an order statistic, the ceil(q·n)-th smallest value; the cut lies halfway to the next, so
    that no event of the control lies on it. `high` and `low` of the numbers are the order statistics one
    binomial standard error away: the cut's own uncertainty.

    Raises:
        Unplaced: The control has fewer than 30 events of the parent, or lacks the column.
    """
    given: QuantileParameters = parameters
    control = setting.controls[given.control]
    if given.column not in control.tube.names:
        raise Unplaced(f"the control {given.control} has no column {given.column}")
    if given.over is not None and given.over not in control.populations:
        raise Unplaced(f"{given.over} is not gated in the control {given.control}")
    values = control.values(given.column, given.over)
    values = np.sort(values[np.isfinite(values)])
    events = len(values)
    if events < FEWEST:
        raise Unplaced(f"{events} events of the parent in {given.control}, fewer than {FEWEST}")
    place = given.quantile * events
    error = float(np.sqrt(events * given.quantile * (1 - given.quantile)))
    cut, low, high = (_between(values, place + away) for away in (0.0, -error, error))
    beyond = events * (1 - given.quantile)
    return Placed(
        region=given.region(cut),
        confidence=round(min(1.0, float(np.sqrt(beyond / _BEYOND))), 3),
        reason=f"{given.column} cut at {cut:.4g}, the {given.quantile:.2%} quantile of {events} events in "
        f"{given.control}",
        numbers={"cut": cut, "low": low, "high": high, "events": float(events)},
    )


def _between(values: NDArray[np.float32], place: float) -> float:
    rank = int(np.clip(np.ceil(place), 1, len(values)))
    return (float(values[rank - 1]) + float(values[min(rank, len(values) - 1)])) / 2
