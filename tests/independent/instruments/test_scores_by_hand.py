"""Cases worked out by hand from the text of the reference; none needs files outside the repository."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, INSTRUMENTS, convert_to_prednisone, convert_unit, score

SLEDAI_CODES = [item.code for item in INSTRUMENTS["selena_sledai"].items]
QUIET = {item.code: {"ord": 0, "yn": "N"}.get(item.kind) for item in INSTRUMENTS["bilag2004"].items} | {
    "REN_SBP": 120.0,
    "REN_DBP": 70.0,
    "REN_P24": 0.1,
    "REN_CREAT": 70.0,
    "REN_GFR": 100.0,
    "HAE_HB": 13.0,
    "HAE_WBC": 6.0,
    "HAE_NEUT": 4.0,
    "HAE_LYMPH": 1.5,
    "HAE_PLT": 250.0,
}


def visits(name: str, *rows: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    return score(name, frame, settings=settings).rows(named=True)


def sledai(*present: str, undone: tuple[str, ...] = ()) -> dict[str, str | None]:
    return {code: None if code in undone else "Y" if code in present else "N" for code in SLEDAI_CODES}


def test_sledai_parts_and_reasons() -> None:
    (row,) = visits("selena_sledai", sledai("SEIZ", "VASC", "ARTH", "RASH", "DNA", "FEVR"))
    assert (row["score"], row["clinical"], row["serology"]) == (25, 23, 2)
    organs = {name.removeprefix("organ_"): row[name] for name in row if name.startswith("organ_")}
    assert {organ: points for organ, points in organs.items() if points} == {
        "cns": 8,
        "vascular": 8,
        "musculoskeletal": 4,
        "mucocutaneous": 2,
        "immunology": 2,
        "constitutional": 1,
    }
    assert row["reasons"] == "SEIZ +8; VASC +8; ARTH +4; RASH +2; DNA +2; FEVR +1"
    assert row["scored_by"].startswith("selena_sledai 1.0 proteinuria_rule=selena #")


def test_sledai_that_is_incomplete_gives_bounds_and_the_parts_that_are_known() -> None:
    (row,) = visits("selena_sledai", sledai("ARTH", undone=("COMP", "HAEM")))
    assert (row["score"], row["lower"], row["upper"], row["completeness"]) == (None, 4, 10, "incomplete")
    assert (row["clinical"], row["serology"], row["organ_renal"]) == (None, None, None)
    assert row["organ_musculoskeletal"] == 4
    assert row["reasons"] == "ARTH +4; not done: HAEM, COMP"


def test_sledai_missing_items_as_absent_or_carried_forward() -> None:
    rows = [sledai("ARTH", "COMP"), sledai(undone=("ARTH", "COMP")), sledai(undone=("ARTH",))]
    absent = visits("selena_sledai", *rows, sledai_missing="as_absent")
    assert [row["score"] for row in absent] == [6, 0, 0]
    assert [row["completeness"] for row in absent] == ["complete", "incomplete", "incomplete"]
    carried = visits("selena_sledai", *rows, sledai_missing="locf_item")
    assert [row["score"] for row in carried] == [6, 6, 4]


def test_nothing_present_has_no_reasons() -> None:
    (row,) = visits("sledai_2k", sledai())
    assert (row["score"], row["reasons"]) == (0, None)


def test_bilag_worst_item_decides_whatever_the_order() -> None:
    """An improving A-item must not hide a new one, as it does in the program of [S51]."""
    (row,) = visits(
        "bilag2004", QUIET | {"OPH_ORBIT": 1, "OPH_KER_SEV": 4, "MUC_RASH_SEV": 1, "MUC_ALOP_SEV": 4}
    )
    assert (row["grade_ophthalmic"], row["grade_mucocutaneous"]) == ("A", "B")
    assert row["reasons"] == ("mucocutaneous B: MUC_RASH_SEV=1, MUC_ALOP_SEV=4; ophthalmic A: OPH_KER_SEV=4")
    assert (row["worst"], row["numeric"], row["active"], row["completeness"]) == ("A", 20, True, "complete")


def test_bilag_active_needs_one_a_or_two_b() -> None:
    rows = visits("bilag2004", QUIET, QUIET | {"GIT_HEPAT": 2}, QUIET | {"GIT_HEPAT": 2, "OPH_ANTUV": 3})
    assert [row["active"] for row in rows] == [False, False, True]
    assert [row["numeric"] for row in rows] == [0, 8, 16]
    assert [row["grade_gastrointestinal"] for row in rows] == ["E", "B", "B"]


@pytest.mark.parametrize(("scheme", "numeric"), [("12-8-1", 21), ("9-3-1", 13), ("12-5-1", 18)])
def test_bilag_numeric_schemes(scheme: str, numeric: int) -> None:
    ill = {"NPS_STATUS": 2, "NPS_SEIZ": 2, "GIT_HEPAT": 3, "OPH_CWS": 2}
    (row,) = visits("bilag2004", QUIET | ill, bilag_numeric_scheme=scheme)
    assert row["numeric"] == numeric


def test_bilag_d_after_earlier_activity_and_after_history() -> None:
    rows = visits("bilag2004", QUIET | {"GIT_HEPAT": 1, "prior_involvement_renal": "Y"}, QUIET, QUIET)
    assert [row["grade_gastrointestinal"] for row in rows] == ["C", "D", "D"]
    assert [row["grade_renal"] for row in rows] == ["D", "D", "D"]
    assert [row["grade_ophthalmic"] for row in rows] == ["E", "E", "E"]


def test_bilag_blank_history_can_be_taken_as_unknown() -> None:
    (row,) = visits("bilag2004", QUIET, bilag_prior_missing="unknown")
    assert (row["lower_renal"], row["upper_renal"], row["completeness_renal"]) == ("E", "D", "incomplete")
    (row,) = visits("bilag2004", QUIET | {"prior_involvement_renal": "no"}, bilag_prior_missing="unknown")
    assert (row["lower_renal"], row["upper_renal"], row["completeness_renal"]) == ("E", "E", "complete")


def test_bilag_item_not_done_leaves_bounds_and_strict_withholds() -> None:
    ill = QUIET | {"MSK_ART_MOD": 2, "MSK_MYO_SEV": None, "OPH_CWS": None, "OPH_ORBIT": 2}
    (row,) = visits("bilag2004", ill)
    assert (row["grade_musculoskeletal"], row["lower_musculoskeletal"], row["upper_musculoskeletal"]) == (
        "B",
        "B",
        "A",
    )
    assert row["completeness_musculoskeletal"] == "incomplete"
    assert row["completeness_ophthalmic"] == "complete"  # already A
    assert (row["numeric"], row["lower"], row["upper"], row["completeness"]) == (20, 20, 24, "incomplete")
    assert "musculoskeletal incomplete: B to A" in row["reasons"]
    (row,) = visits("bilag2004", ill, bilag_missing="strict")
    assert (row["grade_musculoskeletal"], row["grade_ophthalmic"]) == (None, "A")
    assert (row["numeric"], row["active"], row["worst"]) == (None, True, "A")


DIPSTICK = {"REN_P24": None}


@pytest.mark.parametrize(
    ("before", "now", "grade"),
    [
        # raised blood pressure: systolic above 140 and diastolic above 90, up by 30 and 15
        ({"REN_SBP": 130, "REN_DBP": 75}, {"REN_SBP": 165, "REN_DBP": 90}, "E"),
        ({"REN_SBP": 130, "REN_DBP": 75}, {"REN_SBP": 165, "REN_DBP": 91}, "C"),
        # dipstick alone: up by two levels is severe (A with an active sediment), by one to 2+ moderate
        (DIPSTICK | {"REN_DIP": 0}, DIPSTICK | {"REN_DIP": 2, "REN_SEDIMENT": "Y"}, "A"),
        (DIPSTICK | {"REN_DIP": 1}, DIPSTICK | {"REN_DIP": 2, "REN_SEDIMENT": "Y"}, "B"),
        (DIPSTICK | {"REN_DIP": 1}, DIPSTICK | {"REN_DIP": 2}, "B"),
        (DIPSTICK | {"REN_DIP": 0}, DIPSTICK | {"REN_DIP": 1}, "C"),
    ],
)
def test_bilag_renal_limits(before: dict[str, Any], now: dict[str, Any], grade: str) -> None:
    rows = visits("bilag2004", QUIET | before, QUIET | now)
    assert rows[1]["grade_renal"] == grade


@pytest.mark.parametrize(("inclusive", "grade"), [("yes", "A"), ("no", "B")])
def test_bilag_creatinine_of_just_130_percent(inclusive: str, grade: str) -> None:
    """Severe loss of function with an active sediment is A; one severe feature is B."""
    now = QUIET | {"REN_CREAT": 156.0, "REN_SEDIMENT": "Y"}
    rows = visits("bilag2004", QUIET | {"REN_CREAT": 120.0}, now, renal_creat130_inclusive=inclusive)
    assert rows[1]["grade_renal"] == grade


def test_bilag_renal_reasons_show_values_and_previous_values() -> None:
    rows = visits("bilag2004", QUIET | {"REN_P24": 1.8}, QUIET | {"REN_P24": 2.0, "REN_SEDIMENT": "Y"})
    assert rows[1]["reasons"] == "renal A: severe proteinuria (REN_P24=2 (previous 1.8)), active sediment"


def test_bilag_one_method_of_proteinuria_suffices() -> None:
    by_dip = QUIET | {"REN_P24": None, "REN_DIP": 0}
    by_none = QUIET | {"REN_P24": None, "REN_DIP": None}
    excused = by_none | {"REN_P24": 3.0, "not_due_to_lupus_REN_P24": "Y"}
    rows = [visits("bilag2004", row)[0] for row in (by_dip, by_none, excused)]
    assert [row["completeness_renal"] for row in rows] == ["complete", "incomplete", "complete"]
    assert [row["upper_renal"] for row in rows] == ["E", "B", "E"]


def dated(*rows: tuple[date, dict[str, Any]], **settings: Any) -> list[dict[str, Any]]:
    frame = pl.DataFrame([{"USUBJID": "P", "ADT": day, **row} for day, row in rows], infer_schema_length=None)
    return score("bilag2004", frame, settings=settings).rows(named=True)


def test_bilag_biopsy_counts_for_three_calendar_months() -> None:
    positive = QUIET | {"REN_BIOPSY": "Y"}
    days = [(date(2023, 11, 30), positive), (date(2024, 2, 29), QUIET), (date(2024, 3, 1), QUIET)]
    assert [row["grade_renal"] for row in dated(*days)] == ["B", "B", "D"]
    other = (date(2024, 1, 1), QUIET | {"not_due_to_lupus_REN_BIOPSY": "Y"})
    assert [row["grade_renal"] for row in dated(days[0], other)] == ["B", "D"]


def test_bilag_previous_visit_can_be_required_to_lie_back() -> None:
    """Creatinine 100, 140, 141: against the visit 10 days ago no rise, against that 38 days ago 41 %."""
    days = [
        (date(2024, 1, 1), QUIET | {"REN_CREAT": 100.0}),
        (date(2024, 1, 29), QUIET | {"REN_CREAT": 140.0}),
        (date(2024, 2, 8), QUIET | {"REN_CREAT": 141.0}),
    ]
    assert [row["grade_renal"] for row in dated(*days)] == ["E", "B", "D"]
    assert [row["grade_renal"] for row in dated(*days, renal_prev_min_days=28)] == ["E", "B", "B"]
    assert [row["grade_renal"] for row in dated(*days[::-1], renal_prev_min_days=28)] == ["B", "B", "E"]


@pytest.mark.parametrize(
    ("baseline", "visit", "operator", "worse"),
    [
        (1.0, 1.3, ">=", "Y"),
        (1.0, 1.3, ">", "N"),
        (0.1, 0.4, ">=", "Y"),
        (2.7, 3.0, ">", "N"),
        (1.0, 1.31, ">", "Y"),
    ],
)
def test_pga_worsens_in_exact_hundredths(baseline: float, visit: float, operator: str, worse: str) -> None:
    rows = visits("pga", {"PGA": baseline}, {"PGA": visit}, pga_worse_operator=operator)
    assert [row["worse"] for row in rows] == [None, worse]
    assert [row["state"] for row in rows] == ["not evaluable", "worse" if worse == "Y" else "not worse"]


def test_pga_not_done_can_still_be_decided() -> None:
    rows = visits("pga", {"PGA": 2.9}, {"PGA": None})
    assert (rows[1]["worse"], rows[1]["completeness"]) == ("N", "incomplete")  # it cannot rise by 0.3
    rows = visits("pga", {"PGA": 1.0}, {"PGA": None})
    assert (rows[1]["worse"], rows[1]["state"]) == (None, "undecided")
    assert (rows[1]["lower"], rows[1]["upper"], rows[1]["change"]) == (0.0, 3.0, None)


def component(sledai: int | None, grades: str, pga: float | None, **more: Any) -> dict[str, Any]:
    letters = [None if grade == "?" else grade for grade in grades]
    named = {f"grade_{domain}": letter for domain, letter in zip(DOMAINS, letters, strict=True)}
    return {"sledai": sledai, "pga": pga, **named, **more}


def test_sri_reasons_name_what_worsened() -> None:
    rows = visits("sri", component(12, "EBEBEEEDC", 2.0), component(8, "EBEBEEEBC", 1.05))
    assert rows[0]["reasons"] == "baseline or earlier"
    assert rows[1]["reasons"] == (
        "SLEDAI 12 to 8 (needs a fall of 4): yes; new BILAG A and B renal D to B: yes; PGA 2 to 1.05: yes"
    )


def test_sri_missing_component_is_decided_only_when_another_fails() -> None:
    base = component(12, "EBEBEEEDC", 2.0)
    rows = visits("sri", base, component(None, "EBEBEEEDC", 2.0), component(None, "EAEBEEEDC", 2.0))
    assert [row["responder"] for row in rows] == [None, None, "N"]
    assert [row["state"] for row in rows] == ["not evaluable", "undecided", "non-responder"]
    assert [row["completeness"] for row in rows] == ["not evaluable", "incomplete", "complete"]


def test_sri_bounds_of_an_incomplete_sledai_can_decide() -> None:
    base = component(12, "EBEBEEEDC", 2.0)
    low = component(None, "EBEBEEEDC", 2.0, sledai_lower=2, sledai_upper=8)
    high = component(None, "EBEBEEEDC", 2.0, sledai_lower=9, sledai_upper=20)
    open_ = component(None, "EBEBEEEDC", 2.0, sledai_lower=8, sledai_upper=9)
    assert [row["responder"] for row in visits("sri", base, low, high, open_)] == [None, "Y", "N", None]


def test_sri_grade_not_done_is_not_absence_of_a_new_a() -> None:
    base = component(12, "EBEBEEEDC", 2.0)
    rows = visits(
        "sri", base, component(4, "EBEBEEE?C", 2.0), component(4, "EBEBEEE?C", 2.0, upper_renal="B")
    )
    assert [row["responder"] for row in rows] == [None, None, "Y"]
    assert [row["n_new_b"] for row in rows] == [None, None, None]
    assert [row["n_new_a"] for row in rows] == [None, None, 0]  # at most B: no new A


def test_sri_treatment_failure_is_absorbing() -> None:
    base, good = component(12, "EBEBEEEDC", 2.0), component(4, "ECECEEEDC", 1.0)
    rows = visits("sri", base, good, good | {"treatment_failure": "Y"}, good)
    assert [row["responder"] for row in rows] == [None, "Y", "N", "N"]
    assert rows[3]["reasons"].endswith("treatment failure: yes")


def test_sri_variants() -> None:
    base, new_b = component(12, "EBEBEEEDC", 2.0), component(8, "EBEBEEEBC", 2.3)
    assert visits("sri", base, new_b)[1]["responder"] == "N"
    assert visits("sri", base, new_b, pga_worse_operator=">")[1]["responder"] == "Y"
    assert visits("sri", base, new_b, pga_worse_operator=">", sri_max_new_b=0)[1]["responder"] == "N"
    assert visits("sri", base, new_b, pga_worse_operator=">", sri_points=5)[1]["responder"] == "N"


def test_sri_steroid_increase_counts_where_asked() -> None:
    base, good = component(12, "EBEBEEEDC", 2.0), component(4, "ECECEEEDC", 1.0)
    rows = [good | {"steroid_increase": flag} for flag in ("N", "Y", None)]
    found = visits("sri", base, *rows, sri_requires_no_steroid_increase=True)
    assert [row["responder"] for row in found] == [None, "Y", "N", None]
    assert found[2]["reasons"].endswith("glucocorticoid increased: yes")
    assert [row["responder"] for row in visits("sri", base, *rows)] == [None, "Y", "Y", "Y"]


def test_sri_below_the_points_at_baseline() -> None:
    rows = [component(3, "EBEBEEEDC", 2.0), component(0, "EBEBEEEDC", 2.0)]
    assert visits("sri", *rows)[1]["responder"] == "N"
    row = visits("sri", *rows, sri_denominator="baseline_sledai_at_least_x")[1]
    assert (row["responder"], row["state"]) == (None, "not evaluable")


def test_sri_baseline_is_the_flagged_row_and_earlier_rows_are_not_judged() -> None:
    rows = [component(2, "EBEBEEEDC", 2.0), component(12, "EBEBEEEDC", 2.0) | {"ABLFL": "Y"}]
    found = visits(
        "sri", *(row | {"ABLFL": row.get("ABLFL")} for row in [*rows, component(8, "EBEBEEEDC", 2.0)])
    )
    assert [row["responder"] for row in found] == [None, None, "Y"]


RENAL = {
    "creatinine": 80.0,
    "creatinine_uln": 104.0,
    "protein24": 2.0,
    "urine_rbc": 20.0,
    "urine_wbc": 8.0,
    "casts": "Y",
}
CLEAR = RENAL | {"protein24": 0.2, "urine_rbc": 1.0, "urine_wbc": 1.0, "casts": "N"}


@pytest.mark.parametrize(
    ("change", "settings", "state"),
    [
        ({}, {}, "complete"),
        ({"casts": "Y"}, {}, "partial"),
        ({"protein24": 1.0}, {}, "partial"),
        ({"protein24": 1.0001}, {}, "none"),
        ({"protein24": 1.0, "creatinine": 93.0}, {}, "none"),
        ({"protein24": 1.0, "creatinine": 93.0}, {"he2020_partial": "halved_creatinine_25"}, "partial"),
        ({"protein24": 1.0, "creatinine": 105.0}, {"he2020_partial": "halved_creatinine_25"}, "none"),
        ({"urine_wbc": 6.0}, {}, "complete"),
        ({"urine_wbc": 6.0}, {"he2020_sediment": "rbc_wbc_at_most_5"}, "partial"),
        ({"urine_rbc": 5.0}, {"he2020_sediment": "rbc_wbc_at_most_5"}, "complete"),
        ({"creatinine": 40.0, "creatinine_lln": 45.0}, {}, "partial"),
        (
            {"creatinine": 40.0, "creatinine_lln": 45.0},
            {"he2020_creatinine_normal": "not_above_uln"},
            "complete",
        ),
        ({"creatinine": 40.0, "creatinine_lln": None}, {}, "complete"),
        ({"protein24": None}, {}, "undecided"),
        ({"protein24": None, "creatinine": 93.0}, {}, "none"),
        ({"casts": None}, {}, "undecided"),
        ({"casts": None, "protein24": 0.4}, {}, "partial"),
    ],
)
def test_renal_remission(change: dict[str, Any], settings: dict[str, str], state: str) -> None:
    lln = {"creatinine_lln": change.get("creatinine_lln")}
    rows = visits("he2020_renal", RENAL | lln, CLEAR | lln | change, **settings)
    assert [row["state"] for row in rows] == ["not evaluable", state]
    told = {"complete": ("Y", "N", "Y"), "partial": ("N", "Y", "Y"), "none": ("N", "N", "N")}
    if state in told:
        assert (rows[1]["complete"], rows[1]["partial"], rows[1]["any"]) == told[state]
        assert rows[1]["completeness"] == "complete"
    else:
        assert rows[1]["completeness"] == "incomplete"


@pytest.mark.parametrize(("baseline", "visit", "option", "state"), [(8.0, 3.5, "halved_subnephrotic", "none"),
    (8.0, 3.4, "halved_subnephrotic", "partial"), (8.0, 3.0, "halved_below_3", "none"),
    (8.0, 2.9, "halved_below_3", "partial"), (0.0, 0.0, "halved_subnephrotic", "complete")])  # fmt: skip
def test_partial_renal_remission_ceilings(baseline: float, visit: float, option: str, state: str) -> None:
    rows = [RENAL | {"protein24": baseline}, CLEAR | {"protein24": visit}]
    assert visits("he2020_renal", *rows, he2020_partial=option)[1]["state"] == state


def test_renal_reasons_show_each_condition() -> None:
    row = visits("he2020_renal", RENAL, CLEAR | {"casts": None})[1]
    assert row["reasons"] == (
        "creatinine normal (creatinine 80, upper limit 104): yes; creatinine stable (baseline 80): yes; "
        "sediment inactive (red cells 1, white cells 1): undecided; "
        "protein normal (protein 0.2, baseline 2): yes"
    )


@pytest.mark.parametrize(
    ("baseline", "visit", "percent", "responder", "reduction"),
    [
        (15.0, 7.5, 50, "Y", 50.0),
        (15.0, 7.6, 50, "N", 49.333),
        (7.5, 3.75, 50, "Y", 50.0),
        (0.3, 0.225, 25, "Y", 25.0),
        (5.0, 5.0, 50, "N", 0.0),
        (0.0, 0.0, 50, None, None),
        (10.0, None, 50, None, None),
        (None, 5.0, 50, None, None),
    ],
)
def test_steroid_reduction(
    baseline: float | None, visit: float | None, percent: int, responder: str | None, reduction: float | None
) -> None:
    row = visits("steroid_reduction", {"dose": baseline}, {"dose": visit}, reduction_percent=percent)[1]
    assert row["responder"] == responder
    assert row["reduction"] == (None if reduction is None else pytest.approx(reduction, abs=0.001))
    states = {"Y": "responder", "N": "non-responder", None: "not evaluable" if baseline == 0 else "undecided"}
    assert row["state"] == states[responder]


def test_acr_1997_needs_four_of_eleven() -> None:
    codes = [item.code for item in INSTRUMENTS["acr1997"].items]
    rows = [
        {code: "Y" if n < 4 else "N" for n, code in enumerate(codes)},
        {code: "Y" if n < 3 else "N" for n, code in enumerate(codes)},
        {code: "Y" if n < 3 else None for n, code in enumerate(codes)},
        {code: "Y" if n < 4 else None for n, code in enumerate(codes)},
    ]
    found = visits("acr1997", *rows)
    assert [row["classified"] for row in found] == ["Y", "N", None, "Y"]
    assert [row["score"] for row in found] == [4, 3, None, None]
    assert [(row["lower"], row["upper"]) for row in found] == [(4, 4), (3, 3), (3, 11), (4, 11)]
    assert found[0]["reasons"] == "MALAR; DISCOID; PHOTO; ORAL"


def test_prednisone_equivalents() -> None:
    drugs = {
        "Prednisone": 5,
        " prednisolone": 5,
        "METHYLPREDNISOLONE": 4,
        "triamcinolone": 4,
        "hydrocortisone": 20,
    }
    drugs |= {"cortisone acetate": 25, "Dexamethasone": 0.75, "betamethasone": 0.6, "deflazacort": 6}
    frame = pl.DataFrame({"CMTRT": [*drugs, None], "CMDOSE": [*map(float, drugs.values()), 5.0]})
    assert convert_to_prednisone(frame).to_list() == [*[pytest.approx(5.0)] * 9, None]
    other = frame.filter(pl.col("CMTRT") == "deflazacort").rename({"CMTRT": "drug", "CMDOSE": "mg"})
    found = convert_to_prednisone(other, drug="drug", dose="mg", deflazacort_mg=Decimal("7.5"))
    assert found.to_list() == [pytest.approx(4.0)]


def test_units_convert_both_ways_whatever_the_container() -> None:
    assert convert_unit(1.0, "upcr", unit="g/g", to="mg/mmol") == pytest.approx(113.12)
    assert convert_unit(132.6, "creatinine", unit="umol/L", to="mg/dL") == pytest.approx(1.5)
    assert convert_unit(5.0, "creatinine", unit="umol/L", to="umol/L") == 5.0
    assert convert_unit(np.array([8.0, 10.5]), "haemoglobin", unit="g/dL", to="g/L").tolist() == [80.0, 105.0]
    series = pl.Series([1500.0, None])
    assert convert_unit(series, "protein24", unit="mg/24 h", to="g/24 h").to_list() == [1.5, None]
