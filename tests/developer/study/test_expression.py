"""Conditions are decided where the known facts suffice, and stay open where they do not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from lupustrial.errors import StudyError
from lupustrial.study import Expression

# condition, facts, answer, facts missing
CASES: list[tuple[str, dict[str, dict[str, Any]], bool | None, list[tuple[str, str]]]] = [
    ("a.X > 1", {"a": {"X": 2}}, True, []),
    ("a.X > 1", {"a": {"X": 2.0}}, True, []),
    ("a.X >= 0.3", {"a": {"X": Decimal("0.3")}}, True, []),
    ("a.X == 2", {"a": {"X": Decimal("2.0")}}, True, []),
    ("a.X > 1", {"a": {}}, None, [("a", "X")]),
    ("a.X > 1", {}, None, [("a", "X")]),
    ("a.X > 1", {"a": {"X": None}}, None, [("a", "X")]),
    # Three-valued logic: a side that decides is enough.
    ("a.X > 1 || b.Y == 'Y'", {"a": {"X": 2}}, True, []),
    ("a.X > 1 || b.Y == 'Y'", {"b": {"Y": "Y"}}, True, []),
    ("a.X > 1 || b.Y == 'Y'", {"b": {"Y": "N"}}, None, [("a", "X")]),
    ("a.X > 1 && b.Y == 'Y'", {"b": {"Y": "N"}}, False, []),
    ("a.X > 1 && b.Y == 'Y'", {"b": {"Y": "Y"}}, None, [("a", "X")]),
    ("!(a.X > 1)", {}, None, [("a", "X")]),
    # has() answers about presence itself.
    ("has(a.X)", {}, False, []),
    ("has(a.X)", {"a": {"X": 0}}, True, []),
    ("!has(a.X) || a.X > 1", {}, True, []),
    ("has(a.X) && a.X in [1, 2]", {"a": {"X": 2}}, True, []),
    ("has(a.X) || b.Y == 'Y'", {}, None, [("b", "Y")]),
    # Texts, lists, dates, truth values.
    ("a.S in ['P', 'Q']", {"a": {"S": "Q"}}, True, []),
    ("a.S.startsWith('P')", {"a": {"S": "Q"}}, False, []),
    ("a.D >= '2020-02-29'", {"a": {"D": dt.date(2020, 3, 1)}}, True, []),
    ("a.D >= b.E", {"a": {"D": "2020-02-28"}, "b": {"E": dt.date(2020, 2, 29)}}, False, []),
    (
        "participant.randomised && !participant.done",
        {"participant": {"randomised": True, "done": False}},
        True,
        [],
    ),
    ("[1.0, 2.0].exists(v, v == a.X)", {"a": {"X": 2}}, True, []),
    ("(a.X == 'Y' ? 8 : 0) + (b.Y == 'Y' ? 4 : 0) >= 8", {"a": {"X": "Y"}, "b": {"Y": "N"}}, True, []),
    # A value of a kind that the condition does not expect decides nothing.
    ("a.X > 1", {"a": {"X": "many"}}, None, []),
]


@pytest.mark.parametrize(("text", "context", "answer", "missing"), CASES)
def test_a_condition_is_decided_by_the_known_facts(
    text: str, context: dict[str, dict[str, Any]], answer: object, missing: list[tuple[str, str]]
) -> None:
    expression = Expression.compile(text)
    assert expression.evaluate(context) is answer
    assert list(expression.missing(context)) == missing


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("a.X > 1 || b.Y == 'c.Z'", [("a", "X"), ("b", "Y")]),
        ("a.X > 1 // and b.Y", [("a", "X")]),
        ("a.S.startsWith('x')", [("a", "S")]),
        ('size(a.S) > 1 && a.S != "it\'s b.T"', [("a", "S")]),
        ("[1.5, 2.5].exists(v, v == a.X)", [("a", "X")]),
        ("a.X > 1 && a.X < 3", [("a", "X")]),
        ("1 + 1 == 2", []),
    ],
)
def test_references_are_the_facts_and_nothing_else(text: str, references: list[tuple[str, str]]) -> None:
    assert list(Expression.compile(text).references) == references


def test_facts_are_those_referred_to_with_the_missing_ones_empty() -> None:
    expression = Expression.compile("a.X > 1 && b.Y == 'Y'")
    assert expression.facts({"a": {"X": Decimal("1.5"), "Z": 9}}) == {"a.X": 1.5, "b.Y": None}


@pytest.mark.parametrize("text", ["", "a.X >", "a = 1", "(a.X", "'open", "(" * 3000 + "1" + ")" * 3000])
def test_a_text_that_is_not_cel_is_refused(text: str) -> None:
    with pytest.raises(StudyError) as error:
        Expression.compile(text, place="study.yaml:7")
    (fault,) = error.value.faults
    assert (fault.id, fault.place) == ("STUDY-040", "study.yaml:7")
    assert len(fault.message) < 300


def test_a_condition_that_gives_no_truth_value_is_refused() -> None:
    with pytest.raises(StudyError) as error:
        Expression.compile("a.X + 1.0").evaluate({"a": {"X": 1}})
    assert error.value.faults[0].id == "STUDY-043"
