"""Rules in narrow whole numbers: any formula gives what it gives with 64 bits, and nothing can overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments._columns import any_of, count, log, number, total, where
from lupustrial.instruments._narrow import narrow_rule, narrowest, replaced, spans_of
from lupustrial.instruments._symbols import written

SPANS = {"tiny": (0, 1), "item": (-1, 4), "byte": (0, 200), "far": (-40_000, 40_000), "wide": (0, 30_000_000)}
Columns = Mapping[str, Any]


def grown(draw: st.DrawFn) -> Any:  # noqa: C901  # one case an operation
    """Return a rule of some steps, drawn: numbers and flags that take earlier ones."""
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from("+-*n?#//%wc=<>&|^~"), st.integers(0, 30), st.integers(0, 30)),
            min_size=1,
            max_size=25,
        )
    )

    def rule(columns: Columns) -> Any:
        numbers = [columns[name] for name in SPANS]
        flags = [columns["item"] > 1, columns["wide"] <= columns["far"]]
        for sign, one, other in steps:
            a, b = numbers[one % len(numbers)], numbers[other % len(numbers)]
            p, q = flags[one % len(flags)], flags[other % len(flags)]
            match sign:
                case "+" | "-":
                    numbers.append(columns["item"] + a if sign == "+" else columns["byte"] - b)
                case "*":
                    numbers.append(3 * columns[list(SPANS)[one % len(SPANS)]])
                case "n":
                    numbers.append(-a)
                case "?" | "w":
                    numbers.append(where(p, a, b if sign == "w" else 7))
                case "#" | "c":
                    numbers.append(number(p) if sign == "#" else where(p, 1, 0))
                case "/" | "%":
                    numbers.append(a // 3 if sign == "/" else a % 7)
                case "=" | "<" | ">":
                    flags.append(a == b if sign == "=" else a < b if sign == "<" else a > one)
                case "~":
                    flags.append(~p)
                case _:
                    flags.append(p & q if sign == "&" else p | q if sign == "|" else where(p, q, p ^ q))
        named = {f"n{at}": column for at, column in enumerate(numbers)}
        return named | {f"f{at}": column for at, column in enumerate(flags)}

    return rule


@settings(deadline=None, max_examples=150)
@given(st.composite(grown)(), st.integers(0, 2**32 - 1))
def test_any_rule_gives_what_it_gives_with_64_bits(rule: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = {name: rng.integers(low, high + 1, 50) for name, (low, high) in SPANS.items()}
    for name, (low, high) in SPANS.items():
        columns[name][:2] = low, high
    narrow = {name: column.astype(narrowest(SPANS[name])) for name, column in columns.items()}
    expected, found = rule(columns), narrow_rule(rule, SPANS)(narrow)
    formula = written(rule, dict.fromkeys(SPANS, "int"))
    spans = spans_of(formula, list(SPANS.values()))
    assert list(found) == list(expected)
    for (name, values), at in zip(expected.items(), formula.results, strict=True):
        np.testing.assert_array_equal(found[name], values, err_msg=name)
        kind = np.dtype(np.bool_) if name.startswith("f") else narrowest(spans[at])
        assert found[name].dtype == kind, name
        span = spans[at]
        assert span is not None
        assert span[0] <= np.min(values)
        assert np.max(values) <= span[1]


@pytest.mark.parametrize(
    ("span", "kind"),
    [
        ((0, 127), "int8"),
        ((-128, 0), "int8"),
        ((0, 128), "int16"),
        ((-129, 0), "int16"),
        ((0, 32_767), "int16"),
        ((0, 32_768), "int32"),
        ((0, 2**31 - 1), "int32"),
        ((0, 2**31), "int64"),
        ((-(2**63), 2**63 - 1), "int64"),
        (None, "float64"),
    ],
)
def test_the_narrowest_type(span: tuple[int, int] | None, kind: str) -> None:
    assert narrowest(span) == np.dtype(kind)


def test_what_could_leave_64_bits_is_refused_before_a_value_is_seen() -> None:
    with pytest.raises(OverflowError, match="values from 0 to 9223372036854775808 do not fit into 64 bits"):
        narrowest((0, 2**63))
    with pytest.raises(OverflowError, match="do not fit"):
        narrow_rule(lambda columns: columns["a"] * columns["a"], {"a": (0, 2**32)})
    for rule in (lambda columns: columns["a"] // columns["b"], lambda columns: columns["a"] % columns["b"]):
        with pytest.raises(OverflowError, match="by what may be 0 or less has no known range"):
            narrow_rule(rule, {"a": (0, 5), "b": (0, 5)})


@pytest.mark.parametrize(
    ("rule", "span"),
    [
        (lambda c: c["a"] + c["b"], (-7, 9)),
        (lambda c: c["a"] - c["b"], (-7, 9)),
        (lambda c: c["a"] * c["b"], (-20, 20)),
        (lambda c: -c["a"], (-5, 3)),
        (lambda c: where(c["f"], c["a"], c["b"]), (-4, 5)),
        (lambda c: where(c["f"], c["b"], 9), (-4, 9)),
        (lambda c: number(c["f"]), (0, 1)),
        (lambda c: c["a"] // 2, (-2, 2)),
        (lambda c: c["a"] // (c["b"] + 5), (-3, 5)),
        (lambda c: c["a"] % 3, (0, 2)),
    ],
)
def test_ranges_by_hand(rule: Any, span: tuple[int, int]) -> None:
    """`a` lies from -3 to 5, `b` from -4 to 4."""
    formula = written(rule, {"a": "int", "b": "int", "f": "bool"})
    assert spans_of(formula, [(-3, 5), (-4, 4), (0, 1)])[formula.results[0]] == span


def test_columns_are_taken_by_name_and_flags_by_none() -> None:
    rule = narrow_rule(
        lambda one, other: {"a": one["a"] - other["a"], "b": other["f"]},
        {"a": (0, 9)},
        {"f": None, "a": (0, 9)},
    )
    found = rule({"a": np.array([5])}, {"a": np.array([2]), "f": np.array([True]), "more": np.array([0])})
    assert (found["a"].tolist(), found["b"].tolist()) == ([3], [True])


def test_one_column_stands_under_the_empty_name_and_a_constant_fills_its_column() -> None:
    ones = np.ones(3, np.int8)
    assert narrow_rule(lambda columns: columns["a"] + 1, {"a": (0, 1)})({"a": ones})[""].tolist() == [2, 2, 2]
    found = narrow_rule(lambda columns: {"same": 4, "all": where(columns["a"] > 0, 1, 1)}, {"a": (0, 1)})
    assert {name: column.tolist() for name, column in found({"a": ones}).items()} == {
        "same": [4, 4, 4],
        "all": [1, 1, 1],
    }


def test_decimals_within_a_rule() -> None:
    def rule(columns: Columns) -> dict[str, Any]:
        share = columns["a"] / 4
        return {
            "share": share,
            "half": share >= 0.5,
            "least": where(columns["a"] > 1, share, 0),
            "log": log(columns["a"] + 1),
            "flags": (share > 0) == (columns["a"] > 0),
        }

    columns = {"a": np.arange(4)}
    for name, values in narrow_rule(rule, {"a": (0, 3)})(columns).items():
        np.testing.assert_array_equal(values, rule(columns)[name], err_msg=name)


def test_counts_and_sums() -> None:
    flags = {"a": np.array([True, False]), "b": np.array([True, True])}
    rule = narrow_rule(
        lambda c: {
            "any": any_of(c.values()),
            "count": count(c.values()),
            "sum": total([count(c.values()), 5]),
        },
        dict.fromkeys(flags, None),
    )
    found = rule(flags)
    assert [found[name].tolist() for name in ("any", "count", "sum")] == [[True, True], [2, 1], [7, 6]]


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float64])
def test_replaced_leaves_the_array_that_it_was_given(kind: type) -> None:
    values = np.arange(4).astype(kind)
    found = replaced(values, np.array([False, True, False, True]), 9)
    assert (found.tolist(), found.dtype) == ([0, 9, 2, 9], kind)
    assert values.tolist() == [0, 1, 2, 3]
