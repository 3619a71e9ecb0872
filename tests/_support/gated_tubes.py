"""Small gated tubes for tests of results and responses, made without any gating method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lupustrial.cytometry import Every, Gate, Gated, Interval, Placed, Region, Tube

#: Contains every event of a tube that has the column CD3.
ALL = Interval(column="CD3")


def gate(
    tube: Tube, population: str, region: Region, parent: Gate | None = None, *, confidence: float = 0.9
) -> Gate:
    """Return a gate at a known place."""
    inside = region.contains(tube) & (np.ones(len(tube), bool) if parent is None else parent.inside)
    placed = Placed(region=region, confidence=confidence, reason="by hand")
    above = None if parent is None else parent.population
    return Gate(population=population, parent=above, method="static", placed=placed, inside=inside)


def gated(tube: Tube, *gates: Gate, skipped: Mapping[str, str] | None = None) -> Gated:
    """Return a gated tube."""
    return Gated(tube=tube, strategy="by-hand", strategy_hash="0" * 64, gates=gates, skipped=skipped or {})


def even_tube(events: int = 1001) -> Tube:
    """Return a tube whose columns run evenly from 0 to 1: CD3 upwards, CD4 downwards."""
    up = np.linspace(0, 1, events)
    return Tube.of_columns("even.fcs", {"CD3": up, "CD4": up[::-1]})


def both(*regions: Region) -> Every:
    """Return the events that lie in all regions."""
    return Every(of=regions)
