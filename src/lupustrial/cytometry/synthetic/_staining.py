"""How much light the dyes on each event give: the biology, before any detector."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._catalogue import Catalogue, Cell, Level, catalogue
from lupustrial.cytometry.synthetic._panel import Dyed, SyntheticPanel
from lupustrial.cytometry.synthetic._random import stream

Light = NDArray[np.float64]

#: log10 of what sticks to a cell without its marker, against a positive cell of density 0.
_STICKS = -2.25
#: The same for a dead cell, whose membrane lets the antibody in.
_DEAD_STICKS = -1.15
#: Uptake of the viability dye: a live cell takes up a little.
_LIVE_UPTAKE, _DEAD_UPTAKE = -1.75, 0.0
#: Share of cells with a wider error, and how much wider: real clouds have heavier tails than a normal one.
_TAIL, _WIDER = 0.05, 1.9
#: Standard deviation (log10) of what a cell's size does to all its stains together.
_SIZE = 0.05
#: Between donors: standard deviation (log10) of a marker's density, and of a marker on one subset.
_DONOR_MARKER, _DONOR_CELL = 0.05, 0.05
#: What hours of stimulation do to a marker (log10): internalised or shed.
_STIMULATED = {"CD3": -0.12, "CD4": -0.04, "CD8": -0.08, "CD16": -0.25, "CD56": 0.03, "CD25": 0.06}


def stain_cells(
    panel: SyntheticPanel,
    cell: NDArray[np.intp],
    size: NDArray[np.float64],
    dead: NDArray[np.bool_],
    *,
    seed: int,
    donor: int | None,
    stimulated: bool,
    without: Collection[str],
) -> Light:
    """Return (events, stains) the light of each dye on each cell, in units of the range of its own detector.

    Args:
        panel: The stains.
        cell: (events,) place of each event's cell in the catalogue.
        size: (events,) the cell's size, standard normal; larger cells stain a little more.
        dead: (events,) dead cells take up the viability dye and hold antibodies unspecifically.
        seed: Of the random errors.
        donor: Of the donor's own expression; None is a typical donor.
        stimulated: Whether the cells were stimulated.
        without: Markers that were left out (FMO): their dye gives no light.
    """
    known = catalogue()
    light = np.zeros((cell.size, len(panel.stains)))
    sticky = stream(seed, "sticky").standard_normal(cell.size)
    for column, stain in enumerate(panel.stains):
        if stain.marker in without:
            continue
        if stain.marker == "Viability":
            log = _viability(stain, known, dead, seed)
        else:
            log = _specific(stain, known, cell, seed, donor, stimulated=stimulated)
        light[:, column] = 10.0 ** (log + _SIZE * size)
        if stain.marker != "Viability":
            random = stream(seed, f"sticks {stain.marker}")
            sticks = np.where(dead, _DEAD_STICKS + 0.3 * sticky, _STICKS + 0.15 * sticky)
            light[:, column] += 10.0 ** (stain.brightness + sticks + 0.3 * random.standard_normal(cell.size))
    return light


def _viability(stain: Dyed, known: Catalogue, dead: NDArray[np.bool_], seed: int) -> Light:
    marker = known.markers["Viability"]
    random = stream(seed, "Viability")
    spread = np.where(dead, marker.spread, 0.16)
    uptake = np.where(dead, _DEAD_UPTAKE, _LIVE_UPTAKE)
    return np.asarray(stain.brightness + marker.density + uptake + spread * random.standard_normal(dead.size))


def _specific(
    stain: Dyed,
    known: Catalogue,
    cell: NDArray[np.intp],
    seed: int,
    donor: int | None,
    *,
    stimulated: bool,
) -> Light:
    """Return log10 of the light of the dye that is bound to its marker; -inf without the marker."""
    marker = known.markers[stain.marker]
    random = stream(seed, f"stain {stain.marker}")
    error = random.standard_normal(cell.size)
    error *= np.where(random.random(cell.size) < _TAIL, _WIDER, 1.0)
    which = random.random(cell.size)
    middle = stain.brightness + marker.density + (_STIMULATED.get(stain.marker, 0.0) if stimulated else 0.0)
    level = np.full(cell.size, -np.inf)
    spread = np.zeros(cell.size)
    for place, each in enumerate(known.cells.values()):
        here = np.flatnonzero(cell == place)
        parts = each.markers.get(stain.marker)
        if parts is None or not here.size:
            continue
        shift = _donor_shift(donor, stain.marker, each)
        part = np.minimum(np.searchsorted(_ends(parts), which[here], side="right"), len(parts) - 1)
        levels = np.asarray([-np.inf if one.level is None else one.level for one in parts])
        spreads = np.asarray([marker.spread if one.spread is None else one.spread for one in parts])
        level[here] = levels[part] + shift
        spread[here] = spreads[part]
    return np.asarray(middle + level + spread * error)


def _ends(parts: tuple[Level, ...]) -> NDArray[np.float64]:
    shares = np.asarray([part.share for part in parts])
    return np.cumsum(shares / shares.sum())


def _donor_shift(donor: int | None, marker: str, cell: Cell) -> float:
    if donor is None:
        return 0.0
    common = _DONOR_MARKER * stream(donor, f"donor {marker}").standard_normal()
    own = _DONOR_CELL * stream(donor, f"donor {marker} on {cell.name}").standard_normal()
    return float(common + own)
