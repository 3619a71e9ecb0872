"""Faults that the synthetic generator makes are flagged; seeds below 1,000, the development part."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.cytometry import Finding, Tube
from lupustrial.cytometry.fcs import FcsFile, read_fcs
from lupustrial.cytometry.panel import Panel, read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.quality import Reference, check_tube, reference_of
from lupustrial.cytometry.synthetic import make_file, panel_text

EVENTS = 12_000


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    path = tmp_path_factory.mktemp("panel") / "tbnk.yaml"
    path.write_text(panel_text("tbnk"))
    return read_panel(path)


def _tube(folder: Path, panel: Panel, seed: int, faults: dict[str, tuple[str, ...]]) -> tuple[FcsFile, Tube]:
    path = folder / f"{seed}.fcs"
    make_file(path, panel="tbnk", seed=seed, donor=seed, events=EVENTS, faults=faults)
    file = read_fcs(path)
    return file, prepare(file, panel)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, panel: Panel) -> Reference:
    folder = tmp_path_factory.mktemp("reference")
    return reference_of([_tube(folder, panel, seed, {})[1] for seed in (901, 902, 903)])


@pytest.mark.parametrize(
    ("faults", "check"),
    [
        ({"swapped_stains": ("CD3", "CD56")}, "QC-LABELS"),
        ({"missing_stain": ("CD3",)}, "QC-STAIN"),
        ({"wrong_spill": ("CD4", "CD19")}, "QC-SPILL"),
        ({"clog": ()}, "QC-FLOW"),
        ({"few_events": ()}, "QC-EVENTS"),
        ({"time_drift": ("CD3", "CD4")}, "QC-TIME"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_a_fault_fails_its_check(
    tmp_path: Path, panel: Panel, reference: Reference, faults: dict[str, tuple[str, ...]], check: str
) -> None:
    file, tube = _tube(tmp_path, panel, 31, faults)
    found = check_tube(file, tube, panel, specimen="PBMC", reference=reference)
    assert check in {each.check for each in found if each.verdict == "fail"}


def test_a_good_file_does_not_fail(tmp_path: Path, panel: Panel, reference: Reference) -> None:
    file, tube = _tube(tmp_path, panel, 31, {})
    found: tuple[Finding, ...] = check_tube(file, tube, panel, specimen="PBMC", reference=reference)
    assert [each.message for each in found if each.verdict == "fail"] == []
