"""From values to places on the page."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: About so many marks on the vertical axis.
_MARKS = 5


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A linear scale: `low` to `high` on `start` to `end`, with marks at round numbers."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def marks(self) -> list[float]:
        """The values at which marks stand."""
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        first = math.ceil(self.low / self.step - 1e-9)
        return [round((first + place) * self.step, 10) for place in range(count + 1)]

    @property
    def decimals(self) -> int:
        """Decimals that a mark needs."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))


def round_step(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten, so that about five steps fill the span."""
    raw = span / _MARKS
    power = 10 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5):
        if raw <= factor * power:
            return float(factor * power)
    return float(10 * power)


def scale(
    low: float, high: float, *, start: float, end: float, fixed: bool = False, whole: bool = False
) -> Scale:
    """Return a scale that holds `low` to `high`; its ends are round numbers unless they are `fixed`."""
    if high <= low:
        high = low + 1
    step = round_step(high - low)
    if whole:
        step = max(1.0, step)
    if not fixed:
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Scale(low=low, high=high, start=start, end=end, step=step)
