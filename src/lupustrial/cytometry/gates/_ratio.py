"""`ratio_band`: single cells, whose area and height of a pulse stand in one ratio."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry._regions import Polygon
from lupustrial.cytometry.gates._registry import FEWEST, Parameters, Unplaced

_MAD = 1.4826  # of a Gaussian: standard deviation / median absolute deviation
_BEYOND = 1.05  # the band ends that far beyond the highest event
_LEAST = 0.01  # the band is at least so wide, as a share of the ratio: a step of a 10-bit converter


class RatioParameters(Parameters):
    """Parameters of `ratio_band`.

    Attributes:
        columns: Area and height (or width) of the same pulse, linear with a common zero: FSC-A, FSC-H.
        wide: Half the width of the band, in standard deviations of the single cells.
    """

    columns: tuple[str, str]
    wide: float = Field(default=4.0, gt=0)


def place_ratio(setting: Setting, parameters: Any) -> Placed:
    """Lay a wedge from zero around the median ratio of height to area, `wide` standard deviations a side.

    The standard deviation is 1.4826 times the median distance of the ratios above their median from it, where
    no doublets lie: two cells together have a larger area and the same height.

    Raises:
        Unplaced: Fewer than 30 events are above zero in both columns.
    """
    given: RatioParameters = parameters
    x, y = given.columns
    area, height = (setting.values(name).astype(np.float64) for name in given.columns)
    above = (area > 0) & (height > 0)
    area, height = area[above], height[above]
    if len(area) < FEWEST:
        raise Unplaced(f"{len(area)} events above zero in {x} and {y}, fewer than {FEWEST}")
    ratio = height / area
    middle = float(np.median(ratio))
    spread = max(_MAD * float(np.median(ratio[ratio >= middle] - middle)), _LEAST * middle)
    low, high = max(middle - given.wide * spread, 0.0), middle + given.wide * spread
    far = _BEYOND * float(area.max())
    share = float(np.mean((ratio >= low) & (ratio <= high)))
    return Placed(
        region=Polygon(x=x, y=y, vertices=((0.0, 0.0), (far, far * low), (far, far * high))),
        confidence=round(min(1.0, share), 3),
        reason=f"{y} / {x} within {low:.3g} to {high:.3g}: {share:.1%} of the events",
        numbers={"ratio": middle, "low": low, "high": high, "share": share},
    )
