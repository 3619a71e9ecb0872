"""Flare indices and BILAG grades: bad input names row, item and remedy, and nothing is scored."""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import faults_of

from lupustrial.instruments import DOMAINS


@pytest.mark.parametrize(
    ("item", "value", "permitted", "hint"),
    [
        ("weight_kg", 19.9, "20 to 300 kg", "pounds"),
        ("weight_kg", 300.1, "20 to 300 kg", "1 lb is 0.4536 kg"),
        ("weight_kg", 70000.0, "20 to 300 kg", "grams"),
        ("pga", 3.01, "0 to 3", "the whole line is 3"),
        ("pga", 55.0, "0 to 3", "millimetres"),
        ("pga", -0.1, "0 to 3", ""),
        ("sledai", 106, "whole numbers 0 to 105", ""),
        ("sledai", 4.5, "whole numbers 0 to 105", ""),
        ("prednisone", -1.0, "0 to 5000 mg/day", ""),
        ("haemoglobin", 110.0, "0 to 25 g/dL", "10 g/L is 1 g/dL"),
        ("platelets", 150000.0, "0 to 3000 10^9/L", "1000 of them are 1 x 10^9/L"),
        ("hospital_for_lupus", "X", "Y, N, yes, no or blank", ""),
        ("flare_onset", "01/02/2024", "an ISO 8601 date", ""),
    ],
)
@pytest.mark.parametrize("index", ["sfi", "sfi_modified"])
def test_a_value_outside_its_range(index: str, item: str, value: Any, permitted: str, hint: str) -> None:
    good: dict[str, Any] = {"sledai": 4}
    (fault,) = faults_of(index, good, {"sledai": 4, item: value})
    assert (fault.id, fault.place) == ("INSTR-007", f"row 2, item {item}, participant P, visit 1")
    assert permitted in fault.hint
    assert hint in fault.hint


@pytest.mark.parametrize("kg", [20.0, 300.0])
def test_the_ends_of_the_range_of_weight_are_permitted(kg: float) -> None:
    (fault,) = faults_of("sfi", {"weight_kg": kg, "pga": 9.0})
    assert fault.place.startswith("row 1, item pga")


def test_a_column_that_is_not_known_names_the_near_one() -> None:
    (fault,) = faults_of("sfi", {"sledai": 4, "hospital_for_lupos": "Y"})
    assert (fault.id, fault.hint) == ("INSTR-004", "did you mean hospital_for_lupus?")


def test_crossed_bounds() -> None:
    (fault,) = faults_of("sfi", {"sledai": 4}, {"sledai_lower": 9, "sledai_upper": 8, "pga": 1.0})
    assert (fault.id, fault.place) == ("INSTR-012", "row 2, participant P")
    assert fault.message == "sledai_lower is above sledai_upper"
    for index in ("bilag2004_flare", "bilag2004_numeric", "bilag2004_bst", "bilag_classic"):
        row = {"grade_renal": None, "lower_renal": "B", "upper_renal": "C", "lower_haematological": "C"}
        (fault,) = faults_of(index, row)
        assert (fault.id, fault.message) == ("INSTR-012", "lower_renal is above upper_renal")


def test_a_component_beside_its_items() -> None:
    found = faults_of("sfi", {"sledai": 4, "ARTH": "Y"})
    assert [(fault.id, fault.place) for fault in found] == [("INSTR-015", "column sledai")]
    found = faults_of("bilag2004_flare", {"deciding_mucocutaneous": "Y", "MUC_RASH_SEV": 4})
    assert [(fault.id, fault.place) for fault in found] == [("INSTR-015", "column deciding_mucocutaneous")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sfi_sledai12_min_rise", "2"),
        ("sfi_modified", "maybe"),
        ("sfi_mycophenolate", "MMF"),
        ("flare_previous", "baseline"),
        ("sledai_version", "2kg"),
    ],
)
def test_an_option_that_is_not_allowed(setting: str, value: str) -> None:
    (fault,) = faults_of("sfi", {"sledai": 4}, **{setting: value})
    assert fault.id == "INSTR-003"


def test_the_modified_index_cannot_be_switched_back() -> None:
    (fault,) = faults_of("sfi_modified", {"sledai": 4}, sfi_modified="no")
    assert (fault.id, fault.hint) == ("INSTR-003", "allowed: yes")


def test_the_grade_of_an_organ_is_0_to_3() -> None:
    (fault,) = faults_of("sfi_revised", {"rsfi_renal": 4})
    assert (fault.id, fault.hint) == ("INSTR-007", "permitted: whole numbers 0 to 3")
    (fault,) = faults_of("sfi_revised", {"rsfi_renal": 1}, {"rsfi_renal": -1})
    assert fault.place == "row 2, item rsfi_renal, participant P, visit 1"


def test_the_domains_of_one_bilag_are_refused_by_the_other() -> None:
    nine = {f"grade_{domain}": "E" for domain in DOMAINS}
    found = faults_of("bilag_classic", nine)
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-004", f"column grade_{domain}")
        for domain in ("constitutional", "neuropsychiatric", "gastrointestinal", "ophthalmic")
    ]
    found = faults_of(
        "bilag2004_numeric", {"grade_renal": "B", "grade_vasculitis": "A", "grade_general": "C"}
    )
    assert [fault.place for fault in found] == ["column grade_vasculitis", "column grade_general"]
    found = faults_of("bilag2004_flare", {"grade_renal": "B", "grade_vasculitis": "A"})
    assert [fault.place for fault in found] == ["column grade_vasculitis"]


@pytest.mark.parametrize("index", ["bilag_classic", "bilag2004_numeric", "bilag2004_bst", "bilag2004_flare"])
def test_a_grade_is_a_letter_from_a_to_e(index: str) -> None:
    (fault,) = faults_of(index, {"grade_renal": "F"})
    assert (fault.id, fault.hint) == ("INSTR-007", "permitted: A, B, C, D, E or blank")


def test_a_classic_item_is_0_to_4() -> None:
    (fault,) = faults_of("bilag_classic", {"CVAS_RAYNAUD": 5})
    assert (fault.id, fault.hint) == ("INSTR-007", "permitted: whole numbers 0 to 4")
