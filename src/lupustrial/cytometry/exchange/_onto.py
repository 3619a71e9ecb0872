"""A reference on the scales of a panel, so that its regions fit every tube prepared with that panel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.exchange._carry import Carry
from lupustrial.cytometry.exchange._events import Events
from lupustrial.cytometry.exchange._panel_axes import axes_of
from lupustrial.cytometry.exchange._tree import Axis, Tree
from lupustrial.cytometry.panel import Panel
from lupustrial.errors import CytometryError, Fault

Array = NDArray[np.float64]
#: Where a side at the end of FlowJo's axis goes: events beyond stand there in FlowJo, and farther out here.
_BELOW, _ABOVE = -10.0, 11.0


def carries_onto(tree: Tree, events: Events, tube: Tube, panel: Panel) -> dict[str, Carry]:
    """Return where the values of each axis of a tree go in a tube that was prepared with a panel.

    Raises:
        CytometryError: CYTO-038 a gate lies on a channel that the panel does not name, on a ratio, or on
            uncompensated values of a channel that the panel compensates.
    """
    target = axes_of(panel, tube)
    columns = {events.index(axis.channel): name for name, axis in target.items()}
    carries, faults = {}, []
    for name, axis in tree.axes.items():
        index = None if axis.ratio is not None else events.index(axis.channel)
        column = columns.get(index) if index is not None else None
        why = "is not in the panel" if column is None else _differs(axis, target[column], events)
        if column is None or why:
            message = f"the axis {name} of {tree.source} {why}"
            hint = f"panel {panel.id} names {', '.join(each.channel for each in target.values())}"
            faults.append(Fault(id="CYTO-038", message=message, place=events.name, hint=hint))
            continue
        carries[name] = _carry(column, axis, target[column])
    if faults:
        raise CytometryError(faults)
    return carries


def _differs(axis: Axis, target: Axis, events: Events) -> str:
    mine, theirs = (each.matrix is not None for each in (axis, target))
    if axis.matrix == "FCS" and events.spill is None:
        mine = False
    return "lies on uncompensated values, which the panel compensates" if theirs and not mine else ""


def _carry(column: str, axis: Axis, target: Axis) -> Carry:
    source, scale = axis.scale, target.scale
    straight = (source is None or source.straight) and (scale is None or scale.straight)

    def function(values: Array) -> Array:
        linear = values if source is None else source.inverse(values)
        made = linear if scale is None else scale.forward(linear)
        if not axis.ends:
            return made
        return np.where(values < 0, _BELOW, np.where(values > 1, _ABOVE, made))

    return Carry(column=column, function=function, straight=straight and not axis.ends)
