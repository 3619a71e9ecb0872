"""`internal_control`: a cut above the negatives, which another population of the same tube shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import ndtri

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates._density import density_of, lowest_of, peaks_of, width_of
from lupustrial.cytometry.gates._registry import FEWEST, OneColumn, Unplaced

_NEGATIVE = 0.99  # of a Gaussian like the control's main peak: a peak up to there is negative
_UNSURE = 0.4  # confidence where nothing but the control speaks for the cut


class InternalControlParameters(OneColumn):
    """Parameters of `internal_control`.

    Attributes:
        control: Population that is negative for the stain: CD4 T cells for CD19 and CD56.
        floor: Share of a Gaussian like the control's main peak; the cut never lies below.
        hold: Share of that Gaussian below the cut where there is no valley.
        depth: A shallower valley is not taken.
        smoothing: Factor on the bandwidth of the density.
    """

    control: str
    floor: float = Field(default=0.95, gt=0, lt=1)
    hold: float = Field(default=0.999, gt=0, lt=1)
    depth: float = Field(default=0.1, ge=0, le=1)
    smoothing: float = Field(default=1.5, gt=0)

    def populations_used(self) -> tuple[str, ...]:
        """Return `over`, where it is given, and the control."""
        return (*super().populations_used(), self.control)


def place_internal_control(setting: Setting, parameters: Any) -> Placed:
    """Cut between the negatives, which lie where the control lies, and the first peak above them.

    The control is taken for a Gaussian: with the mode of its main peak, and the width of the narrower side of
    it, as cells that are positive after all widen one side, and values near zero the other. A peak of the
    events below 99 % of that Gaussian is negative. The cut is the lowest density between the last negative
    peak, or `floor` where that is higher, and the first positive peak; no negative cells are needed among the
    events. Where no peak is positive, or the valley is too shallow, the cut is at `hold` of the Gaussian.

    Raises:
        Unplaced: The control has fewer than 30 events.
    """
    given: InternalControlParameters = parameters
    known = _gaussian(setting.values(given.column, given.control), given)
    values = setting.values(given.column, given.over)
    valley = _valley(values, known, given)
    if valley is None:
        cut, depth, confidence = known["control_hold"], 0.0, _UNSURE
        how = f"no valley: at {given.hold:.1%} of the control"
    else:
        cut, depth = valley
        confidence, how = 0.5 + 0.5 * depth, f"valley, {depth:.0%} below the lower peak"
    share = float(np.mean(values >= cut)) if len(values) else 0.0
    return Placed(
        region=given.region(cut),
        confidence=round(confidence, 3),
        reason=f"{given.column} cut at {cut:.4g} above {given.control} ({how})",
        numbers={**known, "cut": cut, "depth": depth, "share_above": share},
    )


def _gaussian(control: NDArray[np.float32], given: InternalControlParameters) -> dict[str, float]:
    control = control[np.isfinite(control)]
    if len(control) < FEWEST:
        raise Unplaced(f"{len(control)} events of {given.control}, fewer than {FEWEST}")
    density = density_of(control, smoothing=given.smoothing)
    mode = max(peaks_of(density), key=lambda peak: density.smooth[peak])
    width = min(width_of(density, mode, above=above) for above in (False, True))
    shares = {"negative": _NEGATIVE, "floor": given.floor, "hold": max(given.hold, given.floor)}
    edges = {
        f"control_{name}": density.at(mode + float(ndtri(each)) * width) for name, each in shares.items()
    }
    return {"control_mode": density.at(mode), **edges}


def _valley(
    values: NDArray[np.float32], known: dict[str, float], given: InternalControlParameters
) -> tuple[float, float] | None:
    """Return cut and depth of the valley above the control; None where there is none."""
    try:
        density = density_of(values, smoothing=given.smoothing)
    except Unplaced:
        return None
    peaks = peaks_of(density)
    edge = density.position(known["control_negative"])
    negative, positive = [p for p in peaks if p <= edge], [p for p in peaks if p > edge]
    if not positive:
        return None
    floor = round(max(density.position(known["control_floor"]), 0))
    at = lowest_of(density, min(max([floor, *negative[-1:]]), positive[0]), positive[0])
    lower = min(density.smooth[peak] for peak in (*negative[-1:], positive[0]))
    depth = float(1 - density.smooth[at] / lower)
    return (density.at(at), depth) if depth >= given.depth else None
