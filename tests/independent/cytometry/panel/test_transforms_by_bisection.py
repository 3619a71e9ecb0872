"""Transforms by table against FlowKit, and logicle against its definition solved by bisection."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lupustrial.cytometry.panel import Asinh, Biex, Linear, Log, Logicle, display

flowkit = pytest.importorskip("flowkit", reason="the extra `cytometry` is not installed")

RANDOM = np.random.default_rng(11)
VALUES = np.concatenate([
    RANDOM.normal(0, 300, 20_000), 10 ** RANDOM.uniform(-3, 6.3, 20_000),
    -(10 ** RANDOM.uniform(-3, 4.5, 5_000)),
    [0.0, -0.0, 262144.0, 262143.0],
]).astype(np.float32)  # fmt: skip
BY = flowkit.transforms
PAIRS: list[tuple[Any, Any, float]] = [
    (
        Logicle(t=262144, w=0.5, m=4.5, a=0),
        BY.LogicleTransform(param_t=262144, param_w=0.5, param_m=4.5, param_a=0),
        1,
    ),
    (
        Logicle(t=10000, w=1.2, m=4, a=0.5),
        BY.LogicleTransform(param_t=10000, param_w=1.2, param_m=4, param_a=0.5),
        1,
    ),
    (Logicle(t=1, w=0, m=5, a=0), BY.LogicleTransform(param_t=1, param_w=0, param_m=5, param_a=0), 1),
    (Asinh(t=262144, m=4.5, a=1), BY.AsinhTransform(param_t=262144, param_m=4.5, param_a=1), 1),
    (Linear(t=262144, a=1000), BY.LinearTransform(param_t=262144, param_a=1000), 1),
    (
        Biex(t=262144.000029, positive=4.41854, negative=0.5, width=-100),
        BY.WSPBiexTransform(negative=0.5, width=-100, positive=4.41854, max_value=262144.000029),
        4096,
    ),
]


@pytest.mark.parametrize(("ours", "theirs", "scale"), PAIRS, ids=lambda each: type(each).__name__)
def test_display_values_are_those_of_flowkit(ours: Any, theirs: Any, scale: float) -> None:
    values = VALUES[np.abs(VALUES) <= 256 * ours.top]
    expected = theirs.apply(values.astype(np.float64)) / scale
    np.testing.assert_allclose(display(ours, values), expected, rtol=1.2e-7, atol=6e-8)


def test_logarithm_is_that_of_flowkit_above_zero() -> None:
    values = VALUES[VALUES > 1e-3]
    expected = BY.LogTransform(param_t=262144, param_m=4.5).apply(values.astype(np.float64))
    np.testing.assert_allclose(display(Log(t=262144, m=4.5), values), expected, rtol=1.2e-7, atol=6e-8)


def biexponential(y: float, t: float, w: float, m: float, a: float) -> float:
    """Return the linear value of a display value (Moore and Parks 2012), d by bisection.

    Below zero, which is shown at x1, the curve is mirrored (Parks 2006, equation 5).
    """
    ten = math.log(10)
    w_, x2 = w / (m + a), a / (m + a)
    x1, x0 = x2 + w_, x2 + 2 * w_
    if y < x1:
        return -biexponential(2 * x1 - y, t, w, m, a)
    b = (m + a) * ten
    low, high = 0.0, b
    for _ in range(200):
        d = (low + high) / 2
        if 2 * (math.log(d) - math.log(b)) + w_ * (d + b) > 0:
            high = d
        else:
            low = d
    d = (low + high) / 2 if w > 0 else b
    c_over_a = math.exp(x0 * (b + d))
    f_over_a = math.exp(b * x1) - c_over_a * math.exp(-d * x1)
    scale = t / (math.exp(b) - f_over_a - c_over_a * math.exp(-d))
    return scale * (math.exp(b * y) - c_over_a * math.exp(-d * y) - f_over_a)


@pytest.mark.parametrize(
    "parameters", [(262144, 0.5, 4.5, 0.0), (1000, 1.0, 4.0, 1.0), (4194304, 0.8, 5.6, 0.3)]
)
@pytest.mark.parametrize("shown", [-0.2, 0.0, 0.05, 0.1, 0.25, 0.5, 0.9, 1.0, 1.1])
def test_logicle_inverts_its_definition(parameters: tuple[float, float, float, float], shown: float) -> None:
    t, w, m, a = parameters
    linear = biexponential(shown, *parameters)
    assert display(Logicle(t=t, w=w, m=m, a=a), np.array([linear]))[0] == pytest.approx(shown, abs=3e-7)


@pytest.mark.parametrize("transform", [pair[0] for pair in PAIRS], ids=lambda each: type(each).__name__)
def test_inverse_leads_back(transform: Any) -> None:
    shown = np.linspace(0.02, 0.98, 97)
    np.testing.assert_allclose(transform.exact(transform.inverse(shown)), shown, atol=1e-9)
