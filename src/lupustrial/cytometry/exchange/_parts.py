"""Read numbers and attributes of elements; every fault is kept, with its line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from lupustrial.cytometry._regions import Every, Interval, Region
from lupustrial.cytometry.exchange._xml import Element
from lupustrial.errors import CytometryError, Fault

#: More corners than any hand draws; a bound on the time of one gate.
MOST_VERTICES = 2000
#: Dimensions of a plane; fewest corners of a polygon.
PLANE, CORNERS = 2, 3
#: Numbers beyond are no light of any cell, and their squares no double.
_LARGEST = 1e100
#: Deepest chain of populations.
DEEPEST = 100


@dataclass(slots=True)
class Faults:
    """Faults of one file."""

    path: Path
    found: list[Fault] = field(default_factory=list)

    def add(self, fault: str, message: str, element: Element | None = None, hint: str = "") -> None:
        """Keep a fault; at the line of an element where one is given."""
        place = str(self.path) if element is None else f"{self.path}:{element.line}"
        self.found.append(Fault(id=fault, message=message, place=place, hint=hint))

    def end(self) -> None:
        """Raise a CytometryError where a fault was found."""
        if self.found:
            raise CytometryError(self.found)


class UnreadableError(ValueError):
    """An element that cannot be read; the message says why."""


def number(element: Element, name: str) -> float:
    """Return an attribute that must be a finite number."""
    value = optional(element, name)
    if value is None:
        raise UnreadableError(f"<{element.name}> lacks {name}")
    return value


def optional(element: Element, name: str) -> float | None:
    """Return an attribute that is a finite number where it is given."""
    text = element.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _LARGEST:
        raise UnreadableError(f"<{element.name}> has {name}={text!r}, which is not a number")
    return value


def needed(element: Element, name: str) -> str:
    """Return an attribute that must be given."""
    value = element.get(name)
    if not value:
        raise UnreadableError(f"<{element.name}> lacks {name}")
    return value


def child(element: Element, name: str) -> Element:
    """Return a child that must be there."""
    found = element.first(name)
    if found is None:
        raise UnreadableError(f"<{element.name}> lacks <{name}>")
    return found


def points(element: Element, dimensions: int = 2) -> list[tuple[float, ...]]:
    """Return the coordinates of the vertices of an element."""
    found = [
        tuple(number(coordinate, "value") for coordinate in vertex.all("coordinate"))
        for vertex in element.all("vertex")
    ]
    if any(len(point) != dimensions for point in found):
        raise UnreadableError(f"a vertex of <{element.name}> has not {dimensions} coordinates")
    if len(found) > MOST_VERTICES:
        raise UnreadableError(f"<{element.name}> has {len(found)} vertices, more than {MOST_VERTICES}")
    return found


def box(intervals: list[tuple[str, float | None, float | None]]) -> Region:
    """Return a rectangle over columns, half-open as Gating-ML 2.0 section 5.1.1 has it."""
    sides = tuple(Interval(column=column, low=low, high=high) for column, low, high in intervals)
    return sides[0] if len(sides) == 1 else Every(of=sides)
