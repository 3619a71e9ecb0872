"""Does the compensation fit? Medians of dim events beside bright ones tell.

Where a matrix takes away too much, events that are bright in one colour are pulled below zero in another; no
cell does that. Where it takes away too little they are dragged upwards, which cells can do as well: that
is only asked of pairs of markers that exclude each other, and of the reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._cut import cut_of
from lupustrial.cytometry.quality._markers import is_stain, markers_of
from lupustrial.cytometry.quality._reference import Reference, Shape

Numbers = NDArray[np.float64]

_EVENTS = 20_000
_LEAST = 60
#: Below zero by so many spreads of the dim events, and falling with brightness by so much for each unit.
_WARN = ((-1.0, -0.06), (-2.5, 0.0))
_FAIL = ((-2.5, -0.1), (-5.0, -0.03))
#: Dragged off the reference by so much of the panel's usual width.
_DRAGGED_WARN, _DRAGGED_FAIL = 0.10, 0.15
_NORMAL = 0.6745
#: Gravity of a pair.
FAILS, WARNS, PASSES = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Events bright in `bright`, seen in `seen`.

    Attributes:
        pull: Median of the events bright in `bright` that are dim in `seen`, less the median of those dim in
            both, in spreads of the latter; negative where they are pulled down.
        slope: Change of the lower flank of `seen` for a unit of `bright`, within the bright events.
        events: Bright events.
    """

    bright: str
    seen: str
    pull: float
    slope: float
    events: int


def pairs_of(tube: Tube) -> tuple[Pair, ...]:
    """Return every ordered pair of stains with enough bright events, in linear values where known."""
    step = max(1, -(-len(tube) // _EVENTS))
    shown = {name: tube.column(name)[::step] for name in tube.names if is_stain(name)}
    values = {name: _linear(tube, name)[::step] for name in shown}
    dim: dict[str, NDArray[np.bool_]] = {}
    for name, each in shown.items():
        cut = cut_of(each)
        if cut.at is not None:
            dim[name] = each < cut.at
    found = []
    for bright, below in dim.items():
        if "VIABILITY" in markers_of(bright):  # dead cells glow in every colour
            continue
        top = ~below
        for seen, under in dim.items():
            if seen == bright:
                continue
            pair = _pair(bright, seen, values[bright], values[seen], top, under)
            if pair is not None:
                found.append(pair)
    return tuple(found)


def _pair(
    bright: str, seen: str, x: Numbers, y: Numbers, top: NDArray[np.bool_], under: NDArray[np.bool_]
) -> Pair | None:
    both_dim = y[~top & under]
    beside = np.flatnonzero(top & under)
    inside = np.flatnonzero(top)
    if both_dim.size < _LEAST or beside.size < _LEAST:
        return None
    middle = float(np.median(both_dim))
    spread = float(np.median(middle - both_dim[both_dim <= middle])) / _NORMAL
    if not spread > 0:
        return None
    brighter = beside[x[beside] >= np.median(x[beside])]
    pull = (float(np.median(y[brighter])) - min(middle, 0.0)) / spread
    order = inside[np.argsort(x[inside], kind="stable")]
    third = order.size // 3
    low, high = order[:third], order[-third:]
    run = float(np.median(x[high]) - np.median(x[low]))
    rise = float(np.quantile(y[high], 0.1) - np.quantile(y[low], 0.1))
    return Pair(
        bright=bright, seen=seen, pull=pull, slope=rise / run if run > 0 else 0.0, events=int(inside.size)
    )


def check_spill(tube: Tube, reference: Reference | None = None, shape: Shape | None = None) -> Finding:
    """QC-SPILL: bright events that are pulled below zero in another colour, or dragged off the reference.

    Without linear values zero is not known, so that only the reference is asked.
    """
    pairs = pairs_of(tube) if tube.linear.size else ()
    verdicts: list[tuple[Verdict, str, tuple[str, str]]] = []
    numbers: dict[str, float] = {}
    if pairs:
        worst = min(pairs, key=lambda pair: (gravity(pair), pair.pull, pair.bright, pair.seen))
        numbers |= {"pull": round(worst.pull, 3), "slope": round(worst.slope, 4)}
        verdict: Verdict = ("fail", "warn", "pass")[gravity(worst)]
        below = max(-worst.pull, 0.0)
        told = f"Events bright in {worst.bright} lie {below:.1f} spreads below zero in {worst.seen}"
        verdicts.append((verdict, told, (worst.bright, worst.seen)))
    if reference is not None and shape is not None:
        dragged = reference.dragged(shape)
        at = np.unravel_index(int(np.abs(dragged).argmax()), dragged.shape)
        bright, seen, by = reference.labels[at[0]], reference.labels[at[1]], float(dragged[at])
        numbers["dragged"] = round(by, 4)
        verdict = "warn" if abs(by) >= _DRAGGED_WARN else "pass"
        if abs(by) >= _DRAGGED_FAIL and reference.firm:
            verdict = "fail"
        told = (
            f"{seen} of events very bright in {bright} lies {by:+.2f} of the panel's width from the reference"
        )
        verdicts.append((verdict, told, (bright, seen)))
    if not verdicts:
        return Finding(
            check="QC-SPILL", verdict="pass", message="Not looked at: no linear values and no reference."
        )
    order = {"fail": 0, "warn": 1, "pass": 2}
    verdict, message, columns = min(verdicts, key=lambda each: order[each[0]])
    return Finding(
        check="QC-SPILL", verdict=verdict, message=f"{message}.",
        columns=columns if verdict != "pass" else (), numbers=numbers,
    )  # fmt: skip


def gravity(pair: Pair) -> int:
    """Return whether the matrix takes away too much, may do so, or does not."""
    if any(pair.pull <= pull and pair.slope <= slope for pull, slope in _FAIL):
        return FAILS
    return WARNS if any(pair.pull <= pull and pair.slope <= slope for pull, slope in _WARN) else PASSES


def _linear(tube: Tube, name: str) -> Numbers:
    linear = tube.linear_of(name)
    return np.asarray(tube.column(name) if linear is None else linear, dtype=np.float64)
