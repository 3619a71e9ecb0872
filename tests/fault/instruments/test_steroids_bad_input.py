"""Glucocorticoids: bad doses, weeks, logs and rules are refused with row and item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import FailureRule, score, steroid_days_above, steroid_doses, treatment_failures


def faults(call: Callable[[], object]) -> list[Fault]:
    with pytest.raises(InstrumentError) as caught:
        call()
    return list(caught.value.faults)


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P01", "VISITNUM": n, **row} for n, row in enumerate(rows, 1)], infer_schema_length=None
    )


@pytest.mark.parametrize(
    ("name", "item", "value", "hint"),
    [
        ("steroid_equivalent", "prednisone", -5.0, "0 to 5000 mg/day"),
        ("steroid_equivalent", "methylprednisolone", 5001.0, "0 to 5000 mg/day"),
        ("steroid_any_increase", "dose", -1.0, "0 to 5000 mg/day"),
        ("steroid_cumulative", "week", 2001.0, "-200 to 2000 weeks"),
        ("steroid_taper_40_52", "n_new_a", 10, "whole numbers 0 to 9"),
        ("steroid_taper_40_52", "n_new_b", 0.5, "whole numbers 0 to 9"),
        ("steroid_taper_tabalumab", "background_increase", "up", "Y, N, yes, no or blank (not done)"),
    ],
)
def test_values_that_are_not_permitted(name: str, item: str, value: object, hint: str) -> None:
    filled = {} if name == "steroid_equivalent" else {"dose": 10.0, "week": 1.0}
    if name == "steroid_any_increase":
        del filled["week"]
    (fault,) = faults(lambda: score(name, frame(filled | {item: None}, filled | {item: value})))
    assert (fault.id, fault.place) == ("INSTR-007", f"row 2, item {item}, participant P01, visit 2")
    assert fault.hint == f"permitted: {hint}"


def test_one_drug_as_generic_and_as_brand() -> None:
    (fault,) = faults(lambda: score("steroid_equivalent", frame({"methylprednisolone": 4.0, "medrol": 4.0})))
    assert (fault.id, fault.place) == ("INSTR-004", "column medrol")


def test_a_dose_beside_its_drugs() -> None:
    (fault,) = faults(lambda: score("steroid_any_increase", frame({"dose": 5.0, "prednisone": 5.0})))
    assert (fault.id, fault.place) == ("INSTR-015", "column dose")


@pytest.mark.parametrize("name", ["steroid_taper_tabalumab", "steroid_taper_40_52"])
def test_a_visit_without_a_week(name: str) -> None:
    rows = [{"dose": 10.0, "week": None}, {"dose": 5.0, "week": 24.0}, {"dose": 5.0, "week": None}]
    (fault,) = faults(lambda: score(name, frame(*rows)))
    assert (fault.id, fault.place) == ("INSTR-011", "row 3, item week, participant P01")
    assert fault.message == "the rule needs the week of every visit after baseline"
    assert fault.hint == "give week, counted from the first dose"
    (fault,) = faults(lambda: score(name, frame({"dose": 10.0})))
    assert (fault.id, fault.place) == ("INSTR-005", "column week")


def test_a_cumulative_dose_needs_days() -> None:
    rows = [{"dose": 10.0, "week": 0.0}, {"dose": 5.0, "week": None}]
    (fault,) = faults(lambda: score("steroid_cumulative", frame(*rows)))
    assert (fault.id, fault.place) == ("INSTR-011", "row 2, participant P01")
    assert (fault.message, fault.hint) == (
        "the rule needs the days between visits",
        "give ADT or week on every row",
    )
    dated = frame({"dose": 10.0, "ADT": "2024-01-01"}, {"dose": 10.0, "ADT": None})
    assert [fault.id for fault in faults(lambda: score("steroid_cumulative", dated))] == ["INSTR-011"]


LOG = pl.DataFrame({"USUBJID": ["P"], "CMTRT": ["prednisone"], "CMDOSE": [5.0], "CMDOSFRQ": ["QD"]})
VISITS = pl.DataFrame({"USUBJID": ["P", "P"], "ADT": ["2020-01-01", "2020-02-01"]})


def test_visits_without_participant_or_date() -> None:
    found = faults(lambda: steroid_doses(LOG, VISITS.drop("ADT").rename({"USUBJID": "ID"})))
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-005", "column USUBJID"),
        ("INSTR-005", "column ADT"),
    ]
    wrong = pl.DataFrame({"USUBJID": ["P", None, "P"], "ADT": ["2020-01-01", "2020-01-01", "soon"]})
    for call in (
        lambda: steroid_doses(LOG, wrong),
        lambda: steroid_days_above(LOG, wrong, mg=10, from_week=24),
        lambda: treatment_failures(LOG, wrong, (FailureRule(id="R", kind="pulse"),)),
    ):
        found = faults(call)
        assert [(fault.id, fault.place) for fault in found] == [
            ("INSTR-009", "row 2"),
            ("INSTR-009", "row 3"),
        ]
        assert found[0].hint == "give USUBJID and ADT (YYYY-MM-DD) on every row"


def test_settings_and_drugs_of_a_log() -> None:
    assert [
        fault.id for fault in faults(lambda: steroid_doses(LOG, VISITS, settings={"visit_dose_window": 5}))
    ] == ["INSTR-003"]
    assert [fault.id for fault in faults(lambda: steroid_doses(LOG, VISITS, settings={"window": 7}))] == [
        "INSTR-002"
    ]
    other = LOG.with_columns(CMTRT=pl.lit("prednison"))
    (fault,) = faults(lambda: steroid_doses(other, VISITS))
    assert (fault.id, fault.hint) == ("INSTR-007", "did you mean prednisone?")


def test_rules_that_cannot_be_used() -> None:
    rules = (
        FailureRule(id="A", kind="pulse"),
        FailureRule(id="A", kind="steroid_freeze"),
        FailureRule(id="B", kind="prohibited_drug"),
        FailureRule(id="C", kind="dose_above_baseline"),
        FailureRule(id="D", kind="steroid_ceiling"),
    )
    found = faults(lambda: treatment_failures(LOG, VISITS, rules))
    assert [(fault.place, fault.message) for fault in found] == [
        ("rules", "'A' names two rules"),
        ("rule B", "names no drug"),
        ("rule C", "names no drug"),
    ]
    (fault,) = faults(lambda: treatment_failures(LOG, VISITS, ()))
    assert fault.message == "there is no rule"
