"""Synthetic events with labels: cells are drawn, stained, detected, and what went wrong is done to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._catalogue import catalogue
from lupustrial.cytometry.synthetic._detection import RANGE, detect, gains_of, written_spill
from lupustrial.cytometry.synthetic._fractions import draw_kinds, shares_of
from lupustrial.cytometry.synthetic._panel import SyntheticPanel, synthetic_panel
from lupustrial.cytometry.synthetic._random import stream
from lupustrial.cytometry.synthetic._scatter import debris_scatter, height_of, scatter_of, time_of
from lupustrial.cytometry.synthetic._staining import stain_cells
from lupustrial.errors import CytometryError, Fault, closest

#: Smallest step of time in the file: 1 / 100 second ($TIMESTEP).
TIMESTEP = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticEvents:
    """Events as a cytometer would hand them over, and what each of them is.

    Attributes:
        panel: The panel, with the true spillover at gain 1.
        values: (events, channels) float32 in the order of `channels`: scatter and fluorescence as
            measured (spilled, not compensated), time in ticks of `TIMESTEP`.
        channels: Names of the columns ($PnN).
        markers: Marker of each column ($PnS); empty for scatter and time.
        spill: (detectors, detectors) the matrix that the file will carry.
        labels: (events,) subset of each event; ``debris``, ``dead`` or ``doublet`` where it is no single
            live cell.
        cells: (events,) the subset that an event is of, also where it is dead; of a doublet its first.
    """

    panel: SyntheticPanel
    values: NDArray[np.float32]
    channels: tuple[str, ...]
    markers: tuple[str, ...]
    spill: NDArray[np.float64]
    labels: NDArray[np.str_]
    cells: NDArray[np.str_]

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self.values.shape[0])

    def column(self, channel: str) -> NDArray[np.float32]:
        """Return the measured values of a channel, one for each event."""
        return np.asarray(self.values[:, self.channels.index(channel)])

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> SyntheticEvents:
        """Return some of the events."""
        return replace(self, values=self.values[rows], labels=self.labels[rows], cells=self.cells[rows])


def make_events(
    panel: str,
    *,
    seed: int,
    events: int = 20_000,
    fractions: Mapping[str, float] | None = None,
    donor: int | None = None,
    gain: float | Mapping[str, float] = 1.0,
    without: Collection[str] = (),
    stimulated: bool = False,
    seconds: float = 90.0,
) -> SyntheticEvents:
    """Return synthetic events of a tube.

    The same arguments give the same events. What is drawn for one purpose does not depend on the others:
    with another gain the cells are the same.

    Args:
        panel: One of :data:`PANELS`.
        seed: Of this tube.
        events: How many.
        fractions: Shares of subsets or groups among single live cells, of ``debris``, ``dead`` and
            ``doublet`` among all events; see :func:`shares_of`.
        donor: Seed of the donor's own expression, scatter; None is a typical donor.
        gain: Of every fluorescence channel, or by channel; the written spillover follows it, as it does
            where controls are run with each batch. See :func:`batch_gain`.
        without: Markers whose stain was left out (FMO).
        stimulated: Whether the cells were stimulated for hours: some markers are lost from the surface.
        seconds: How long the tube was run.

    Raises:
        CytometryError: CYTO-060, -061 fractions; CYTO-062 panel; CYTO-064 channel or marker.
    """
    dyes = synthetic_panel(panel)
    _check_markers(dyes, without)
    gains = gains_of(dyes, gain)
    cell, kind = draw_kinds(shares_of(fractions), events, stream(seed, "cells"))
    names = np.asarray([*catalogue().cells])
    labels = np.concatenate([[""], list(catalogue().others)])[kind]
    measured, scatter = _measure(
        dyes, cell, labels, seed=seed, donor=donor, stimulated=stimulated, without=without
    )
    columns = [*scatter, *measured.T]
    scaled = [
        np.clip(column * gains.get(name, 1.0), -RANGE, RANGE - 1)
        for name, column in zip(dyes.channels[:-1], columns, strict=True)
    ]
    ticks = np.floor(time_of(events, seconds=seconds, seed=seed) / TIMESTEP)
    return SyntheticEvents(
        panel=dyes,
        values=np.column_stack([*scaled, ticks]).astype(np.float32),
        channels=dyes.channels,
        markers=("", "", "", *dyes.markers, ""),
        spill=written_spill(dyes, gains, seed=seed),
        labels=np.where(labels == "", names[cell], labels),
        cells=np.where(labels == "debris", "debris", names[cell]),
    )


def _measure(
    dyes: SyntheticPanel,
    cell: NDArray[np.intp],
    labels: NDArray[np.str_],
    *,
    seed: int,
    donor: int | None,
    stimulated: bool,
    without: Collection[str],
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    dead, doublet, debris = (labels == name for name in ("dead", "doublet", "debris"))
    random = stream(seed, "size")
    size = random.standard_normal(cell.size)
    forward, side, glow = scatter_of(cell, size, dead, seed=seed, donor=donor)
    light = stain_cells(
        dyes, cell, size, dead, seed=seed, donor=donor, stimulated=stimulated, without=without
    )
    # The second cell of a doublet is any other event's cell; a piece of debris carries little of one.
    partner = random.permutation(cell.size)
    for sum_, alone in ((forward, forward.copy()), (side, side.copy()), (glow, glow.copy())):
        sum_[doublet] += alone[partner][doublet]
    light[doublet] += light[partner][doublet]
    piece = 10.0 ** (-1.9 + 0.5 * random.standard_normal(cell.size))
    light[debris] *= piece[debris, None]
    glow[debris] *= 0.25
    forward[debris], side[debris] = debris_scatter(int(debris.sum()), seed=seed)
    height = height_of(forward, doublet, seed=seed)
    return detect(dyes, light, glow, seed=seed), [forward, height, side]


def _check_markers(dyes: SyntheticPanel, without: Collection[str]) -> None:
    faults = [
        Fault(
            id="CYTO-064",
            message=f"there is no stain for {name!r}",
            place=f"panel {dyes.id}",
            hint=closest(name, dyes.markers) or f"the panel stains {', '.join(dyes.markers)}",
        )
        for name in without
        if name not in dyes.markers
    ]
    if faults:
        raise CytometryError(faults)
