"""How far an alignment may be trusted: its match, how firm the count is, how usual the shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.cytometry._gate import Setting
from lupustrial.cytometry._regions import Region
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.transfer._fit import Fit, warps_of
from lupustrial.cytometry.transfer._shapes import shapes_of, with_shapes
from lupustrial.cytometry.transfer._warp import warped

#: Match at which trust is gone, and at which it is whole.
_POOR, _GOOD = 0.85, 0.97
#: Coefficient of variation of the count, by doubt about the alignment, that halves trust.
_SHAKY = 0.2
#: Independent cells of a smoothed density, for a ground of one and two columns: by chance alone the match of
#: n events falls short of 1 by cells / (8 n).
_CELLS = {1: 9, 2: 70}


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What speaks for an alignment, and against it.

    Attributes:
        match: Bhattacharyya coefficient of the worst shape, corrected for few events.
        jitter: Coefficient of variation of the count by doubt about the alignment.
        low: Count less one standard deviation by that doubt.
        high: Count plus one.
        reach: Largest shift or stretch, as a share of what is held plausible.
        confidence: 0 to 1.
    """

    match: float
    jitter: float
    low: float
    high: float
    reach: float
    confidence: float


def aligned(region: Region, fits: Sequence[Fit]) -> Region:
    """Return a template's region laid on the sample by its fits."""
    shapes = [warped(shape, each.warps) for shape, each in zip(shapes_of(region), fits, strict=True)]
    return with_shapes(region, shapes)


def trust_of(
    setting: Setting, region: Region, fits: Sequence[Fit], *, max_shift: float, max_scale: float
) -> Trust:
    """Judge an alignment of a template's region; counts are of the setting's parent."""
    tube = _parent_alone(setting, region.columns)
    count = int(np.count_nonzero(aligned(region, fits).contains(tube)))
    spread = np.sqrt(sum(_moved(tube, region, fits, i) for i in range(len(fits))))
    match = min(match_of_events(each) for each in fits)
    reach = max(reach_of(each, max_shift=max_shift, max_scale=max_scale) for each in fits)
    jitter = float(spread / max(count, 1))
    sure = min(max((match - _POOR) / (_GOOD - _POOR), 0.0), 1.0)
    firm = 1 / (1 + (jitter / _SHAKY) ** 2)
    usual = min(1.0, 1.5 - reach) if reach <= 1 else 0.0
    return Trust(
        match=match, jitter=jitter, low=max(count - float(spread), 0.0), high=count + float(spread),
        reach=reach, confidence=round(sure * firm * usual, 3),
    )  # fmt: skip


def match_of_events(fitted: Fit) -> float:
    """Return the match, with what is lost by few events given back."""
    cells = _CELLS[len(fitted.ground.columns) - len(fitted.held) or len(fitted.ground.columns)]
    return min(1.0, fitted.match + cells / (8 * max(fitted.events, 1)))


def reach_of(fitted: Fit, *, max_shift: float, max_scale: float) -> float:
    """Return the largest shift or stretch as a share of what is held plausible."""
    columns = len(fitted.ground.columns)
    shift = float(np.max(np.abs(fitted.at[:columns]))) / max_shift
    stretch = float(np.max(np.abs(fitted.at[columns:]))) / float(np.log(max_scale))
    return max(shift, stretch)


def _moved(tube: Tube, region: Region, fits: Sequence[Fit], which: int) -> float:
    """Return the variance of the count by doubt about one fit: half differences along its axes, squared."""
    fitted = fits[which]
    values, vectors = np.linalg.eigh(fitted.covariance)
    variance = 0.0
    for value, axis in zip(values, vectors.T, strict=True):
        step = np.sqrt(max(float(value), 0.0)) * axis
        counts = []
        for sign in (-1, 1):
            shapes = [
                warped(shape, warps_of(each.ground, each.at + sign * step * (i == which), each.bends))
                for i, (shape, each) in enumerate(zip(shapes_of(region), fits, strict=True))
            ]
            counts.append(int(np.count_nonzero(with_shapes(region, shapes).contains(tube))))
        variance += ((counts[1] - counts[0]) / 2) ** 2
    return variance


def _parent_alone(setting: Setting, columns: tuple[str, ...]) -> Tube:
    return Tube.of_columns(setting.tube.name, {name: setting.values(name) for name in columns})
