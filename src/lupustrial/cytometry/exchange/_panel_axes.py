"""The axes of a panel's tube: channel, matrix and scale of each column, as a gating file states them."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.exchange._scale import FLOORED_LOG, Scale
from lupustrial.cytometry.exchange._tree import Axis, Matrix
from lupustrial.cytometry.panel import Asinh, Biex, Linear, Logicle, Panel, Transform

#: Id of the matrix that a panel brings along.
PANEL_MATRIX = "panel"
_OWN_WORDS = {"none", "already applied"}


def scale_of_transform(transform: Transform) -> Scale:
    """Return the scale of a transform of a panel; both give the same display values."""
    if isinstance(transform, Linear):
        return Scale("flin", (transform.t, transform.a))
    if isinstance(transform, Asinh):
        return Scale("fasinh", (transform.t, transform.m, transform.a))
    if isinstance(transform, Logicle):
        return Scale("logicle", (transform.t, transform.w, transform.m, transform.a))
    if isinstance(transform, Biex):
        return Scale("biex", (transform.negative, transform.width, transform.positive, transform.t))
    return Scale(FLOORED_LOG, (transform.t, transform.m))


def matrix_of(panel: Panel) -> Matrix | None:
    """Return the matrix that a panel brings along; None where it is the file's, or nothing is compensated."""
    if panel.matrix is None:
        return None
    channels = panel.matrix.channels
    return Matrix(fluorochromes=channels, detectors=channels, values=np.array(panel.matrix.rows, np.float64))


def axes_of(panel: Panel, tube: Tube) -> dict[str, Axis]:
    """Return the axis of each column of a tube that was prepared with the panel."""
    matrix = matrix_of(panel)
    reference = None if panel.compensation in _OWN_WORDS else "FCS" if matrix is None else PANEL_MATRIX
    axes = {}
    if panel.time:
        axes[panel.time] = Axis(channel=panel.time)
    for name in panel.scatter:
        axes[name] = Axis(channel=name, scale=Scale("flin", (panel.scatter_top or _top(tube, name), 0.0)))
    for stain in panel.stains:
        compensated = reference if matrix is None or stain.channel in matrix.detectors else None
        axes[stain.marker] = Axis(
            channel=stain.channel,
            matrix=compensated,
            scale=scale_of_transform(panel.transform_of(stain.marker)),
        )
    return axes


def _top(tube: Tube, name: str) -> float:
    """Return the top of a scatter axis, which the file stated: linear value over display value."""
    linear = tube.linear_of(name) if name in tube.names else None
    if linear is None or not len(linear):
        return 262144.0
    at = int(np.nanargmax(np.abs(linear)))
    shown = float(tube.column(name)[at])
    if shown == 0:
        return 262144.0
    top = float(linear[at]) / shown
    return float(round(top)) if abs(top - round(top)) <= 1e-6 * top else top
