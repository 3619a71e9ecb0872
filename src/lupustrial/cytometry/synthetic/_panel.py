"""Synthetic panels: which dye stains which marker, and what it spills into the other detectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._catalogue import read_plain
from lupustrial.errors import CytometryError, Fault, closest

#: Scatter and time channels of every synthetic file, in the order of its columns.
SCATTER = ("FSC-A", "FSC-H", "SSC-A")
TIME = "Time"


@dataclass(frozen=True, kw_only=True)
class Dyed:
    """A stain of a synthetic panel; brightness, glow, photons and noise as in `dyes.yaml`."""

    marker: str
    channel: str
    fluorochrome: str
    brightness: float
    glow: float
    photons: float
    noise: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticPanel:
    """A panel with the physics of its dyes.

    Attributes:
        id: Its name, as in :data:`PANELS`.
        stains: One a fluorescence channel, in the order of the columns.
        spill: (dye, detector) share of a dye's signal in each detector; ones on the diagonal.
    """

    id: str
    stains: tuple[Dyed, ...]
    spill: NDArray[np.float64]

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the columns ($PnN): scatter, fluorescence, time."""
        return (*SCATTER, *self.detectors, TIME)

    @property
    def detectors(self) -> tuple[str, ...]:
        """Names of the fluorescence channels ($PnN)."""
        return tuple(stain.channel for stain in self.stains)

    @property
    def markers(self) -> tuple[str, ...]:
        """Markers of the fluorescence channels ($PnS)."""
        return tuple(stain.marker for stain in self.stains)


#: The panels that ship with the package.
PANELS = ("functional", "memory", "nk", "tbnk", "treg", "wide")


def panel_text(name: str) -> str:
    """Return the YAML of a panel that ships with the package, for `panel.read_panel`.

    Raises:
        CytometryError: CYTO-062 there is no such panel.
    """
    _known(name)
    folder = files("lupustrial.cytometry.synthetic").joinpath("panels")
    return folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")


@cache
def synthetic_panel(name: str) -> SyntheticPanel:
    """Return a panel that ships with the package.

    Raises:
        CytometryError: CYTO-062 there is no such panel.
    """
    _known(name)
    physics = read_plain("dyes.yaml")
    written = read_plain(f"panels/{name}.yaml")["stains"]
    stains = tuple(_dyed(stain, physics) for stain in written)
    detectors = [stain.channel for stain in stains]
    spill = np.eye(len(stains))
    for row, stain in enumerate(stains):
        for detector, share in physics["dyes"][stain.fluorochrome]["emits"].items():
            if detector in detectors:
                spill[row, detectors.index(detector)] = share
    return SyntheticPanel(id=name, stains=stains, spill=spill)


def _dyed(stain: dict[str, Any], physics: dict[str, Any]) -> Dyed:
    dye = physics["dyes"][stain["fluorochrome"]]
    return Dyed(
        marker=stain["marker"],
        channel=stain["channel"],
        fluorochrome=stain["fluorochrome"],
        brightness=dye["brightness"],
        **physics["detectors"][stain["channel"]],
    )


def _known(name: str) -> None:
    if name not in PANELS:
        raise CytometryError(
            Fault(
                id="CYTO-062",
                message=f"there is no synthetic panel {name!r}",
                place=name,
                hint=closest(name, PANELS) or f"there are {', '.join(PANELS)}",
            )
        )
