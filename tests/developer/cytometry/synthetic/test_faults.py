"""Each named fault does to a file what it says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import flowio
import numpy as np
import polars as pl
import pytest

from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.synthetic import (
    FAULTS,
    PANELS,
    catalogue,
    make_events,
    make_file,
    make_fmo,
    make_pair,
    panel_text,
    synthetic_panel,
)


def _made(path: Path, **more: object) -> tuple[flowio.FlowData, np.ndarray]:
    make_file(path, panel="tbnk", seed=5, events=4000, **more)  # type: ignore[arg-type]
    data = flowio.FlowData(str(path))
    return data, data.as_array(preprocess=False)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[flowio.FlowData, np.ndarray]:
    return _made(tmp_path_factory.mktemp("good") / "x.fcs")


def _spill(data: flowio.FlowData) -> np.ndarray:
    parts = data.text["spillover"].split(",")
    size = int(parts[0])
    return np.asarray(parts[1 + size :], float).reshape(size, size)


def test_flowio_reads_what_was_made(good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = good
    made = make_events("tbnk", seed=5, events=4000)
    np.testing.assert_array_equal(values.astype(np.float32), made.values)
    assert tuple(data.pnn_labels) == made.channels
    np.testing.assert_allclose(_spill(data), made.spill, rtol=1e-7)


def test_swapped_headers_move_names_only(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"swapped_headers": ("CD4", "CD56")})
    np.testing.assert_array_equal(values, good[1])
    here, there = (good[0].pns_labels.index(name) for name in ("CD4", "CD56"))
    assert (data.pns_labels[here], data.pns_labels[there]) == ("CD56", "CD4")
    assert data.pnn_labels == good[0].pnn_labels


def test_swapped_stains_move_values_only(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"swapped_stains": ("CD4", "CD56")})
    here, there = (good[0].pns_labels.index(name) for name in ("CD4", "CD56"))
    np.testing.assert_array_equal(values[:, here], good[1][:, there])
    assert data.pns_labels == good[0].pns_labels


def test_a_missing_stain_has_no_positive_cells(tmp_path: Path) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"missing_stain": ("CD19",)})
    b_cells = make_events("tbnk", seed=5, events=4000).labels == "b_naive"
    column = data.pns_labels.index("CD19")
    assert (
        np.median(values[b_cells, column])
        < 2000  # what the BV785 of CD45 spills; CD19 itself gives 10 ** 3.8 = 6,300
        < np.median(make_events("tbnk", seed=5, events=4000).values[b_cells, column])
    )


def test_a_wrong_spill_keeps_the_values(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"wrong_spill": ("CD8", "CD56")})
    np.testing.assert_array_equal(values, good[1])
    changed = (_spill(data) != _spill(good[0])).any(axis=1)
    markers = np.asarray(synthetic_panel("tbnk").markers)
    assert set(markers[changed]) == {"CD8", "CD56"}


def test_ten_times_the_gain(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"gain_10x": ("CD3",)})
    column = data.pns_labels.index("CD3")
    np.testing.assert_allclose(values[:, column], np.minimum(10 * good[1][:, column], 262143), rtol=1e-6)
    assert _spill(data) == pytest.approx(_spill(good[0]))


def test_a_clog_thins_a_stretch_of_time(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    _, values = _made(tmp_path / "x.fcs", faults=("clog",))
    edges = np.linspace(0, 9000, 19)
    counts, before = (np.histogram(each[:, -1], edges)[0] for each in (values, good[1]))
    assert (counts / before).min() < 0.3
    assert (counts == before).sum() >= 13


def test_few_events(tmp_path: Path) -> None:
    _, values = _made(tmp_path / "x.fcs", faults=("few_events",))
    assert len(values) == 200


def test_drift_halves_the_signal_by_the_end(tmp_path: Path, good: tuple[flowio.FlowData, np.ndarray]) -> None:
    data, values = _made(tmp_path / "x.fcs", faults={"time_drift": ("CD3", "CD8")})
    for marker in ("CD3", "CD8"):
        column = data.pns_labels.index(marker)
        ratio = values[:, column] / good[1][:, column]
        assert ratio[:20] == pytest.approx(1, abs=0.02)
        assert ratio[-20:] == pytest.approx(0.5, abs=0.02)


def test_files_that_are_cut_or_lie(tmp_path: Path) -> None:
    whole = tmp_path / "whole.fcs"
    make_file(whole, panel="tbnk", seed=5, events=4000)
    size = whole.stat().st_size
    for name in ("truncated", "lying_total", "lying_offsets"):
        path = tmp_path / "whole" / "whole.fcs"
        path.parent.mkdir(exist_ok=True)
        make_file(path, panel="tbnk", seed=5, events=4000, faults=(name,))
        bytes_ = path.read_bytes()
        if name == "truncated":
            assert len(bytes_) == size * 7 // 10
            continue
        assert len(bytes_) == size
        told = {
            "lying_total": b"$TOT/4571/",
            "lying_offsets": b"%8d" % (int(whole.read_bytes()[26:34]) + 400),
        }
        assert told[name] in bytes_


def test_every_fault_can_be_made_without_naming_markers(tmp_path: Path) -> None:
    for name in FAULTS:
        make_file(tmp_path / f"{name}.fcs", panel="nk", seed=8, events=400, faults=(name,))
        assert (tmp_path / f"{name}.fcs").stat().st_size > 5000


@pytest.mark.parametrize("name", PANELS)
def test_the_panels_are_readable_panels(name: str, tmp_path: Path) -> None:
    path = tmp_path / "panel.yaml"
    path.write_text(panel_text(name), encoding="utf-8")
    panel = read_panel(path)
    physics = synthetic_panel(name)
    assert panel.markers == physics.markers
    assert tuple(stain.channel for stain in panel.stains) == physics.detectors
    assert panel.compensation == "file"


def test_the_wide_panel_has_18_columns() -> None:
    assert len(synthetic_panel("wide").channels) == 18


def test_controls(tmp_path: Path) -> None:
    labels = make_fmo(tmp_path / "fmo.fcs", panel="treg", seed=1, marker="CD25", events=2000)
    assert len(labels) == 2000
    cells = {}
    for path, share in zip(
        make_pair(tmp_path, seed=1, responders=0.01, background=0.001, events=40_000),
        (0.001, 0.011),
        strict=True,
    ):
        found = pl.read_parquet(path.with_suffix(".labels.parquet"))["subset"].to_numpy()
        cd8 = np.isin(found, catalogue().groups["cd8"])
        responders = (found == "cd8_responder").sum()
        assert responders == pytest.approx(share * cd8.sum(), abs=4.5 * np.sqrt(share * cd8.sum()))
        cells[path.name] = responders
    assert cells["stimulated.fcs"] > cells["unstimulated.fcs"]
