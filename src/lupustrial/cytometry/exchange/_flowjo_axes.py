"""Axes of a sample of a FlowJo 10 workspace: compensation and scale of each parameter."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry.exchange._parts import Faults, UnreadableError, child, needed, number, optional
from lupustrial.cytometry.exchange._scale import PARAMETERS, Scale, scale_of
from lupustrial.cytometry.exchange._tree import Axis, Matrix
from lupustrial.cytometry.exchange._xml import Element

_RESAVE = "in FlowJo set the axis to biex, logicle, arcsinh, log or linear, and save the workspace again"


class SampleAxes:
    """The axes of one sample; they are made as gates ask for them."""

    def __init__(self, sample: Element, faults: Faults) -> None:
        """Read scales and matrix; an unusable matrix is a fault, an unusable scale where a gate needs it."""
        self.axes: dict[str, Axis] = {}
        self.matrices: dict[str, Matrix] = {}
        self._faults = faults
        self._prefix, self._suffix, self._detectors = "", "", frozenset[str]()
        self._scales = self._read_scales(sample)
        self._read_matrix(sample)

    def axis(self, parameter: str) -> tuple[str, Axis]:
        """Return the axis of a parameter; ``Comp-X`` is compensated, and X is not."""
        if parameter not in self.axes:
            start, end = len(self._prefix), len(parameter) - len(self._suffix)
            inner = parameter[start:end]
            marked = parameter.startswith(self._prefix) and parameter.endswith(self._suffix)
            compensated = marked and inner in self._detectors
            scale = self._scales.get(parameter)
            if isinstance(scale, str):
                raise UnreadableError(f"{scale}; {_RESAVE}")
            self.axes[parameter] = Axis(
                channel=inner if compensated else parameter, matrix="workspace" if compensated else None,
                scale=scale, ends=scale is not None,
            )  # fmt: skip
        return parameter, self.axes[parameter]

    def _read_scales(self, sample: Element) -> dict[str, Scale | str]:
        """Return the scale of each parameter, or why there is none: it matters where a gate lies on it."""
        found: dict[str, Scale | str] = {}
        for transformations in sample.all("Transformations"):
            for element in transformations.children:
                parameter = element.first("parameter")
                name = parameter.get("name") if parameter is not None else None
                if not name:
                    continue
                try:
                    given = {key: optional(element, key) for key in PARAMETERS.get(element.name, ())}
                    found[name] = scale_of(element.name, {k: v for k, v in given.items() if v is not None})
                except ValueError as why:
                    found[name] = str(why)
        return found

    def _read_matrix(self, sample: Element) -> None:
        elements = list(sample.all("spilloverMatrix"))
        if not elements:
            return
        try:
            self._take_matrix(elements)
        except UnreadableError as why:
            self._faults.add("CYTO-036", str(why), elements[0])

    def _take_matrix(self, elements: list[Element]) -> None:
        element = elements[0]
        if len(elements) > 1:
            raise UnreadableError("a sample has more than one compensation matrix")
        if element.get("spectral") == "1":
            raise UnreadableError("a matrix of spectral unmixing is not supported: export unmixed events")
        detectors = tuple(needed(each, "name") for each in child(element, "parameters").all("parameter"))
        rows = {}
        for row in element.all("spillover"):
            by_name = {needed(each, "parameter"): number(each, "value") for each in row.all("coefficient")}
            rows[needed(row, "parameter")] = [by_name.get(name, 0.0) for name in detectors]
        if set(rows) != set(detectors) or len(rows) != len(detectors) or not detectors:
            raise UnreadableError("the rows of the compensation matrix are not its parameters")
        values = np.array([rows[name] for name in detectors])
        if np.linalg.matrix_rank(values) < len(detectors):
            raise UnreadableError("the compensation matrix cannot be inverted")
        self._prefix, self._suffix = element.get("prefix") or "", element.get("suffix") or ""
        self._detectors = frozenset(detectors)
        self.matrices["workspace"] = Matrix(fluorochromes=detectors, detectors=detectors, values=values)
