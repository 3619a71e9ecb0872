"""A rule in the narrowest whole numbers that hold it: ranges of steps follow from ranges of inputs.

A descriptor is 0 or 1, an ordinal item 0 to 4, so that most steps of most rules fit into one byte, and eight
times as many values are computed at once as with 64 bits. No step can overflow: that is shown before any
value is seen, by arithmetic on the ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from lupustrial.instruments._symbols import Formula, Kind, Step, written

Array = npt.NDArray[Any]

#: Lowest and highest value of a column; (0, 1) for flags, None for decimals, which are not narrowed.
Span = tuple[int, int] | None

_WIDTHS = (np.int8, np.int16, np.int32, np.int64)
_FLAG: Span = (0, 1)

#: Operations on whole numbers that are done in the type of their result.
_ROUND = ("+", "-", "*", "neg")

_OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "neg": np.negative,
    "**": np.power,
    "log": np.log,
    "&": np.bitwise_and,
    "|": np.bitwise_or,
    "^": np.bitwise_xor,
    "~": np.logical_not,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


@lru_cache(maxsize=4096)
def narrowest(span: Span) -> np.dtype[Any]:
    """Return the narrowest type that holds every value of a span; 64-bit decimals for None.

    Raises:
        OverflowError: The span does not fit into 64 bits.
    """
    if span is None:
        return np.dtype(np.float64)
    for width in _WIDTHS:
        if np.iinfo(width).min <= span[0] and span[1] <= np.iinfo(width).max:
            return np.dtype(width)
    raise OverflowError(f"values from {span[0]} to {span[1]} do not fit into 64 bits")


def replaced(values: Array, flag: Array, value: float) -> Array:
    """Return the values with another where the flag holds: ``numpy.where`` for a flag that seldom holds."""
    result = values.copy()
    result[flag] = value
    return result


def spans_of(formula: Formula, inputs: Sequence[Span]) -> list[Span]:
    """Return between which values each step of a formula lies."""
    spans: list[Span] = []
    for step, kind in zip(formula.steps, formula.kinds, strict=True):
        if kind == "float":
            spans.append(None)
        elif kind == "bool":
            spans.append(_FLAG)
        elif step[0] == "input":
            spans.append(inputs[step[1]])
        elif step[0] == "value":
            spans.append((step[2], step[2]))
        else:
            spans.append(_span(step[0], [spans[at] for at in step[1:]]))
    return spans


def _span(operation: str, taken: list[Span]) -> Span:
    """Return the span of an operation that yields whole numbers."""
    ends = [span for span in taken if span is not None]
    match operation:
        case "+" | "-" | "*":
            combine = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[operation]
            corners = [combine(one, other) for one, other in product(*ends)]
            return min(corners), max(corners)
        case "neg":
            return -ends[0][1], -ends[0][0]
        case "where":
            return min(ends[1][0], ends[2][0]), max(ends[1][1], ends[2][1])
        case "number":
            return _FLAG
        case _:  # whole division and its rest by a positive number
            low, high = ends[1]
            if low <= 0:
                raise OverflowError(f"{operation} by what may be 0 or less has no known range")
            if operation == "%":
                return 0, high - 1
            corners = [one // other for one, other in product(ends[0], (low, high))]
            return min(corners), max(corners)


class NarrowRule:
    """A rule made ready for columns whose ranges are known."""

    def __init__(self, formula: Formula, names: Sequence[Sequence[str]], inputs: Sequence[Span]) -> None:
        """Choose the type of every step, and when its array can be let go."""
        self._formula, self._names = formula, names
        self._spans = spans_of(formula, inputs)
        self._types = [
            np.dtype(np.bool_) if kind == "bool" else narrowest(span)
            for kind, span in zip(formula.kinds, self._spans, strict=True)
        ]
        needed = self._needed_steps()
        last = {taken: at for at in needed for taken in _taken(formula.steps[at])}
        done: dict[int, list[int]] = {}
        for taken, at in last.items():
            if taken not in formula.results:
                done.setdefault(at, []).append(taken)
        self._start: list[Any] = [None] * len(formula.steps)
        for at in needed:
            if formula.steps[at][0] == "value":
                self._start[at] = self._types[at].type(formula.steps[at][2])
        self._inputs = [
            (at, formula.steps[at][1], self._types[at]) for at in needed if formula.steps[at][0] == "input"
        ]
        self._plan = [
            (at, self._action(at), formula.steps[at][1:], tuple(done.get(at, ())))
            for at in needed
            if _taken(formula.steps[at])
        ]

    def __call__(self, *groups: Mapping[str, Array]) -> dict[str, Array]:
        """Return the results by name; a rule's single column stands under the empty name."""
        columns = [group[name] for group, names in zip(groups, self._names, strict=True) for name in names]
        values = self._start.copy()
        for at, position, kind in self._inputs:
            values[at] = columns[position].astype(kind, copy=False)
        for at, action, taken, done in self._plan:
            values[at] = action(*[values[one] for one in taken])
            for one in done:
                values[one] = None
        names = self._formula.names or ("",)
        rows = len(columns[0])
        return {
            name: np.broadcast_to(values[at], rows)
            for name, at in zip(names, self._formula.results, strict=True)
        }

    def _needed_steps(self) -> list[int]:
        needed = set(self._formula.results)
        for at in range(len(self._formula.steps) - 1, -1, -1):
            if at in needed:
                needed.update(_taken(self._formula.steps[at]))
        return sorted(needed)

    def _action(self, at: int) -> Callable[..., Any]:
        """Return the function that does a step on the arrays that it takes."""
        step, kind = self._formula.steps[at], self._types[at]
        if step[0] == "number":
            return _numbered
        if step[0] == "where":
            return partial(_chosen, kind=kind)
        wide, operation = self._operand_type(at), _OPERATIONS[step[0]]
        if step[0] in ("//", "%") and kind != wide:
            return partial(_widened, operation=operation, kind=wide, result=kind)
        if all(self._types[taken] == wide for taken in step[1:]):
            return operation
        return partial(_widened, operation=operation, kind=wide)

    def _operand_type(self, at: int) -> np.dtype[Any]:
        """Return the type in which an operation is done."""
        step = self._formula.steps[at]
        kinds: set[Kind] = {self._formula.kinds[taken] for taken in step[1:]}
        if step[0] in _ROUND or self._types[at] == np.float64:
            # Sums and products are right in the type that holds them, whatever wraps round on the way.
            return self._types[at]
        if "float" in kinds:
            return np.dtype(np.float64)
        if kinds == {"bool"}:
            return np.dtype(np.bool_)
        ends = [end for taken in step[1:] for end in self._spans[taken] or ()]
        return narrowest((min(ends), max(ends)))


