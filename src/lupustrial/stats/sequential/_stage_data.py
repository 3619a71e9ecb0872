"""Responders by stage, and the score test of each (eq. 25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, checked_table, refuse
from lupustrial.stats._score_functions import score_difference


@dataclass(frozen=True, slots=True)
class StageRates:
    """Responders and participants of each stage; stages do not overlap."""

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats

    def scores(self, difference: float = 0.0) -> Floats:
        """Return the score z of each stage against a risk difference; 0 where nothing varies."""
        value = np.full_like(self.x1, difference)
        return score_difference(self.x1, self.n1, self.x2, self.n2, value)


def checked_stages(
    x1: Sequence[int], n1: Sequence[int], x2: Sequence[int], n2: Sequence[int], *, most: int
) -> StageRates:
    """Return the counts by stage, or raise with every fault (STAT-001, STAT-003)."""
    sizes = {len(values) for values in (x1, n1, x2, n2)}
    if len(sizes) != 1 or not 1 <= min(sizes) <= most:
        message = f"{len(x1)}, {len(n1)}, {len(x2)} and {len(n2)} stages of at most {most}"
        raise refuse("STAT-003", message, "x1, n1, x2, n2", "give one count a stage, of that stage alone")
    tables, faults = [], []
    for k, counts in enumerate(zip(x1, n1, x2, n2, strict=True)):
        try:
            tables.append(checked_table(x1=counts[0], n1=counts[1], x2=counts[2], n2=counts[3]))
        except StatisticsError as error:
            faults += [
                Fault(id=fault.id, message=fault.message, place=f"{fault.place}[{k}]", hint=fault.hint)
                for fault in error.faults
            ]
    if faults:
        raise StatisticsError(faults)
    columns = ([getattr(table, name) for table in tables] for name in ("x1", "n1", "x2", "n2"))
    return StageRates(*(np.array(column, dtype=np.float64) for column in columns))
