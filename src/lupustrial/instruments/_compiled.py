"""Rules compiled: to one loop by Numba (extra ``fast``), to one kernel by JAX (extra ``gpu``).

For Numba the rule is written down once as a formula, and the formula as a function of numbers in a loop over
rows. JAX traces the rule itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from lupustrial.instruments._narrow import Array
from lupustrial.instruments._symbols import Formula, Kind, written

_EXTRAS = {"numba": "fast", "jax": "gpu"}
_KINDS: Mapping[str, Kind] = {"b": "bool", "i": "int", "u": "int", "f": "float"}
_TYPES: Mapping[Kind, type[Any]] = {"bool": np.bool_, "int": np.int64, "float": np.float64}

_FORMS = {"number": "np.int64({0})", "log": "np.log({0})", "~": "not {0}", "neg": "-{0}"}

#: A compiled rule: takes the mappings that the rule takes, with NumPy arrays.
Compiled = Callable[..., Any]


def compile_rule(
    rule: Callable[..., Any], *columns: Mapping[str, Any], back_end: Literal["numba", "jax"] = "numba"
) -> Compiled:
    """Return a rule as compiled code.

    Args:
        rule: Takes mappings of columns and returns a column or a mapping of columns.
        columns: One mapping for each that the rule takes, with an array or a dtype for each column: it tells
            whether a column holds flags, whole numbers or decimals.
        back_end: Who compiles.

    Returns:
        A function of the same mappings that takes arrays of one length, without missing values, and returns
        new NumPy arrays: flags as bool, whole numbers as int64, decimals as float64. Whole numbers are
        computed with 64 bits on both back ends (for JAX within the call only).

    Raises:
        ModuleNotFoundError: The back end is not installed; the message names the extra.
        TypeError: The rule branches on a column, or mixes flags and numbers.
    """
    if find_spec(back_end) is None:
        extra = _EXTRAS[back_end]
        raise ModuleNotFoundError(f"{back_end} is not installed; the extra lupustrial[{extra}] brings it")
    if back_end == "jax":
        return _by_jax(rule)
    kinds = [{name: _kind(column) for name, column in group.items()} for group in columns]
    return _by_numba(written(rule, *kinds), [tuple(group) for group in kinds])


def _kind(column: Any) -> Kind:
    dtype = column if isinstance(column, type) else getattr(column, "dtype", column)
    return _KINDS[np.dtype(dtype).kind]


def _by_jax(rule: Callable[..., Any]) -> Compiled:
    import jax

    names: list[str] | None = None

    def columns_of(*groups: Mapping[str, Any]) -> tuple[Any, ...]:
        nonlocal names  # JAX would put them in alphabetical order
        wide = [
            {name: column.astype(_TYPES[_kind(column)]) for name, column in group.items()} for group in groups
        ]
        returned = rule(*wide)
        if not isinstance(returned, Mapping):
            return (returned,)
        names = list(returned)
        return tuple(returned.values())

    kernel = jax.jit(columns_of)

    def run(*groups: Mapping[str, Array]) -> Any:
        # Without 64 bits JAX would cut scaled numbers to 32 without a word.
        with jax.enable_x64(True):  # noqa: FBT003  # JAX's own signature
            returned = kernel(*(dict(group) for group in groups))
        rows = len(next(iter(groups[0].values())))
        results = [np.broadcast_to(np.asarray(column), rows) for column in returned]
        return results[0] if names is None else dict(zip(names, results, strict=True))

    return run


def _by_numba(formula: Formula, names: list[tuple[str, ...]]) -> Compiled:
    loop = _loop(formula)

    def run(*groups: Mapping[str, Array]) -> Any:
        columns = [
            np.ascontiguousarray(group[name])
            for group, named in zip(groups, names, strict=True)
            for name in named
        ]
        results: list[Array] = [
            np.empty(len(columns[0]), _TYPES[formula.kinds[at]]) for at in formula.results
        ]
        loop(*columns, *results)
        return results[0] if formula.names is None else dict(zip(formula.names, results, strict=True))

    return run


@lru_cache(maxsize=256)
def _loop(formula: Formula) -> Callable[..., None]:
    """Return the compiled loop of a formula: takes the input arrays, then the arrays of results."""
    import numba

    compiled: Callable[..., None] = numba.njit(error_model="numpy")(plain_loop(formula))
    return compiled


def plain_loop(formula: Formula) -> Callable[..., None]:
    """Return the loop of a formula as a Python function, which Numba compiles."""
    space: dict[str, Any] = {"np": np}
    exec(compile(_source(formula), "<rule>", "exec"), space)  # noqa: S102  # our own text, of numbers only
    loop: Callable[..., None] = space["loop"]
    return loop


def _source(formula: Formula) -> str:
    """Return the formula as a Python function: one line a step."""
    inputs = [step[1] for step in formula.steps if step[0] == "input"]
    taken = [f"c{position}" for position in range(max(inputs, default=-1) + 1)]
    given = [f"r{number}" for number in range(len(formula.results))]
    lines = [f"    v{at} = {_expression(formula, at)}" for at in range(len(formula.steps))]
    stored = [f"    {name}[row] = v{at}" for name, at in zip(given, formula.results, strict=True)]
    head = f"def loop({', '.join([*taken, *given])}):"
    return "\n".join([head, "  for row in range(len(r0)):", *lines, *stored])


def _expression(formula: Formula, at: int) -> str:
    """Return a step in Python; whole numbers have 64 bits."""
    operation, *operands = formula.steps[at]
    if operation == "input":
        column = f"c{operands[0]}[row]"
        return column if formula.kinds[at] == "bool" else f"np.{formula.kinds[at]}64({column})"
    if operation == "value":
        return repr(operands[1])
    values = [f"v{operand}" for operand in operands]
    if operation == "where":  # both ways must have one type
        kind = formula.kinds[at]
        condition, yes, no = values
        return (
            f"{yes} if {condition} else {no}"
            if kind == "bool"
            else (f"np.{kind}64({yes}) if {condition} else np.{kind}64({no})")
        )
    form: str = _FORMS.get(operation, f"{{0}} {operation} {{1}}")
    return form.format(*values)
