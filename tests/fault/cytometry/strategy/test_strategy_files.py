"""Strategy files at fault: every fault at once, with file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.cytometry import Tube
from lupustrial.cytometry.strategy import gate_tube, read_strategy, ready_strategy, strategy_from
from lupustrial.errors import CytometryError

GOOD = """format: 1
id: test
version: 1
populations:
  T: {method: valley, column: CD3}
  CD4: {parent: T, method: valley, column: CD4}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("format: 1", "format: 2", "s.yaml:1: CYTO-046"),
        ("id: test", "ident: test", "s.yaml:2: CYTO-046"),
        ("  T: {method: valley, column: CD3}", "  T: {method: valey, column: CD3}", "s.yaml:5: CYTO-049"),
        ("column: CD3}", "colum: CD3}", "s.yaml:5: CYTO-050"),
        ("column: CD3}", "column: CD3, depth: 3}", "s.yaml:5: CYTO-050"),
        ("column: CD3}", "column: CD3, arm: active}", "s.yaml:5: CYTO-050"),
        ("column: CD3}", "column: CD3, absent: perhaps}", "s.yaml:5: CYTO-046"),
        ("column: CD3}", "column: CD3, exclude: B}", "s.yaml:5: CYTO-046"),
        ("column: CD3}", "column: CD3, optional: maybe}", "s.yaml:5: CYTO-046"),
        ("parent: T,", "parent: TT,", "s.yaml:6: CYTO-047"),
        ("column: CD4}", "column: CD4, over: B}", "s.yaml:6: CYTO-047"),
        ("  T: {method", "  T: {parent: CD4, method", "s.yaml:5: CYTO-048"),
        ("{method: valley, column: CD3}", "{parent: null}", "s.yaml:5: CYTO-046"),
        ("{method: valley, column: CD3}", "[1, 2]", "s.yaml:5: CYTO-046"),
        ("{method: valley, column: CD3}", "{gates: 3}", "s.yaml:5: CYTO-046"),
        ("column: CD3}", "column: CD3", "CYTO-045"),
        ("  CD4: {", "  T: {", "s.yaml:6: CYTO-045"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(CytometryError) as caught:
        strategy_from(GOOD.replace(old, new, 1), "s.yaml")
    assert any(expected in str(fault) for fault in caught.value.faults)


def test_all_faults_are_told_at_once() -> None:
    text = (
        GOOD.replace("id: test", "x: 1")
        .replace("column: CD3", "colum: CD3")
        .replace("valley, column: CD4", "no")
    )
    with pytest.raises(CytometryError) as caught:
        strategy_from(text, "s.yaml")
    assert {fault.id for fault in caught.value.faults} >= {"CYTO-046", "CYTO-049", "CYTO-050"}
    assert len(caught.value.faults) >= 4


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CytometryError, match=r"none\.yaml.*CYTO-045"):
        read_strategy(tmp_path / "none.yaml")


def test_a_ready_strategy_of_another_name_gets_a_hint() -> None:
    with pytest.raises(CytometryError, match="did you mean tbnk"):
        ready_strategy("tbnkk")


def test_a_missing_column_names_the_population_and_what_the_tube_has() -> None:
    tube = Tube.of_columns("tube.fcs", {"CD3": np.arange(100.0)})
    with pytest.raises(CytometryError, match=r"tube\.fcs.*CYTO-051 no column CD4, which CD4 needs(.|\n)*CD3"):
        gate_tube(tube, strategy_from(GOOD, "s.yaml"))


def test_a_control_that_the_strategy_does_not_use_is_refused() -> None:
    tube = Tube.of_columns("tube.fcs", {"CD3": np.arange(100.0), "CD4": np.arange(100.0)})
    with pytest.raises(CytometryError, match=r"CYTO-052 the strategy uses no control FMO"):
        gate_tube(tube, strategy_from(GOOD, "s.yaml"), controls={"FMO": tube})


def places_of_faults(text: str) -> list[str]:
    """Return where a text is at fault; nothing where it is a strategy."""
    try:
        strategy_from(text, "s.yaml")
    except CytometryError as error:
        return [fault.place for fault in error.faults]
    return []


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_strategy_or_a_fault(text: str) -> None:
    assert all(place.startswith("s.yaml:") for place in places_of_faults(text))


@given(at=st.integers(0, len(GOOD) - 1), sign=st.characters(codec="utf-8"))
@settings(max_examples=150, deadline=None)
def test_a_changed_sign_gives_a_strategy_or_a_fault(at: int, sign: str) -> None:
    assert all(place.startswith("s.yaml:") for place in places_of_faults(GOOD[:at] + sign + GOOD[at + 1 :]))


@pytest.mark.parametrize("events", [0, 1, 29, 200])
@pytest.mark.parametrize(
    "strategy", ["tbnk", "t-memory", "nk", "treg", "functional", "euroflow-lst", "nk-lineage"]
)
def test_a_tube_of_few_or_odd_events_is_gated_or_skipped_but_never_crashes(
    events: int, strategy: str
) -> None:
    random = np.random.default_rng(events)
    names = (
        "FSC-A", "FSC-H", "SSC-A", "Viability", "CD45", "CD3", "CD4", "CD8", "CD19", "CD14", "CD16", "CD56",
        "CD25", "CD127", "FoxP3", "CD45RA", "CCR7", "CXCR5", "PD-1", "CCR6", "IFNg", "Perforin", "Lineage",
        "GranzymeB",
    )  # fmt: skip
    values = {name: random.normal(0, 1, events) for name in names}
    values["CD3"] = np.where(random.random(events) < 0.3, np.nan, values["CD3"])
    values["CD19"] = np.zeros(events)
    ready = ready_strategy(strategy)
    gated = gate_tube(Tube.of_columns("odd", values), ready)
    told = {gate.population for gate in gated.gates} | set(gated.skipped)
    assert told == {population.name for population in ready.populations}
    assert all(gate.inside.shape == (events,) for gate in gated.gates)
    assert all(0 <= gate.placed.confidence <= 1 and gate.placed.reason for gate in gated.gates)


def test_a_bomb_of_anchors_is_defused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(CytometryError, match="an anchor") as refused:
        strategy_from("\n".join(lines), "s.yaml")
    assert {fault.id for fault in refused.value.faults} == {"CYTO-045"}
