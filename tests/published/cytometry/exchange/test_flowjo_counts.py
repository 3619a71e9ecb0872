"""Counts that FlowJo 10 stored in workspaces, and the sets of gates that it stored without events."""

from __future__ import annotations

import csv

import pytest
from cytometry_files import shared

from lupustrial.cytometry.exchange import count_like_flowjo, gate_file, read_workspace

SPLEEN = ("mouse_spleen/gating.wsp", "mouse_spleen/68983.fcs")
LINE = "simple_line_example/data_set_simple_line_100.fcs"
DIAMOND = "simple_diamond_example/test_data_diamond_01.fcs"
PAIRS = [
    SPLEEN,
    ("simple_line_example/simple_poly_and_rect_v2_poly50.wsp", LINE),
    ("simple_line_example/single_ellipse_51_events.wsp", LINE),
    *(
        (f"simple_diamond_example/{name}.wsp", DIAMOND)
        for name in (
            "simple_diamond_example_quad_gate", "test_data_diamond_asinh_rect",
            "test_data_diamond_asinh_rect2", "test_data_diamond_biex_rect",
        )
    ),
]  # fmt: skip
LARGE = 1000
#: tests/tolerances.md: FlowJo counts polygons and ellipses over bins.
EXACT, BINNED = 0.005, 2


def paths(pair: tuple[str, str]) -> list[str]:
    return [str(shared(f"flowjo_parity/{name}")) for name in pair]


def expected(dataset: str, file: str) -> dict[str, int]:
    with shared("expected_counts.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["dataset"] == dataset and row["file"] == file]
    return {row["population"]: int(row["count"]) for row in rows}


@pytest.mark.parametrize("pair", PAIRS, ids=[pair[0] for pair in PAIRS])
def test_counts_of_large_parents_are_within_half_a_percent_of_flowjo(pair: tuple[str, str]) -> None:
    workspace, file = paths(pair)
    compared = count_like_flowjo(workspace, file)
    assert compared
    assert not [
        each
        for each in compared
        if each.parent >= LARGE and abs(each.exact - each.flowjo) > EXACT * each.flowjo
    ]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair[0] for pair in PAIRS])
def test_counts_over_bins_are_within_two_events_of_flowjo(pair: tuple[str, str]) -> None:
    workspace, file = paths(pair)
    assert not [
        each for each in count_like_flowjo(workspace, file) if abs(each.binned - each.flowjo) > BINNED
    ]


def test_the_spleen_is_counted_by_population_as_the_list_of_counts_has_it() -> None:
    workspace, file = paths(SPLEEN)
    counted = {row.path: row.count for row in gate_file(workspace, file, binned=True)}
    assert counted == expected("mouse_spleen", "68983.fcs")


def test_a_line_on_the_edge_of_a_polygon_is_50_events_and_0_in_flowjo() -> None:
    workspace, file = paths(PAIRS[1])
    exact, binned = (
        {row.population: row.count for row in gate_file(workspace, file, binned=on)} for on in (0, 1)
    )
    assert (exact["poly1"], binned["poly1"]) == (
        50,
        0,
    )  # FlowKit's name of the file tells 50, FlowJo stored 0


def test_the_hierarchy_of_a_workspace_without_its_files_is_read() -> None:
    workspace = read_workspace(shared("flowjo_parity/8_color_ICS/8_color_ICS.wsp"))
    assert {sample.groups for sample in workspace.samples} == {("All Samples", "DEN")}
    for sample in workspace.samples:
        stored = {"/".join(gate.path): gate.count for gate in sample.tree.gates}
        assert stored == expected("8_color_ICS", f"{sample.file} (FCS absent)")
        assert len(stored) == 14


def test_the_matrix_of_a_workspace_is_that_of_the_table() -> None:
    workspace = read_workspace(shared("flowjo_parity/8_color_ICS/8_color_ICS.wsp"))
    with shared("flowjo_parity/8_color_ICS/den_comp.csv").open(encoding="utf-8") as lines:
        names, *rows = list(csv.reader(lines))
    matrix = workspace.samples[0].tree.matrices["workspace"]
    assert len(matrix.detectors) == len(names) == 8
    # The table has six decimals.
    assert matrix.values.tolist() == [
        pytest.approx([float(value) for value in row], abs=1e-6) for row in rows
    ]
