"""Symbols: columns that stand for their values, so that a rule can be written down instead of run.

A rule called with symbols leaves behind its formula: numbered steps, each of which names its operation and
the steps that it takes. A step that occurs twice is kept once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, Literal

import numpy as np

#: What a step yields.
Kind = Literal["bool", "int", "float"]

#: An operation with the numbers of the steps that it takes; ``input`` or ``value`` with what it stands for.
Step = tuple[Any, ...]

#: Operations whose result is Boolean.
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_FLAGS, _SUMS = ("&", "|", "^"), ("+", "-", "*", "/", "//", "%", "**")


@dataclass(frozen=True)
class Formula:
    """A rule written down.

    Attributes:
        steps: In an order in which each takes earlier ones only.
        kinds: What each step yields.
        results: The steps that are the rule's results.
        names: Their names; None where the rule returns one column instead of a mapping.
    """

    steps: tuple[Step, ...]
    kinds: tuple[Kind, ...]
    results: tuple[int, ...]
    names: tuple[str, ...] | None


@dataclass
class Sheet:
    """Where a rule is written down."""

    steps: list[Step] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    _known: dict[Step, int] = field(default_factory=dict)

    def write(self, kind: Kind, *step: Any) -> Symbol:
        """Return the symbol of a step, written down unless it stands there already."""
        if step not in self._known:
            self._known[step] = len(self.steps)
            self.steps.append(step)
            self.kinds.append(kind)
        return Symbol(self, self._known[step])

    def symbol(self, value: Any) -> Symbol:
        """Return the symbol of a column or of a Python number."""
        if isinstance(value, Symbol):
            return value
        # The kind is part of the step: 1, 1.0 and True would be one step otherwise.
        if isinstance(value, bool | np.bool_):
            return self.write("bool", "value", "bool", bool(value))
        if isinstance(value, Integral):
            return self.write("int", "value", "int", int(value))
        return self.write("float", "value", "float", float(value))

    def apply(self, operation: str, *operands: Any) -> Symbol:
        """Return the symbol of an operation.

        Raises:
            TypeError: Numbers are combined as flags, or flags added as numbers: back ends differ in that.
        """
        symbols = [self.symbol(each) for each in operands]
        kinds = [each.kind for each in symbols]
        if operation in (*_FLAGS, "~") and set(kinds) != {"bool"}:
            raise TypeError(f"{operation} takes flags, got {', '.join(kinds)}: compare first")
        if operation in (*_SUMS, "neg", "log") and "bool" in kinds:
            raise TypeError(f"{operation} takes numbers, got {', '.join(kinds)}: use number()")
        return self.write(_kind(operation, kinds), operation, *(each.at for each in symbols))


def _kind(operation: str, kinds: list[Kind]) -> Kind:
    if operation in (*COMPARISONS, *_FLAGS, "~"):
        return "bool"
    if operation in ("/", "**", "log"):  # a power of decimals: no rule needs one of whole numbers
        return "float"
    if operation == "number":
        return "int"
    taken = kinds[1:] if operation == "where" else kinds
    return "float" if "float" in taken else "bool" if set(taken) == {"bool"} else "int"


def _infix(operation: str) -> Callable[[Symbol, Any], Symbol]:
    def method(self: Symbol, other: Any) -> Symbol:
        return self.sheet.apply(operation, self, other)

    return method


def _mirrored(operation: str) -> Callable[[Symbol, Any], Symbol]:
    def method(self: Symbol, other: Any) -> Symbol:
        return self.sheet.apply(operation, other, self)

    return method


@dataclass(frozen=True, eq=False)
class Symbol:
    """A column that stands for its values: operators write down what is to be done."""

    sheet: Sheet
    at: int

    __array_ufunc__ = None  # a NumPy number on the left leaves the operator to the symbol

    @property
    def kind(self) -> Kind:
        """What the column holds."""
        return self.sheet.kinds[self.at]

    __add__, __radd__ = _infix("+"), _mirrored("+")
    __sub__, __rsub__ = _infix("-"), _mirrored("-")
    __mul__, __rmul__ = _infix("*"), _mirrored("*")
    __truediv__, __rtruediv__ = _infix("/"), _mirrored("/")
    __floordiv__, __rfloordiv__ = _infix("//"), _mirrored("//")
    __mod__, __rmod__ = _infix("%"), _mirrored("%")
    __pow__, __rpow__ = _infix("**"), _mirrored("**")
    __and__, __rand__ = _infix("&"), _mirrored("&")
    __or__, __ror__ = _infix("|"), _mirrored("|")
    __xor__, __rxor__ = _infix("^"), _mirrored("^")
    __lt__, __le__, __gt__, __ge__ = _infix("<"), _infix("<="), _infix(">"), _infix(">=")
    __eq__, __ne__ = _infix("=="), _infix("!=")  # type: ignore[assignment]  # a column, as in NumPy
    __hash__ = None  # type: ignore[assignment]  # equality is a column

    def __invert__(self) -> Symbol:
        """Return where the flag is false."""
        return self.sheet.apply("~", self)

    def __neg__(self) -> Symbol:
        """Return the number with the other sign."""
        return self.sheet.apply("neg", self)

    def __bool__(self) -> bool:
        """Refuse: a rule must not branch on a column."""
        raise TypeError("a rule must not branch on a column: use where()")

    def choose(self, yes: Any, no: Any) -> Symbol:
        """Return `yes` where this flag holds and `no` elsewhere."""
        return self.sheet.apply("where", self, yes, no)

    def number(self) -> Symbol:
        """Return 1 where this flag holds and 0 elsewhere."""
        return self.sheet.apply("number", self) if self.kind == "bool" else self

    def log(self) -> Symbol:
        """Return the natural logarithm."""
        return self.sheet.apply("log", self)


def written(rule: Callable[..., Any], *groups: Mapping[str, Kind]) -> Formula:
    """Return the formula of a rule.

    Args:
        rule: Takes one mapping of columns a group and returns a column or a mapping of columns.
        groups: What each column holds, by name. Inputs are numbered through the groups from 0.

    Raises:
        TypeError: The rule branches on a column, or mixes flags and numbers.
    """
    sheet, position, symbols = Sheet(), 0, []
    for group in groups:
        named = {}
        for name, kind in group.items():
            named[name] = sheet.write(kind, "input", position)
            position += 1
        symbols.append(named)
    returned = rule(*symbols)
    single = not isinstance(returned, Mapping)
    columns = {"": returned} if single else returned
    results = tuple(sheet.symbol(column).at for column in columns.values())
    names = None if single else tuple(columns)
    return Formula(tuple(sheet.steps), tuple(sheet.kinds), results, names)
