"""Light that was spilled comes back, whatever the matrix; an event does not depend on the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lupustrial.cytometry.fcs import Spill, read_fcs, write_fcs
from lupustrial.cytometry.panel import Linear, Panel, Stain
from lupustrial.cytometry.prepare import prepare

NAMES = ("A-A", "B-A", "C-A", "D-A")
PANEL = Panel(
    id="p", instrument="i", time=None, scatter=(), compensation="file", transform=Linear(t=262144, a=0),
    stains=tuple(Stain(marker=name[0], channel=name) for name in NAMES),
)  # fmt: skip
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(
    light=arrays(np.float64, (7, 4), elements=st.floats(-500, 250_000)),
    off=arrays(np.float64, (4, 4), elements=st.floats(0, 0.24)),
)
def test_what_was_spilled_comes_back(tmp_path: Path, light: np.ndarray, off: np.ndarray) -> None:
    matrix = off.copy()
    np.fill_diagonal(matrix, 1.0)  # rows dominated by their diagonal: never singular
    write_fcs(tmp_path / "t.fcs", light @ matrix, NAMES, spill=Spill(channels=NAMES, matrix=matrix))
    tube = prepare(read_fcs(tmp_path / "t.fcs"), PANEL)
    size = np.abs(light @ matrix).max() + 1
    np.testing.assert_allclose(tube.linear, light, atol=3e-6 * size)


def test_an_event_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    light = random.normal(1e3, 1e4, (40_000, 4))
    matrix = np.full((4, 4), 0.1) + 0.9 * np.eye(4)
    spill = Spill(channels=NAMES, matrix=matrix)
    write_fcs(tmp_path / "all.fcs", light, NAMES, spill=spill)
    write_fcs(tmp_path / "few.fcs", light[20_000:20_100], NAMES, spill=spill)
    every, few = (prepare(read_fcs(tmp_path / name), PANEL) for name in ("all.fcs", "few.fcs"))
    np.testing.assert_array_equal(every.values[20_000:20_100], few.values)
    np.testing.assert_array_equal(every.linear[20_000:20_100], few.linear)
