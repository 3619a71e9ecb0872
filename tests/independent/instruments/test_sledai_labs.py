"""Proposals from laboratory values, by hand from ``01-sledai`` of the reference."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import derive_sledai_labs, queries, score


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


Case = tuple[str, dict[str, Any], str | None]


def expect(cases: list[Case], **settings: str) -> None:
    """Propose for every case, each a participant of its own, and compare."""
    rows = [{"USUBJID": f"{n:03d}", "VISITNUM": 1, **row} for n, (_, row, _) in enumerate(cases)]
    found = derive_sledai_labs(pl.DataFrame(rows, infer_schema_length=None), settings=settings)
    for n, (item, row, expected) in enumerate(cases):
        assert found[item][n] == expected, (item, row)


def test_descriptors() -> None:
    expect(
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
            ("DNA", {"dsdna": 100.1}, "adjudicate"),  # measured, and no limit to judge it by
            ("DNA", {"dsdna": None, "platelets": 1.0}, None),
            ("DNA", {"farr": 25.0}, "N"),
            ("DNA", {"farr": 25.1, "dsdna": 1.0, "dsdna_uln": 100.0}, "Y"),
            ("DNA", {"dsdna_positive": "Y"}, "Y"),
            ("ARTH", {"joints": 2.0}, "N"),
            ("ARTH", {"joints": 3.0}, "Y"),
        ]
    )


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
    assert protein(0.5, 0.6) == ["N", "Y"]  # 0.5 g itself is not above the limit, so 0.6 g is new
    assert protein(0.51, 0.6)[1] == "N"


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
        "CAST Y: casts present; PROT Y: protein24=1.25, previous 0.3; PLT N: platelets=80, not due to lupus",
    ]


def test_results_as_laboratories_write_them() -> None:
    cases = [
        # above 5 is present; a sign leaves a result open only where the limit lies on its open side
        (">50", "Y"),
        (">5", "Y"),
        (">=5", "adjudicate"),
        (">=6", "Y"),
        (">4", "adjudicate"),
        ("<5", "N"),
        ("<=5", "N"),
        ("<6", "adjudicate"),
        ("≤5", "N"),
        ("≥6", "Y"),
        ("5", "N"),
        (" 5.1 ", "Y"),
        ("5-10", "adjudicate"),
        ("5-10/hpf", "adjudicate"),
        ("5 – 10", "adjudicate"),
        ("0 to 2", "adjudicate"),
        ("20-30", "adjudicate"),
        (None, None),
        ("  ", None),
    ]
    expect([("HAEM", {"urine_rbc": written}, expected) for written, expected in cases])
    expect([("PYUR", {"urine_wbc": written}, expected) for written, expected in cases])


def test_a_range_may_be_judged_where_both_ends_agree() -> None:
    cases = {"0-5": "N", "6-10": "Y", "5-10": "adjudicate", ">4": "adjudicate"}
    expect(
        [("HAEM", {"urine_rbc": written}, expected) for written, expected in cases.items()],
        sledai_lab_ranges="bounds",
    )


def test_signs_on_either_side_of_a_limit() -> None:
    expect(
        [
            ("PLT", {"platelets": "<20"}, "Y"),
            ("PLT", {"platelets": "<100"}, "Y"),
            ("PLT", {"platelets": "<=100"}, "adjudicate"),
            ("PLT", {"platelets": "<101"}, "adjudicate"),
            ("PLT", {"platelets": ">=100"}, "N"),
            ("PLT", {"platelets": ">99"}, "adjudicate"),
            ("WBC", {"leukocytes": ">3.0"}, "N"),
            ("WBC", {"leukocytes": "<3"}, "Y"),
            # C4 "below 0.08" is low against 0.10, not against 0.05
            ("COMP", {"c4": "<0.08", "c4_lln": 0.1}, "Y"),
            ("COMP", {"c4": "<0.08", "c4_lln": 0.05}, "adjudicate"),
            ("DNA", {"dsdna": "<10", "dsdna_uln": 10.0}, "N"),
            ("DNA", {"dsdna": ">300", "dsdna_uln": 10.0}, "Y"),
            ("DNA", {"dsdna_positive": "negative"}, "N"),
            ("DNA", {"dsdna_positive": "Positive"}, "Y"),
            ("CAST", {"casts": "present"}, "Y"),
            ("CAST", {"casts": "absent"}, "N"),
        ]
    )


def test_cells_per_microlitre_need_the_factor_of_the_laboratory() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"urine_rbc_ul": 30.0}, "adjudicate"),  # not defined without the laboratory's factor
        ({"urine_rbc_ul": 0.0}, "N"),  # none is none
        ({"urine_rbc_ul": 30.0, "hpf_per_ul": 0.2}, "Y"),  # 6 /hpf
        ({"urine_rbc_ul": 25.0, "hpf_per_ul": 0.2}, "N"),  # 5 /hpf exactly
        ({"urine_rbc_ul": 25.1, "hpf_per_ul": 0.2}, "Y"),
        ({"urine_rbc_ul": 0.0, "urine_rbc": 6.0}, "Y"),
    ]
    expect([("HAEM", row, expected) for row, expected in cases])
    white = [{name.replace("rbc", "wbc"): value for name, value in row.items()} for row, _ in cases]
    expect([("PYUR", row, expected) for row, (_, expected) in zip(white, cases, strict=True)])
    expect([("HAEM", {"urine_rbc_ul": ">100", "hpf_per_ul": 0.2}, "Y")])


def test_fever_in_fahrenheit() -> None:
    """38.0 C is 100.4 F."""
    assert proposed("FEVR", {"temperature_f": 100.4}, {"temperature_f": 100.5}) == ["N", "Y"]
    assert proposed("FEVR", {"temperature_f": 100.5, "temperature": 36.0}) == ["Y"]


def test_ratio_in_mg_per_mmol_has_the_limit_that_the_trial_chose() -> None:
    rows = [{"upcr_mgmmol": value} for value in (20.0, 50.0, 50.1, 56.6, 56.7)]
    by_2k = {"instrument": "sledai_2k"}
    assert proposed("PROT", *rows, **by_2k) == ["N", "N", "Y", "Y", "Y"]
    exact = proposed("PROT", *rows, **by_2k, upcr_half_gram_mgmmol="56.6")
    assert exact == ["N", "N", "N", "N", "Y"]
    # new above 50, then a rise of exactly 50 and of more
    rows = [{"upcr_mgmmol": value} for value in (20.0, 50.1, 100.1, 150.2)]
    assert proposed("PROT", *rows) == ["N", "Y", "N", "Y"]


def test_only_values_of_one_method_and_unit_are_compared() -> None:
    """The earlier ratio is in g/g, so that the one in mg/mmol has no earlier value."""
    assert proposed("PROT", {"upcr": 0.2}, {"upcr_mgmmol": 100.0}) == ["N", "adjudicate"]
    # a method that decides comes before one that has to ask
    rows: list[dict[str, Any]] = [{"upcr": 0.2}, {"upcr": 0.9, "protein24": 2.0}]
    assert proposed("PROT", *rows) == ["N", "Y"]


def test_protein_known_only_as_above_or_below_a_number() -> None:
    pairs = [
        ("<0.2", "0.6", "Y"),  # new whatever the first was
        ("<0.6", "0.6", "adjudicate"),  # new, or up by less than 0.5
        ("<0.6", "1.1", "Y"),  # new, or up by more than 0.5
        ("1.0", ">1.5", "Y"),  # at least 1.5001
        ("1.0", ">=1.5", "adjudicate"),
        ("1.0", "<=1.5", "N"),
        ("1.0", "0.2-0.4", "adjudicate"),
    ]
    assert last_of(pairs) == [expected for *_, expected in pairs]
    by_2k = [("1.0", "<0.5", "N"), ("1.0", ">0.5", "Y"), ("1.0", ">=0.5", "adjudicate")]
    assert last_of(by_2k, instrument="sledai_2k") == [expected for *_, expected in by_2k]
    expect([("PROT", {"protein24": "<0.6"}, "adjudicate")])
    expect([("PROT", {"protein24": "<0.6"}, "N")], proteinuria_without_previous="absent")
    expect(
        [("PROT", {"protein24": "<=0.5"}, "N"), ("PROT", {"protein24": ">0.4"}, "adjudicate")],
        proteinuria_without_previous="present",
    )


def last_of(pairs: list[tuple[str, str, str]], **settings: Any) -> list[str | None]:
    """Return the proposal for protein at the second of two visits, a participant a pair."""
    rows = [
        {"USUBJID": f"{n:03d}", "VISITNUM": visit, "protein24": pair[visit]}
        for n, pair in enumerate(pairs)
        for visit in (0, 1)
    ]
    found: list[str | None] = derive_sledai_labs(pl.DataFrame(rows), **settings)["PROT"].to_list()
    return found[1::2]


def test_the_best_value_since_baseline_with_signs() -> None:
    rows = [{"protein24": value} for value in ("2.0", "<0.3", "1.0", "1.4")]
    settings = {"proteinuria_reference": "best_since_baseline"}
    assert proposed("PROT", *rows, **settings) == ["adjudicate", "N", "Y", "Y"]


def test_a_result_that_is_excluded_does_not_count_and_another_may() -> None:
    row: dict[str, Any] = {"c3": 0.5, "c3_lln": 0.9, "excluded_c3": "Y", "c4": 0.2, "c4_lln": 0.1}
    expect(
        [
            ("COMP", row, "N"),
            ("COMP", row | {"c4": 0.05}, "Y"),
            ("COMP", row | {"c4": 0.05, "not_due_to_lupus_COMP": "Y"}, "N"),
            ("COMP", row | {"excluded_c3": "N"}, "Y"),
            ("DNA", {"farr": 30.0, "excluded_farr": "Y"}, "N"),
            ("CAST", {"casts": "Y", "excluded_casts": "Y"}, "N"),
            ("HAEM", {"not_due_to_lupus_HAEM": "Y", "urine_wbc": 1.0}, None),  # nothing measured
        ]
    )
    rows: list[dict[str, Any]] = [{"protein24": 0.2}, {"protein24": 2.0, "excluded_protein24": "Y"}]
    assert proposed("PROT", *rows) == ["N", "N"]


def test_complement_that_is_low_without_a_limit_is_asked() -> None:
    normal: dict[str, Any] = {"c3": 0.9, "c3_lln": 0.9, "c4": 0.2, "c4_lln": 0.1}
    expect(
        [
            ("COMP", {"c3": 0.9, "c4": 0.2, "c4_lln": 0.1}, "adjudicate"),
            ("COMP", {"c3": 0.9, "c4": 0.05, "c4_lln": 0.1}, "Y"),
            ("COMP", normal | {"ch50": 20.0, "ch50_lln": 30.0}, "Y"),
            ("COMP", {"c4": 0.2, "c4_lln": 0.1, "ch50": 40.0, "ch50_lln": 30.0}, None),
        ]
    )


def test_each_assay_has_its_own_limit() -> None:
    """The assay changes between the visits; 40 is normal by one and raised by the other."""
    rows = [{"dsdna": 40.0, "dsdna_uln": 100.0}, {"dsdna": 40.0, "dsdna_uln": 7.0}]
    assert proposed("DNA", *rows) == ["N", "Y"]


def test_a_result_without_date_belongs_to_the_visit() -> None:
    rows = [
        {"USUBJID": "P", "ADT": "2024-03-20", "platelets": 80.0, "platelets_date": "2024-01-01"},
        {"USUBJID": "Q", "ADT": "2024-03-20", "platelets": 80.0, "platelets_date": None},
        {"USUBJID": "R", "ADT": "2024-03-20", "platelets": 80.0, "platelets_date": "2024-03-21"},
    ]
    assert derive_sledai_labs(pl.DataFrame(rows))["PLT"].to_list() == [None, "Y", None]


@pytest.mark.parametrize(("days", "expected"), [("10", None), ("28", None), ("30", "Y")])
def test_the_window_ends_on_the_visit(days: str, expected: str | None) -> None:
    """The result is 28 days old: inside 30 days, not inside 28 (0 <= visit - day < window)."""
    row = {"USUBJID": "P", "ADT": "2024-03-29", "platelets": 80.0, "platelets_date": "2024-03-01"}
    found = derive_sledai_labs(pl.DataFrame([row]), settings={"sledai_window_days": days})
    assert found["PLT"].to_list() == [expected]


def test_reasons_tell_what_could_not_be_judged() -> None:
    rows = [
        {"VISITNUM": 1, "protein24": "2.0", "dsdna": "12", "urine_rbc_ul": 30.0, "urine_rbc": "5-10"},
        {"VISITNUM": 2, "protein24": "<0.5", "c3": "0.8", "c3_lln": 0.9, "dsdna_positive": "N"},
        {"VISITNUM": 3, "protein24": ">1", "excluded_protein24": "Y"},
        {"VISITNUM": 4, "protein24": "3"},
    ]
    frame = pl.DataFrame([{"USUBJID": "P", **row} for row in rows], infer_schema_length=None)
    assert derive_sledai_labs(frame)["reasons"].to_list() == [
        (
            "HAEM adjudicate: urine_rbc=5-10, urine_rbc_ul=30, no hpf_per_ul; "
            "PROT adjudicate: protein24=2, no earlier value; DNA adjudicate: dsdna=12, no dsdna_uln"
        ),
        "PROT N: protein24<0.5, previous 2; COMP Y: c3=0.8, c3_lln=0.9; DNA N: dsdna_positive absent",
        "PROT N: protein24>1, previous 0 to 0.4999, not due to lupus",
        "PROT adjudicate: protein24=3, previous at least 1.0001",
    ]
    words = {"baseline": "baseline", "best_since_baseline": "best since baseline"}
    for reference, word in words.items():
        found = derive_sledai_labs(frame, settings={"proteinuria_reference": reference})["reasons"][1]
        assert found.startswith(f"PROT N: protein24<0.5, {word} 2;")
    by_2k = derive_sledai_labs(frame, instrument="sledai_2k")["reasons"][0]
    assert "PROT Y: protein24=2;" in by_2k


def labs(*rows: dict[str, Any], **settings: str) -> list[dict[str, Any]]:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    return score("sledai_labs", frame, settings=settings).rows(named=True)


def test_the_instrument_keeps_answer_and_proposal_and_says_whether_they_agree() -> None:
    rows = labs(
        {"PLT": "Y", "platelets": 120.0, "WBC": "N", "leukocytes": 4.0, "DNA": "Y", "dsdna": 5.0},
        {"PLT": "N", "platelets": 80.0, "WBC": None, "leukocytes": 2.0, "DNA": "Y", "dsdna": None},
    )
    assert [row["PLT_proposed"] for row in rows] == ["N", "Y"]
    assert [row["PLT_agrees"] for row in rows] == ["N", "N"]
    assert [row["WBC_proposed"] for row in rows] == ["N", "Y"]
    assert [row["WBC_agrees"] for row in rows] == ["Y", None]
    assert [row["DNA_proposed"] for row in rows] == ["adjudicate", None]
    assert [row["DNA_agrees"] for row in rows] == [None, None]
    assert [row["disagreements"] for row in rows] == [1, 1]
    assert {row["completeness"] for row in rows} == {"incomplete"}
    assert rows[0]["reasons"] == (
        "DNA adjudicate: dsdna=5, no dsdna_uln; PLT N: platelets=120; WBC N: leukocytes=4"
    )
    assert rows[0]["scored_by"].startswith(
        "sledai_labs 1.0 sledai_version=selena proteinuria_rule=version sledai_window_days=10 #"
    )


def test_all_ten_proposals_make_a_complete_row() -> None:
    row = {
        "joints": 3.0,
        "casts": "N",
        "urine_rbc": 1.0,
        "urine_wbc": 1.0,
        "upcr": 0.1,
        "c3": 1.0,
        "c3_lln": 0.9,
        "c4": 0.2,
        "c4_lln": 0.1,
        "farr": 30.0,
        "temperature": 37.0,
        "platelets": 200.0,
        "leukocytes": 5.0,
    }
    (found,) = labs(row)
    assert found["completeness"] == "complete"
    present = [name for name, value in found.items() if name.endswith("_proposed") and value == "Y"]
    assert present == ["ARTH_proposed", "DNA_proposed"]
    assert labs(row | {"farr": None})[0]["completeness"] == "incomplete"


@pytest.mark.parametrize(
    ("version", "joints", "proteins"),
    [
        ("selena", "N", ["N", "Y", "N"]),
        ("1992", "N", ["N", "Y", "N"]),
        ("sledai2k", "Y", ["N", "Y", "Y"]),
    ],
)
def test_the_version_brings_its_rules(version: str, joints: str, proteins: list[str]) -> None:
    rows = labs(*({"joints": 2.0, "protein24": value} for value in (0.3, 2.0, 2.0)), sledai_version=version)
    assert {row["ARTH_proposed"] for row in rows} == {joints}
    assert [row["PROT_proposed"] for row in rows] == proteins
    other = labs(
        *({"protein24": value} for value in (0.3, 2.0, 2.0)),
        sledai_version=version,
        proteinuria_rule="sledai2k",
    )
    assert [row["PROT_proposed"] for row in other] == ["N", "Y", "Y"]
    three = labs({"joints": 2.0}, {"joints": 3.0}, sledai_version=version, sledai2k_arthritis_min="3")
    assert [row["ARTH_proposed"] for row in three] == ["N", "Y"]


def asked(*rows: dict[str, Any]) -> list[tuple[int, str, str, str | None]]:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    return queries("sledai_labs", frame).select("VISITNUM", "query", "item", "values").rows()


def test_answers_that_the_results_contradict_are_queried() -> None:
    assert asked(
        {"PLT": "Y", "platelets": 100.0, "DNA": "N", "dsdna": 11.0, "dsdna_uln": 10.0},
        {"PLT": "N", "platelets": 100.0, "DNA": "Y", "dsdna": 11.0, "dsdna_uln": 10.0},
        {"PLT": None, "platelets": 90.0, "DNA": "Y", "dsdna": None, "dsdna_uln": 10.0},
        {"PLT": "Y", "platelets": None, "DNA": "N", "dsdna": 9.0, "dsdna_uln": 10.0},
    ) == [
        (0, "LABS-Q02", "DNA", "DNA=N, DNA_proposed=Y, dsdna=11, dsdna_uln=10"),
        (0, "LABS-Q01", "PLT", "PLT=Y, PLT_proposed=N, platelets=100"),
    ]


def test_a_query_shows_results_as_they_were_written() -> None:
    assert asked({"HAEM": "N", "urine_rbc": ">50"}, {"HAEM": "Y", "urine_rbc": "<5"}) == [
        (0, "LABS-Q02", "HAEM", "HAEM=N, HAEM_proposed=Y, urine_rbc>50"),
        (1, "LABS-Q01", "HAEM", "HAEM=Y, HAEM_proposed=N, urine_rbc<5"),
    ]


def test_results_that_cannot_be_used_are_queried() -> None:
    frame = pl.DataFrame(
        {
            "USUBJID": ["P", "Q", "R"],
            "ADT": ["2024-03-20"] * 3,
            "platelets": [80.0, 80.0, None],
            "platelets_date": ["2024-03-10", "2024-03-11", "2024-01-01"],
            "c3": [None, 0.9, 0.9],
            "c3_lln": [0.9, None, 0.9],
            "urine_wbc_ul": ["12", "0", None],
            "urine_rbc": ["9-3", "3-9", "3-3"],
        }
    )
    with pytest.raises(Exception, match="'9-3' is not permitted"):
        queries("sledai_labs", frame)
    found = queries("sledai_labs", frame.with_columns(urine_rbc=pl.Series(["3-9", "3", "3-3"])))
    assert found.select("USUBJID", "query", "item", "values").rows() == [
        ("P", "LABS-Q03", "platelets", "platelets=80, platelets_date=2024-03-10"),
        ("P", "LABS-Q05", "hpf_per_ul", "urine_wbc_ul=12"),
        ("Q", "LABS-Q04", "c3_lln", "c3=0.9"),
    ]
    ends = pl.DataFrame(
        {"USUBJID": ["P"], "VISITNUM": [1], "joints": [4.0], "joints_sign": [3], "joints_to": [2.0]}
    )
    assert queries("sledai_labs", ends)["query"].to_list() == ["LABS-Q06"]
    same = ends.with_columns(joints_to=pl.lit(4.0))
    assert queries("sledai_labs", same).height == 0
