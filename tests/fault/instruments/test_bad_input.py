"""Bad input names every fault with row, item and participant, and nothing is scored."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import (
    DOMAINS,
    convert_to_prednisone,
    convert_unit,
    derive_sledai_labs,
    explain,
    score,
    settings_hash,
    sign_off_items,
)


def faults(call: Callable[[], object]) -> list[Fault]:
    with pytest.raises(InstrumentError) as caught:
        call()
    return list(caught.value.faults)


def ids(found: list[Fault]) -> list[str]:
    return [fault.id for fault in found]


def frame(*rows: dict[str, Any], **columns: pl.DataType) -> pl.DataFrame:
    data = [{"USUBJID": "P01", "VISITNUM": n, **row} for n, row in enumerate(rows, 1)]
    return pl.DataFrame(data, schema_overrides=columns, infer_schema_length=None)


def test_unknown_instrument_names_the_near_one() -> None:
    (fault,) = faults(lambda: score("selena_sledia", frame({"SEIZ": "N"})))
    assert (fault.id, fault.hint) == ("INSTR-001", "did you mean selena_sledai?")
    (fault,) = faults(lambda: settings_hash("xyz"))
    assert fault.hint.startswith("known: selena_sledai")


def test_every_wrong_setting_is_listed() -> None:
    wrong = {"sri_point": 4, "sri_points": 3, "pga_worse_operator": "=>"}
    found = faults(lambda: score("sri", frame({"sledai": 1}), settings=wrong))
    assert ids(found) == ["INSTR-002", "INSTR-003", "INSTR-003"]
    assert found[0].hint == "did you mean sri_points?"
    assert found[1].hint == "allowed: 4 | 5 | 6 | 7 | 8"
    (fault,) = faults(lambda: sign_off_items("acr1997", {"anything": 1}))
    assert fault.hint == "it has: none"


@pytest.mark.parametrize("days", ["-1", "366", "1.5", "ten", "", "²"])
def test_a_whole_number_setting_outside_its_range(days: str) -> None:
    (fault,) = faults(lambda: settings_hash("bilag2004", {"renal_prev_min_days": days}))
    assert fault.id == "INSTR-003"


def test_a_number_setting_may_be_written_as_float_or_text() -> None:
    assert settings_hash("sri", {"sri_points": 5.0}) == settings_hash("sri", {"sri_points": "5"})


def test_a_misspelt_item_names_the_near_one() -> None:
    found = faults(lambda: score("bilag2004", frame({"HAE_PTL": 200.0, "HAE_HB": 12.0})))
    assert [(fault.id, fault.place, fault.hint) for fault in found] == [
        ("INSTR-004", "column HAE_PTL", "did you mean HAE_PLT?")
    ]
    (fault,) = faults(lambda: score("bilag2004", frame({"zzzzz": 200.0, "HAE_HB": 12.0})))
    assert fault.hint == "leave out columns that the instrument does not read"


def test_values_that_are_not_permitted_are_all_listed_with_row_and_participant() -> None:
    rows = [
        {"MUC_RASH_SEV": 5, "HAE_COOMBS": "X"},
        {"MUC_RASH_SEV": 2.5, "HAE_COOMBS": "N"},
        {"HAE_HB": 105.0},
    ]
    found = faults(lambda: score("bilag2004", frame(*rows, MUC_RASH_SEV=pl.Float64())))
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-007", "row 1, item MUC_RASH_SEV, participant P01, visit 1"),
        ("INSTR-007", "row 2, item MUC_RASH_SEV, participant P01, visit 2"),
        ("INSTR-007", "row 3, item HAE_HB, participant P01, visit 3"),
        ("INSTR-007", "row 1, item HAE_COOMBS, participant P01, visit 1"),
    ]
    assert found[0].hint == "permitted: whole numbers 0 to 4"
    assert found[2].hint == "permitted: 0 to 25 g/dL; looks like g/L; 1 g/L is 0.1 g/dL"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("selena_sledai", {"SEIZ": "perhaps"}),
        ("selena_sledai", {"SEIZ": ""}),
        ("pga", {"PGA": 3.2}),
        ("pga", {"PGA": -0.1}),
        ("pga", {"PGA": float("nan")}),
        ("pga", {"PGA": float("inf")}),
        ("pga", {"PGA": "high"}),
        ("bilag2004", {"REN_CREAT": 1.2}),  # mg/dL where umol/L is declared
        ("bilag2004", {"REN_CREAT": -80.0}),
        ("bilag2004", {"REN_DIP": 5}),
        ("bilag2004", {"HAE_HB": 9.0, "not_due_to_lupus_HAE_HB": "maybe"}),
        ("acr1997", {"MALAR": "1"}),
    ],
)
def test_one_wrong_value(name: str, row: dict[str, Any]) -> None:
    assert ids(faults(lambda: score(name, frame(row)))) == ["INSTR-007"]


def test_a_grade_that_does_not_exist() -> None:
    row = {"sledai": 4, "pga": 1.0, **{f"grade_{domain}": "C" for domain in DOMAINS}, "grade_renal": "F"}
    (fault,) = faults(lambda: score("sri", frame(row)))
    assert (fault.id, fault.hint) == ("INSTR-007", "permitted: A, B, C, D, E or blank")


def test_many_wrong_values_are_counted() -> None:
    found = faults(lambda: score("pga", frame(*({"PGA": 7.0} for _ in range(1005)))))
    assert len(found) == 1001
    assert found[-1].message == "5 further values are not permitted"


def test_columns_that_must_be_there() -> None:
    found = faults(lambda: score("sri", pl.DataFrame({"sledai": [4]})))
    assert ids(found) == ["INSTR-005"] * 12  # USUBJID, nine grades, PGA, and no time
    found = faults(lambda: score("selena_sledai", pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1]})))
    assert [fault.message for fault in found] == ["there is no item column"]
    found = faults(lambda: score("selena_sledai", pl.DataFrame({"USUBJID": ["P"], "SEIZ": ["maybe"]})))
    assert ids(found) == ["INSTR-005", "INSTR-007"]


@pytest.mark.parametrize(
    "data",
    [
        {"VISITNUM": [1], "PGA": [True]},
        {"VISITNUM": ["1"], "PGA": [1.0]},
        {"ADT": [20240101], "PGA": [1.0]},
        {"VISITNUM": [1], "ABLFL": [1], "PGA": [1.0]},
    ],
)
def test_columns_of_a_wrong_type(data: dict[str, list[Any]]) -> None:
    assert ids(faults(lambda: score("pga", pl.DataFrame({"USUBJID": ["P"], **data})))) == ["INSTR-008"]


def test_numbers_as_text_and_empty_columns_are_read() -> None:
    read = score("pga", pl.DataFrame({"USUBJID": ["P", "P"], "VISITNUM": [1, 2], "PGA": ["1.0", None]}))
    assert read["score"].to_list() == [1.0, None]
    empty = score("pga", pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "PGA": [None]}))
    assert empty["completeness"].to_list() == ["incomplete"]


def test_two_rows_for_one_visit() -> None:
    twice = pl.DataFrame({"USUBJID": ["P", "Q", "P"], "VISITNUM": [1, 1, 1], "PGA": [1.0, 1.0, 2.0]})
    (fault,) = faults(lambda: score("pga", twice))
    assert (fault.id, fault.place) == ("INSTR-006", "rows 1, 3, participant P, visit 1")


def test_rows_without_participant_or_visit() -> None:
    data = {"USUBJID": ["P", None, "P"], "VISITNUM": [1, 2, None], "PGA": [1.0, 1.0, 1.0]}
    found = faults(lambda: score("pga", pl.DataFrame(data)))
    assert [(fault.id, fault.place) for fault in found] == [("INSTR-009", "row 2"), ("INSTR-009", "row 3")]
    half = pl.DataFrame(data | {"USUBJID": ["P"] * 3, "ADT": ["2024-01-01", None, "2024-01-03"]})
    assert ids(faults(lambda: score("pga", half))) == ["INSTR-009"]


def test_dates_that_are_none() -> None:
    found = faults(lambda: score("pga", pl.DataFrame({"USUBJID": ["P"], "ADT": ["1 May"], "PGA": [1.0]})))
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-007", "row 1, item ADT, participant P, visit 1 May")
    ]


def test_baseline_flags() -> None:
    (fault,) = faults(lambda: score("pga", frame({"PGA": 1.0, "ABLFL": "Y"}, {"PGA": 1.0, "ABLFL": "Y"})))
    assert (fault.id, fault.place) == ("INSTR-010", "participant P01")
    (fault,) = faults(lambda: score("pga", frame({"PGA": 1.0, "ABLFL": "1"})))
    assert fault.id == "INSTR-007"


def test_rules_that_need_dates() -> None:
    (fault,) = faults(
        lambda: score("bilag2004", frame({"HAE_HB": 9.0}), settings={"renal_prev_min_days": 28})
    )
    assert fault.id == "INSTR-011"
    dated = frame({"platelets": 9.0, "platelets_date": "2024-01-01"})
    assert ids(faults(lambda: derive_sledai_labs(dated))) == ["INSTR-011"]
    wrong = dated.with_columns(platelets_date=pl.lit("soon"))
    assert ids(faults(lambda: derive_sledai_labs(wrong))) == ["INSTR-007"]


def test_bounds_that_cross() -> None:
    row = {"sledai": None, "pga": 1.0, **{f"grade_{domain}": "C" for domain in DOMAINS}}
    crossed = frame(row | {"sledai_lower": 9, "sledai_upper": 4, "lower_renal": "A", "upper_renal": "C"})
    found = faults(lambda: score("sri", crossed))
    assert [(fault.id, fault.message) for fault in found] == [
        ("INSTR-012", "sledai_lower is above sledai_upper"),
        ("INSTR-012", "lower_renal is above upper_renal"),
    ]


def test_explain_needs_one_participant_and_a_visit_that_is_there() -> None:
    row = {"sledai": 4, "pga": 1.0, **{f"grade_{domain}": "C" for domain in DOMAINS}}
    rows = frame(row, row)
    assert ids(faults(lambda: explain("pga", rows, visit=1))) == ["INSTR-014"]
    (fault,) = faults(lambda: explain("sri", rows, visit=9))
    assert fault.hint == "it has 1, 2"
    assert ids(faults(lambda: explain("sri", rows, visit="week 12"))) == ["INSTR-014"]
    two = rows.with_columns(USUBJID=pl.Series(["P", "Q"]))
    assert ids(faults(lambda: explain("sri", two, visit=1))) == ["INSTR-014"]


def test_glucocorticoids_that_cannot_be_converted() -> None:
    drugs = pl.DataFrame(
        {"CMTRT": ["prednison", "aspirin", "prednisone", None], "CMDOSE": ["5", "1", "-1", "x"]}
    )
    found = faults(lambda: convert_to_prednisone(drugs))
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-007", "row 1, CMTRT"),
        ("INSTR-007", "row 2, CMTRT"),
        ("INSTR-007", "row 3, CMDOSE"),
        ("INSTR-007", "row 4, CMDOSE"),
    ]
    assert found[0].hint == "did you mean prednisone?"
    assert found[1].hint.startswith("known: prednisone")
    found = faults(lambda: convert_to_prednisone(pl.DataFrame({"x": [1]}), deflazacort_mg=Decimal(7)))
    assert ids(found) == ["INSTR-005", "INSTR-005"]


def test_units_that_are_not_known() -> None:
    (fault,) = faults(lambda: convert_unit(1.0, "creatinin", unit="mg/dL", to="umol/L"))
    assert (fault.id, fault.hint) == ("INSTR-013", "did you mean creatinine?")
    (fault,) = faults(lambda: convert_unit(1.0, "zzz", unit="mg/dL", to="umol/L"))
    assert fault.hint.startswith("known: creatinine, upcr, uacr, protein24, haemoglobin, ")
    (fault,) = faults(lambda: convert_unit(1.0, "upcr", unit="g/g", to="mg/L"))
    assert (fault.place, fault.hint) == ("to", "known: g/g, mg/mmol, mg/g, g/mmol, g/mol")
    assert fault.message == "'mg/L' is not a unit of upcr"
    assert ids(faults(lambda: convert_unit(1.0, "upcr", unit="mg/L", to="g/dL"))) == [
        "INSTR-013",
        "INSTR-013",
    ]


@pytest.mark.parametrize(
    ("code", "slip", "hint"),
    [
        ("REN_CREAT", 1.2, "looks like mg/dL; 1 mg/dL is 88.4 umol/L"),
        ("REN_P24", 500, "looks like mg/24 h; 1 mg/24 h is 0.001 g/24 h"),
        ("HAE_HB", 130, "looks like g/L; 1 g/L is 0.1 g/dL"),
        ("HAE_WBC", 4200, "looks like /uL; 1 /uL is 0.001 10^9/L"),
        ("HAE_NEUT", 2100, "looks like /uL; 1 /uL is 0.001 10^9/L"),
        ("HAE_LYMPH", 900, "looks like /uL; 1 /uL is 0.001 10^9/L"),
        ("HAE_PLT", 180_000, "looks like /uL; 1 /uL is 0.001 10^9/L"),
    ],
)
def test_a_slip_of_unit_in_bilag_is_told(code: str, slip: float, hint: str) -> None:
    (fault,) = faults(lambda: score("bilag2004", frame({code: slip})))
    assert (fault.id, fault.place) == ("INSTR-007", f"row 1, item {code}, participant P01, visit 1")
    assert fault.hint.endswith(hint)
