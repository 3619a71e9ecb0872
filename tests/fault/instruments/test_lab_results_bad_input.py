"""A long table of results is checked whole: every fault with its row, and nothing is proposed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import sledai_labs_from_results

VISITS = pl.DataFrame({"USUBJID": ["P"], "ADT": ["2024-03-20"]})
GOOD: dict[str, Any] = {
    "USUBJID": "P",
    "test": "platelets",
    "value": "80",
    "unit": "10^9/L",
    "date": "2024-03-20",
}


def faults(*rows: dict[str, Any], visits: pl.DataFrame = VISITS, **settings: Any) -> list[Fault]:
    results = pl.DataFrame([{**GOOD, **row} for row in rows], infer_schema_length=None)
    with pytest.raises(InstrumentError) as caught:
        sledai_labs_from_results(results, visits, **settings)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("row", "column", "shown"),
    [
        ({"USUBJID": None}, "USUBJID", "None"),
        ({"USUBJID": " "}, "USUBJID", "None"),
        ({"value": "many"}, "value", "'many'"),
        ({"value": "-3"}, "value", "'-3'"),
        ({"value": "1e3"}, "value", "'1e3'"),
        ({"value": "10-5"}, "value", "'10-5'"),
        ({"test": "casts", "value": "3"}, "value", "'3'"),
        ({"date": None}, "date", "None"),
        ({"date": "20.03.2024"}, "date", "'20.03.2024'"),
        ({"date": "2024-02-30"}, "date", "'2024-02-30'"),
        ({"low": "normal"}, "low", "'normal'"),
        ({"high": "-1"}, "high", "'-1'"),
        ({"high": "inf"}, "high", "'inf'"),
        ({"factor": "0"}, "factor", "'0'"),
        ({"factor": "-0.2"}, "factor", "'-0.2'"),
    ],
)
def test_a_field_that_cannot_be_read(row: dict[str, Any], column: str, shown: str) -> None:
    (fault,) = faults(GOOD, row)
    participant, test = {**GOOD, **row}["USUBJID"], {**GOOD, **row}["test"]
    participant = participant.strip() or None if participant else None
    assert fault.id == "INSTR-007"
    assert fault.place == f"results row 2, participant {participant}, test {test}, column {column}"
    assert fault.message == f"{shown} is not permitted"
    assert fault.hint.startswith("permitted: ")


def test_numbers_that_are_none() -> None:
    for value in (float("nan"), float("inf"), 1e30):
        (fault,) = faults({"value": value})
        assert fault.id == "INSTR-007"


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        ({"value": "5000"}, "permitted: 0 to 3000 10^9/L; looks like cells per microlitre; divide by 1000"),
        (
            {"test": "protein24", "unit": "g/24 h", "value": "60"},
            "permitted: 0 to 50 g/24 h; looks like mg/24 h",
        ),
        ({"test": "joints", "unit": None, "value": "69"}, "permitted: 0 to 68 joints"),
        ({"test": "temperature", "unit": "C", "value": "101"}, "permitted: 30 to 45 C; looks like degrees F"),
        ({"test": "farr", "unit": "%", "value": "50-101"}, "permitted: 0 to 100 percent"),
    ],
)
def test_a_value_out_of_range(row: dict[str, Any], hint: str) -> None:
    (fault,) = faults(row)
    assert fault.id == "INSTR-007"
    assert fault.place.endswith("column value")
    assert fault.hint.startswith(hint)


@pytest.mark.parametrize(
    ("row", "message", "hint"),
    [
        ({"unit": "furlong"}, "'furlong' is not a unit of platelets (1 results)", "known: 10^9/L, /uL"),
        ({"unit": None}, "has no unit (1 results)", "known: 10^9/L, /uL"),
        (
            {"test": "urine_rbc", "unit": "mg/dL"},
            "'mg/dL' is not a unit of urine_rbc (1 results)",
            "known: /hpf, /uL",
        ),
        (
            {"test": "upcr", "unit": "%"},
            "'%' is not a unit of upcr (1 results)",
            "known: mg/mmol, g/mol, g/g",
        ),
    ],
)
def test_a_unit_that_is_not_known(row: dict[str, Any], message: str, hint: str) -> None:
    (fault,) = faults(row)
    assert (fault.id, fault.message) == ("INSTR-013", message)
    assert fault.hint.startswith(hint)


def test_a_test_that_is_not_known() -> None:
    (fault,) = faults({"test": "platelet"})
    assert (fault.id, fault.message, fault.hint) == (
        "INSTR-013",
        "'platelet' is not known",
        "did you mean platelets?",
    )
    (fault,) = faults({"test": None})
    assert fault.hint.startswith("known: urine_rbc, urine_wbc")


def test_all_faults_are_listed_at_once() -> None:
    found = faults({"test": "xyz"}, {"value": "?"}, {"date": None}, {"unit": "?"}, {"value": "4000"})
    assert [fault.id for fault in found] == ["INSTR-013", "INSTR-007", "INSTR-007", "INSTR-013", "INSTR-007"]


def test_columns_that_are_missing_or_not_known() -> None:
    with pytest.raises(InstrumentError) as caught:
        sledai_labs_from_results(pl.DataFrame({"USUBJID": ["P"], "test": ["c3"], "exclude": ["x"]}), VISITS)
    assert [(fault.id, fault.place, fault.hint) for fault in caught.value.faults] == [
        ("INSTR-004", "results, column exclude", "did you mean excluded?"),
        ("INSTR-005", "results, column value", "it must be there"),
        ("INSTR-005", "results, column date", "it must be there"),
    ]
    (fault,) = faults({"lab": "x"})
    assert (fault.id, fault.hint) == ("INSTR-004", "leave it out")


def test_visits_that_cannot_be_used() -> None:
    (fault,) = faults(GOOD, visits=pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1]}))
    assert (fault.id, fault.place) == ("INSTR-011", "visits")
    twice = pl.DataFrame({"USUBJID": ["P", "P"], "ADT": ["2024-03-20"] * 2})
    (fault,) = faults(GOOD, visits=twice)
    assert fault.id == "INSTR-006"
    (fault,) = faults(GOOD, instrument="bilag2004")
    assert fault.id == "INSTR-001"
    (fault,) = faults(GOOD, settings={"sledai_window_days": 11})
    assert fault.id == "INSTR-003"
