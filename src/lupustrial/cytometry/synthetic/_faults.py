"""What goes wrong with a tube or its file, by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lupustrial.cytometry.synthetic._events import SyntheticEvents
from lupustrial.cytometry.synthetic._random import stream
from lupustrial.errors import CytometryError, Fault, closest

#: Done to the cells before they are stained: a stain left out by mistake.
STAINING_FAULTS = ("missing_stain",)
#: Done to the bytes after they are written (`_file.py`).
FILE_FAULTS = ("truncated", "lying_total", "lying_offsets")

Names = Sequence[str]

#: Share of the events that pass a clog.
_PASSES = 0.15


def _swapped_headers(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """The names of two markers stand at each other's channel; the values are where they were."""
    del seed
    first, second = (tube.markers.index(name) for name in on)
    markers = list(tube.markers)
    markers[first], markers[second] = markers[second], markers[first]
    return replace(tube, markers=tuple(markers))


def _swapped_stains(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """The values of two markers stand in each other's channel; the header agrees with the panel."""
    del seed
    first, second = (tube.markers.index(name) for name in on)
    values = tube.values.copy()
    values[:, [first, second]] = values[:, [second, first]]
    at = [tube.panel.markers.index(name) for name in on]
    spill = tube.spill.copy()
    spill[at] = spill[at[::-1]]
    spill[:, at] = spill[:, at[::-1]]
    return replace(tube, values=values, spill=spill)


def _wrong_spill(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """The matrix is of another day: the markers' dyes spill 2.5 times and 0.2 times what it says."""
    del seed
    spill = tube.spill.copy()
    for marker, factor in zip(on, (2.5, 0.2), strict=True):
        row = tube.panel.markers.index(marker)
        own = np.arange(spill.shape[1]) == row
        spill[row] = np.where(own, 1.0, np.minimum(spill[row] * factor, 0.95))
    return replace(tube, spill=spill)


def _gain_10x(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """One detector ran at ten times its gain; the matrix does not know."""
    del seed
    values = tube.values.copy()
    top = np.float32(262143)
    for marker in on:
        column = tube.markers.index(marker)
        values[:, column] = np.minimum(values[:, column] * 10, top)
    return replace(tube, values=values)


def _clog(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """For a sixth of the time hardly any event passes, off the lasers' focus, with rubbish among them."""
    del on
    random = stream(seed, "clog")
    time = tube.values[:, -1]
    start = time.max() * (0.35 + 0.2 * random.random())
    within = (time >= start) & (time < start + time.max() / 6)
    kept = ~within | (random.random(len(tube)) < _PASSES)
    values = tube.values.copy()
    factor = 10.0 ** (-0.35 + 0.12 * random.standard_normal(int(within.sum())))
    values[within, :-1] *= factor[:, None].astype(np.float32)
    return replace(tube, values=values).taken(kept)


def _few_events(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """The tube ran dry after 200 events."""
    del on, seed
    return tube.taken(slice(0, 200))


def _time_drift(tube: SyntheticEvents, on: Names, seed: int) -> SyntheticEvents:
    """The signal of some detectors falls by half in the course of the tube, as where a laser fades."""
    del seed
    values = tube.values.copy()
    share = values[:, -1] / max(float(values[:, -1].max()), 1.0)
    for marker in on:
        values[:, tube.markers.index(marker)] *= 1 - 0.5 * share
    return replace(tube, values=values)


_TUBE_FAULTS: Mapping[str, Callable[[SyntheticEvents, Names, int], SyntheticEvents]] = {
    "swapped_headers": _swapped_headers,
    "swapped_stains": _swapped_stains,
    "wrong_spill": _wrong_spill,
    "gain_10x": _gain_10x,
    "clog": _clog,
    "few_events": _few_events,
    "time_drift": _time_drift,
}

#: How many markers a fault concerns, where it concerns any.
_CONCERNS = {
    "missing_stain": 1, "swapped_headers": 2, "swapped_stains": 2, "wrong_spill": 2, "gain_10x": 1,
    "time_drift": 2,
}  # fmt: skip

#: Every fault that can be made.
FAULTS = tuple(sorted((*_TUBE_FAULTS, *STAINING_FAULTS, *FILE_FAULTS)))


def faults_with_markers(
    faults: Collection[str] | Mapping[str, Names], markers: Names, *, seed: int
) -> dict[str, tuple[str, ...]]:
    """Return each fault with the markers it concerns, drawn by the seed where none are named.

    Args:
        faults: Names, or names with the markers they concern.
        markers: Those of the panel.
        seed: Of the draw; the viability stain is not drawn.

    Raises:
        CytometryError: CYTO-063 there is no such fault, or it concerns another number of markers;
            CYTO-064 there is no such marker.
    """
    asked = faults if isinstance(faults, Mapping) else dict.fromkeys(faults, ())
    wrong = [_unknown(name) for name in asked if name not in FAULTS]
    chosen: dict[str, tuple[str, ...]] = {}
    for name in (name for name in asked if name in FAULTS):
        count = _CONCERNS.get(name, 0)
        random = stream(seed, f"fault {name}")
        free = [marker for marker in markers if marker != "Viability"]
        drawn = tuple(free[place] for place in random.permutation(len(free))[:count])
        chosen[name] = tuple(asked[name]) or drawn
        wrong += _wrong_markers(name, chosen[name], count, markers)
    if wrong:
        raise CytometryError(wrong)
    return chosen


def with_faults(
    tube: SyntheticEvents, faults: Mapping[str, tuple[str, ...]], *, seed: int
) -> SyntheticEvents:
    """Return the tube with the faults that concern events, names or the matrix."""
    for name, on in faults.items():
        if name in _TUBE_FAULTS:
            tube = _TUBE_FAULTS[name](tube, on, seed)
    return tube


def _unknown(name: str) -> Fault:
    hint = closest(name, FAULTS) or f"there are {', '.join(FAULTS)}"
    return Fault(id="CYTO-063", message=f"there is no fault {name!r}", place="faults", hint=hint)


def _wrong_markers(name: str, on: Names, count: int, markers: Names) -> list[Fault]:
    faults = [
        Fault(
            id="CYTO-064",
            message=f"there is no stain for {marker!r}",
            place=f"fault {name}",
            hint=closest(marker, markers) or f"the panel stains {', '.join(markers)}",
        )
        for marker in on
        if marker not in markers
    ]
    if len(on) != count:
        message = f"the fault {name} concerns {count} markers, not {len(on)}"
        faults.append(Fault(id="CYTO-063", message=message, place="faults", hint="name as many, or none"))
    return faults
