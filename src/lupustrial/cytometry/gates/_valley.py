"""`valley`: a cut at the lowest density between negative and positive events."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.special import ndtri

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates._density import Density, Valley, density_of, peaks_of, valleys_of, width_of
from lupustrial.cytometry.gates._mixture import cut_of_two
from lupustrial.cytometry.gates._registry import OneColumn, Unplaced

_CHANCE = 4.0  # standard errors within which a bin may be the lowest, as a peak stands out by as many


class ValleyParameters(OneColumn):
    """Parameters of `valley`.

    Attributes:
        share: Range in which the share of events above the cut is plausible; a valley outside is not taken.
        choose: Which of several valleys: the deepest, the first or the last.
        at: Where on the floor of the valley: its middle, its lower or its upper end.
        smoothing: Factor on the bandwidth of the density.
        depth: A shallower valley is not taken.
        hold: Share of a Gaussian like the population's own peak: where it ends is the best place of a cut.
        fallback: What is done where there is no such valley: ``mixture``, or ``none``: no gate is placed.
    """

    share: tuple[float, float] = (0.005, 0.995)
    choose: Literal["deepest", "first", "last"] = "deepest"
    at: Literal["middle", "lower", "upper"] = "middle"
    smoothing: float = Field(default=1.5, gt=0)
    depth: float = Field(default=0.1, ge=0, le=1)
    hold: float | None = Field(default=None, gt=0.5, lt=1)
    fallback: Literal["mixture", "none"] = "mixture"


def place_valley(setting: Setting, parameters: Any) -> Placed:
    """Cut at the valley; where there is none, where two Gaussians meet (`mixture`), with less confidence.

    With `hold` a cut that lies farther from the population's peak than a Gaussian reaches, which has its mode
    and the width of its far side, is drawn towards that reach, as far as the density there is the lowest but
    for chance (four standard errors): where few other events are spread out, chance alone says where they are
    fewest.

    Raises:
        Unplaced: There are fewer than 30 events, all are equal, or there is no valley and no fallback.
    """
    given: ValleyParameters = parameters
    density = density_of(setting.values(given.column, given.over), smoothing=given.smoothing)
    low, high = given.share
    found = [
        valley
        for valley in valleys_of(density, peaks_of(density))
        if low <= valley.above <= high and valley.depth >= given.depth
    ]
    if not found and given.fallback == "none":
        raise Unplaced(f"no valley of {given.column}")
    if not found:
        cut, overlap = cut_of_two(density, given.share)
        return Placed(
            region=given.region(cut),
            confidence=round(0.5 * (1 - overlap), 3),
            reason=f"no valley in {given.column}: cut where two Gaussians meet, overlap {overlap:.0%}",
            numbers={"cut": cut, "overlap": overlap, "depth": 0.0},
        )
    if given.choose == "deepest":
        chosen = max(found, key=lambda valley: valley.depth)
    else:
        chosen = found[0 if given.choose == "first" else -1]
    cut, told = _cut(density, chosen, given)
    more = f", {len(found) - 1} more valleys" if len(found) > 1 else ""
    return Placed(
        region=given.region(cut),
        confidence=round(min(1.0, 0.5 + 0.5 * chosen.depth) * (1.0 if not more else 0.9), 3),
        reason=f"valley of {given.column} at {cut:.4g}, {chosen.depth:.0%} below the lower peak{more}{told}",
        numbers={
            "cut": cut, "depth": chosen.depth, "share_above": chosen.above,
            "negative_peak": density.at(chosen.left), "positive_peak": density.at(chosen.right),
        },
    )  # fmt: skip


def _cut(density: Density, valley: Valley, given: ValleyParameters) -> tuple[float, str]:
    """Return the cut in a valley, and what is to be told of it."""
    position = {"lower": valley.floor[0], "middle": valley.at, "upper": valley.floor[1]}[given.at]
    if given.hold is None:
        return density.at(position), ""
    moved = _towards_reach(density, valley, given, position)
    if moved == position:
        return density.at(position), ""
    return density.at(moved), f", drawn from {density.at(position):.4g} to where its peak ends"


def _towards_reach(density: Density, valley: Valley, given: ValleyParameters, position: int) -> int:
    above = given.side == "above"
    peak = valley.right if above else valley.left
    away = float(ndtri(given.hold)) * width_of(density, peak, above=above)
    if above:
        between = np.arange(position, min(round(peak - away), peak) + 1)
    else:
        between = np.arange(position, max(round(peak + away), peak) - 1, -1)
    if not between.size:
        return position
    lowest = int(between[np.argmin(density.smooth[between])])
    level = density.smooth[lowest] + _CHANCE * density.error(lowest)
    return int(between[density.smooth[between] <= level][-1])
