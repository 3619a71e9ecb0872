"""Renal responses and filtration rate: unit slips, values out of range, doubled facts: row and item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import INSTRUMENTS, score


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
        ("blissln_perr", "upcr_g_g", 79.2, "0 to 50 g/g; looks like mg/mmol; 1 mg/mmol is 0.00884017 g/g"),
        ("blissln_perr", "upcr_baseline_g_g", 300.0, "0 to 50 g/g; looks like mg/mmol"),
        ("blissln_perr", "upcr_mg_mmol", 5656.1, "0 to 5656 mg/mmol"),
        ("blissln_perr", "egfr", -1.0, "0 to 400 mL/min/1.73 m2"),
        ("blissln_perr", "egfr_reference", 400.1, "0 to 400 mL/min/1.73 m2"),
        ("cn_cr", "protein24", 1500.0, "0 to 50 g/24 h; looks like mg/24 h; 1 mg/24 h is 0.001 g/24 h"),
        ("cn_cr", "creatinine", 1.2, "10 to 3000 umol/L; looks like mg/dL; 1 mg/dL is 88.4 umol/L"),
        ("cn_cr", "creatinine_uln", 1.1, "10 to 3000 umol/L; looks like mg/dL; 1 mg/dL is 88.4 umol/L"),
        ("cn_pr", "creatinine_baseline", -80.0, "10 to 3000 umol/L; looks like mg/dL"),
        ("cn_cr", "albumin", 350.0, "0 to 100 g/L; looks like g/dL; 1 g/dL is 10 g/L"),
        ("cn_cr", "urine_rbc", -1.0, "0 to 10000 /hpf"),
        ("aurora1_crr", "prednisone_over_10_days", 71, "whole numbers 0 to 70 days"),
        ("aurora1_crr", "prednisone_over_10_consecutive_days", 2.5, "whole numbers 0 to 70 days"),
        ("blissln_perr", "prednisone_over_10_from_week_24", "maybe", "Y, N, yes, no or blank"),
        ("he2020_renal", "creatinine", 0.9, "10 to 3000 umol/L; looks like mg/dL; 1 mg/dL is 88.4 umol/L"),
        ("he2020_renal", "protein24", 300.0, "0 to 50 g/24 h; looks like mg/24 h"),
        ("egfr", "creatinine_umol_l", 1.0, "10 to 3000 umol/L; looks like mg/dL; 1 mg/dL is 88.4 umol/L"),
        ("egfr", "creatinine_mg_dl", 88.4, "0.1 to 34 mg/dL; looks like umol/L; 1 umol/L is 0.0113122 mg/dL"),
        ("egfr", "age", 121, "whole numbers 0 to 120 years"),
        ("egfr", "sex", "female", "F, M or blank"),
        ("egfr", "height_cm", 1.5, "30 to 250 cm; looks like m; 1 m is 100 cm"),
        ("egfr", "urea_mmol_l", 0.4, "0.5 to 150 mmol/L; looks like mg/dL urea"),
        ("egfr", "albumin_g_l", 4.0, "5 to 100 g/L; looks like g/dL; 1 g/dL is 10 g/L"),
    ],
)
def test_values_that_are_not_permitted(name: str, item: str, value: object, hint: str) -> None:
    needed = {each.code: None for each in INSTRUMENTS[name].inputs if each.required or each.item}
    (fault,) = faults(lambda: score(name, frame(needed, needed | {item: value})))
    assert (fault.id, fault.place) == ("INSTR-007", f"row 2, item {item}, participant P01, visit 2")
    assert fault.message == f"{value!r} is not permitted"
    assert fault.hint.startswith(f"permitted: {hint}")


def test_ends_of_the_ranges_are_permitted() -> None:
    low = {"upcr_g_g": 0.0, "egfr": 0.0, "egfr_reference": 0.0, "treatment_failure": "N"}
    high = {"upcr_g_g": 50.0, "egfr": 400.0, "egfr_reference": 400.0, "treatment_failure": "N"}
    assert score("blissln_perr", frame(low, high)).height == 2
    umol = {"sex": "F", "age": 120, "creatinine_umol_l": 3000.0}
    assert score("egfr", frame(umol, umol | {"creatinine_umol_l": 10.0, "age": 18})).height == 2


def test_a_ratio_in_both_units() -> None:
    rows = [{"upcr_g_g": 1.0, "upcr_mg_mmol": None}, {"upcr_g_g": 1.0, "upcr_mg_mmol": 113.1}]
    (fault,) = faults(lambda: score("aurora1_prr", frame(*rows)))
    assert (fault.id, fault.place) == ("INSTR-015", "row 2, item upcr_mg_mmol, participant P01")
    assert fault.message == "stands beside upcr_g_g, which is the same ratio in another unit"
    both = {"upcr_baseline_g_g": 1.0, "upcr_baseline_mg_mmol": 113.1, "upcr_g_g": 1.0}
    (fault,) = faults(lambda: score("aurora1_prr", frame(both)))
    assert fault.place == "row 1, item upcr_baseline_mg_mmol, participant P01"


def test_creatinine_in_both_units_and_children_at_once() -> None:
    adult = {"sex": "F", "age": 18, "creatinine_umol_l": 60.0, "creatinine_mg_dl": None}
    rows = [adult, adult | {"age": 17}, adult | {"creatinine_mg_dl": 0.7}]
    found = faults(lambda: score("egfr", frame(*rows)))
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-015", "row 3, item creatinine_mg_dl, participant P01"),
        ("INSTR-007", "row 2, item age, participant P01"),
    ]
    assert found[0].message == "stands beside creatinine_umol_l"
    assert found[1].message == "17 years: the formula is for adults"
    assert "egfr_children" in found[1].hint


def test_columns_that_are_not_known() -> None:
    (fault,) = faults(lambda: score("blissln_perr", frame({"upcr_g_g": 1.0, "egfrr": 90.0})))
    assert (fault.id, fault.place, fault.hint) == ("INSTR-004", "column egfrr", "did you mean egfr?")
    (fault,) = faults(lambda: score("blissln_perr", frame({"upcr_g_g": 1.0, "albumin": 40.0})))
    assert fault.id == "INSTR-004"  # this definition asks for no albumin
    found = faults(lambda: score("blissln_perr", frame({"egfr_reference": 90.0})))
    assert [fault.id for fault in found] == ["INSTR-005"]  # no item column


def test_a_rate_beside_what_it_would_be_made_of() -> None:
    row = {"upcr_g_g": 1.0, "egfr": 90.0, "sex": "F", "age": 40, "creatinine_umol_l": 70.0}
    (fault,) = faults(lambda: score("blissln_perr", frame(row)))
    assert (fault.id, fault.place) == ("INSTR-015", "column egfr")


def test_settings_that_are_not_known() -> None:
    row = frame({"upcr_g_g": 1.0})
    assert [
        fault.id for fault in faults(lambda: score("ln_response", row, settings={"ln_definition": "x"}))
    ] == ["INSTR-003"]
    assert [
        fault.id for fault in faults(lambda: score("blissln_perr", row, settings={"kdigo_egfr_percent": 10}))
    ] == ["INSTR-002"]
