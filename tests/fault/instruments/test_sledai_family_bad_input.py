"""SLEDAI family, proposals and cross-checks: what is refused, with row and item."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import derive_sledai_labs, score, settings_hash


def faults(name: str, row: dict[str, Any], **settings: str) -> list[Fault]:
    frame = pl.DataFrame([{"USUBJID": "P01", "VISITNUM": 1, **row}])
    with pytest.raises(InstrumentError) as caught:
        score(name, frame, settings=settings)
    return list(caught.value.faults)


def test_m_sledai_is_not_scored_without_a_definition() -> None:
    (fault,) = faults("m_sledai", {"SEIZ": "N"})
    assert (fault.id, fault.place) == ("INSTR-016", "setting m_sledai_definition of m_sledai")
    assert fault.hint.startswith("choose without_serology or without_dna; MEX-SLEDAI is a different index")
    (fault,) = faults("m_sledai", {"SEIZ": "N"}, m_sledai_definition="mex")
    assert fault.id == "INSTR-003"
    assert settings_hash("m_sledai") != settings_hash("m_sledai", {"m_sledai_definition": "without_dna"})


@pytest.mark.parametrize(
    ("name", "row", "place"),
    [
        ("clinical_sledai", {"SEIZ": "maybe"}, "row 1, item SEIZ, participant P01, visit 1"),
        ("clinical_sledai", {"SEIZ": "N", "COMP": "low"}, "row 1, item COMP, participant P01, visit 1"),
        ("s2k_ri50", {"ARTH": "Y", "ARTH_half": "half"}, "row 1, item ARTH_half, participant P01, visit 1"),
        ("sledai_change", {"sledai": 106}, "row 1, item sledai, participant P01, visit 1"),
        ("sledai_change", {"sledai": 2.5}, "row 1, item sledai, participant P01, visit 1"),
        ("sledai_labs", {"platelets": -1.0}, "row 1, item platelets, participant P01, visit 1"),
        ("sledai_labs", {"urine_rbc": "many"}, "row 1, item urine_rbc, participant P01, visit 1"),
        ("sledai_labs", {"urine_rbc": "10-5"}, "row 1, item urine_rbc, participant P01, visit 1"),
        ("sledai_labs", {"urine_rbc": ">5-10"}, "row 1, item urine_rbc, participant P01, visit 1"),
        ("sledai_labs", {"urine_rbc": "0,5"}, "row 1, item urine_rbc, participant P01, visit 1"),
        ("sledai_labs", {"urine_rbc": "-5"}, "row 1, item urine_rbc, participant P01, visit 1"),
        ("sledai_labs", {"casts": "some"}, "row 1, item casts, participant P01, visit 1"),
        (
            "sledai_labs",
            {"joints": 1.0, "hpf_per_ul": 0.0},
            "row 1, item hpf_per_ul, participant P01, visit 1",
        ),
        ("cross_checks", {"clasi_activity": 71}, "row 1, item clasi_activity, participant P01, visit 1"),
        ("cross_checks", {"tender_joints": 69}, "row 1, item tender_joints, participant P01, visit 1"),
        ("cross_checks", {"grade_renal": "F"}, "row 1, item grade_renal, participant P01, visit 1"),
    ],
)
def test_a_value_that_is_not_permitted(name: str, row: dict[str, Any], place: str) -> None:
    (fault,) = faults(name, row)
    assert (fault.id, fault.place) == ("INSTR-007", place)


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        ({"platelets": 150000.0}, "looks like cells per microlitre; divide by 1000"),
        ({"leukocytes": 3500.0}, "looks like cells per microlitre; divide by 1000"),
        ({"protein24": 800.0}, "looks like mg/24 h; divide by 1000"),
        ({"upcr": 120.0}, "looks like mg/mmol or mg/g; give the column upcr_mgmmol, or divide mg/g by 1000"),
        ({"upcr_mgmmol": 5001.0}, "looks like mg/g; divide by 1000 and give the column upcr"),
        ({"temperature": 100.4}, "looks like degrees Fahrenheit; give the column temperature_f"),
        ({"temperature_f": 38.5}, "looks like degrees Celsius; give the column temperature"),
    ],
)
def test_a_unit_slip_names_the_remedy(row: dict[str, float], hint: str) -> None:
    (fault,) = faults("sledai_labs", row)
    assert fault.hint.endswith(hint)


def test_bounds_that_are_crossed() -> None:
    (fault,) = faults("sledai_change", {"sledai": None, "sledai_lower": 9, "sledai_upper": 8})
    assert (fault.id, fault.place) == ("INSTR-012", "row 1, participant P01")


def test_columns_that_are_not_known() -> None:
    (fault,) = faults("sledai_labs", {"platelets": 90.0, "platelet": 90.0})
    assert (fault.id, fault.hint) == ("INSTR-004", "did you mean platelets?")
    (fault,) = faults("clinical_sledai", {"SEIZ": "N", "MEXSLEDAI": 3})
    assert fault.id == "INSTR-004"


def test_dated_results_need_dated_visits() -> None:
    frame = {"platelets": 90.0, "platelets_date": "2024-03-01"}
    (fault,) = faults("sledai_labs", frame)
    assert (fault.id, fault.place) == ("INSTR-011", "column platelets_date")
    (fault,) = faults("cross_checks", frame)
    assert fault.id == "INSTR-011"


def test_only_the_three_versions_have_laboratory_descriptors() -> None:
    with pytest.raises(InstrumentError) as caught:
        derive_sledai_labs(pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1]}), instrument="pga")
    (fault,) = caught.value.faults
    assert (fault.id, fault.hint) == ("INSTR-001", "known: selena_sledai, sledai_1992, sledai_2k")
