"""A rule written down: what symbols record, what they refuse, and that nothing is recorded twice."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lupustrial.instruments._columns import log, number, where
from lupustrial.instruments._symbols import Symbol, written


def last_step(rule: Callable[..., Any], **kinds: Any) -> tuple[Any, ...]:
    formula = written(rule, kinds)
    return (*formula.steps[formula.results[0]], formula.kinds[formula.results[0]])


@pytest.mark.parametrize(
    ("call", "sign", "kind"),
    [
        (operator.add, "+", "int"),
        (operator.sub, "-", "int"),
        (operator.mul, "*", "int"),
        (operator.truediv, "/", "float"),
        (operator.floordiv, "//", "int"),
        (operator.mod, "%", "int"),
        (operator.lt, "<", "bool"),
        (operator.le, "<=", "bool"),
        (operator.gt, ">", "bool"),
        (operator.ge, ">=", "bool"),
        (operator.eq, "==", "bool"),
        (operator.ne, "!=", "bool"),
    ],
)
def test_every_operator_of_numbers_is_written_as_itself(call: Any, sign: str, kind: str) -> None:
    assert last_step(lambda columns: call(columns["a"], columns["b"]), a="int", b="int") == (sign, 0, 1, kind)


@pytest.mark.parametrize(
    ("call", "sign"), [(operator.and_, "&"), (operator.or_, "|"), (operator.xor, "^"), (operator.eq, "==")]
)
def test_every_operator_of_flags_is_written_as_itself(call: Any, sign: str) -> None:
    found = last_step(lambda columns: call(columns["a"], columns["b"]), a="bool", b="bool")
    assert found == (sign, 0, 1, "bool")


@pytest.mark.parametrize("call", [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod])
def test_a_number_on_the_left_keeps_its_side(call: Any) -> None:
    formula = written(lambda columns: call(7, columns["a"]), {"a": "int"})
    assert formula.steps[1] == ("value", "int", 7)
    assert formula.steps[2][1:] == (1, 0)


def test_a_flag_or_a_decimal_on_the_left_keeps_its_side() -> None:
    for call in (operator.and_, operator.or_, operator.xor):
        formula = written(lambda columns, call=call: call(True, columns["a"]), {"a": "bool"})  # noqa: FBT003
        assert formula.steps[1:] == (("value", "bool", True), (formula.steps[2][0], 1, 0))
    formula = written(lambda columns: 1.5 / columns["a"], {"a": "int"})
    assert formula.steps[1:] == (("value", "float", 1.5), ("/", 1, 0))
    formula = written(lambda columns: operator.gt(3, columns["a"]), {"a": "int"})
    assert formula.steps[2] == ("<", 0, 1)


def test_what_operators_cannot_say() -> None:
    assert last_step(lambda columns: ~columns["a"], a="bool") == ("~", 0, "bool")
    assert last_step(lambda columns: -columns["a"], a="int") == ("neg", 0, "int")
    assert last_step(lambda columns: log(columns["a"]), a="float") == ("log", 0, "float")
    assert last_step(lambda columns: number(columns["a"]), a="bool") == ("number", 0, "int")
    assert last_step(lambda columns: number(columns["a"]), a="int") == ("input", 0, "int")


@pytest.mark.parametrize(
    ("yes", "no", "kind"),
    [(1, 0, "int"), (1, 0.5, "float"), (0.5, 1, "float"), (True, False, "bool"), (True, 0, "int")],
)
def test_a_choice_has_the_kind_of_what_is_chosen(yes: Any, no: Any, kind: str) -> None:
    assert last_step(lambda columns: where(columns["a"], yes, no), a="bool")[-1] == kind


def test_whole_numbers_and_decimals_make_decimals() -> None:
    assert last_step(lambda columns: columns["a"] + columns["b"], a="int", b="float")[-1] == "float"
    assert last_step(lambda columns: columns["a"] < columns["b"], a="int", b="float")[-1] == "bool"


def test_a_step_that_occurs_twice_is_written_once() -> None:
    formula = written(lambda columns: (columns["a"] + 1) * (columns["a"] + 1), {"a": "int"})
    assert formula.steps == (("input", 0), ("value", "int", 1), ("+", 0, 1), ("*", 2, 2))


def test_one_and_true_and_one_point_nought_are_three_values() -> None:
    formula = written(
        lambda columns: {"a": columns["a"] + 1, "b": columns["a"] + 1.0, "c": columns["b"] & True},
        {"a": "int", "b": "bool"},
    )
    values = [step for step in formula.steps if step[0] == "value"]
    assert [(step[1], type(step[2])) for step in values] == [("int", int), ("float", float), ("bool", bool)]


def test_numbers_of_numpy_are_numbers() -> None:
    formula = written(
        lambda columns: where(columns["b"] & np.bool_(True), np.int64(2) * columns["a"], np.float32(0.5)),  # noqa: FBT003
        {"a": "int", "b": "bool"},
    )
    values = [step for step in formula.steps if step[0] == "value"]
    assert [(step[1], type(step[2])) for step in values] == [("bool", bool), ("int", int), ("float", float)]


def test_inputs_are_numbered_through_the_groups_and_results_keep_their_order() -> None:
    formula = written(
        lambda one, other: {"z": other["b"], "y": one["a"]}, {"a": "int", "unused": "int"}, {"b": "bool"}
    )
    assert formula.names == ("z", "y")
    assert [formula.steps[at] for at in formula.results] == [("input", 2), ("input", 0)]
    assert formula.kinds == ("int", "int", "bool")


def test_a_rule_may_return_one_column_or_a_constant() -> None:
    formula = written(lambda columns: columns["a"], {"a": "int"})
    assert (formula.names, formula.results) == (None, (0,))
    formula = written(lambda columns: {"a": columns["a"], "b": 3}, {"a": "int"})
    assert [formula.steps[at] for at in formula.results] == [("input", 0), ("value", "int", 3)]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda c: c["flag"] + 1, r"\+ takes numbers, got bool, int: use number\(\)"),
        (lambda c: 2 * c["flag"], r"\* takes numbers, got int, bool: use number\(\)"),
        (lambda c: -c["flag"], r"neg takes numbers, got bool: use number\(\)"),
        (lambda c: log(c["flag"]), r"log takes numbers, got bool: use number\(\)"),
        (lambda c: c["flag"] & c["count"], "& takes flags, got bool, int: compare first"),
        (lambda c: c["count"] | c["count"], r"\| takes flags, got int, int: compare first"),
        (lambda c: ~c["count"], "~ takes flags, got int: compare first"),
        (lambda c: 1 if c["flag"] else 0, r"a rule must not branch on a column: use where\(\)"),
        (lambda c: 0 < c["count"] < 1, r"a rule must not branch on a column: use where\(\)"),
    ],
)
def test_what_back_ends_would_not_agree_on_is_refused(rule: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        written(rule, {"flag": "bool", "count": "int"})


def test_a_symbol_is_no_key_and_leaves_operators_of_numpy_to_itself() -> None:
    found: list[Any] = []
    written(lambda columns: found.append(np.int64(3) + columns["a"]) or columns["a"], {"a": "int"})
    assert isinstance(found[0], Symbol)
    with pytest.raises(TypeError, match="unhashable"):
        hash(found[0])
