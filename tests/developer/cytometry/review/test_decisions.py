"""What readers decided comes back into gating: moved gates as drawn, rejected ones left out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reviewed_tubes import CD4_T, NK_CELLS, T_CELLS, cloud

from lupustrial.cytometry import Interval, Region, Tube
from lupustrial.cytometry.gates import METHODS
from lupustrial.cytometry.review import decided_strategy, read_decisions
from lupustrial.cytometry.strategy import Population, Step, Strategy, gate_tube
from lupustrial.errors import CytometryError

FILE = "a" * 64


def population(name: str, parent: str | None, region: Region) -> Population:
    parameters = METHODS["static"].model(region=region.as_plain())
    return Population(name=name, parent=parent, steps=(Step(method="static", parameters=parameters),))


STRATEGY = Strategy(
    id="small",
    version="1",
    title="",
    columns={},
    populations=(
        population("CD3+", None, T_CELLS),
        population("CD4+ T", "CD3+", CD4_T),
        population("NK", None, NK_CELLS),
    ),
)
TUBE = replace(Tube.of_columns("t", cloud(1)), sha256=FILE)


def row(name: str, decision: str, region: Region | None = None, **more: Any) -> dict[str, Any]:
    plain = None if region is None else region.as_plain()
    return {
        "file_sha256": FILE, "strategy": "small", "population": name, "decision": decision, "region": plain,
        **more,
    }  # fmt: skip


def text(*rows: dict[str, Any]) -> str:
    return json.dumps({"format": 1, "study": "S", "decisions": list(rows)})


def test_a_moved_gate_is_placed_as_it_was_drawn_and_the_gating_is_another_version() -> None:
    decisions = read_decisions(text(row("CD3+", "edited", Interval(column="CD3", low=0.65))))
    before = gate_tube(TUBE, STRATEGY)
    after = gate_tube(TUBE, decided_strategy(STRATEGY, FILE, decisions))
    assert after.gate("CD3+").count == np.count_nonzero(TUBE.column("CD3") >= np.float32(0.65))
    assert after.gate("CD4+ T").count < before.gate("CD4+ T").count
    assert after.gate("NK").count == before.gate("NK").count
    assert after.hash != before.hash
    assert after.strategy_hash != before.strategy_hash


def test_a_rejected_gate_is_left_out_with_all_that_rest_on_it() -> None:
    decisions = read_decisions(text(row("CD3+", "rejected"), row("NK", "accepted")))
    after = gate_tube(TUBE, decided_strategy(STRATEGY, FILE, decisions))
    assert [gate.population for gate in after.gates] == ["NK"]


def test_accepted_gates_and_other_files_keep_the_strategy() -> None:
    decisions = read_decisions(text(row("CD3+", "accepted")))
    assert decided_strategy(STRATEGY, FILE, decisions) is STRATEGY
    moved = read_decisions(text(row("CD3+", "edited", Interval(column="CD3", low=0.6))))
    assert decided_strategy(STRATEGY, "b" * 64, moved) is STRATEGY
    assert decided_strategy(replace(STRATEGY, id="other"), FILE, moved).id == "other"


@pytest.mark.parametrize(
    "broken",
    [
        "", "[]", "{}", '{"format": 2, "decisions": []}',
        text(row("NK", "moved")),
        text(row("NK", "edited")),
        text(row("NK", "accepted", NK_CELLS)),
        text(row("NK", "accepted"), row("NK", "rejected")),
        text(row("NK", "accepted", file_sha256="x")),
        text(row("NK", "edited") | {"region": {"shape": "star"}}),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_file_of_decisions_that_is_none_is_refused(broken: str) -> None:
    with pytest.raises(CytometryError, match="CYTO-089"):
        read_decisions(broken)
