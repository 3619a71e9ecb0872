"""Synthetic FCS files: FCS 3.1, floating point, with $SPILLOVER, and labels beside them."""

from __future__ import annotations

import array
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._detection import RANGE
from lupustrial.cytometry.synthetic._events import TIMESTEP, SyntheticEvents, make_events
from lupustrial.cytometry.synthetic._faults import faults_with_markers, with_faults
from lupustrial.cytometry.synthetic._panel import TIME, synthetic_panel


def make_file(
    path: Path,
    *,
    panel: str,
    seed: int,
    faults: Collection[str] | Mapping[str, Sequence[str]] = (),
    without: Collection[str] = (),
    keywords: Mapping[str, str] | None = None,
    **tube: Any,
) -> NDArray[np.str_]:
    """Write an FCS file of synthetic events, and ``<name>.labels.parquet`` beside it.

    The same arguments give the same bytes. The columns of the labels are ``subset`` and ``cell`` (the
    subset also of a dead cell), one row an event of the file.

    Args:
        path: Of the FCS file.
        panel: One of :data:`PANELS`.
        seed: Of this tube.
        faults: Names of :data:`FAULTS`, or a mapping of name to the markers concerned; markers are drawn
            by the seed where none are named.
        without: Markers whose stain was left out (FMO).
        keywords: Further keywords of the file.
        tube: What :func:`make_events` takes: events, fractions, donor, gain, stimulated, seconds.

    Returns:
        (events,) the subset of each event of the file.

    Raises:
        CytometryError: as :func:`make_events`; CYTO-063 there is no such fault.
    """
    chosen = faults_with_markers(faults, synthetic_panel(panel).markers, seed=seed)
    left_out = {*without, *chosen.get("missing_stain", ())}
    made = make_events(panel, seed=seed, without=left_out, **tube)
    made = with_faults(made, chosen, seed=seed)
    write_events(path, made, keywords=keywords)
    if "truncated" in chosen:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 7 // 10])
    if "lying_total" in chosen:
        _rewrite(path, b"/$TOT/%d/" % len(made), b"/$TOT/%d/" % (len(made) + len(made) // 7))
    if "lying_offsets" in chosen:
        _lie_about_data(path)
    return made.labels


def write_events(path: Path, made: SyntheticEvents, *, keywords: Mapping[str, str] | None = None) -> None:
    """Write events as an FCS 3.1 file, and their labels beside it."""
    import flowio

    spill = [str(len(made.panel.detectors)), *made.panel.detectors]
    spill += [f"{value:.8g}" for value in made.spill.ravel()]
    metadata = {
        "cyt": "lupustrial synthetic", "date": "01-JAN-2020", "timestep": f"{TIMESTEP}", "fil": path.name,
        "spillover": ",".join(spill), **(keywords or {}),
    }  # fmt: skip
    metadata |= {
        f"p{number}r": f"{RANGE}" for number, name in enumerate(made.channels, start=1) if name != TIME
    }
    values = array.array("f", np.ascontiguousarray(made.values, dtype="<f4").tobytes())
    with path.open("wb") as file:
        flowio.create_fcs(file, values, list(made.channels), list(made.markers), metadata)
    labels = pl.DataFrame({"subset": made.labels, "cell": made.cells})
    labels.write_parquet(path.with_suffix(".labels.parquet"))


def labels_of(path: Path) -> NDArray[np.str_]:
    """Return (events,) the subset of each event of a file that :func:`make_file` wrote."""
    return np.asarray(
        pl.read_parquet(path.with_suffix(".labels.parquet"))["subset"].to_numpy(), dtype=np.str_
    )


def _rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Put a keyword of the same length in place of another."""
    path.write_bytes(path.read_bytes().replace(old, new[:-1].ljust(len(old) - 1)[: len(old) - 1] + b"/", 1))


def _lie_about_data(path: Path) -> None:
    """Let HEADER point 400 bytes past the start of DATA, while TEXT tells the truth."""
    whole = path.read_bytes()
    start = int(whole[26:34])
    path.write_bytes(whole[:26] + b"%8d" % (start + 400) + whole[34:])
