"""Bad input of CLASI, joint counts, damage index, criteria and CTCAE: every fault names row and item."""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, faults_of


def told(name: str, *rows: Row, **settings: Any) -> list[tuple[str, str, str]]:
    return [(fault.id, fault.place, fault.hint) for fault in faults_of(name, *rows, **settings)]


def at(row: int, item: str) -> str:
    return f"row {row}, item {item}, participant P, visit {row - 1}"


@pytest.mark.parametrize("value", [1, 2, 7, -1, 3.5])
def test_scars_of_the_scalp_are_0_or_3_to_6(value: float) -> None:
    assert told("clasi", {"scalp_scarring": 0.0}, {"scalp_scarring": value}) == [
        ("INSTR-007", at(2, "scalp_scarring"), "permitted: 0, 3, 4, 5, 6 or blank")
    ]


def test_scars_of_the_scalp_as_text() -> None:
    assert told("clasi", {"scalp_scarring": "two"}, {"scalp_scarring": "4"}) == [
        ("INSTR-007", at(1, "scalp_scarring"), "permitted: 0, 3, 4, 5, 6 or blank")
    ]


def test_clasi_items_out_of_range_are_all_named() -> None:
    rows: list[Row] = [
        {"scalp_erythema": 4, "ears_scale_hypertrophy": 0, "mucosal_lesion": 2},
        {"scalp_erythema": 3, "ears_scale_hypertrophy": 3, "mucosal_lesion": 0},
    ]
    assert told("clasi", *rows) == [
        ("INSTR-007", at(1, "scalp_erythema"), "permitted: whole numbers 0 to 3"),
        ("INSTR-007", at(2, "ears_scale_hypertrophy"), "permitted: whole numbers 0 to 2"),
        ("INSTR-007", at(1, "mucosal_lesion"), "permitted: whole numbers 0 to 1"),
    ]
    assert told("clasi", {"scalp_erythma": 1, "mucosal_lesion": 0}) == [
        ("INSTR-004", "column scalp_erythma", "did you mean scalp_erythema?")
    ]


def test_clasi50_refuses_crossed_bounds_and_a_component_beside_its_items() -> None:
    assert told("clasi50", {"clasi_activity": None, "clasi_lower": 7, "clasi_upper": 6}) == [
        ("INSTR-012", "row 1, participant P", "exchange them")
    ]
    both = told("clasi50", {"clasi_activity": 12, "scalp_erythema": 1})
    assert [(each[0], each[1]) for each in both] == [("INSTR-015", "column clasi_activity")]
    assert told("clasi50", {"clasi_activity": 71})[0][:2] == ("INSTR-007", at(1, "clasi_activity"))
    for least in (0, 71, "ten"):
        (fault,) = told("clasi50", {"clasi_activity": 12}, clasi50_baseline_min=least)
        assert (fault[0], fault[2]) == ("INSTR-003", "allowed: integer 1..70")


def test_joints() -> None:
    assert told("joints28", {"tender_left_knee": "2", "swollen_left_knee": "Y"}) == [
        ("INSTR-007", at(1, "tender_left_knee"), "permitted: Y, N, yes, no or blank (not done)")
    ]
    assert told("joints28", {"tender_left_knee": "Y", "other_active_joints": 41})[0][:2] == (
        "INSTR-007",
        at(1, "other_active_joints"),
    )
    assert told("joints28", {"tender_left_ankle": "Y", "tender_left_knee": "Y"})[0][:2] == (
        "INSTR-004",
        "column tender_left_ankle",
    )
    assert told("joints28", {"tender_left_knee": "Y"}, joint50_baseline_min=5)[0][0] == "INSTR-003"


@pytest.mark.parametrize("events", [-1, 0.5, 100])
def test_numbers_of_damage_events(events: float) -> None:
    assert told("sdi", {"SDI_17": events}) == [
        ("INSTR-007", at(1, "SDI_17"), "permitted: whole numbers 0 to 99 events")
    ]


def test_damage_items_that_do_not_exist() -> None:
    assert told("sdi", {"SDI_42": 1, "SDI_41": 0})[0][:2] == ("INSTR-004", "column SDI_42")


@pytest.mark.parametrize("name", ["slicc2012", "eular_acr2019", "acr1997"])
def test_criteria_are_yes_or_no(name: str) -> None:
    item = "ana_1_80" if name == "eular_acr2019" else "ANA"
    assert told(name, {item: "1:160"}) == [
        ("INSTR-007", at(1, item), "permitted: Y, N, yes, no or blank (not done)")
    ]


@pytest.mark.parametrize(
    ("item", "value", "hint"),
    [
        ("hb", 120.0, "permitted: 1 to 25 g/dL; in g/L? 10 g/L are 1 g/dL"),
        ("hb_lln", 120.0, "permitted: 7 to 18 g/dL; in g/L? 10 g/L are 1 g/dL"),
        ("wbc", 4000.0, "permitted: 0 to 500 10^9/L; in cells/uL? 1000 cells/uL are 1 10^9/L"),
        ("plt", 150000.0, "permitted: 0 to 3000 10^9/L; in cells/uL? 1000 cells/uL are 1 10^9/L"),
        ("creat", 1.1, "permitted: 10 to 3000 umol/L; in mg/dL? 1 mg/dL is 88.4 umol/L"),
        ("creat", -80.0, "permitted: 10 to 3000 umol/L; in mg/dL? 1 mg/dL is 88.4 umol/L"),
        ("creat_uln", 1.2, "permitted: 20 to 300 umol/L; in mg/dL? 1 mg/dL is 88.4 umol/L"),
        ("alt", 0.5, "permitted: 1 to 20000 U/L; in ukat/L? 1 ukat/L is 60 U/L"),
        ("temp", 100.4, "permitted: 30 to 45 C; in Fahrenheit? 100.4 F are 38 C"),
    ],
)
def test_units_that_slipped(item: str, value: float, hint: str) -> None:
    assert told("ctcae5", {item: value, "wbc": 4.0} if item != "wbc" else {item: value}) == [
        ("INSTR-007", at(1, item), hint)
    ]


def test_grades_that_do_not_exist() -> None:
    rows: list[Row] = [{"injection_site_reaction": 6, "flu_like_symptoms": 4, "hb_death": "maybe"}]
    assert [each[1] for each in told("ctcae5", *rows)] == [
        at(1, "injection_site_reaction"),
        at(1, "flu_like_symptoms"),
        at(1, "hb_death"),
    ]
    assert told("ctcae5", {"wbc_lln": 4.0})[0][0] == "INSTR-005"
