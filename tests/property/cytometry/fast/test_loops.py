"""The compiled loops of the extra `fast` give the bits of the plain ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lupustrial.cytometry import Polygon, Tube, _fast
from lupustrial.cytometry.panel import Asinh, Log, Logicle, display
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.strategy import gate_tube, ready_strategy
from lupustrial.cytometry.synthetic import as_file, make_events, panel_text

pytest.importorskip("numba", reason="the extra `fast` is not installed")

_SCALES = (
    Logicle(t=262144, w=0.8, m=4.5, a=0), Logicle(t=1000, w=0, m=4, a=1), Asinh(t=12000, m=4, a=1),
    Log(t=10000, m=5),
)  # fmt: skip
_MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    _fast.use_loops("auto")


def _bits(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    return np.where(np.isnan(values), np.uint32(0x7FC00000), values.view(np.uint32))


@pytest.mark.parametrize("scale", _SCALES, ids=lambda scale: f"{scale.kind} {scale.t:g}")
@given(seed=st.integers(0, 2**32 - 1))
@_MANY
def test_every_bit_pattern_of_a_float_is_shown_alike(scale: Logicle, seed: int) -> None:
    words = np.random.default_rng(seed).integers(0, 2**32, _fast.FEWEST, dtype=np.uint64).astype(np.uint32)
    edges = np.asarray([0, 1 << 31, 0x7F800000, 0xFF800000, 0x7FC00000, 1, 0x80000001, 0x7F7FFFFF], np.uint32)
    linear = np.concatenate([edges, words])[: words.size].view(np.float32)
    shown = {}
    for use in ("never", "always"):
        _fast.use_loops(use)  # type: ignore[arg-type]
        with np.errstate(all="ignore"):
            shown[use] = display(scale, linear)
    np.testing.assert_array_equal(_bits(shown["always"]), _bits(shown["never"]))


@pytest.mark.parametrize("scale", _SCALES, ids=lambda scale: f"{scale.kind} {scale.t:g}")
def test_the_table_is_within_a_millionth_of_the_axis(scale: Logicle) -> None:
    _fast.use_loops("always")
    linear = np.linspace(-0.3 * scale.t, 1.2 * scale.t, 40_000, dtype=np.float32)
    exact = scale.exact(linear.astype(np.float64))
    np.testing.assert_allclose(display(scale, linear), exact, atol=1e-6, rtol=0)


@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 9), grid=st.booleans())
@_MANY
def test_a_polygon_holds_the_same_events(seed: int, corners: int, grid: bool) -> None:  # noqa: FBT001 - drawn
    random = np.random.default_rng(seed)
    points = random.normal(0.5, 0.3, (2, 5000)).astype(np.float32)
    vertices = random.normal(0.5, 0.3, (corners, 2))
    if grid:  # corners and edges meet events exactly
        points, vertices = np.round(points * 8) / 8, np.round(vertices * 8) / 8
    points[0, :3] = (np.nan, np.inf, -np.inf)
    tube = Tube.of_columns("t", {"x": points[0], "y": points[1]})
    region = Polygon(x="x", y="y", vertices=tuple((float(x), float(y)) for x, y in vertices))
    inside = {}
    for use in ("never", "always"):
        _fast.use_loops(use)  # type: ignore[arg-type]
        inside[use] = region.contains(tube)
    np.testing.assert_array_equal(inside["always"], inside["never"])


def test_a_tube_and_its_gates_are_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    from lupustrial.cytometry.panel import read_panel

    path = tmp_path_factory.mktemp("panel") / "tbnk.yaml"
    path.write_text(panel_text("tbnk"), encoding="utf-8")
    file = as_file(make_events("tbnk", seed=21, events=20_000))
    found = {}
    for use in ("never", "always"):
        _fast.use_loops(use)  # type: ignore[arg-type]
        found[use] = gate_tube(prepare(file, read_panel(path)), ready_strategy("tbnk"))
    plain, fast = found["never"], found["always"]
    np.testing.assert_array_equal(_bits(fast.tube.values), _bits(plain.tube.values))
    np.testing.assert_array_equal(_bits(fast.tube.linear), _bits(plain.tube.linear))
    assert fast.hash == plain.hash
    assert [gate.count for gate in fast.gates] == [gate.count for gate in plain.gates]


def test_loops_are_loaded_only_when_they_pay() -> None:
    _fast.use_loops("auto")
    before = _fast._State.values
    _fast._State.values = 0
    try:
        assert _fast.loops(_fast.FEWEST - 1) is None
        assert _fast.loops(_fast.PAYS_AFTER // 2) is None
        assert _fast.loops(_fast.PAYS_AFTER) is not None
    finally:
        _fast._State.values = before
