"""Values that the Gating-ML 2.0 specification prints for its transforms (§6, tables of examples)."""

from __future__ import annotations

import numpy as np
import pytest

from lupustrial.cytometry.panel import Asinh, Linear, Log, Logicle, display

pytest.importorskip("flowutils", reason="the extra `cytometry` is not installed")

# Gating-ML 2.0, "Logicle", T = 1000: x, then (W, M, A).
X = [-10, -5, -1, 0, 0.3, 1, 3, 10, 100, 1000]
LOGICLE = {
    (1.0, 4.0, 0.0): [
        0.067574,
        0.147986,
        0.228752,
        0.25,
        0.256384,
        0.271248,
        0.312897,
        0.432426,
        0.739548,
        1.0,
    ],
}
# "fasinh", T = 1000: x, then (M, A) = (4, 1), (5, 0), (3, 2).
ASINH_X = [-10, -5, -1, 0, 0.3, 1, 3, 10, 100, 1000]
ASINH = {
    (4.0, 1.0): [-0.200009, -0.139829, -0.000856, 0.2, 0.303776, 0.400856, 0.495521, 0.600009, 0.8, 1.0],
    (5.0, 0.0): [-0.6, -0.539794, -0.400009, 0.0, 0.295521, 0.400009, 0.495425, 0.6, 0.8, 1.0],
    (3.0, 2.0): [0.199144, 0.256923, 0.358203, 0.4, 0.412980, 0.441797, 0.503776, 0.600856, 0.800009, 1.0],
}


@pytest.mark.parametrize(("parameters", "printed"), LOGICLE.items())
def test_logicle(parameters: tuple[float, float, float], printed: list[float]) -> None:
    w, m, a = parameters
    transform = Logicle(t=1000, w=w, m=m, a=a)
    np.testing.assert_allclose(display(transform, np.array(X)), printed, atol=5.1e-7)


@pytest.mark.parametrize(("parameters", "printed"), ASINH.items())
def test_asinh(parameters: tuple[float, float], printed: list[float]) -> None:
    m, a = parameters
    transform = Asinh(t=1000, m=m, a=a)
    np.testing.assert_allclose(display(transform, np.array(ASINH_X)), printed, atol=5.1e-7)


def test_linear() -> None:
    # "flin": T = 1000, A = 0 and T = 1000, A = 100.
    np.testing.assert_allclose(display(Linear(t=1000, a=0), np.array([0, 10, 1000])), [0, 0.01, 1], atol=1e-7)
    shown = display(Linear(t=1000, a=100), np.array([-100, 0, 1000]))
    np.testing.assert_allclose(shown, [0, 0.090909, 1], atol=5.1e-7)


def test_log() -> None:
    # "flog": T = 10000, M = 5 and T = 262144, M = 4.5; one value there is cut, not rounded.
    values = np.array([0.5, 1, 10, 100, 1000, 1023, 10000, 100000, 262144])
    first = [0.139794, 0.2, 0.4, 0.6, 0.8, 0.801975, 1, 1.2, 1.283708]
    second = [-0.271016, -0.204120, 0.018102, 0.240324, 0.462547, 0.464741, 0.684768, 0.906991, 1]
    np.testing.assert_allclose(display(Log(t=10_000, m=5), values), first, atol=1e-6)
    np.testing.assert_allclose(display(Log(t=262_144, m=4.5), values), second, atol=1e-6)


def test_a_logarithm_of_nothing_lies_below_all_others() -> None:
    assert display(Log(t=10_000, m=5), np.array([0.0, -3.0])).tolist() == [-1.0, -1.0]
