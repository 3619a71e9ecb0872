"""A panel's hash, its findings beside files, and what happens without the extra."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cytometry_files import shared, stained

from lupustrial.cytometry import _extra
from lupustrial.cytometry.fcs import Channel, FcsFile, Spill, read_fcs, write_fcs
from lupustrial.cytometry.panel import Asinh, Matrix, Panel, Stain, check_panel, read_panel
from lupustrial.errors import CytometryError

SCALE = Asinh(t=262144, m=4.5, a=0)


def panel(**changes: Any) -> Panel:
    made = Panel(
        id="tbnk", instrument="FACSAria II", scatter=("FSC-A",), time=None, compensation="none",
        transform=SCALE,
        stains=(
            Stain(marker="CD3", channel="APC-A", clone="SK7", lot="1"),
            Stain(marker="CD4", channel="PE-A", aliases=("L3T4",)),
            Stain(marker="CD38", channel="FITC-A", fluorochrome="FITC"),
        ),
    )  # fmt: skip
    return made.model_copy(update=changes)


def file(
    tmp_path: Path, *labels: str, names: tuple[str, ...] = ("APC-A", "PE-A", "FITC-A"), **more: Any
) -> FcsFile:
    channels = [Channel(number=1, name="FSC-A")]
    channels += [Channel(number=2, name=n, marker=label) for n, label in zip(names, labels, strict=True)]
    path = tmp_path / "tube.fcs"
    write_fcs(path, np.full((2000, 4), 100.0), channels, **more)
    return read_fcs(path)


def verdicts(panel: Panel, file: FcsFile) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in check_panel(panel, file)}


def test_a_sound_file_passes(tmp_path: Path) -> None:
    assert set(verdicts(panel(), file(tmp_path, "CD3", "CD4", "CD38")).values()) == {"pass"}


@pytest.mark.parametrize("label", ["CD3", "cd3", "BV785 - CD3", "CD3 APC", "CD 3", "VIVID / CD3", ""])
def test_labels_that_name_the_marker(tmp_path: Path, label: str) -> None:
    assert verdicts(panel(), file(tmp_path, label, "L3T4", "FITC"))["QC-MARKERS"] == "pass"


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [
        (("CD4", "CD3", "CD38"), "fail"),  # swapped headers
        (("CD38", "CD4", "CD3"), "fail"),  # CD38 is not CD3
        (("CD38", "CD4", "CD38"), "fail"),
        (("CD8", "CD4", "CD38"), "warn"),  # a marker that the panel does not know
        (("CD33", "CD4", "CD38"), "warn"),
    ],
)
def test_labels_that_do_not(tmp_path: Path, labels: tuple[str, ...], verdict: str) -> None:
    assert verdicts(panel(), file(tmp_path, *labels))["QC-MARKERS"] == verdict


def test_a_channel_that_is_missing_gets_its_likely_name(tmp_path: Path) -> None:
    found = check_panel(panel(), file(tmp_path, "CD3", "CD4", "CD38", names=("APC-A", "PE-H", "FITC-A")))
    missing = next(finding for finding in found if finding.check == "QC-CHANNELS")
    assert missing.verdict == "fail"
    assert "PE-A (did you mean PE-H?)" in missing.message


def test_another_cytometer_fails(tmp_path: Path) -> None:
    made = file(tmp_path, "CD3", "CD4", "CD38", keywords={"CYT": "LSRFortessa"})
    assert verdicts(panel(cytometer="Fortessa"), made)["QC-CYTOMETER"] == "pass"
    assert verdicts(panel(cytometer="FACSAria"), made)["QC-CYTOMETER"] == "fail"


def test_a_file_that_had_to_be_recovered_warns(tmp_path: Path) -> None:
    made = replace(file(tmp_path, "CD3", "CD4", "CD38"), notes=('read with offsets="count"',))
    assert verdicts(panel(), made)["QC-FILE"] == "warn"


@pytest.mark.parametrize(
    ("compensation", "verdict"), [("file", "pass"), ("already applied", "fail"), ("none", "warn")]
)
def test_raw_values_with_a_matrix(tmp_path: Path, compensation: str, verdict: str) -> None:
    assert (
        verdicts(panel(compensation=compensation), _spilled(tmp_path, raw=True))["QC-COMPENSATION"] == verdict
    )


@pytest.mark.parametrize(
    ("compensation", "verdict"), [("file", "fail"), ("already applied", "pass"), ("none", "warn")]
)
def test_compensated_values_with_a_matrix(tmp_path: Path, compensation: str, verdict: str) -> None:
    assert (
        verdicts(panel(compensation=compensation), _spilled(tmp_path, raw=False))["QC-COMPENSATION"]
        == verdict
    )


def _spilled(tmp_path: Path, *, raw: bool) -> FcsFile:
    matrix = np.array([[1, 0.2, 0.05], [0.1, 1, 0.3], [0.15, 0.1, 1]])
    light = stained(5, 4000, matrix if raw else np.eye(3))
    channels = [Channel(number=1, name="FSC-A")] + [
        Channel(number=2, name=n) for n in ("APC-A", "PE-A", "FITC-A")
    ]
    spill = Spill(channels=("APC-A", "PE-A", "FITC-A"), matrix=matrix)
    write_fcs(tmp_path / "tube.fcs", np.column_stack([np.full(4000, 1e4), light]), channels, spill=spill)
    return read_fcs(tmp_path / "tube.fcs")


def test_an_identity_matrix_warns_that_nobody_compensated(tmp_path: Path) -> None:
    spill = Spill(channels=("APC-A", "PE-A"), matrix=np.eye(2))
    made = file(tmp_path, "CD3", "CD4", "CD38", spill=spill)
    assert verdicts(panel(compensation="file"), made)["QC-COMPENSATION"] == "warn"


def test_real_labels_of_a_facsaria_and_a_fortessa() -> None:
    tube = read_fcs(shared("raw_fcs/100715.fcs"))
    stains = tuple(
        Stain(marker=marker, channel=channel)
        for marker, channel in (
            ("CD3", "R780-A"),
            ("CD14", "V450-A"),
            ("CD127", "G560-A"),
            ("Ki-67", "B515-A"),
        )
    )
    assert verdicts(panel(stains=stains, compensation="file"), tube)["QC-MARKERS"] == "pass"
    swapped = (*stains[1:], stains[0].model_copy(update={"channel": "G710-A"}))  # CD19's channel
    assert verdicts(panel(stains=swapped, compensation="file"), tube)["QC-MARKERS"] == "warn"


def test_the_hash_tells_every_change() -> None:
    stain = panel().stains[0]
    changed = [
        panel(),
        panel(id="other"),
        panel(specimen="PBMC"),
        panel(compensation="file"),
        panel(transform=Asinh(t=262144, m=4.5, a=1)),
        panel(matrix=Matrix(channels=("A",), rows=((1.0,),))),
        panel(stains=(stain.model_copy(update={"lot": "2"}), *panel().stains[1:])),
        panel(stains=(stain.model_copy(update={"clone": "UCHT1"}), *panel().stains[1:])),
        panel(stains=panel().stains[::-1]),
    ]
    assert len({each.hash for each in changed}) == len(changed)
    assert panel().hash == panel().hash


def test_a_panel_file_says_all_that_a_panel_is(tmp_path: Path) -> None:
    (tmp_path / "panel.yaml").write_text(
        "format: 1\nid: tbnk\ninstrument: FACSAria II\nscatter: [FSC-A]\ntime: null\ncompensation: none\n"
        "transform: {kind: asinh, t: 262144, m: 4.5, a: 0}\n"
        "stains:\n  - {marker: CD3, channel: APC-A, clone: SK7, lot: '1'}\n"
        "  - {marker: CD4, channel: PE-A, aliases: [L3T4]}\n"
        "  - {marker: CD38, channel: FITC-A, fluorochrome: FITC}\n"
    )
    read = read_panel(tmp_path / "panel.yaml")
    assert read == panel()
    assert read.hash == panel().hash


def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(CytometryError, match=r"CYTO-002 flowkit is not installed") as caught:
        _extra.need("flowkit")
    assert "lupustrial[cytometry]" in caught.value.faults[0].hint
