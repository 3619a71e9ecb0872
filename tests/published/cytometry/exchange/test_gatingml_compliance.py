"""ISAC's compliance set of Gating-ML 2.0: every gate, event by event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cytometry_files import SHARED, shared

from lupustrial.cytometry.exchange import gate_file, read_gatingml, read_reference
from lupustrial.cytometry.exchange._count import masks_of
from lupustrial.cytometry.exchange._events import GateColumns, events_of, read_events
from lupustrial.errors import CytometryError

FILES = sorted(path.name for path in (SHARED / "gatingml" / "gml").glob("*.xml")) or ["gml_all_gates.xml"]
#: The set names the result of this gate after what it tests.
OTHER_NAMES = {"ParRectangle1": "ParQuadRect"}
#: A gate of the set for which it gives no result.
WITHOUT = {"myEllipse2"}
#: Not valid by the schema: its gate is inside an element <sample>. It must be refused, not skipped.
INVALID = "gml_range_gate_attr_testing.xml"


def truth(gate: str) -> np.ndarray:
    return np.loadtxt(shared(f"gatingml/truth/Results_{OTHER_NAMES.get(gate, gate)}.txt"), dtype=int) == 1


def masks(name: str) -> dict[str, np.ndarray]:
    tree = read_gatingml(shared(f"gatingml/gml/{name}"))
    columns = GateColumns(tree, events_of(read_events(shared("gatingml/data1.fcs"))))
    return {path[-1]: mask for path, mask in masks_of(tree, columns).items()}


@pytest.mark.parametrize("name", [name for name in FILES if name != INVALID])
def test_every_gate_holds_the_events_of_the_set(name: str) -> None:
    found = masks(name)
    assert found
    for gate, mask in found.items():
        if gate not in WITHOUT:
            np.testing.assert_array_equal(mask, truth(gate), err_msg=gate)


def test_all_results_of_the_set_are_met() -> None:
    shared("gatingml/data1.fcs")
    results = {path.stem.removeprefix("Results_") for path in (SHARED / "gatingml" / "truth").glob("*.txt")}
    gates = {gate for name in FILES if name != INVALID for gate in masks(name)}
    assert len(FILES) == 47
    assert {OTHER_NAMES.get(gate, gate) for gate in gates} - WITHOUT == results
    assert len(results) == 51


def test_a_gate_inside_another_element_is_refused() -> None:
    path = shared(f"gatingml/gml/{INVALID}")
    with pytest.raises(CytometryError, match=rf"{INVALID}:7: CYTO-034 sample"):
        read_gatingml(path)


def test_a_file_of_gates_counts_what_the_results_hold() -> None:
    rows = gate_file(shared("gatingml/gml/gml_all_gates.xml"), shared("gatingml/data1.fcs"))
    assert rows
    assert {row.population: row.count for row in rows} == {
        row.population: int(truth(row.population).sum()) for row in rows
    }


@pytest.mark.parametrize(
    "name", ["gml_all_gates.xml", "gml_parent_quadrant_rect_gate.xml", "gml_boolean_or2_gate.xml"]
)
def test_regions_on_a_tube_hold_the_events_of_the_set(name: str) -> None:
    path: Path = shared(f"gatingml/gml/{name}")
    reference = read_reference(path, shared("gatingml/data1.fcs"))
    inside: dict[str, np.ndarray] = {}
    for population, parent, region in reference.gates:
        own = region.contains(reference.tube)
        inside[population] = own & inside[parent] if parent else own
        np.testing.assert_array_equal(inside[population], truth(population), err_msg=population)
