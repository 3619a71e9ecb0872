"""Axes of a Gating-ML 2.0 file: transformations, matrices, and the dimensions that use them."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry.exchange._parts import Faults, UnreadableError, child, needed, number, optional
from lupustrial.cytometry.exchange._scale import PARAMETERS, Scale, scale_of
from lupustrial.cytometry.exchange._tree import Axis, Matrix, Ratio
from lupustrial.cytometry.exchange._xml import Element

_KINDS = ("flin", "flog", "fasinh", "logicle", "hyperlog")


class FileAxes:
    """The axes of a file, as its gates ask for them."""

    def __init__(self, root: Element, faults: Faults) -> None:
        """Read transformations and matrices, keeping faults."""
        self.axes: dict[str, Axis] = {}
        self.matrices: dict[str, Matrix] = {}
        self._scales: dict[str, Scale] = {}
        self._ratios: dict[str, Ratio] = {}
        for element in root.children:
            kind = "CYTO-033" if element.name == "transformation" else "CYTO-036"
            try:
                if element.name == "transformation":
                    self._transformation(element)
                elif element.name == "spectrumMatrix":
                    self.matrices[needed(element, "id")] = _matrix(element)
            except ValueError as why:
                faults.add(kind, f"<{element.name}> {element.get('id')} cannot be read: {why}", element)

    def _transformation(self, element: Element) -> None:
        name = needed(element, "id")
        for each in element.children:
            if each.name == "fratio":  # 6.6
                x, y = (needed(channel, "name") for channel in each.all("fcs-dimension"))
                a, b, c = (number(each, key) for key in "ABC")
                self._ratios[name] = Ratio(x=x, y=y, a=a, b=b, c=c)
            elif each.name in _KINDS:
                given = {key: optional(each, key) for key in PARAMETERS[each.name]}
                self._scales[name] = scale_of(each.name, {k: v for k, v in given.items() if v is not None})
            else:
                raise UnreadableError(f"Gating-ML 2.0 has no transformation <{each.name}>")

    def column(self, element: Element) -> str:
        """Return the column of a dimension or divider; its axis is kept."""
        matrix = element.get("compensation-ref")
        matrix = None if matrix in {None, "uncompensated"} else matrix
        if matrix not in {None, "FCS"} and matrix not in self.matrices:
            raise UnreadableError(f"the matrix {matrix} is not in the file")
        reference = element.get("transformation-ref")
        if reference is not None and reference not in self._scales:
            raise UnreadableError(f"the transformation {reference} is not in the file")
        scale = self._scales[reference] if reference is not None else None
        new = element.first("new-dimension")
        if new is not None:
            ratio = needed(new, "transformation-ref")
            if ratio not in self._ratios:
                raise UnreadableError(f"the ratio {ratio} is not in the file")
            axis = Axis(channel=ratio, matrix=matrix, scale=scale, ratio=self._ratios[ratio])
        else:
            axis = Axis(channel=needed(child(element, "fcs-dimension"), "name"), matrix=matrix, scale=scale)
        name = (
            "|".join((axis.channel, matrix or "", reference or "")) if matrix or reference else axis.channel
        )
        self.axes[name] = axis
        return name


def _matrix(element: Element) -> Matrix:
    """Return a spectrum matrix (section 7): rows are fluorochromes, columns are detectors."""
    fluorochromes, detectors = (
        tuple(needed(each, "name") for each in child(element, key).all("fcs-dimension"))
        for key in ("fluorochromes", "detectors")
    )
    rows = [[number(each, "value") for each in row.all("coefficient")] for row in element.all("spectrum")]
    if len(rows) != len(fluorochromes) or any(len(row) != len(detectors) for row in rows) or not rows:
        raise UnreadableError("its spectra are not one number a detector, one row a fluorochrome")
    values = np.array(rows)
    if np.linalg.matrix_rank(values) < len(fluorochromes):
        raise UnreadableError("it cannot be inverted")
    return Matrix(fluorochromes=fluorochromes, detectors=detectors, values=values)
