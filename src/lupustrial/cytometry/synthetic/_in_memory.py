"""Synthetic events as a file that was read, without writing one."""

from __future__ import annotations

import hashlib

import numpy as np

from lupustrial.cytometry.fcs import Channel, FcsFile, Spill
from lupustrial.cytometry.synthetic._detection import RANGE
from lupustrial.cytometry.synthetic._events import TIMESTEP, SyntheticEvents
from lupustrial.cytometry.synthetic._panel import TIME


def as_file(made: SyntheticEvents, *, name: str = "synthetic.fcs") -> FcsFile:
    """Return events as `fcs.read_fcs` would return the file that `write_events` writes.

    Its identity is the hash of the values, since there are no bytes of a file.
    """
    events = made.values.copy()
    time = made.channels.index(TIME)
    top = np.delete(made.values, time, axis=1).max(axis=1, initial=0) >= RANGE - 1
    events[:, time] = events[:, time].astype(np.float64) * TIMESTEP
    channels = tuple(
        Channel(number=number, name=channel, marker=marker, range=float(RANGE))
        for number, (channel, marker) in enumerate(zip(made.channels, made.markers, strict=True), start=1)
    )
    return FcsFile(
        name=name,
        sha256=hashlib.sha256(np.ascontiguousarray(made.values).tobytes()).hexdigest(),
        version="3.1",
        keywords={"CYT": "lupustrial synthetic", "TIMESTEP": f"{TIMESTEP}"},
        channels=channels,
        events=events,
        off_scale=top,
        spill=Spill(channels=made.panel.detectors, matrix=made.spill, source="$SPILLOVER"),
    )
