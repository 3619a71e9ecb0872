"""One rule, every back end: what a rule returns on NumPy arrays it returns on every other kind of column.

The back ends are Polars expressions, NumPy arrays, JAX under ``jax.jit``, the loop compiled by Numba, and
the narrow whole numbers in which ``score`` runs the rules of SLEDAI and BILAG-2004. One that is not installed
is left out here; ``test_backends.py`` then skips and says so.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
import polars as pl

from lupustrial.instruments._compiled import compile_rule, plain_loop
from lupustrial.instruments._narrow import narrow_rule
from lupustrial.instruments._symbols import Formula, written

Arrays = dict[str, np.ndarray]

#: Compiling takes far longer than running: so many formulas of one test are compiled, more only traced.
MOST_COMPILED = 3

#: Relative tolerance of decimals under JAX, whose compiler joins a product and a sum into one rounding.
JAX_RTOL = 1e-12

_jitted: dict[str, dict[Any, Callable[..., Any]]] = defaultdict(dict)
_looped: dict[str, set[Formula]] = defaultdict(set)


def agree(rule: Any, *columns: Arrays, rtol: float = 0.0) -> None:
    """Call the rule with the same data on every back end and compare what it returns.

    `rule` takes one mapping of columns for each of `columns` and returns a column or a mapping of columns.
    `rtol` is the relative tolerance of floating-point results; whole numbers and flags are compared exactly.
    """
    expected = _named(rule(*columns))
    formula = written(rule, *({name: _kind(column) for name, column in group.items()} for group in columns))
    for back_end, returned, tolerance in _others(rule, columns, formula, rtol):
        assert list(returned) == list(expected), back_end
        for name, values in expected.items():
            told = f"{back_end}: {name}"
            if tolerance and np.asarray(values).dtype.kind == "f":
                np.testing.assert_allclose(returned[name], values, rtol=tolerance, atol=0, err_msg=told)
            else:
                np.testing.assert_array_equal(returned[name], values, err_msg=told)


def _others(
    rule: Any, columns: tuple[Arrays, ...], formula: Formula, rtol: float
) -> Iterator[tuple[str, Mapping[str, Any], float]]:
    yield "Polars", _by_polars(rule, columns), rtol
    if "float" not in formula.kinds:
        yield "narrow", _by_narrow(rule, columns), 0
    if find_spec("numba"):
        yield "Numba", _by_numba(rule, columns, formula), rtol
    if find_spec("jax"):
        yield "JAX", _by_jax(rule, columns, formula), max(rtol, JAX_RTOL)


def _by_polars(rule: Any, columns: tuple[Arrays, ...]) -> Arrays:
    named = {f"{n}:{name}": values for n, group in enumerate(columns) for name, values in group.items()}
    expressions = [{name: pl.col(f"{n}:{name}") for name in group} for n, group in enumerate(columns)]
    frame = pl.DataFrame(named).select(**_named(rule(*expressions)))
    return {name: frame[name].to_numpy() for name in frame.columns}


def _by_narrow(rule: Any, columns: tuple[Arrays, ...]) -> Arrays:
    spans = [
        {
            name: None if column.dtype == np.bool_ else (int(column.min()), int(column.max()))
            for name, column in group.items()
        }
        for group in columns
    ]
    returned = narrow_rule(rule, *spans)(*columns)
    return {name or "result": column for name, column in returned.items()}


def _by_numba(rule: Any, columns: tuple[Arrays, ...], formula: Formula) -> Arrays:
    compiled = _looped[_test()]
    if formula in compiled or len(compiled) < MOST_COMPILED:
        compiled.add(formula)
        return _named(compile_rule(rule, *columns)(*columns))
    given = [column for group in columns for column in group.values()]
    results = {name: np.empty(len(given[0]), object) for name in formula.names or ("result",)}
    plain_loop(formula)(*given, *results.values())
    kinds = [formula.kinds[at] for at in formula.results]
    return {name: column.astype(kind) for (name, column), kind in zip(results.items(), kinds, strict=True)}


def _by_jax(rule: Any, columns: tuple[Arrays, ...], formula: Formula) -> Arrays:
    import jax

    compiled, key = _jitted[_test()], (formula, tuple(tuple(group) for group in columns))
    if key not in compiled and len(compiled) < MOST_COMPILED:
        compiled[key] = compile_rule(rule, *columns, back_end="jax")
    if key in compiled:
        return _named(compiled[key](*columns))
    with jax.enable_x64(True):  # noqa: FBT003  # JAX's own signature
        arrays = [{name: jax.numpy.asarray(column) for name, column in group.items()} for group in columns]
        returned = _named(rule(*arrays))
        rows = len(next(iter(columns[0].values())))
        return {name: np.broadcast_to(np.asarray(column), rows) for name, column in returned.items()}


def _named(returned: Any) -> Any:
    return returned if isinstance(returned, Mapping) else {"result": returned}


def _kind(column: np.ndarray) -> Any:
    return {"b": "bool", "i": "int", "f": "float"}[column.dtype.kind]


def _test() -> str:
    """Return the test that is running."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
