"""A file and its panel into a tube."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry._tube import Tube, Values
from lupustrial.cytometry.fcs import Channel, FcsFile, Spill
from lupustrial.cytometry.panel import Panel, display
from lupustrial.cytometry.panel._channels import find_channel, needed
from lupustrial.cytometry.panel._compensation import matrix_for
from lupustrial.cytometry.panel._model import NONE
from lupustrial.cytometry.prepare._compensate import compensate
from lupustrial.errors import CytometryError, Fault, closest


def prepare(file: FcsFile, panel: Panel) -> Tube:
    """Compensate a file and put it on the panel's frozen scales.

    Args:
        file: Linear values, not compensated.
        panel: What each channel is; channels that it does not name are left out.

    Returns:
        A tube with the columns time, scatter (value over the top of its range, so that 0 to 1 spans the axis)
        and one a stain, named by its marker.

    Raises:
        CytometryError: CYTO-018, CYTO-024 to CYTO-027: a channel is absent, the matrix is absent, broken or
            impossible, or compensation would be applied twice.
    """
    faults = _missing(file, panel)
    try:
        spill = matrix_for(file, panel)
    except CytometryError as error:
        faults += error.faults
    if faults:
        raise CytometryError(faults)
    names = ([panel.time] if panel.time else []) + [*panel.scatter, *panel.markers]
    linear = np.empty((len(file), len(names)), dtype=np.float32, order="F")
    values = np.empty_like(linear)
    _plain_columns(file, panel, names, linear, values)
    _stains(file, panel, spill, names, linear, values)
    return Tube(
        name=file.name, sha256=file.sha256, names=tuple(names), values=values, linear=linear,
        off_scale=file.off_scale, compensation=_told(panel, spill), keywords=file.keywords,
    )  # fmt: skip


def _told(panel: Panel, spill: Spill | None) -> str:
    if spill is not None:
        return "applied"
    return "none" if panel.compensation == NONE else "already applied"


def _missing(file: FcsFile, panel: Panel) -> list[Fault]:
    names = [channel.name for channel in file.channels]
    return [
        Fault(
            id="CYTO-024",
            message=f"panel {panel.id} needs channel {name}, which the file lacks",
            place=file.name,
            hint=closest(name, names) or f"the file has {', '.join(names)}",
        )
        for name in needed(panel)
        if find_channel(file, name) is None
    ]


def _channel(file: FcsFile, name: str) -> Channel:
    found = find_channel(file, name)
    return file.channel(name) if found is None else found


def _plain_columns(file: FcsFile, panel: Panel, names: list[str], linear: Values, values: Values) -> None:
    """Time as it is; scatter over the top of its axis."""
    for name in ([panel.time] if panel.time else []) + list(panel.scatter):
        channel = _channel(file, name)
        at = names.index(name)
        linear[:, at] = file.events[:, channel.number - 1]
        top = 1.0 if name == panel.time else panel.scatter_top or channel.range / channel.gain
        values[:, at] = linear[:, at] / np.float32(top)


def _stains(
    file: FcsFile, panel: Panel, spill: Spill | None, names: list[str], linear: Values, values: Values
) -> None:
    channels = {stain.marker: _channel(file, stain.channel).name for stain in panel.stains}
    known = () if spill is None else spill.channels
    wanted = {name: names.index(marker) for marker, name in channels.items() if name in known}
    if spill is not None:
        compensate(file, spill, wanted, linear)
    for marker, name in channels.items():
        at = names.index(marker)
        if name not in wanted:
            linear[:, at] = file.values(name)
        values[:, at] = display(panel.transform_of(marker), linear[:, at])
