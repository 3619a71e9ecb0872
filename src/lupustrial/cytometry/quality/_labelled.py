"""A tube's columns as bright or dim, made without a look at the labels."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._cut import clear_valleys_of, cut_of
from lupustrial.cytometry.quality._expectation import Expectation
from lupustrial.cytometry.quality._fit import Labelled, Mask
from lupustrial.cytometry.quality._markers import is_stain, markers_of

#: Events that are looked at, evenly spaced over the file.
EVENTS = 20_000
#: Smoothing of the density in every look at a tube; after the first, each look takes half of the events.
SMOOTH = (4.0, 3.0, 5.0, 2.5, 6.0)
#: The name under which side scatter stands among the columns.
SIDE_SCATTER = "SSC"
#: A marker of which at least this share of all events is bright is on every cell of the specimen.
_EVERYWHERE = 0.8
_LEAST_EVENTS = 200
#: Less of all events, such as the pile at the end of the range, are not the lymphocytes.
_LEAST_SHARE = 0.03
#: Of parts that differ nearly as much, the lowest is that of lymphocytes.
_NEARLY_MOST = 0.6


def labelled_of(tube: Tube, rules: tuple[Expectation, ...], look: int = 0) -> Labelled:
    """Return the stains of a tube, and its side scatter, as bright or dim.

    The cut of a stain is sought over the events with the side scatter of lymphocytes, since the background of
    granulocytes is bright in many colours; that of a stain without a valley there over all events.
    """
    events, smooth = sample_of(tube), SMOOTH[look]
    if look:
        events = events[look % 2 :: 2]
    values = {name: tube.column(name)[events] for name in stains_of(tube)}
    bright: dict[str, Mask] = {}
    markers = {name: markers_of(name) for name in values}
    near, above = near_of(tube, events, smooth)
    if side_scatter_of(tube) is not None:
        markers[SIDE_SCATTER] = frozenset({SIDE_SCATTER})
    if above is not None:
        bright[SIDE_SCATTER] = above
    for name, each in values.items():
        cut = cut_of(each if near is None else each[near], smooth)
        if near is not None and cut.depth == 0:
            whole = cut_of(each, smooth)
            cut = whole if whole.depth > 0 else cut
        if cut.at is not None:
            bright[name] = each >= cut.at
    everywhere = frozenset(
        marker
        for rule in rules
        for marker, sign in rule.then
        if not rule.given and sign and rule.low >= _EVERYWHERE
    )
    return Labelled(bright, markers, near=near, count=events.size, everywhere=everywhere)


def sample_of(tube: Tube) -> NDArray[np.intp]:
    """Return at most 20,000 events, evenly spaced."""
    return np.arange(0, len(tube), max(1, -(-len(tube) // EVENTS)))


def numbers_of(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return values as numbers: what is none counts as the least of its column, 0 where there is no other."""
    numbers = np.atleast_2d(np.asarray(values, dtype=np.float64))
    seen = np.isfinite(numbers)
    least = np.where(seen, numbers, np.inf).min(axis=0, initial=np.inf)
    return np.where(seen, numbers, np.where(np.isfinite(least), least, 0.0))


def stains_of(tube: Tube) -> tuple[str, ...]:
    """Return the columns that are stains."""
    return tuple(name for name in tube.names if is_stain(name) and markers_of(name))


def side_scatter_of(tube: Tube) -> str | None:
    """Return the column of side scatter."""
    return next((name for name in ("SSC-A", "SSC-H", "SSC") if name in tube.names), None)


def near_of(tube: Tube, events: NDArray[np.intp], smooth: float = 4.0) -> tuple[Mask | None, Mask | None]:
    """Return the events with the side scatter of lymphocytes, and those above them.

    Args:
        tube: The tube.
        events: Those that are looked at.
        smooth: Of the density, in bins.

    Returns:
        Two masks over the events; None where there is no side scatter, or where it does not part the events.
    """
    scatter = side_scatter_of(tube)
    found = side_bounds(tube, events, smooth)
    if scatter is None or found is None:
        return None, None
    side = tube.column(scatter)[events]
    inside, above = (side >= found[0]) & (side < found[1]), side >= found[1]
    return inside, above if above.any() else None


def side_bounds(tube: Tube, events: NDArray[np.intp], smooth: float = 4.0) -> tuple[float, float] | None:
    """Return the part of side scatter, between two of its valleys, in which the stains differ most.

    Lymphocytes differ among themselves; debris and granulocytes do not. Of parts that differ nearly as much,
    the lowest.
    """
    scatter = side_scatter_of(tube)
    if scatter is None:
        return None
    side = tube.column(scatter)[events]
    edges = (-np.inf, *clear_valleys_of(side, smooth), np.inf)
    stains = [tube.column(name)[events] for name in stains_of(tube)]
    if len(edges) == len((-np.inf, np.inf)) or not stains:
        return None
    parts: list[tuple[float, tuple[float, float]]] = []
    for low, high in pairwise(edges):
        inside = (side >= low) & (side < high)
        if np.count_nonzero(inside) < max(_LEAST_EVENTS, _LEAST_SHARE * side.size):
            continue
        cuts = [cut_of(each[inside], smooth) for each in stains]
        parts.append((sum(cut.depth * 4 * cut.share * (1 - cut.share) for cut in cuts), (low, high)))
    most = max((differ for differ, _ in parts), default=0.0)
    return next((bounds for differ, bounds in parts if differ >= _NEARLY_MOST * most), None)
