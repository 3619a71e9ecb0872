"""Every transform keeps the order of values, and says NaN of what is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lupustrial.cytometry.panel import Asinh, Linear, Log, Logicle, display

pytest.importorskip("flowutils", reason="the extra `cytometry` is not installed")

TRANSFORMS = [
    Linear(t=262144, a=100),
    Log(t=262144, m=4.5),
    Asinh(t=262144, m=4.5, a=1),
    Logicle(t=262144, w=0.5, m=4.5, a=0),
    Logicle(t=1e-3, w=0.0, m=4.0, a=0),
    Logicle(t=4194304, w=1.0, m=5.6, a=0.5),
]
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
@settings(max_examples=100, deadline=None)
@given(values=arrays(np.float32, 50, elements=FLOATS))
def test_order_is_kept_and_zero_to_one_spans_the_axis(transform: Any, values: np.ndarray) -> None:
    shown = display(transform, np.sort(values))
    assert np.isfinite(shown).all()
    assert (np.diff(shown) >= 0).all()
    assert display(transform, np.array([transform.top]))[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_what_is_no_number_is_shown_as_none(transform: Any) -> None:
    shown = display(transform, np.array([np.nan, np.inf, -np.inf, 1.0]))
    assert np.isnan(shown).tolist() == [True, True, True, False]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_a_value_is_shown_alike_alone_and_among_others(transform: Any) -> None:
    values = np.random.default_rng(2).normal(0, 1e4, 40_000).astype(np.float32)
    among = display(transform, values)
    assert among[::997].tolist() == [
        float(display(transform, values[at : at + 1])[0]) for at in range(0, 40_000, 997)
    ]
