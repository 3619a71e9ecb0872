"""Forward and side scatter, the time of each event, doublets and debris."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._catalogue import catalogue
from lupustrial.cytometry.synthetic._random import stream

Numbers = NDArray[np.float64]

#: Height of a single cell's pulse against its area, and its spread.
_HEIGHT, _HEIGHT_SPREAD = 0.90, 0.028
#: Forward scatter below which the instrument does not trigger.
THRESHOLD = 12000.0


def scatter_of(
    cell: NDArray[np.intp], size: Numbers, dead: NDArray[np.bool_], *, seed: int, donor: int | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return forward scatter, side scatter and relative autofluorescence of each single cell."""
    known = catalogue()
    random = stream(seed, "scatter")
    types = [known.scatter[each.scatter] for each in known.cells.values()]
    fields = ("forward", "side", "forward_spread", "side_spread", "glow")
    table = {name: np.asarray([getattr(kind, name) for kind in types])[cell] for name in fields}
    shift = 0.02 * stream(donor, "donor scatter").standard_normal(2) if donor is not None else np.zeros(2)
    # One lymphocyte in twelve is larger and more granular: activated, or in division.
    small = np.asarray([each.scatter == "lymphocyte" for each in known.cells.values()])[cell]
    active = small & (random.random(cell.size) < 1 / 12)
    forward = np.log10(table["forward"]) + shift[0] + table["forward_spread"] * size + 0.06 * active
    side = np.log10(table["side"]) + shift[1] + 0.12 * active
    side += table["side_spread"] * (0.35 * size + 0.94 * random.standard_normal(cell.size))
    forward += np.where(dead, -0.20 + 0.07 * random.standard_normal(cell.size), 0)
    side += np.where(dead, 0.10 + 0.14 * random.standard_normal(cell.size), 0)
    glow = table["glow"] * 10.0 ** (0.05 * size + 0.1 * active + 0.35 * dead)
    return 10.0**forward, 10.0**side, glow


def debris_scatter(events: int, *, seed: int) -> tuple[Numbers, Numbers]:
    """Return forward and side scatter of debris: dense at the threshold, thinning out towards the cells."""
    random = stream(seed, "debris")
    forward = THRESHOLD + random.exponential(11000, events)
    side = 10.0 ** (3.75 + 0.33 * random.standard_normal(events))
    return forward, side


def height_of(area: Numbers, doublet: NDArray[np.bool_], *, seed: int) -> Numbers:
    """Return the pulse's height: near the area for a single cell, lower where two cells pass in a row.

    Two cells side by side look like one large cell; the further they are apart, the lower the pulse.
    """
    random = stream(seed, "height")
    single = _HEIGHT * (1 + _HEIGHT_SPREAD * random.standard_normal(area.size))
    apart = 0.5 + 0.40 * random.beta(1.3, 1.6, area.size)
    return np.asarray(area * np.where(doublet, apart, single))


def time_of(events: int, *, seconds: float, seed: int) -> Numbers:
    """Return the seconds at which events pass, in order; the flow rate wanders by some percent."""
    random = stream(seed, "time")
    steps = 64
    wander = np.cumsum(random.standard_normal(steps)) * 0.012
    rate = np.exp(wander - wander.mean())
    edges = np.concatenate([[0.0], np.cumsum(rate)]) / rate.sum()
    return np.interp(np.sort(random.random(events)), edges, np.linspace(0, seconds, steps + 1))
