"""`tail`: a cut where the tail of the main peak ends, for populations without a valley of their own."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.special import ndtri

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates._density import density_of, peaks_of, width_of
from lupustrial.cytometry.gates._registry import OneColumn

_FEW = 3.0  # times what a Gaussian leaves beyond the cut: there is nothing in the tail
_TRIMS, _CUTS = 0.9, 0.6  # confidence in a cut through nothing, and through a tail


class TailParameters(OneColumn):
    """Parameters of `tail`.

    Attributes:
        tail: The tail that is cut: above or below the main peak.
        hold: Share of a Gaussian like the main peak that lies on the near side of the cut.
        smoothing: Factor on the bandwidth of the density.
    """

    tail: Literal["above", "below"] = "above"
    hold: float = Field(default=0.995, gt=0.5, lt=1)
    smoothing: float = Field(default=1.5, gt=0)


def place_tail(setting: Setting, parameters: Any) -> Placed:
    """Cut at mode ± z·s: z the normal quantile of `hold`, s the width of the side without the tail.

    The mode is that of the highest peak; s is the distance within which 68.27 % of the events on the other
    side of the mode lie, so that the tail itself does not widen it.

    Raises:
        Unplaced: There are fewer than 30 events, or all are equal.
    """
    given: TailParameters = parameters
    density = density_of(setting.values(given.column, given.over), smoothing=given.smoothing)
    mode = max(peaks_of(density), key=lambda peak: density.smooth[peak])
    width = width_of(density, mode, above=given.tail == "below")
    away = float(ndtri(given.hold)) * width * (1 if given.tail == "above" else -1)
    cut = density.at(mode + away)
    share = density.share_above(int(np.clip(mode + away, 0, len(density.counts) - 1)))
    beyond = share if given.tail == "above" else 1 - share
    return Placed(
        region=given.region(cut),
        confidence=_TRIMS if beyond <= _FEW * (1 - given.hold) else _CUTS,
        reason=f"{given.tail} the main peak of {given.column}: cut at {cut:.4g}, {given.hold:.1%} of it",
        numbers={"cut": cut, "mode": density.at(mode), "width": width * density.step, "beyond": beyond},
    )
