"""Was a stain left out, or a detector run at another gain?

A marker that parts the cells of the specimen into two kinds must do so here (``tables/kinds.csv``). Others,
such as CD25 or a cytokine, may be dim in good tubes: only a reference tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._cut import cut_of
from lupustrial.cytometry.quality._labelled import near_of, sample_of
from lupustrial.cytometry.quality._levels import parted
from lupustrial.cytometry.quality._markers import markers_of, rows
from lupustrial.cytometry.quality._reference import Reference, Shape

#: A valley so deep parts two kinds.
_DEPTH = 0.1
#: Shares (places in the quantiles of the reference) that tell the bright end.
_BRIGHT_END = 3
#: Fall of the log odds of being bright, where the reference has at least about 4 % bright cells.
_ENOUGH, _FEWER_WARN, _FEWER_FAIL = -3.0, 1.7, 2.2
#: Fall of the bright end, as a share of the panel's usual width.
_FALL_WARN, _FALL_FAIL = 0.15, 0.25
#: Shift of a whole column, and of most of its quantiles in the same direction.
_SHIFT_WARN, _SHIFT_FAIL, _MOST_OF = 0.12, 0.2, 0.8


def check_stain(
    tube: Tube, stains: Iterable[str], specimen: str, reference: Reference | None, shape: Shape | None
) -> Finding:
    """QC-STAIN: stains in which the bright cells are missing that the specimen, or the reference, has."""
    missing: dict[str, str] = {}
    doubtful: dict[str, str] = {}
    asked = 0
    events = sample_of(tube)
    near, _ = near_of(tube, events)
    lymphocytes = events if near is None else events[near]
    kinds = {row["marker"]: row for row in rows("kinds") if specimen in row["specimen"].split("; ")}
    for name in stains:
        for marker in sorted(markers_of(name) & kinds.keys()) if len(markers_of(name)) == 1 else ():
            asked += 1
            low, high = float(kinds[marker]["least"]), float(kinds[marker]["most"])
            cuts = [cut_of(tube.column(name)), cut_of(tube.column(name)[lymphocytes])]
            parts = [low <= cut.share <= high for cut in cuts]
            if not any(parts):
                missing[name] = "does not part into dim and bright"
            elif not any(part and cut.depth >= _DEPTH for part, cut in zip(parts, cuts, strict=True)):
                doubtful[name] = "has a bright tail, but no valley before it"
    if reference is not None and shape is not None:
        for at, name in enumerate(reference.labels):
            asked += 1
            far, doubted = _fallen(reference, shape, at)
            if far and reference.firm:
                missing[name] = "its bright cells are fewer than in the reference"
            elif doubted:
                doubtful[name] = "its bright cells are fewer than in the reference"
    if not asked:
        return Finding(
            check="QC-STAIN",
            verdict="pass",
            message="Not looked at: no stain that must part the cells, and no reference.",
        )
    verdict: Verdict = "fail" if missing else "warn" if doubtful else "pass"
    told = missing or doubtful
    message = (
        "; ".join(f"{name} {why}" for name, why in told.items()) + "."
        if told
        else f"All {asked} that were looked at have bright cells."
    )
    return Finding(
        check="QC-STAIN",
        verdict=verdict,
        message=message,
        columns=tuple(told),
        numbers={"missing": len(missing), "asked": asked},
    )


def _fallen(reference: Reference, shape: Shape, at: int) -> tuple[bool, bool]:
    """Return whether the bright cells of a stain are all but gone, and whether they are doubtful.

    Where the reference has enough of them, by the log odds of being bright: people differ by a few times in
    how many B or NK cells they have, a stain that was left out by far more. Else by the bright end.
    """
    levels = reference.levels
    if np.isfinite(levels.cuts[at]) and levels.odds[at] >= _ENOUGH:
        fall = float(levels.odds[at] - parted(shape.values[:, at], float(levels.cuts[at]))[1])
        return fall >= _FEWER_FAIL, fall >= _FEWER_WARN
    end = slice(-_BRIGHT_END, None)
    fall = float(np.mean(reference.quantiles[at, end] - shape.quantiles[at, end])) / reference.width
    return fall >= _FALL_FAIL, fall >= _FALL_WARN


def check_gain(reference: Reference | None, shape: Shape | None, lacking: Sequence[str] = ()) -> Finding:
    """QC-GAIN: columns that lie as a whole higher or lower than in the reference.

    A reference with stains that the tube lacks (`lacking`) is of another panel: not used, and a warning.
    """
    if lacking:
        told = f"The reference bears {', '.join(lacking)}, which the tube lacks; it was not used."
        return Finding(check="QC-GAIN", verdict="warn", message=told, columns=tuple(lacking))
    if reference is None or shape is None:
        return Finding(check="QC-GAIN", verdict="pass", message="Not looked at: no reference.")
    apart = (shape.quantiles - reference.quantiles) / reference.width
    shift = np.median(apart, axis=1)
    same = np.maximum(np.mean(apart > 0, axis=1), np.mean(apart < 0, axis=1)) >= _MOST_OF
    worth = np.where(same, np.abs(shift), 0.0)
    worst = int(worth.argmax())
    verdict: Verdict = "warn" if worth[worst] >= _SHIFT_WARN else "pass"
    if worth[worst] >= _SHIFT_FAIL and reference.firm:
        verdict = "fail"
    moved = tuple(name for name, each in zip(reference.labels, worth, strict=True) if each >= _SHIFT_WARN)
    return Finding(
        check="QC-GAIN",
        verdict=verdict,
        columns=moved,
        message=f"{reference.labels[worst]} lies {shift[worst]:+.2f} panel widths from the reference.",
        numbers={"shift": round(float(shift[worst]), 4)},
    )
