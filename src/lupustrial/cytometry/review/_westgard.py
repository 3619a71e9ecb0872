"""Control charts: Levey-Jennings limits and Westgard's rules.

Levey S, Jennings ER. Am J Clin Pathol 1950;20:1059. Westgard JO, Barry PL, Hunt MR, Groth T. A multi-rule
Shewhart chart for quality control in clinical chemistry. Clin Chem 1981;27:493-501. With $z = (x - m) / s$:

| rule | broken where |
|---|---|
| 1-2s | one $|z| > 2$: a warning, which by itself rejects nothing |
| 1-3s | one $|z| > 3$ |
| 2-2s | two running beyond 2 on the same side |
| R-4s | one above +2 and one below -2 within a run; with one control a batch, in two batches running |
| 10x | ten running on the same side of the mean |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

#: Points of which mean and SD are made at least.
LEAST = 5

#: Points, from the first, of which they are made at most: later ones are judged, and judge nobody.
BASELINE = 20

_WARNING, _REJECTION = 2.0, 3.0
_RUNNING = 10


@dataclass(frozen=True, kw_only=True)
class ControlPoint:
    """A measurement of the technical control.

    Attributes:
        batch: Label of the batch.
        value: What was measured.
        code: Blinded code of the tube.
    """

    batch: str
    value: float
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A point with its place among the limits.

    Attributes:
        point: The point.
        z: Standard deviations from the mean; None where there are no limits.
        broken: Ids of the rules that it breaks, 1-2s (a warning) among them.
    """

    point: ControlPoint
    z: float | None
    broken: tuple[str, ...]

    @property
    def rejected(self) -> bool:
        """Whether it breaks a rule that rejects."""
        return any(rule != "1-2s" for rule in self.broken)


@dataclass(frozen=True, kw_only=True)
class ControlChart:
    """A control chart.

    Attributes:
        name: What is charted.
        unit: Its unit.
        mean: Of the limits; None where there are none.
        sd: Standard deviation of the limits.
        source: Where the limits are from, in words.
        points: In the order of the batches.
    """

    name: str
    unit: str
    mean: float | None
    sd: float | None
    source: str
    points: tuple[Judged, ...]


def control_chart(
    points: Sequence[ControlPoint],
    *,
    name: str,
    unit: str = "%",
    target: tuple[float, float] | None = None,
) -> ControlChart:
    """Judge measurements of a technical control, in the order in which they were made.

    Args:
        points: The measurements.
        name: What is charted.
        unit: Its unit.
        target: Mean and standard deviation that were laid down before; estimated from the first 20 points
            where None, and not at all where there are fewer than 5 or they are all equal.

    Returns:
        The chart. Without limits no rule is judged.
    """
    values = np.array([point.value for point in points], dtype=float)
    mean, sd, source = _limits(values, target)
    if mean is None or sd is None:
        judged = tuple(Judged(point=point, z=None, broken=()) for point in points)
    else:
        z = [round(float(value), 9) for value in (values - mean) / sd]
        judged = tuple(
            Judged(
                point=point,
                z=z[at],
                broken=tuple(rule for rule, broken in RULES.items() if broken(z[: at + 1])),
            )
            for at, point in enumerate(points)
        )
    return ControlChart(name=name, unit=unit, mean=mean, sd=sd, source=source, points=judged)


def _limits(values: np.ndarray, target: tuple[float, float] | None) -> tuple[float | None, float | None, str]:
    if target is not None:
        return target[0], target[1], "laid down before"
    first = values[:BASELINE]
    if len(first) < LEAST:
        return None, None, f"none: fewer than {LEAST} measurements"
    sd = float(np.std(first, ddof=1))
    if sd == 0:
        return None, None, "none: all measurements are equal"
    return (
        float(np.mean(first)),
        sd,
        f"from the first {len(first)} measurements, which are judged by themselves",
    )


def _beyond(z: Sequence[float]) -> bool:
    return abs(z[-1]) > _WARNING


def _far_beyond(z: Sequence[float]) -> bool:
    return abs(z[-1]) > _REJECTION


def _two(z: Sequence[float]) -> bool:
    return len(z) > 1 and (min(z[-2:]) > _WARNING or max(z[-2:]) < -_WARNING)


def _apart(z: Sequence[float]) -> bool:
    return len(z) > 1 and max(z[-2:]) > _WARNING and min(z[-2:]) < -_WARNING


def _one_side(z: Sequence[float]) -> bool:
    last = z[-_RUNNING:]
    return len(last) == _RUNNING and (min(last) > 0 or max(last) < 0)


#: The rules, asked of the deviations up to and with the point that is judged.
RULES: Mapping[str, Callable[[Sequence[float]], bool]] = {
    "1-2s": _beyond,
    "1-3s": _far_beyond,
    "2-2s": _two,
    "R-4s": _apart,
    "10x": _one_side,
}
