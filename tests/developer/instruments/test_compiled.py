"""Rules compiled by Numba and JAX: kinds, names, 64 bits, and what is said where a back end is missing."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pytest

from lupustrial.instruments import _compiled
from lupustrial.instruments._columns import log, number, where
from lupustrial.instruments._compiled import compile_rule, plain_loop
from lupustrial.instruments._symbols import written

BackEnd = Literal["numba", "jax"]
BACK_ENDS = ("numba", "jax")
COLUMNS = {"a": np.array([1, 2, 3]), "f": np.array([True, False, True]), "x": np.array([0.5, 1.5, 2.5])}


def everything(c: Mapping[str, Any]) -> dict[str, Any]:
    """Every operation once; the names are not in alphabetical order."""
    a, f, x = c["a"], c["f"], c["x"]
    return {
        "sum": a + 2,
        "difference": 2 - a,
        "product": a * a,
        "share": a / 2,
        "whole": a // 2,
        "rest": a % 2,
        "minus": -a,
        "log": log(x),
        "both": f & (a > 1),
        "either": f | (a >= 2),
        "one": f ^ (a < 2),
        "not": ~f,
        "equal": a == 2,
        "other": a != 2,
        "less": a <= 2,
        "number": number(f),
        "chosen": where(f, a, 0),
        "mixed": where(f, x, a),
        "flag": where(f, a > 2, f),
        "constant": where(f, 7, 7),
    }


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_every_operation(back_end: BackEnd) -> None:
    pytest.importorskip(back_end)
    expected = everything(COLUMNS)
    found = compile_rule(everything, COLUMNS, back_end=back_end)(COLUMNS)
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-15, err_msg=name)
        assert found[name].dtype.kind == np.asarray(values).dtype.kind, name


def test_the_loop_that_numba_compiles_is_plain_python() -> None:
    formula = written(everything, {"a": "int", "f": "bool", "x": "float"})
    expected = everything(COLUMNS)
    results = [np.empty(3, object) for _ in formula.results]
    plain_loop(formula)(*COLUMNS.values(), *results)
    for (name, values), result in zip(expected.items(), results, strict=True):
        np.testing.assert_allclose(result.astype(float), values, rtol=1e-15, err_msg=name)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_several_groups_one_column_any_order_of_names(back_end: BackEnd) -> None:
    pytest.importorskip(back_end)

    def rule(now: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
        return now["a"] - before["a"] > now["b"]

    now, before = {"a": np.array([5, 9]), "b": np.array([2, 2])}, {"a": np.array([3, 1])}
    compiled = compile_rule(rule, now, before, back_end=back_end)
    assert compiled(now, before).tolist() == [False, True]
    assert compiled({"b": now["b"], "a": now["a"]}, before).tolist() == [False, True]
    assert compiled({name: column[::-1] for name, column in now.items()}, before).tolist() == [True, True]


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_whole_numbers_have_64_bits(back_end: BackEnd) -> None:
    """100 times a ratio of 5,000 with four decimals needs more than 32 bits."""
    pytest.importorskip(back_end)
    for kind in (np.int32, np.int64):
        columns = {"a": np.array([50_000_000], kind)}
        found = compile_rule(lambda c: 100 * c["a"], columns, back_end=back_end)(columns)
        assert (found.tolist(), found.dtype) == ([5_000_000_000], np.int64)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_constant_fills_its_column(back_end: BackEnd) -> None:
    pytest.importorskip(back_end)
    found = compile_rule(lambda c: {"three": 3, "a": c["a"]}, COLUMNS, back_end=back_end)(COLUMNS)
    assert found["three"].tolist() == [3, 3, 3]
    assert compile_rule(lambda _: True, COLUMNS, back_end=back_end)(COLUMNS).tolist() == [True] * 3


def test_jax_keeps_32_bits_outside_a_rule() -> None:
    jax = pytest.importorskip("jax")
    compile_rule(lambda c: c["a"], COLUMNS, back_end="jax")(COLUMNS)
    assert jax.numpy.arange(3).dtype == np.int32


def test_kinds_come_from_arrays_or_types() -> None:
    pytest.importorskip("numba")
    for like in ({"a": np.dtype(np.uint8)}, {"a": np.int16}, {"a": np.array([1], np.uint32)}):
        found = compile_rule(lambda c: c["a"] - 2, like)({"a": np.array([1], np.uint8)})
        assert (found.tolist(), found.dtype) == ([-1], np.int64)
    found = compile_rule(lambda c: c["a"], {"a": np.float32})({"a": np.array([0.5], np.float32)})
    assert (found.tolist(), found.dtype) == ([0.5], np.float64)


@pytest.mark.parametrize(("back_end", "extra"), [("numba", "fast"), ("jax", "gpu")])
def test_a_missing_back_end_names_its_extra(
    back_end: BackEnd, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compiled, "find_spec", lambda name: None if name == back_end else importlib.util)
    with pytest.raises(ModuleNotFoundError, match=rf"{back_end} is not installed; .* lupustrial\[{extra}\]"):
        compile_rule(lambda c: c["a"], COLUMNS, back_end=back_end)


def test_equal_formulas_share_one_loop() -> None:
    pytest.importorskip("numba")
    one, other = (written(lambda c: c["a"] * 3, {"a": "int"}) for _ in range(2))
    assert one is not other
    assert _compiled._loop(one) is _compiled._loop(other)
