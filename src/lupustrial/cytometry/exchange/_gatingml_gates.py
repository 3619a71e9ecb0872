"""Gates of a Gating-ML 2.0 file as regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

from lupustrial.cytometry._regions import Ellipse, Region
from lupustrial.cytometry.exchange._gatingml_axes import FileAxes
from lupustrial.cytometry.exchange._parts import (
    CORNERS,
    PLANE,
    UnreadableError,
    box,
    child,
    needed,
    number,
    optional,
    points,
)  # fmt: skip
from lupustrial.cytometry.exchange._polygon import ClosedPolygon
from lupustrial.cytometry.exchange._tree import Ellipsoid, Logic
from lupustrial.cytometry.exchange._tree import Path as Names
from lupustrial.cytometry.exchange._xml import Element

_MOST_DIMENSIONS = 50
_SHAPES = {"RectangleGate", "PolygonGate", "EllipsoidGate", "BooleanGate"}
_OPERATORS: Mapping[str, Literal["and", "or", "not"]] = {"and": "and", "or": "or", "not": "not"}


def shape_of(element: Element, axes: FileAxes) -> Region | Ellipsoid | References:
    """Return the shape of a gate that is no quadrant gate; UnreadableError where it has none."""
    if element.name not in _SHAPES:
        raise UnreadableError("Gating-ML 2.0 has no such element there")
    if element.name == "BooleanGate":
        return References(element)
    columns = [axes.column(each) for each in element.all("dimension")]
    if element.name == "RectangleGate":  # 5.1.1
        if not columns:
            raise UnreadableError("it has no dimension")
        ends = [(optional(each, "min"), optional(each, "max")) for each in element.all("dimension")]
        return box([(name, low, high) for name, (low, high) in zip(columns, ends, strict=True)])
    if element.name == "PolygonGate":  # 5.1.2
        corners = points(element)
        if len(columns) != PLANE or len(corners) < CORNERS:
            raise UnreadableError(f"it has {len(columns)} dimensions and {len(corners)} vertices")
        return ClosedPolygon(x=columns[0], y=columns[1], vertices=tuple((a, b) for a, b in corners))
    return _ellipsoid(element, columns)


def quadrants_of(element: Element, axes: FileAxes) -> Iterator[tuple[str, Region]]:
    """Yield id and box of each quadrant (5.1.4): the cell between dividers that holds its location."""
    dividers = {}
    for divider in element.all("divider"):
        values = sorted(_text_number(value) for value in divider.all("value"))
        dividers[needed(divider, "id")] = (axes.column(divider), values)
    for quadrant in element.all("Quadrant"):
        sides = []
        for position in quadrant.all("position"):
            name = needed(position, "divider_ref")
            if name not in dividers:
                raise UnreadableError(f"the divider {name} is not in the gate")
            column, values = dividers[name]
            at = number(position, "location")
            low = max((value for value in values if value <= at), default=None)
            high = min((value for value in values if value > at), default=None)
            sides.append((column, low, high))
        if not sides:
            raise UnreadableError("a quadrant has no position")
        yield needed(quadrant, "id"), box(sides)


class References:
    """The logic of a BooleanGate (5.2), before the paths of the other gates are known."""

    def __init__(self, element: Element) -> None:
        found = [each for each in element.children if each.name in _OPERATORS]
        if len(found) != 1:
            raise UnreadableError("a boolean gate needs one of and, or, not")
        self.operator = _OPERATORS[found[0].name]
        self.of = [
            (needed(each, "ref"), each.get("use-as-complement") in {"true", "1"})
            for each in found[0].all("gateReference")
        ]
        if not self.of or (self.operator == "not" and len(self.of) != 1):
            raise UnreadableError(f"'{self.operator}' refers to {len(self.of)} gates")

    def logic(self, paths: Mapping[str, Names]) -> Logic:
        """Return it over paths; KeyError where a gate is not in the file."""
        of = tuple((paths[name], complement) for name, complement in self.of)
        return Logic(operator=self.operator, of=of)


def _ellipsoid(element: Element, columns: list[str]) -> Region | Ellipsoid:
    centre = tuple(number(each, "value") for each in child(element, "mean").all("coordinate"))
    covariance = tuple(
        tuple(number(entry, "value") for entry in row.all("entry"))
        for row in child(element, "covarianceMatrix").all("row")
    )
    distance = number(child(element, "distanceSquare"), "value")
    size = len(columns)
    fits = len(centre) == size and [len(row) for row in covariance] == [size] * size
    if not (fits and PLANE <= size <= _MOST_DIMENSIONS):
        raise UnreadableError("dimensions, mean and covariance matrix do not go together")
    if np.linalg.matrix_rank(np.array(covariance)) < size:
        raise UnreadableError("its covariance matrix cannot be inverted")
    if size > PLANE:
        return Ellipsoid(columns=tuple(columns), centre=centre, covariance=covariance, distance=distance)
    (a, b), (c, d) = covariance
    return Ellipse(
        x=columns[0],
        y=columns[1],
        centre=(centre[0], centre[1]),
        covariance=((a, b), (c, d)),
        distance=distance,
    )


def _text_number(element: Element) -> float:
    return number(Element("value", {"text": element.text.strip()}, element.line), "text")