def _taken(step: Step) -> tuple[int, ...]:
    return () if step[0] in ("input", "value") else step[1:]


def _numbered(flag: Any) -> Any:
    return flag.view(np.int8)


def _widened(
    *operands: Any,
    operation: Callable[..., Any],
    kind: np.dtype[Any],
    result: np.dtype[Any] | None = None,
) -> Any:
    done = operation(*(operand.astype(kind, copy=False) for operand in operands))
    return done if result is None else done.astype(result)


def _chosen(condition: Any, yes: Any, no: Any, *, kind: np.dtype[Any]) -> Any:
    """Return what ``numpy.where`` returns; for narrow numbers by masks, which is many times faster."""
    if kind == np.bool_:
        return (condition & yes) | (~condition & no)
    if kind == np.float64:
        return np.where(condition, yes, no)
    mask = -condition.view(np.int8).astype(kind, copy=False)  # all bits, or none
    one, other = (value.astype(kind, copy=False) for value in (yes, no))
    return other ^ (mask & (one ^ other))


@lru_cache(maxsize=512)
def _ready(formula: Formula, names: tuple[tuple[str, ...], ...], inputs: tuple[Span, ...]) -> NarrowRule:
    return NarrowRule(formula, names, inputs)


def narrow_rule(rule: Callable[..., Any], *groups: Mapping[str, Span]) -> NarrowRule:
    """Return the rule made ready for columns of known ranges.

    Args:
        rule: Takes one mapping of columns a group and returns a column or a mapping of columns.
        groups: By name, between which whole numbers the column lies; None for flags.

    Raises:
        OverflowError: A step could leave 64 bits.
        TypeError: As ``written``.
    """
    kinds: list[dict[str, Kind]] = [
        {name: "bool" if span is None else "int" for name, span in group.items()} for group in groups
    ]
    spans = tuple(_FLAG if span is None else span for group in groups for span in group.values())
    return _ready(written(rule, *kinds), tuple(tuple(group) for group in groups), spans)
