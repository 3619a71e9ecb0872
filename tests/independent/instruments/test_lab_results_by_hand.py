"""Proposals from one row a result, by hand from "Auto-derivation from laboratory data" of ``01-sledai``."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from lupustrial.instruments import sledai_labs_from_results

VISITS = pl.DataFrame({"USUBJID": ["P", "P"], "VISITNUM": [1, 2], "ADT": ["2024-03-20", "2024-04-20"]})


def result(test: str, value: Any, day: str = "2024-03-20", **more: Any) -> dict[str, Any]:
    return {"USUBJID": "P", "test": test, "value": value, "date": day, **more}


def found(*results: dict[str, Any], visits: pl.DataFrame = VISITS, **settings: Any) -> pl.DataFrame:
    return sledai_labs_from_results(pl.DataFrame(results, infer_schema_length=None), visits, **settings)


def first(item: str, *results: dict[str, Any], **settings: Any) -> str | None:
    told: str | None = found(*results, **settings)[item][0]
    return told


def test_a_result_counts_for_the_visit_in_whose_window_it_lies() -> None:
    """Ten days ending on the visit: 11 to 20 March; 30 days reach to 20 February + 1 = 20 - 29 days."""
    days = {"2024-03-20": "Y", "2024-03-11": "Y", "2024-03-10": None, "2024-03-21": None}
    for day, expected in days.items():
        told = found(result("platelets", "80", day, unit="10^9/L"))
        assert told["PLT"].to_list() == [expected, None], day
    wide = {"settings": {"sledai_window_days": 30}}
    assert first("PLT", result("platelets", "80", "2024-02-20", unit="10^9/L"), **wide) == "Y"
    assert first("PLT", result("platelets", "80", "2024-02-19", unit="10^9/L"), **wide) is None
    # a result may serve two visits whose windows overlap
    near = pl.DataFrame({"USUBJID": ["P", "P"], "ADT": [date(2024, 3, 20), date(2024, 3, 25)]})
    assert found(result("platelets", "80", unit="10^9/L"), visits=near)["PLT"].to_list() == ["Y", "Y"]


def test_of_several_results_the_worst_counts() -> None:
    cells = [result("urine_rbc", value, unit="/hpf") for value in ("3", "40", "2")]
    assert first("HAEM", *cells) == "Y"
    low = [result("platelets", value, unit="10^9/L") for value in ("150", "95", "120")]
    assert found(*low)["reasons"][0] == "PLT Y: platelets=95"
    white = [result("leukocytes", value, unit="10^9/L") for value in ("2.9", "3.5")]
    assert found(*white)["reasons"][0] == "WBC Y: leukocytes=2.9"
    heat = [result("temperature", value, unit="C") for value in ("37.2", "38.1", "36.9")]
    assert found(*heat)["reasons"][0] == "FEVR Y: temperature=38.1"
    casts = [result("casts", value) for value in ("negative", "POSITIVE")]
    assert first("CAST", *casts) == "Y"
    # one that cannot be judged is worse than a normal one, an abnormal one worse than that
    asked = [result("urine_wbc", value, unit="/hpf") for value in ("5-10", "1")]
    assert first("PYUR", *asked) == "adjudicate"
    assert first("PYUR", *asked, result("urine_wbc", "6", unit="/hpf")) == "Y"


def test_an_excluded_result_does_not_count_unless_another_does() -> None:
    """Menstruation explains the 40 cells, not the 8 of another day."""
    away = result("urine_rbc", "40", unit="/hpf", excluded="menstruation")
    told = found(away)
    assert told["HAEM"][0] == "N"
    assert told["reasons"][0] == "HAEM N: urine_rbc=40, not due to lupus (menstruation)"
    assert first("HAEM", away, result("urine_rbc", "8", "2024-03-15", unit="/hpf")) == "Y"
    assert first("HAEM", away, result("urine_rbc", "5", "2024-03-15", unit="/hpf")) == "N"
    for word in ("Y", "yes", "TRUE"):
        told = found(result("urine_rbc", "40", unit="/hpf", excluded=word))
        assert told["reasons"][0] == "HAEM N: urine_rbc=40, not due to lupus"
    for word in ("N", "no", "false", "", None):
        assert first("HAEM", result("urine_rbc", "40", unit="/hpf", excluded=word)) == "Y"
    # excluded and abnormal is shown before normal
    told = found(away, result("urine_rbc", "2", unit="/hpf"))
    assert told["reasons"][0] == "HAEM N: urine_rbc=40, not due to lupus (menstruation)"


def test_units_are_converted() -> None:
    same = [
        ("PLT", result("platelets", "99000", unit="/µL"), "Y"),
        ("PLT", result("platelets", "100", unit="10^3/uL"), "N"),
        ("WBC", result("leukocytes", "2999", unit="/mm3"), "Y"),
        ("FEVR", result("temperature", "100.4", unit="F"), "N"),
        ("FEVR", result("temperature", "100.6", unit="F"), "Y"),
        ("HAEM", result("urine_rbc", "5", unit="/HPF"), "N"),
        ("HAEM", result("urine_rbc", ">50", unit=" / hpf "), "Y"),
        ("HAEM", result("urine_rbc", "30", unit="/uL"), "adjudicate"),
        ("HAEM", result("urine_rbc", "30", unit="/µL", factor=0.2), "Y"),
        ("HAEM", result("urine_rbc", "25", unit="/uL", factor="0.2"), "N"),
        ("HAEM", result("urine_rbc", "0", unit="/uL"), "N"),
        ("PYUR", result("urine_wbc", "10-20", unit="/uL", factor=1.0), "adjudicate"),
        ("DNA", result("farr", "25.1", unit="%"), "Y"),
        ("DNA", result("dsdna_positive", "pos"), "Y"),
        ("ARTH", result("joints", 3.0), "Y"),
        ("ARTH", result("joints", 2.0), "N"),
    ]
    for item, row, expected in same:
        assert first(item, row) == expected, row
    in_2k = {"instrument": "sledai_2k"}
    proteins = [
        ("protein24", "500", "mg/24 h", "N"),
        ("protein24", "501", "mg/day", "Y"),
        ("protein24", "0.6", "g/24 h", "Y"),
        ("upcr", "0.5", "g/g", "N"),
        ("upcr", "0.51", "mg/mg", "Y"),
        ("upcr", "501", "mg/g", "Y"),
        ("upcr", "50", "mg/mmol", "N"),
        ("upcr", "50.1", "mg/mmol", "Y"),
        ("upcr", "50.1", "g/mol", "Y"),
    ]
    for test, value, unit, expected in proteins:
        assert first("PROT", result(test, value, unit=unit), **in_2k) == expected, (test, value, unit)


def test_complement_and_antibodies_have_the_limits_of_their_own_laboratory() -> None:
    """C3 80 mg/dL is normal by one laboratory and low by the other; so is 40 IU/mL of antibodies."""
    one = [
        result("c3", "80", unit="mg/dL", low=75.0),
        result("c4", "12", unit="mg/dL", low=10.0),
        result("dsdna", "40", unit="IU/mL", high=100.0),
    ]
    told = found(*one)
    assert (told["COMP"][0], told["DNA"][0]) == ("N", "N")
    assert told["reasons"][0] == "COMP N: c3=80, c3_lln=75, c4=12, c4_lln=10; DNA N: dsdna=40, dsdna_uln=100"
    other = [result("c3", "0.80", unit="g/L", low="0.9"), result("dsdna", "40", unit="U", high="7")]
    assert found(*one, *other)["COMP"][0] == "Y"
    assert found(*one, *other)["DNA"][0] == "Y"
    assert first("COMP", result("c3", "80", unit="mg/dL")) == "adjudicate"
    assert first("COMP", result("c3", "80", unit="mg/dL", low=75.0)) is None
    assert first("COMP", result("ch50", "20", low=30.0)) == "Y"


def test_proteinuria_is_followed_over_the_visits() -> None:
    """0.4 then 2.0 g is new; the higher of two results of a window counts, not one that is excluded."""
    rows = [
        result("protein24", "0.4", unit="g/24 h"),
        result("protein24", "2.0", "2024-04-20", unit="g/24 h"),
        result("protein24", "0.3", "2024-04-15", unit="g/24 h"),
    ]
    assert found(*rows)["PROT"].to_list() == ["N", "Y"]
    assert found(*rows)["reasons"][1] == "PROT Y: protein24=2, previous 0.4"
    rows[1] |= {"excluded": "contrast medium"}
    told = found(*rows)
    assert told["PROT"].to_list() == ["N", "N"]
    assert told["reasons"][1] == "PROT N: protein24=0.3, previous 0.4"
    assert found(*rows[1:])["PROT"].to_list() == [None, "N"]


def test_results_without_value_or_visit_are_not_done() -> None:
    told = found(
        result("platelets", None, unit="10^9/L"),
        result("leukocytes", "  ", unit="10^9/L"),
        result("joints", 5.0) | {"USUBJID": "Q"},
        result("casts", "yes", "2023-01-01"),
    )
    items = ("ARTH", "CAST", "HAEM", "PROT", "PYUR", "COMP", "DNA", "FEVR", "PLT", "WBC")
    assert told.select(items).null_count().row(0) == (2,) * 10
    empty = pl.DataFrame({"USUBJID": [], "test": [], "value": [], "date": []})
    assert sledai_labs_from_results(empty.cast(pl.String), VISITS).height == 2


def test_rows_and_keys_are_those_of_the_visits() -> None:
    visits = VISITS.with_columns(AVISIT=pl.Series(["a", "b"]))[::-1]
    told = found(result("Platelets", 80, unit="10^9/L", excluded=None), visits=visits)
    assert told.columns[:4] == ["USUBJID", "VISITNUM", "ADT", "AVISIT"]
    assert told["AVISIT"].to_list() == ["b", "a"]
    assert told["PLT"].to_list() == [None, "Y"]


def test_columns_may_be_in_other_capitals_and_numbers_may_be_numbers() -> None:
    results = pl.DataFrame(
        {
            "usubjid": ["P", "P"],
            "TEST": ["leukocytes", "urine_rbc"],
            "Value": [0.00001, 5.1],
            "DATE": [date(2024, 3, 20)] * 2,
            "Unit": ["G/L", "/hpf"],
            "excluded": [True, False],
        }
    )
    told = sledai_labs_from_results(results, VISITS)
    assert told["WBC"][0] == "N"
    assert told["HAEM"][0] == "Y"
