"""Panel files at fault: every fault at once, each with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.cytometry.panel import read_panel
from lupustrial.errors import CytometryError, Fault

GOOD = """\
id: tbnk
instrument: FACSAria II, site 1
scatter: [FSC-A, SSC-A]
compensation: file
transform: {kind: logicle, t: 262144, w: 0.5, m: 4.5, a: 0}
stains:
  - {marker: CD3, channel: APC-A}
  - {marker: CD4, channel: PE-A}
"""


def faults(tmp_path: Path, text: str | bytes) -> tuple[Fault, ...]:
    path = tmp_path / "panel.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(CytometryError) as caught:
        read_panel(path)
    assert all(fault.hint for fault in caught.value.faults)
    return caught.value.faults


def test_the_panel_that_the_others_spoil_is_sound(tmp_path: Path) -> None:
    (tmp_path / "panel.yaml").write_text(GOOD)
    assert read_panel(tmp_path / "panel.yaml").markers == ("CD3", "CD4")


@pytest.mark.parametrize(
    ("old", "new", "place", "fault_id", "part"),
    [
        ("id: tbnk\n", "", "panel.yaml:1", "CYTO-021", "id"),
        ("id: tbnk", "id: ''", "panel.yaml:1", "CYTO-021", "id"),
        ("id: tbnk", "id: tbnk\nformat: 2", "panel.yaml:2", "CYTO-021", "format"),
        ("compensation: file", "compensation: yes", "panel.yaml:1", "CYTO-021", "compensation"),
        ("compensation: file", "compensation: ../m.csv", "panel.yaml:4", "CYTO-021", "beside"),
        ("compensation: file", "compensation: m.csv", "panel.yaml:4", "CYTO-023", "m.csv"),
        ("compensation: file", "compensation: file\nmatrix: {}", "panel.yaml:5", "CYTO-021", "matrix"),
        ("kind: logicle", "kind: logikle", "panel.yaml:5", "CYTO-021", "logikle"),
        ("w: 0.5, ", "", "panel.yaml:5", "CYTO-021", "w"),
        ("w: 0.5", "w: 3", "panel.yaml:5", "CYTO-021", "m / 2"),
        ("t: 262144", "t: .inf", "panel.yaml:5", "CYTO-021", "t"),
        ("t: 262144", "t: -1", "panel.yaml:5", "CYTO-021", "t"),
        ("channel: PE-A", "chanel: PE-A", "panel.yaml:8", "CYTO-021", "chanel"),
        ("channel: PE-A", "channel: APC-A", "panel.yaml:8", "CYTO-022", "APC-A"),
        ("channel: PE-A", "channel: FSC-A", "panel.yaml:8", "CYTO-022", "FSC-A"),
        ("marker: CD4", "marker: CD3", "panel.yaml:8", "CYTO-022", "CD3"),
        ("marker: CD4", "expected: [CD4 likes CD3], marker: CD4", "panel.yaml:8", "CYTO-040", "likes"),
        (
            "id: tbnk",
            "id: tbnk\nexpected:\n- CD4 within CD3\n- CD4+ 2..9",
            "panel.yaml:4",
            "CYTO-040",
            "2..9",
        ),
        ("marker: CD4", "marker: Time", "panel.yaml:8", "CYTO-022", "Time"),
        ("marker: CD4", "marker: CD4, marker: CD8", "panel.yaml:8", "CYTO-020", "twice"),
        ("scatter: [FSC-A, SSC-A]", "scatter: FSC-A", "panel.yaml:3", "CYTO-021", "scatter"),
        ("  - {marker: CD4, channel: PE-A}", "\t- x", "panel.yaml:8", "CYTO-020", "unreadable"),
        ("id: tbnk", "id: &a tbnk\nspecimen: *a", "panel.yaml:2", "CYTO-020", "anchor"),
    ],
)
def test_one_fault(tmp_path: Path, old: str, new: str, place: str, fault_id: str, part: str) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new))
    told = [fault for fault in found if fault.id == fault_id and part in f"{fault.message} {fault.hint}"]
    assert told, found
    if "compensation: yes" not in new:
        assert place in [fault.place for fault in told]


def test_a_wrong_key_gets_the_right_one(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD.replace("channel: PE-A", "chanel: PE-A"))
    assert any(fault.hint == "did you mean channel?" for fault in found)


def test_all_faults_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (
        GOOD.replace("w: 0.5", "w: wide").replace("marker: CD4", "marker: CD3").replace("id: tbnk", "idd: x")
    )
    lines = [int(fault.place.rpartition(":")[2]) for fault in faults(tmp_path, text)]
    assert lines == sorted(lines)
    assert {1, 5, 8} <= set(lines)


@pytest.mark.parametrize(
    "text", ["", "- a\n- b\n", "just text", b"id: \xff\xfe", "a: [" * 3000, "a: {" * 50 + "b"]
)
def test_what_is_no_panel(tmp_path: Path, text: str | bytes) -> None:
    assert {fault.id for fault in faults(tmp_path, text)} == {"CYTO-020"}


def test_a_bomb_of_anchors_is_defused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "CYTO-020" in {fault.id for fault in faults(tmp_path, "\n".join(lines))}


def test_a_panel_that_is_absent(tmp_path: Path) -> None:
    with pytest.raises(CytometryError, match=r"none\.yaml:1: CYTO-020"):
        read_panel(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("APC-A,PE-A\n1,0\n", "m.csv:1", "1 rows for 2 channels"),
        ("APC-A,PE-A\n1,0\n0,x\n", "m.csv:3", "x"),
        ("APC-A,PE-A\n1,0\n0,1,2,3\n", "m.csv:3", "4 numbers"),
        ("APC-A,APC-A\n1,0\n0,1\n", "m.csv:1", "1 different"),
        (",APC-A,PE-A\nPE-A,1,0\nAPC-A,0,1\n", "m.csv:2", "row 1 is of 'PE-A'"),
        ("", "m.csv:1", "rows"),
    ],
)
def test_a_matrix_file_at_fault(tmp_path: Path, text: str, place: str, part: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    found = faults(tmp_path, GOOD.replace("compensation: file", "compensation: m.csv"))
    assert any(
        fault.id == "CYTO-023" and fault.place == place and part in fault.message for fault in found
    ), found
