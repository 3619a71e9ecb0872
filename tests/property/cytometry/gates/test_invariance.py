"""A gate depends on the values of its parent's events, and on nothing else."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.cytometry import Setting, Tube
from lupustrial.cytometry.gates import METHODS
from lupustrial.cytometry.strategy import gate_tube, strategy_from

GATES: list[tuple[str, dict[str, Any]]] = [
    ("valley", {"column": "A"}),
    ("valley", {"column": "B", "choose": "last"}),
    ("tail", {"column": "B"}),
    ("internal_control", {"column": "B", "control": "low"}),
    ("backgated_ellipse", {"columns": ("A", "B"), "of": "low"}),
    ("mixture", {"columns": ("A", "B"), "towards": (1, 1)}),
    ("ratio_band", {"columns": ("A", "B")}),
]
IDS = [f"{method}-{i}" for i, (method, _) in enumerate(GATES)]


def made(seed: int, events: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns of two clouds, and which events are of the lower."""
    random = np.random.default_rng(seed)
    low = random.random(events) < 0.6
    values = np.where(low[:, None], random.normal(100, 12, (events, 2)), random.normal(220, 15, (events, 2)))
    return np.round(values, 2).astype(np.float32), low


def inside(
    method: str, parameters: dict[str, Any], values: np.ndarray, parent: np.ndarray, low: np.ndarray
) -> Any:
    """Place a gate and return which events it holds."""
    tube = Tube.of_columns("made", {"A": values[:, 0], "B": values[:, 1]})
    registered = METHODS[method]
    where = Setting(tube=tube, parent=parent, populations={"low": low})
    return registered.place(where, registered.model.model_validate(parameters)).region.contains(tube)


@pytest.mark.parametrize(("method", "parameters"), GATES, ids=IDS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_the_order_of_events_does_not_matter(method: str, parameters: dict[str, Any], seed: int) -> None:
    values, low = made(seed)
    every = np.ones(len(values), dtype=bool)
    order = np.random.default_rng(seed + 1).permutation(len(values))
    first = inside(method, parameters, values, every, low)
    second = inside(method, parameters, values[order], every, low[order])
    assert np.array_equal(first[order], second)


@pytest.mark.parametrize(("method", "parameters"), GATES, ids=IDS)
@given(seed=st.integers(0, 10_000), power=st.integers(-12, 12))
@settings(max_examples=6, deadline=None)
def test_the_scale_of_columns_does_not_matter(
    method: str, parameters: dict[str, Any], seed: int, power: int
) -> None:
    values, low = made(seed)
    every = np.ones(len(values), dtype=bool)
    scaled = values * np.float32(2.0**power)  # exact in binary
    assert np.array_equal(
        inside(method, parameters, values, every, low), inside(method, parameters, scaled, every, low)
    )


@pytest.mark.parametrize(
    ("method", "parameters"), [gate for gate in GATES if gate[0] != "ratio_band"], ids=IDS[:-1]
)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e3), shift=st.floats(-5, 5))
@settings(max_examples=6, deadline=None)
def test_scale_and_origin_of_columns_hardly_matter(
    method: str, parameters: dict[str, Any], seed: int, scale: float, shift: float
) -> None:
    values, low = made(seed)
    every = np.ones(len(values), dtype=bool)
    moved = ((values.astype(float) + 100 * shift) * scale).astype(np.float32)
    first = inside(method, parameters, values, every, low)
    second = inside(method, parameters, moved, every, low)
    assert np.count_nonzero(first != second) <= 0.01 * len(values)  # rounding moves events between bins


@pytest.mark.parametrize(("method", "parameters"), GATES, ids=IDS)
@given(seed=st.integers(0, 10_000), far=st.floats(-1e6, 1e6), more=st.integers(1, 5_000))
@settings(max_examples=6, deadline=None)
def test_events_outside_the_parent_do_not_matter(
    method: str, parameters: dict[str, Any], seed: int, far: float, more: int
) -> None:
    values, low = made(seed)
    every = np.ones(len(values), dtype=bool)
    wide = np.concatenate([values, np.full((more, 2), far, dtype=np.float32)])
    outside = np.zeros(more, dtype=bool)
    first = inside(method, parameters, values, every, low)
    second = inside(
        method, parameters, wide, np.concatenate([every, outside]), np.concatenate([low, outside])
    )
    assert np.array_equal(first, second[: len(values)])


STRATEGY = strategy_from(
    """
format: 1
id: two
version: 1
populations:
  high: {method: valley, column: A}
  low: {exclude: [high]}
""",
    "two.yaml",
)


@given(name=st.text(max_size=20), arm=st.text(max_size=10), visit=st.text(max_size=10))
@settings(max_examples=20, deadline=None)
def test_neither_name_nor_keywords_of_a_file_move_a_gate(name: str, arm: str, visit: str) -> None:
    values, _ = made(1)
    plain = Tube.of_columns("plain", {"A": values[:, 0], "B": values[:, 1]})
    told = Tube(
        name=name, names=plain.names, values=plain.values, keywords={"ARM": arm, "VISIT": visit, "FIL": name}
    )
    assert gate_tube(told, STRATEGY).hash == gate_tube(plain, STRATEGY).hash


def test_no_method_can_be_told_an_arm_or_a_visit() -> None:
    words = {"arm", "visit", "participant", "subject", "treatment"}
    assert set(inspect.signature(gate_tube).parameters) == {"tube", "strategy", "templates", "controls"}
    assert not words & set(Setting.__dataclass_fields__) | words & set(Tube.__dataclass_fields__)
    for registered in METHODS.values():
        assert not words & set(registered.model.model_fields)


@given(seed=st.integers(0, 1_000))
@settings(max_examples=5, deadline=None)
def test_populations_of_a_strategy_lie_inside_their_parents(seed: int) -> None:
    values, _ = made(seed)
    gated = gate_tube(Tube.of_columns("made", {"A": values[:, 0], "B": values[:, 1]}), STRATEGY)
    high, low = gated.gate("high").inside, gated.gate("low").inside
    assert np.array_equal(high, ~low)
