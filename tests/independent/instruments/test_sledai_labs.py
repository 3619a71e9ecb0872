"""Proposals from laboratory values, by hand from ``01-sledai`` of the reference."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import derive_sledai_labs


def proposed(
    item: str, *rows: dict[str, Any], instrument: str = "selena_sledai", **settings: str
) -> list[str | None]:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    found: list[str | None] = derive_sledai_labs(frame, instrument=instrument, settings=settings)[
        item
    ].to_list()
    return found


@pytest.mark.parametrize(
    ("item", "row", "expected"),
    [
        ("HAEM", {"urine_rbc": 5.0}, "N"),
        ("HAEM", {"urine_rbc": 5.1}, "Y"),
        ("HAEM", {"urine_rbc": 9.0, "not_due_to_lupus_HAEM": "Y"}, "N"),
        ("PYUR", {"urine_wbc": 6.0}, "Y"),
        ("CAST", {"casts": "Y"}, "Y"),
        ("CAST", {"casts": "N"}, "N"),
        ("FEVR", {"temperature": 38.0}, "N"),
        ("FEVR", {"temperature": 38.1}, "Y"),
        ("PLT", {"platelets": 100.0}, "N"),
        ("PLT", {"platelets": 99.9}, "Y"),
        ("WBC", {"leukocytes": 3.0}, "N"),
        ("WBC", {"leukocytes": 2.99}, "Y"),
        ("WBC", {"leukocytes": None, "platelets": 1.0}, None),
        ("COMP", {"c3": 0.8, "c3_lln": 0.9}, "Y"),
        ("COMP", {"c3": 0.9, "c3_lln": 0.9, "c4": 0.2, "c4_lln": 0.1}, "N"),
        ("COMP", {"c3": 0.9, "c3_lln": 0.9}, None),
        ("COMP", {"ch50": 20.0, "ch50_lln": 30.0}, "Y"),
        ("COMP", {"ch50": 40.0, "ch50_lln": 30.0}, None),
        ("DNA", {"dsdna": 100.0, "dsdna_uln": 100.0}, "N"),
        ("DNA", {"dsdna": 100.1, "dsdna_uln": 100.0}, "Y"),
        ("DNA", {"dsdna": 100.1}, None),
        ("DNA", {"farr": 25.0}, "N"),
        ("DNA", {"farr": 25.1, "dsdna": 1.0, "dsdna_uln": 100.0}, "Y"),
        ("DNA", {"dsdna_positive": "Y"}, "Y"),
        ("ARTH", {"joints": 2.0}, "N"),
        ("ARTH", {"joints": 3.0}, "Y"),
    ],
)
def test_descriptor(item: str, row: dict[str, Any], expected: str | None) -> None:
    assert proposed(item, row) == [expected]


def test_two_joints_are_arthritis_in_2k_unless_set_otherwise() -> None:
    assert proposed("ARTH", {"joints": 2.0}, {"joints": 1.0}, instrument="sledai_2k") == ["Y", "N"]
    assert proposed("ARTH", {"joints": 2.0}, instrument="sledai_2k", sledai2k_arthritis_min="3") == ["N"]
    assert proposed("ARTH", {"joints": 2.0}, instrument="sledai_1992") == ["N"]


def protein(*values: float | None, **settings: str) -> list[str | None]:
    return proposed("PROT", *({"protein24": value} for value in values), **settings)


def test_selena_protein_that_stays_stops_scoring() -> None:
    assert protein(0.4, 2.0, 2.0, 2.5, 3.01) == ["N", "Y", "N", "N", "Y"]
    assert protein(0.4, 2.0, 2.0, instrument="sledai_1992") == ["N", "Y", "N"]
    assert protein(0.4, 2.0, 2.0, 0.5, instrument="sledai_2k") == ["N", "Y", "Y", "N"]
    assert protein(0.4, 2.0, 2.0, proteinuria_rule="sledai2k") == ["N", "Y", "Y"]


def test_protein_without_an_earlier_value() -> None:
    assert protein(0.9) == ["adjudicate"]
    assert protein(0.5) == ["N"]
    assert protein(0.9, proteinuria_without_previous="present") == ["Y"]
    assert protein(0.9, proteinuria_without_previous="absent") == ["N"]
    assert protein(0.9, instrument="sledai_2k") == ["Y"]


def test_protein_is_compared_with_the_value_that_the_trial_chose() -> None:
    values = (2.0, 0.8, None, 1.4, 1.6)
    assert protein(*values) == ["adjudicate", "N", None, "Y", "N"]
    assert protein(*values, proteinuria_reference="baseline") == ["adjudicate", "N", None, "N", "N"]
    assert protein(*values, proteinuria_reference="best_since_baseline") == [
        "adjudicate",
        "N",
        None,
        "Y",
        "Y",
    ]


def test_ratio_stands_in_where_protein_was_not_collected() -> None:
    rows = [
        {"upcr": 0.2, "protein24": None},
        {"upcr": 0.9, "protein24": None},
        {"upcr": 3.0, "protein24": 0.1},
    ]
    assert proposed("PROT", *rows) == ["N", "Y", "N"]


def test_results_outside_the_window_are_not_done() -> None:
    rows = [
        {"USUBJID": "P", "ADT": date(2024, 3, 20), "platelets": 80.0, "platelets_date": day}
        for day in (date(2024, 3, 20),)
    ]
    days = {20: "Y", 11: "Y", 10: None, 21: None}
    for day, expected in days.items():
        row = rows[0] | {"platelets_date": date(2024, 3, day)}
        assert derive_sledai_labs(pl.DataFrame([row]))["PLT"].to_list() == [expected]
    row = rows[0] | {"platelets_date": "2024-02-20", "ADT": "2024-03-20"}
    found = derive_sledai_labs(pl.DataFrame([row]), settings={"sledai_window_days": 30})
    assert found["PLT"].to_list() == ["Y"]


def test_reasons_show_the_values_seen() -> None:
    rows = [
        {"USUBJID": "P", "VISITNUM": 1, "protein24": 0.3, "casts": None, "platelets": None},
        {"USUBJID": "P", "VISITNUM": 2, "protein24": 1.25, "casts": "Y", "platelets": 80.0},
    ]
    frame = pl.DataFrame(rows).with_columns(not_due_to_lupus_PLT=pl.lit("yes"))
    assert derive_sledai_labs(frame)["reasons"].to_list() == [
        "PROT N: protein24=0.3",
        "CAST Y: reported; PROT Y: protein24=1.25, previous 0.3; PLT N: platelets=80, not due to lupus",
    ]
