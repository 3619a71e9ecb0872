"""Median intensities of the stains of each population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from lupustrial.cytometry._gate import Gated
from lupustrial.cytometry.results._schema import Intensities

_NO_STAIN = ("FSC", "SSC", "TIME")


def intensities_of(gated: Gated, stains: Sequence[str] | None = None) -> pl.DataFrame:
    """Return the median of the compensated linear values, for each population and stain.

    Args:
        gated: A gated tube.
        stains: Columns; by default every column but scatter and time.

    Returns:
        The columns of :class:`Intensities`, in the units of the detector. No row for an empty population, nor
        where the tube knows no linear values.
    """
    tube, gate_hash = gated.tube, gated.hash
    chosen = [name for name in tube.names if not name.upper().startswith(_NO_STAIN)]
    rows = []
    for stain in chosen if stains is None else stains:
        linear = tube.linear_of(stain)
        for gate in gated.gates if linear is not None else ():
            values = linear[gate.inside] if linear is not None else np.empty(0)
            known = values[np.isfinite(values)].astype(np.float64)
            if known.size:
                median, events = float(np.median(known)), int(known.size)
                rows.append((tube.sha256, gate.population, stain, median, events, gate_hash))
    frame = pl.DataFrame(rows, schema=Intensities.create_empty().schema, orient="row")
    return Intensities.validate(frame)
