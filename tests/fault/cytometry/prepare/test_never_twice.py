"""Compensation never twice, never with an impossible matrix; every refusal says why."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cytometry_files import shared

from lupustrial.cytometry.fcs import Channel, FcsFile, Spill, read_fcs, write_fcs
from lupustrial.cytometry.panel import Asinh, Matrix, Panel, Stain, signs_of_compensation
from lupustrial.cytometry.panel._signs import signs_in_values
from lupustrial.cytometry.prepare import prepare
from lupustrial.errors import CytometryError, Fault

RAW = [
    "flowjo_parity/mouse_spleen/68983.fcs",
    "raw_fcs/omip021_donor1.fcs",
    "raw_fcs/qc_111.fcs",
    "raw_fcs/100715.fcs",
]
SPECTRAL = ["ilt_cord_agpl/INF071.fcs", "seb_series_agpl/2025_07_26_AB_02_NY068_02_SEB.fcs"]


def panel_of(file: FcsFile, compensation: str = "file", **more: Any) -> Panel:
    names = [c.name for c in file.channels if not c.is_time and not c.is_scatter]
    return Panel(
        id="all", instrument="any", time=None, scatter=("FSC-A",), compensation=compensation,
        transform=Asinh(t=262144, m=4.5, a=0),
        stains=tuple(Stain(marker=f"on {name}", channel=name) for name in names), **more,
    )  # fmt: skip


def refused(file: FcsFile, panel: Panel) -> tuple[Fault, ...]:
    with pytest.raises(CytometryError) as caught:
        prepare(file, panel)
    assert all(fault.hint and file.name in fault.place for fault in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize("name", RAW)
def test_raw_files_are_compensated_and_their_compensated_export_is_refused(tmp_path: Path, name: str) -> None:
    file = read_fcs(shared(name))
    assert file.spill is not None
    tube = prepare(file, panel_of(file))
    events = file.events.copy()
    for number, channel in enumerate(file.channels):
        linear = tube.linear_of(f"on {channel.name}") if f"on {channel.name}" in tube.names else None
        if linear is not None:
            events[:, number] = linear
    write_fcs(
        tmp_path / "export.fcs", events, [replace(c, gain=1.0) for c in file.channels], spill=file.spill
    )
    export = read_fcs(tmp_path / "export.fcs")  # names and keywords as in the raw file
    assert signs_of_compensation(export) == ()
    (fault,) = refused(export, panel_of(export))
    assert fault.id == "CYTO-026"
    assert "of the spill" in fault.message
    again = prepare(export, panel_of(export, "already applied"))
    np.testing.assert_array_equal(again.linear, tube.linear)
    assert again.compensation == "already applied"


@pytest.mark.parametrize("name", SPECTRAL)
def test_unmixed_spectral_files_carry_a_matrix_and_are_refused(name: str) -> None:
    file = read_fcs(shared(name))
    assert file.spill is not None
    assert {fault.id for fault in refused(file, panel_of(file))} == {"CYTO-026"}
    assert prepare(file, panel_of(file, "already applied")).compensation == "already applied"


@pytest.mark.parametrize("prefix", ["Comp-", "FJComp-"])
def test_a_channel_may_be_called_compensated_if_the_panel_says_so(tmp_path: Path, prefix: str) -> None:
    names = ["FSC-A", f"{prefix}PE-A", f"{prefix}APC-A"]
    spill = Spill(channels=(names[1], names[2]), matrix=np.array([[1.0, 0.2], [0.1, 1.0]]))
    write_fcs(tmp_path / "e.fcs", np.full((5, 3), 10.0), names, spill=spill)
    file = read_fcs(tmp_path / "e.fcs")
    plain = panel_of(file).model_copy(update={"stains": (Stain(marker="CD3", channel="PE-A"),)})
    assert {fault.id for fault in refused(file, plain)} == {"CYTO-026"}
    tube = prepare(file, plain.model_copy(update={"compensation": "already applied"}))
    assert tube.linear_of("CD3").tolist() == [10.0] * 5  # type: ignore[union-attr]


def made(
    tmp_path: Path, matrix: list[list[float]] | None, names: tuple[str, ...] = ("A-A", "B-A")
) -> FcsFile:
    spill = None if matrix is None else Spill(channels=names, matrix=np.array(matrix))
    channels = [Channel(number=1, name=name) for name in ("FSC-A", "A-A", "B-A")]
    write_fcs(tmp_path / "t.fcs", np.full((5, 3), 10.0), channels, spill=spill)
    return read_fcs(tmp_path / "t.fcs")


@pytest.mark.parametrize(
    ("matrix", "part"),
    [
        ([[1, 1], [1, 1]], "singular"),
        ([[1, 0.9999], [1, 1]], "singular"),
        ([[100, 3], [2, 100]], "in percent"),
        ([[1, 0.1], [0.1, 0.5]], "diagonal"),
        ([[1, 40], [0.1, 1]], "A-A into B-A"),
        ([[1, 0.1], [-0.9, 1]], "B-A into A-A"),
    ],
)
def test_an_impossible_matrix(tmp_path: Path, matrix: list[list[float]], part: str) -> None:
    file = made(tmp_path, matrix)
    faults = refused(file, panel_of(file))
    assert {fault.id for fault in faults} == {"CYTO-027"}
    assert part in " ".join(f"{fault.message} {fault.hint}" for fault in faults)


def test_no_matrix_where_the_panel_orders_one(tmp_path: Path) -> None:
    file = made(tmp_path, None)
    assert {fault.id for fault in refused(file, panel_of(file))} == {"CYTO-025"}
    assert prepare(file, panel_of(file, "none")).compensation == "none"


def test_a_matrix_of_the_panel_for_channels_the_file_lacks(tmp_path: Path) -> None:
    file = made(tmp_path, None)
    matrix = Matrix(channels=("A-A", "B-H"), rows=((1.0, 0.1), (0.1, 1.0)))
    (fault,) = refused(file, panel_of(file, "m.csv", matrix=matrix))
    assert (fault.id, fault.hint) == ("CYTO-025", "did you mean B-A?")


def test_a_broken_matrix_of_the_file_is_told_when_it_is_needed(tmp_path: Path) -> None:
    file = made(tmp_path, [[1, 0.1], [0.1, 1]])
    fault = Fault(id="CYTO-018", message="broken", place="t.fcs byte 9", hint="mend it")
    broken = replace(file, spill=None, spill_fault=fault)
    assert refused(broken, panel_of(file)) == (fault,)
    assert prepare(broken, panel_of(file, "none")).compensation == "none"


def test_channels_that_are_absent_are_told_all_at_once_with_their_likely_names(tmp_path: Path) -> None:
    file = made(tmp_path, None)
    panel = panel_of(file, "none").model_copy(
        update={"scatter": ("FSC-H",), "stains": (Stain(marker="CD3", channel="A-H"),)}
    )
    faults = refused(file, panel)
    assert [fault.id for fault in faults] == ["CYTO-024", "CYTO-024"]
    assert [fault.hint for fault in faults] == ["did you mean FSC-A?", "did you mean A-A?"]


def test_a_huge_matrix_takes_no_minutes(tmp_path: Path) -> None:
    names = tuple(f"C{n}-A" for n in range(300))
    spill = Spill(channels=names, matrix=np.full((300, 300), 0.1) + 0.9 * np.eye(300))
    write_fcs(tmp_path / "t.fcs", np.random.default_rng(0).lognormal(5, 2, (1500, 300)), names, spill=spill)
    file = read_fcs(tmp_path / "t.fcs")
    began = time.process_time()
    assert signs_in_values(file, spill) == signs_in_values(file, spill)
    assert time.process_time() - began < 20


def test_values_that_are_no_numbers_reach_no_region(tmp_path: Path) -> None:
    file = made(tmp_path, [[1, 0.1], [0.1, 1]])
    events = file.events.copy(order="F")
    events[0, 1] = np.nan
    events[1, 2] = np.inf
    tube = prepare(replace(file, events=events), panel_of(file))
    assert np.isnan(tube.column("on A-A")).tolist() == [True, True, False, False, False]
