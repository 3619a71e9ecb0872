"""`valley`: a cut at the lowest density between negative and positive events."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates._density import density_of, peaks_of, valleys_of
from lupustrial.cytometry.gates._mixture import cut_of_two
from lupustrial.cytometry.gates._registry import OneColumn, Unplaced


class ValleyParameters(OneColumn):
    """Parameters of `valley`.

    Attributes:
        share: Range in which the share of events above the cut is plausible; a valley outside is not taken.
        choose: Which of several valleys: the deepest, the first or the last.
        at: Where on the floor of the valley: its middle, its lower or its upper end.
        smoothing: Factor on the bandwidth of the density.
        depth: A shallower valley is not taken.
        fallback: What is done where there is no such valley: ``mixture``, or ``none``: no gate is placed.
    """

    share: tuple[float, float] = (0.005, 0.995)
    choose: Literal["deepest", "first", "last"] = "deepest"
    at: Literal["middle", "lower", "upper"] = "middle"
    smoothing: float = Field(default=1.5, gt=0)
    depth: float = Field(default=0.1, ge=0, le=1)
    fallback: Literal["mixture", "none"] = "mixture"


def place_valley(setting: Setting, parameters: Any) -> Placed:
    """Cut at the valley; where there is none, where two Gaussians meet (`mixture`), with less confidence.

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
    cut = density.at({"lower": chosen.floor[0], "middle": chosen.at, "upper": chosen.floor[1]}[given.at])
    more = f", {len(found) - 1} more valleys" if len(found) > 1 else ""
    return Placed(
        region=given.region(cut),
        confidence=round(min(1.0, 0.5 + 0.5 * chosen.depth) * (1.0 if not more else 0.9), 3),
        reason=f"valley of {given.column} at {cut:.4g}, {chosen.depth:.0%} below the lower peak{more}",
        numbers={
            "cut": cut, "depth": chosen.depth, "share_above": chosen.above,
            "negative_peak": density.at(chosen.left), "positive_peak": density.at(chosen.right),
        },
    )  # fmt: skip
