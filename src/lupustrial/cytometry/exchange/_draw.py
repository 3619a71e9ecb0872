"""Regions as the gates a file can hold: boxes, polygons, ellipses and logic, with made-up helpers in between.

Axes whose scale the format does not know are drawn on linear values: an interval stays exact, since scales
only rise; the sides of a polygon are bent, see `_carry`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region
from lupustrial.cytometry.exchange._carry import Carry, carried, unchanged
from lupustrial.cytometry.exchange._scale import FLOORED_LOG, Scale
from lupustrial.cytometry.exchange._tree import Axis
from lupustrial.errors import CytometryError, Fault

Array = NDArray[np.float64]
#: A scale as a format states it, and the straight line from our values to its; None where it cannot.
Restate = Callable[[Scale], tuple[Scale, Callable[[Array], Array]] | None]
#: Display values at and beyond which a scale shows no difference.
_ENDS = {"biex": (0.0, 1.0), "log": (0.0, np.inf), FLOORED_LOG: (-1.0, np.inf)}
#: Linear values beyond any detector: where a side at the end of an axis goes.
FAR = 1e12
_SAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A gate to be written.

    Attributes:
        id: A valid xs:ID, unique in the file.
        population: Its name; empty for a helper that only logic needs.
        parent: Id of the parent; None at the top.
        shape: What to draw; None for logic.
        operator: ``and`` or ``not``, for logic.
        of: (id, complement) of the gates that logic joins.
    """

    id: str
    population: str
    parent: str | None
    shape: Interval | Polygon | Ellipse | tuple[Interval, ...] | None = None
    operator: str = ""
    of: tuple[tuple[str, bool], ...] = ()


def sketches_of(
    gates: Sequence[tuple[str, str | None, Region]], axes: Mapping[str, Axis], restate: Restate
) -> tuple[tuple[Sketch, ...], dict[str, Axis]]:
    """Return the gates to be written, parents first, and the axes they lie on.

    Args:
        gates: (population, parent or None, region), parents first.
        axes: Axis of each column.
        restate: How the format states a scale.

    Raises:
        CytometryError: CYTO-037 a gate cannot be written: no such column or parent, or no region.
    """
    drawer = _Drawer(axes, restate)
    faults = []
    for population, parent, region in gates:
        try:
            drawer.draw(population, parent, region)
        except (KeyError, ValueError) as why:
            message = f"population {population} cannot be written: {why.args[0] if why.args else why}"
            faults.append(Fault(id="CYTO-037", message=message, place="gates"))
    if faults:
        raise CytometryError(faults)
    return tuple(drawer.sketches), drawer.axes


class _Drawer:
    def __init__(self, axes: Mapping[str, Axis], restate: Restate) -> None:
        self.sketches: list[Sketch] = []
        self.axes: dict[str, Axis] = {}
        self._given, self._restate = axes, restate
        self._ids: dict[str, str] = {}
        self._taken: set[str] = set()

    def draw(self, population: str, parent: str | None, region: Region) -> None:
        """Add the gate of a population and the helpers it needs."""
        if population in self._ids:
            raise ValueError("it is there twice")
        if parent is not None and parent not in self._ids:
            raise ValueError(f"its parent {parent} does not stand before it")
        if not population.isprintable() or not population:
            raise ValueError("its name is empty or holds a control character")
        moved = carried(region, {name: self._carry(name) for name in region.columns})
        self._ids[population] = self._id(population)
        self._add(self._ids[population], population, None if parent is None else self._ids[parent], moved)

    def _add(self, name: str, population: str, parent: str | None, region: Region) -> None:
        region = _bare(region)
        if not isinstance(region, Every):
            self.sketches.append(Sketch(id=name, population=population, parent=parent, shape=region))
            return
        sides = _sides(region)
        if sides:
            self.sketches.append(Sketch(id=name, population=population, parent=parent, shape=sides))
            return
        of = []
        for part, complement in [(each, False) for each in region.of] + [(each, True) for each in region.out]:
            helper = self._id(f"{name}.part")
            self._add(helper, "", None, part)
            of.append((helper, complement))
        if not of:
            raise ValueError("it joins no region")
        if len(of) == 1:
            self.sketches.append(
                Sketch(id=name, population=population, parent=parent, operator="not", of=((of[0][0], False),))
            )
            return
        self.sketches.append(
            Sketch(id=name, population=population, parent=parent, operator="and", of=tuple(of))
        )

    def _carry(self, column: str) -> Carry:
        if column not in self._given:
            raise KeyError(f"there is no axis for the column {column}")
        axis = self._given[column]
        if not axis.channel.isprintable():
            raise ValueError(f"the channel {axis.channel!r} holds a control character")
        if axis.scale is None:
            self.axes[column] = axis
            return unchanged(column)
        stated = self._restate(axis.scale)
        scale = axis.scale if stated is None else stated[0]
        self.axes[column] = Axis(channel=axis.channel, matrix=axis.matrix, scale=stated and scale)
        if stated is not None:
            return Carry(column=column, function=stated[1], straight=True)
        if scale.straight:
            return Carry(column=column, function=scale.inverse, straight=True)
        low, high = _ENDS.get(scale.kind, (-np.inf, np.inf))

        def linear(values: Array) -> Array:
            return np.where(values <= low, -FAR, np.where(values > high, FAR, scale.inverse(values)))

        return Carry(column=column, function=linear, straight=False)

    def _id(self, name: str) -> str:
        base = _SAFE.sub("_", name)
        base = base if re.match(r"[A-Za-z_]", base) else f"g_{base}"
        number, made = 1, base
        while made in self._taken:
            number += 1
            made = f"{base}.{number}"
        self._taken.add(made)
        return made


def _bare(region: Region) -> Region:
    """Return what an Every of one region is."""
    while isinstance(region, Every) and len(region.of) == 1 and not region.out:
        region = region.of[0]
    return region


def _sides(region: Every) -> tuple[Interval, ...]:
    """Return the sides of a box; none where it is no box."""
    sides = tuple(each for each in region.of if isinstance(each, Interval))
    columns = {side.column for side in sides}
    return sides if sides and len(columns) == len(region.of) and not region.out else ()
