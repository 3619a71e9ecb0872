"""Compensated and displayed values against FlowKit on real files, and by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cytometry_files import shared

from lupustrial.cytometry.fcs import Channel, FcsFile, Spill, read_fcs, write_fcs
from lupustrial.cytometry.panel import Logicle, Matrix, Panel, Stain
from lupustrial.cytometry.prepare import prepare

SCALE = Logicle(t=262144, w=0.5, m=4.5, a=0)


def panel_of(file: FcsFile, **more: object) -> Panel:
    """Return a panel of every fluorescence channel of a file, named after the channel."""
    names = [c.name for c in file.channels if not c.is_time and not c.is_scatter]
    stains = tuple(Stain(marker=f"on {name}", channel=name) for name in names)
    given = {
        "time": None,
        "scatter": ("FSC-A",),
        "compensation": "file",
        "transform": SCALE,
        "stains": stains,
    }
    return Panel(id="all", instrument="any", **(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "flowjo_parity/mouse_spleen/68983.fcs",
        "flowjo_parity/facsdiva/124500.fcs",
        "raw_fcs/omip021_donor1.fcs",
        "raw_fcs/qc_111.fcs",
        "raw_fcs/100715.fcs",
    ],
)
def test_values_are_those_of_flowkit(name: str) -> None:
    flowkit = pytest.importorskip("flowkit", reason="the extra `cytometry` is not installed")
    file = read_fcs(shared(name))
    tube = prepare(file, panel_of(file))
    assert file.spill is not None
    bare = [
        c.name
        for c in file.channels
        if c.name not in file.spill.channels and not c.is_time and not c.is_scatter
    ]
    sample = flowkit.Sample(str(shared(name)), null_channel_list=bare)
    sample.apply_compensation(sample.metadata["spill"])
    sample.apply_transform(
        flowkit.transforms.LogicleTransform(param_t=262144, param_w=0.5, param_m=4.5, param_a=0)
    )
    for stain in panel_of(file).stains:
        if stain.channel in bare:
            continue
        linear = sample.get_channel_events(stain.channel, source="comp")
        ours = tube.linear_of(stain.marker)
        assert ours is not None
        np.testing.assert_allclose(ours, linear, rtol=2e-7, atol=2e-9 * np.abs(linear).max())
        shown = sample.get_channel_events(stain.channel, source="xform")
        np.testing.assert_allclose(tube.column(stain.marker), shown, rtol=2e-7, atol=1e-7)
    assert tube.compensation == "applied"


def test_two_dyes_by_hand(tmp_path: Path) -> None:
    # True light (1000, 0), (0, 2000), (500, 500); a fifth of dye A reaches B, a tenth of dye B reaches A.
    observed = np.array([[1000.0, 200.0], [200.0, 2000.0], [550.0, 600.0]])
    events = np.column_stack([np.full(3, 5e4), observed])
    channels = [Channel(number=n, name=name) for n, name in enumerate(("FSC-A", "A-A", "B-A"), 1)]
    write_fcs(tmp_path / "two.fcs", events, channels)
    file = read_fcs(tmp_path / "two.fcs")
    matrix = Matrix(channels=("A-A", "B-A"), rows=((1.0, 0.2), (0.1, 1.0)))
    tube = prepare(file, panel_of(file, compensation="m.csv", matrix=matrix))
    np.testing.assert_allclose(tube.linear_of("on A-A"), [1000, 0, 500], atol=1e-4)
    np.testing.assert_allclose(tube.linear_of("on B-A"), [0, 2000, 500], atol=1e-4)


def test_the_matrix_may_name_channels_in_any_order(tmp_path: Path) -> None:
    events = np.column_stack([np.full(3, 5e4), [[1000.0, 200.0], [200.0, 2000.0], [550.0, 600.0]]])
    spill = Spill(channels=("B-A", "A-A"), matrix=np.array([[1.0, 0.1], [0.2, 1.0]]))
    write_fcs(tmp_path / "two.fcs", events, ["FSC-A", "A-A", "B-A"], spill=spill)
    file = read_fcs(tmp_path / "two.fcs")
    tube = prepare(file, panel_of(file))
    np.testing.assert_allclose(tube.linear_of("on A-A"), [1000, 0, 500], atol=1e-4)


def test_scatter_and_time(tmp_path: Path) -> None:
    channels = [
        Channel(number=1, name="FSC-A", range=262144.0),
        Channel(number=2, name="SSC-A", range=1000.0, gain=4.0),
        Channel(number=3, name="PE-A"),
        Channel(number=4, name="Time"),
    ]
    write_fcs(
        tmp_path / "t.fcs", np.array([[131072.0, 500.0, 3.0, 250.0]]), channels, keywords={"TIMESTEP": "0.01"}
    )
    file = read_fcs(tmp_path / "t.fcs")
    more = {"time": "Time", "scatter": ("FSC-A", "SSC-A"), "compensation": "none"}
    tube = prepare(file, panel_of(file, **more))
    assert tube.names == ("Time", "FSC-A", "SSC-A", "on PE-A")
    assert [float(tube.column(name)[0]) for name in tube.names[:3]] == [2.5, 0.5, 0.5]
    assert tube.linear_of("SSC-A").tolist() == [125.0]  # type: ignore[union-attr]
    frozen = prepare(file, panel_of(file, **more, scatter_top=250.0))
    assert float(frozen.column("SSC-A")[0]) == 0.5
    assert float(frozen.column("FSC-A")[0]) == pytest.approx(131072 / 250)
