"""The numbers of a region that a reader can move, and the region with them moved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lupustrial.cytometry._regions import Region, region_from
from lupustrial.errors import CytometryError, Fault

_LEAST_CORNERS = 3
_LEAST_AREA = 1e-9


@dataclass(frozen=True, kw_only=True)
class Handle:
    """A number of a region.

    Attributes:
        path: Where it stands in the plain form, e.g. ``of.0.low``, ``vertices.2.1``, ``centre.0``.
        column: The column along which it lies; empty for the size of an ellipse.
        what: ``low``, ``high``, ``corner`` (with `number`, from 1), ``centre`` or ``size``.
        number: Of a corner; else 0.
        value: Where it is now, display scale; squared Mahalanobis distance for the size of an ellipse.
    """

    path: str
    column: str
    what: str
    number: int
    value: float


def handles_of(region: Region) -> tuple[Handle, ...]:
    """Return the numbers of a region that can be moved: closed ends, corners, middle and size."""
    return tuple(_handles(region.as_plain(), ""))


def with_handles(region: Region, values: Mapping[str, float]) -> Region:
    """Return a region with some of its numbers moved.

    Args:
        region: The region.
        values: New numbers by path.

    Raises:
        CytometryError: CYTO-086, a number is none of the region's, is not finite, or the region would be
            empty: an interval that ends before it begins, a polygon without area, an ellipse without size.
    """
    known = {handle.path for handle in handles_of(region)}
    plain = region.as_plain()
    for path, value in values.items():
        if path not in known:
            raise _refused(f"the gate has no number {path}", "move one of those that it has")
        if not math.isfinite(value):
            raise _refused(f"{path} is not a number", "give a number in display scale")
        _put(plain, path.split("."), round(float(value), 9))
    for message in _empty(plain):
        raise _refused(message, "move its edges apart")
    return region_from(plain)


def _handles(plain: Mapping[str, Any], path: str) -> Iterator[Handle]:
    if plain["shape"] == "every":
        for key in ("of", "out"):
            for number, each in enumerate(plain[key]):
                yield from _handles(each, f"{path}{key}.{number}.")
        return
    for where, column, what, number in _numbers(plain):
        value = _at(plain, where.split("."))
        yield Handle(path=path + where, column=column, what=what, number=number, value=value)


def _numbers(plain: Mapping[str, Any]) -> list[tuple[str, str, str, int]]:
    """Return path, column, kind and number of each number of a simple region."""
    if plain["shape"] == "interval":
        return [(end, plain["column"], end, 0) for end in ("low", "high") if plain[end] is not None]
    axes = (plain["x"], plain["y"])
    if plain["shape"] == "polygon":
        return [(f"vertices.{at}.{axis}", name, "corner", at + 1)
                for at in range(len(plain["vertices"])) for axis, name in enumerate(axes)]  # fmt: skip
    return [
        *((f"centre.{axis}", name, "centre", 0) for axis, name in enumerate(axes)),
        ("distance", "", "size", 0),
    ]


def _at(plain: Any, steps: list[str]) -> Any:
    for step in steps:
        plain = plain[int(step)] if isinstance(plain, list) else plain[step]
    return plain


def _put(plain: Any, steps: list[str], value: float) -> None:
    within, last = _at(plain, steps[:-1]), steps[-1]
    within[int(last) if isinstance(within, list) else last] = value


def _empty(plain: Mapping[str, Any]) -> Iterator[str]:
    shape = plain["shape"]
    if shape == "interval":
        low, high = plain["low"], plain["high"]
        if low is not None and high is not None and low >= high:
            yield f"the interval of {plain['column']} would end before it begins"
    elif shape == "polygon":
        x, y = np.asarray(plain["vertices"], dtype=float).T
        area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
        if len(x) < _LEAST_CORNERS or abs(area) < _LEAST_AREA:
            yield f"the polygon of {plain['x']} and {plain['y']} would have no area"
    elif shape == "ellipse":
        if plain["distance"] <= 0:
            yield f"the ellipse of {plain['x']} and {plain['y']} would have no size"
    else:
        for each in (*plain["of"], *plain["out"]):
            yield from _empty(each)


def _refused(message: str, hint: str) -> CytometryError:
    return CytometryError(Fault(id="CYTO-086", message=message, place="edited gate", hint=hint))
