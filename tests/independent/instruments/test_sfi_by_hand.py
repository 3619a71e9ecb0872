"""SELENA-SLEDAI flare index, derived by hand from the table of criteria in the reference (07-flare).

Severe if any severe criterion, else mild or moderate if any criterion, else none; each against the visit
before. The thresholds: SLEDAI up by 3 or to above 12; PGA up by 1.0 or to above 2.5; prednisone raised, to
above 0.5 mg/kg/day (30 mg at 60 kg is exactly 0.5).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import INSTRUMENTS, queries, score, sign_off_items

Row = dict[str, Any]

ANSWERS = (
    "mild_clinical_item",
    "severe_clinical_item_with_action",
    "added_nsaid_or_hcq",
    "new_cyc_aza_mtx",
    "hospital_for_lupus",
)
QUIET: Row = {"sledai": 4, "pga": 1.0, "prednisone": 5.0, "weight_kg": 60.0} | dict.fromkeys(ANSWERS, "N")


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)],
        infer_schema_length=None,
    )


def visits(*rows: Row, name: str = "sfi", **settings: Any) -> list[Row]:
    return score(name, frame(*rows), settings=settings).rows(named=True)


def last(*rows: Row, name: str = "sfi", **settings: Any) -> Row:
    return visits(*rows, name=name, **settings)[-1]


def pair(before: Row, now: Row, name: str = "sfi", **settings: Any) -> Row:
    return last(QUIET | before, QUIET | now, name=name, **settings)


def judged(pairs: list[tuple[Row, Row]], name: str = "sfi", **settings: Any) -> list[Row]:
    """Score many pairs of visits at once, each as a participant of its own, and return the later visits."""
    rows = [
        {"USUBJID": f"{number:03}", "VISITNUM": at, **QUIET, **row}
        for number, pair in enumerate(pairs)
        for at, row in enumerate(pair)
    ]
    whole = pl.DataFrame(rows, infer_schema_length=None)
    found = score(name, whole, settings=settings).filter(pl.col("VISITNUM") == 1)
    return found.rows(named=True)


def test_sledai() -> None:
    cases = [
        (4, 6, "none", "none"),  # up by 2
        (4, 7, "mild_moderate", "mild_moderate"),  # up by 3
        (9, 12, "mild_moderate", "mild_moderate"),  # 12 is not above 12
        (10, 13, "severe", "mild_moderate"),  # above 12, up by 3
        (11, 13, "none", "none"),  # above 12, up by 2: below the least rise
        (13, 13, "none", "none"),
        (20, 14, "none", "none"),
        (14, 17, "severe", "mild_moderate"),  # was above 12 before, up by 3
    ]
    pairs = [({"sledai": before}, {"sledai": now}) for before, now, _, _ in cases]
    found = judged(pairs)
    assert [(row["state"], row["completeness"]) for row in found] == [
        (state, "complete") for _, _, state, _ in cases
    ]
    wanted = [modified for _, _, _, modified in cases]
    assert [row["state"] for row in judged(pairs, "sfi_modified")] == wanted
    assert [row["state"] for row in judged(pairs, sfi_modified=True)] == wanted


def test_sledai_with_a_least_rise_of_one() -> None:
    cases = [
        (12, 13, "severe", "none"),  # above 12, up by 1; by the modified index it falls back to no rise of 3
        (13, 13, "none", "none"),
        (12, 12, "none", "none"),
        (10, 13, "severe", "mild_moderate"),
        (10, 12, "none", "none"),  # up by 2, not above 12
    ]
    pairs = [({"sledai": before}, {"sledai": now}) for before, now, _, _ in cases]
    found = judged(pairs, sfi_sledai12_min_rise=1)
    assert [row["state"] for row in found] == [state for _, _, state, _ in cases]
    found = judged(pairs, "sfi_modified", sfi_sledai12_min_rise=1)
    assert [row["state"] for row in found] == [modified for _, _, _, modified in cases]


def test_pga() -> None:
    cases = [
        (1.0, 1.99, "none"),
        (1.0, 1.999, "none"),  # not rounded to 2.0
        (1.0, 2.0, "mild_moderate"),
        (1.5, 2.5, "mild_moderate"),  # 2.5 is not above 2.5
        (1.51, 2.5, "none"),  # up by 0.99
        (2.5, 2.51, "severe"),  # above 2.5, risen at all
        (2.5, 2.5001, "severe"),
        (0.0, 3.0, "severe"),
        (2.6, 2.6, "none"),  # already above, not risen
        (2.8, 2.7, "none"),
    ]
    found = judged([({"pga": before}, {"pga": now}) for before, now, _ in cases])
    assert [row["state"] for row in found] == [state for _, _, state in cases]


def test_prednisone() -> None:
    cases = [
        (5.0, 5.0, 60.0, "none"),
        (5.0, 4.0, 60.0, "none"),
        (5.0, 5.1, 60.0, "mild_moderate"),  # raised at all
        (20.0, 30.0, 60.0, "mild_moderate"),  # exactly 0.5 mg/kg
        (20.0, 30.1, 60.0, "severe"),
        (40.0, 40.0, 60.0, "none"),  # above 0.5, not raised
        (40.0, 35.0, 60.0, "none"),
        (0.0, 25.3, 50.6, "mild_moderate"),  # exactly 0.5 where binary fractions would slip
        (0.0, 25.3, 50.5998, "severe"),
    ]
    found = judged(
        [({"prednisone": before}, {"prednisone": now, "weight_kg": kg}) for before, now, kg, _ in cases]
    )
    assert [row["state"] for row in found] == [state for _, _, _, state in cases]
    assert {row["state_clinical"] for row in found} == {"none"}


def test_prednisone_raised_for_another_reason_does_not_count() -> None:
    now = {"prednisone": 60.0, "not_due_to_lupus_prednisone": "Y"}
    found = pair({}, now)
    assert (found["state"], found["prednisone_mild"], found["prednisone_severe"]) == ("none", "N", "N")
    assert pair({}, now | {"not_due_to_lupus_prednisone": "N"})["state"] == "severe"


@pytest.mark.parametrize(
    ("answer", "state", "clinical"),
    [
        ("mild_clinical_item", "mild_moderate", "mild_moderate"),
        ("severe_clinical_item_with_action", "severe", "severe"),
        ("added_nsaid_or_hcq", "mild_moderate", "none"),
        ("new_cyc_aza_mtx", "severe", "none"),
        ("hospital_for_lupus", "severe", "severe"),
    ],
)
def test_each_answer(answer: str, state: str, clinical: str) -> None:
    """The state without medication leaves out prednisone and other drugs, not signs or admission [S21]."""
    for name in ("sfi", "sfi_modified"):
        found = pair({}, {answer: "Y"}, name=name)
        assert (found["state"], found["state_clinical"]) == (state, clinical)


def test_severe_by_another_criterion_stays_severe_in_the_modified_index() -> None:
    found = pair({"sledai": 8}, {"sledai": 14, "new_cyc_aza_mtx": "Y"}, name="sfi_modified")
    assert (found["state"], found["state_clinical"]) == ("severe", "mild_moderate")


@pytest.mark.parametrize(
    ("answer", "setting", "state"),
    [("Y", "no", "none"), ("Y", "yes", "severe"), ("N", "yes", "none"), (None, "yes", "undecided")],
)
def test_mycophenolate_counts_by_setting(answer: str | None, setting: str, state: str) -> None:
    found = pair({}, {"new_mmf": answer}, sfi_mycophenolate=setting)
    assert (found["state"], found["drugs_severe"]) == (
        state,
        {"none": "N", "severe": "Y", "undecided": None}[state],
    )


def test_the_criteria_are_told_one_by_one() -> None:
    now = {"sledai": 7, "pga": 2.6, "prednisone": 31.0, "mild_clinical_item": "Y", "added_nsaid_or_hcq": "Y"}
    found = pair({}, now)
    assert {code: found[code] for code in found if code.endswith(("_mild", "_severe"))} == {
        "sledai_severe": "N",
        "pga_severe": "Y",
        "clinical_severe": "N",
        "hospital_severe": "N",
        "prednisone_severe": "Y",
        "drugs_severe": "N",
        "sledai_mild": "Y",
        "pga_mild": "N",  # to above 2.5: severe
        "clinical_mild": "Y",
        "prednisone_mild": "N",
        "drugs_mild": "Y",
    }
    assert found["reasons"] == (
        "severe: PGA 1 to 2.6, prednisone 5 to 31 mg/day at 60 kg; mild or moderate: SLEDAI 4 to 7, mild "
        "manifestation, NSAID or hydroxychloroquine added"
    )
    assert (found["flare"], found["severe_flare"]) == ("Y", "Y")
    assert (found["state_lower"], found["state_upper"]) == ("severe", "severe")


def test_the_first_visit_has_nothing_to_be_compared_with() -> None:
    found = last(QUIET | {"hospital_for_lupus": "Y"})
    assert (found["state"], found["state_clinical"], found["completeness"]) == ("not evaluable",) * 3
    assert {name: value for name, value in found.items() if value is not None} == {
        "USUBJID": "P",
        "VISITNUM": 0,
        "state": "not evaluable",
        "state_clinical": "not evaluable",
        "completeness": "not evaluable",
        "reasons": "no previous visit",
        "scored_by": found["scored_by"],
    }


def test_severe_is_severe_whatever_else_is_not_done() -> None:
    found = last({"sledai": None}, {"hospital_for_lupus": "Y"})
    assert (found["state"], found["completeness"]) == ("severe", "complete")
    assert found["reasons"] == (
        "severe: admission; not done: sledai, pga, prednisone, weight_kg, previous sledai, previous pga, "
        "previous prednisone, mild_clinical_item, severe_clinical_item_with_action, added_nsaid_or_hcq, "
        "new_cyc_aza_mtx"
    )


def test_mild_with_a_severe_criterion_not_done_is_undecided() -> None:
    found = pair({}, {"mild_clinical_item": "Y", "hospital_for_lupus": None})
    assert (found["state"], found["state_lower"], found["state_upper"]) == (
        "undecided",
        "mild_moderate",
        "severe",
    )
    assert (found["flare"], found["severe_flare"], found["completeness"]) == ("Y", None, "incomplete")
    assert found["reasons"] == "mild or moderate: mild manifestation; not done: hospital_for_lupus"


def test_nothing_met_with_a_criterion_not_done_is_undecided() -> None:
    found = pair({}, {"added_nsaid_or_hcq": None})
    assert (found["state"], found["state_lower"], found["state_upper"]) == (
        "undecided",
        "none",
        "mild_moderate",
    )
    assert (found["flare"], found["severe_flare"], found["state_clinical"]) == (None, "N", "none")


def test_sledai_that_is_not_known() -> None:
    cases: list[tuple[Row, Row, str, str | None, str | None]] = [
        # SLEDAI not known now: 0 to 105.
        ({}, {"sledai": None}, "undecided", None, None),
        # From 103 on it cannot rise by 3; to 102 a rise to 105 is possible.
        ({"sledai": 103}, {"sledai": None}, "none", "N", "N"),
        ({"sledai": 102}, {"sledai": None}, "undecided", None, "N"),
        # Not known before: at most 12 now can only be mild, and 2 cannot have risen by 3.
        ({"sledai": None}, {"sledai": 12}, "undecided", "N", None),
        ({"sledai": None}, {"sledai": 2}, "none", "N", "N"),
        ({"sledai": None}, {"sledai": 13}, "undecided", None, "N"),
        # Known within bounds.
        ({"sledai": 4}, {"sledai": None, "sledai_lower": 7, "sledai_upper": 12}, "mild_moderate", "N", "Y"),
        ({"sledai": 4}, {"sledai": None, "sledai_lower": 7, "sledai_upper": 13}, "undecided", None, None),
        ({"sledai": 4}, {"sledai": None, "sledai_lower": 13, "sledai_upper": 20}, "severe", "Y", "N"),
        ({"sledai": 4}, {"sledai": None, "sledai_lower": 0, "sledai_upper": 6}, "none", "N", "N"),
        ({"sledai": 9}, {"sledai": None, "sledai_lower": 0, "sledai_upper": 13}, "undecided", None, None),
        ({"sledai": 10}, {"sledai": None, "sledai_lower": 0, "sledai_upper": 13}, "undecided", None, "N"),
        (
            {"sledai": None, "sledai_lower": 0, "sledai_upper": 4},
            {"sledai": 7},
            "mild_moderate",
            "N",
            "Y",
        ),
        ({"sledai": None, "sledai_lower": 5, "sledai_upper": 9}, {"sledai": 7}, "none", "N", "N"),
    ]
    found = judged([(before, now) for before, now, *_ in cases])
    assert [(row["state"], row["sledai_severe"], row["sledai_mild"]) for row in found] == [
        (state, severe, mild) for _, _, state, severe, mild in cases
    ]


def test_pga_that_is_not_known() -> None:
    cases = [
        (None, 0.99, "N", "N"),  # cannot have risen by 1
        (None, 1.0, "N", None),
        (None, 2.5, "N", None),
        (None, 2.51, None, "N"),
        (1.5, None, None, None),
        (1.5001, None, None, "N"),  # up by 1.0 is above 2.5
        (3.0, None, "N", "N"),
    ]
    found = judged([({"pga": before}, {"pga": now}) for before, now, _, _ in cases])
    assert [(row["pga_severe"], row["pga_mild"]) for row in found] == [
        (severe, mild) for _, _, severe, mild in cases
    ]


def test_prednisone_or_weight_that_is_not_known() -> None:
    cases = [
        # Any weight is 20 to 300 kg, so 10 mg is at most 0.5 mg/kg and 150 mg at least that.
        (5.0, 10.0, None, "N", "Y"),
        (5.0, 10.0001, None, None, None),
        (5.0, 150.0, None, None, None),  # exactly 0.5 at 300 kg
        (5.0, 150.0001, None, "Y", "N"),
        (10.0, 10.0, None, "N", "N"),
        # Dose not known before or now.
        (None, 10.0, 60.0, "N", None),
        (None, 31.0, 60.0, None, "N"),
        (None, 0.0, 60.0, "N", "N"),
        (29.9999, None, 60.0, None, None),
        (30.0, None, 60.0, None, "N"),  # a rise ends above 0.5 mg/kg
        (150.0, None, None, None, "N"),
        (149.9999, None, None, None, None),
    ]
    found = judged(
        [({"prednisone": before}, {"prednisone": now, "weight_kg": kg}) for before, now, kg, _, _ in cases]
    )
    assert [(row["prednisone_severe"], row["prednisone_mild"]) for row in found] == [
        (severe, mild) for _, _, _, severe, mild in cases
    ]


def test_bounds_and_unknown_weight_are_shown_in_the_reasons() -> None:
    now = {"sledai": None, "sledai_lower": 7, "sledai_upper": 12, "prednisone": 8.0, "weight_kg": None}
    assert pair({}, now)["reasons"] == (
        "mild or moderate: SLEDAI 4 to 7-12, prednisone 5 to 8 mg/day at unknown kg; "
        "not done: sledai, weight_kg"
    )


def test_reasons_of_no_flare_and_of_the_modified_index() -> None:
    assert pair({}, {})["reasons"] == "no criterion met"
    found = pair({"sledai": 8}, {"sledai": 14}, name="sfi_modified")
    assert found["reasons"] == "mild or moderate: SLEDAI 8 to 14 (above 12 alone is not severe)"
    told = pair({"sledai": 12}, {"sledai": 13}, name="sfi_modified", sfi_sledai12_min_rise=1)
    assert told["reasons"] == "no criterion met"
    unasked = last(QUIET, QUIET | {"new_mycophenolate": None}, sfi_mycophenolate="yes")
    assert unasked["reasons"] == "not done: new_mycophenolate"


def test_each_visit_is_compared_with_the_one_before_in_time() -> None:
    """SLEDAI 4, 7, 9, 13: up by 3, by 2, by 4 to above 12. Rows come out of order."""
    rows = [QUIET | {"sledai": points, "VISITNUM": at} for at, points in ((3, 9), (1, 4), (4, 13), (2, 7))]
    found = score("sfi", frame(*rows)).rows(named=True)
    assert [row["state"] for row in found] == ["none", "not evaluable", "severe", "mild_moderate"]
    assert [row["first_flare"] for row in found] == ["N", None, "N", "Y"]
    assert [row["first_severe_flare"] for row in found] == ["N", None, "Y", "N"]


@pytest.mark.parametrize(
    ("setting", "states"),
    [
        ("preceding_row", ["not evaluable", "undecided", "undecided"]),
        ("last_assessed", ["not evaluable", "undecided", "mild_moderate"]),
    ],
)
@pytest.mark.parametrize("name", ["sledai", "pga", "prednisone"])
def test_a_number_not_done_at_the_preceding_visit(name: str, setting: str, states: list[str]) -> None:
    """SLEDAI 4, not done, 7; PGA 1.0, not done, 2.0; prednisone 5, not done, 6."""
    risen = {"sledai": 7, "pga": 2.0, "prednisone": 6.0}
    rows = visits(QUIET, QUIET | {name: None}, QUIET | {name: risen[name]}, flare_previous=setting)
    assert [row["state"] for row in rows] == states


def test_bounds_at_the_preceding_visit_are_an_assessment() -> None:
    """SLEDAI 4, then 4 to 8, then 9: up by 1 to 5 from the last assessment."""
    rows = [QUIET, QUIET | {"sledai": None, "sledai_upper": 8}, QUIET | {"sledai": 9}]
    assert last(*rows, flare_previous="last_assessed")["state"] == "undecided"
    rows[1] |= {"sledai_upper": 105}
    assert last(*rows, flare_previous="last_assessed")["state"] == "mild_moderate"
    rows[1] |= {"sledai_upper": 105, "sledai_lower": 8}
    assert last(*rows, flare_previous="last_assessed")["state"] == "none"


def test_participants_are_kept_apart() -> None:
    rows = pl.concat([frame(QUIET, QUIET | {"sledai": 7}), frame(QUIET).with_columns(USUBJID=pl.lit("Q"))])
    assert score("sfi", rows)["state"].to_list() == ["not evaluable", "mild_moderate", "not evaluable"]


def test_the_first_flare_is_counted_after_baseline_and_hidden_by_open_visits() -> None:
    points: list[int | None] = [0, 5, 5, 9, 12]
    rows = [QUIET | {"sledai": number} for number in points]
    rows[1]["ABLFL"] = "Y"
    found = visits(*rows)
    assert [row["flare"] for row in found] == [None, "Y", "N", "Y", "Y"]
    assert [row["first_flare"] for row in found] == [None, None, "N", "Y", "N"]
    rows[2]["added_nsaid_or_hcq"] = None  # visit 2 is open: the flare at visit 3 may not be the first
    found = visits(*rows)
    assert [row["first_flare"] for row in found] == [None, None, None, None, "N"]
    assert [row["first_severe_flare"] for row in found] == [None, None, "N", "N", "N"]


def test_a_flare_is_dated_by_its_onset_or_else_by_its_visit() -> None:
    rows = [QUIET, QUIET | {"sledai": 7}, QUIET | {"sledai": 12, "onset_date": "2024-02-20"}, QUIET]
    days = [date(2024, month, 1) for month in (1, 2, 3, 4)]
    dated = frame(*rows).with_columns(pl.Series("ADT", days))
    assert score("sfi", dated)["flare_date"].to_list() == [None, days[1], date(2024, 2, 20), None]
    text = dated.with_columns(pl.col("ADT").cast(pl.String))
    assert score("sfi", text)["flare_date"].to_list() == [None, days[1], date(2024, 2, 20), None]


def test_sledai_descriptors_stand_for_the_total() -> None:
    """Nothing, then arthritis (4): up by 4. An item not done leaves 4 to 6: mild either way."""
    codes = [item.code for item in INSTRUMENTS["selena_sledai"].items]
    rest = {name: value for name, value in QUIET.items() if name != "sledai"}
    rows = [rest | dict.fromkeys(codes, "N"), rest | dict.fromkeys(codes, "N") | {"ARTH": "Y", "RASH": None}]
    found = last(*rows)
    assert (found["state"], found["sledai_mild"]) == ("mild_moderate", "Y")
    assert "selena_sledai" in found["scored_by"]
    assert "sledai_2k" in last(*rows, sledai_version="sledai2k")["scored_by"]


SINGLE_MILD = (
    "sfi_discoid",
    "sfi_photosensitive",
    "sfi_profundus",
    "sfi_cutaneous_vasculitis",
    "sfi_bullous",
    "sfi_nasopharyngeal_ulcers",
    "sfi_pleuritis",
    "sfi_pericarditis",
    "sfi_arthritis",
    "sfi_fever",
)
SINGLE_SEVERE = ("sfi_cns", "sfi_vasculitis", "sfi_nephritis", "sfi_myositis")
SINGLE: Row = dict.fromkeys((*SINGLE_MILD, *SINGLE_SEVERE, "haemolytic_anaemia"), "N") | {
    "haemoglobin": 12.0,
    "platelets": 200.0,
}
DETAILED: Row = QUIET | SINGLE | dict.fromkeys(ANSWERS[:2])


def detailed(before: Row, now: Row) -> Row:
    return last(DETAILED | before, DETAILED | now)


def test_single_manifestations_stand_for_the_two_clinical_answers() -> None:
    assert detailed({}, {})["state"] == "none"
    mild = judged([(DETAILED, DETAILED | {code: "Y"}) for code in SINGLE_MILD])
    assert [(row["state"], row["clinical_mild"], row["clinical_severe"]) for row in mild] == [
        ("mild_moderate", "Y", "N")
    ] * 10
    alone = judged([(DETAILED, DETAILED | {code: "Y"}) for code in SINGLE_SEVERE])
    assert [row["state"] for row in alone] == ["none"] * 4  # no action was needed
    acted = judged([(DETAILED, DETAILED | {code: "Y", "sfi_action": "Y"}) for code in SINGLE_SEVERE])
    assert [(row["state"], row["clinical_severe"]) for row in acted] == [("severe", "Y")] * 4


def test_blood_counts_that_required_action() -> None:
    cases: list[tuple[Row, Row, str | None]] = [
        ({}, {"platelets": 59.9}, "Y"),
        ({}, {"platelets": 60.0}, "N"),
        ({"platelets": 50.0}, {"platelets": 50.0}, "N"),  # neither new nor worse
        ({"platelets": 50.0}, {"platelets": 49.0}, "Y"),
        ({"haemoglobin": 9.0}, {"haemolytic_anaemia": "Y", "haemoglobin": 6.9}, "Y"),
        ({"haemoglobin": 9.0}, {"haemolytic_anaemia": "Y", "haemoglobin": 7.0}, "N"),
        ({"haemoglobin": 12.0}, {"haemolytic_anaemia": "Y", "haemoglobin": 9.0}, "N"),  # fell by 3
        ({"haemoglobin": 12.1}, {"haemolytic_anaemia": "Y", "haemoglobin": 9.0}, "Y"),
        ({"haemoglobin": 12.1}, {"haemolytic_anaemia": "N", "haemoglobin": 6.0}, "N"),
        ({}, {"platelets": None}, None),
        ({"platelets": None}, {"platelets": 50.0}, None),
        ({"platelets": None}, {"platelets": 60.0}, "N"),
        ({}, {"haemolytic_anaemia": None}, "N"),  # haemoglobin is 12 as before
        ({}, {"haemolytic_anaemia": "Y", "haemoglobin": None}, None),
        ({"haemoglobin": None}, {"haemolytic_anaemia": "Y"}, None),  # may have fallen from 25
        ({"haemoglobin": None}, {"haemolytic_anaemia": "Y", "haemoglobin": 22.0}, "N"),
    ]
    acted = {"sfi_action": "Y"}
    found = judged([(DETAILED | before, DETAILED | now | acted) for before, now, _ in cases])
    assert [row["clinical_severe"] for row in found] == [severe for _, _, severe in cases]


def test_action_from_doses_and_admission() -> None:
    cases: list[tuple[float | None, Row, str | None]] = [
        (10.0, {"prednisone": 19.9}, "N"),  # not doubled, below 0.5 mg/kg
        (10.0, {"prednisone": 20.0}, "Y"),  # doubled
        (0.0, {"prednisone": 2.5}, "Y"),  # started from none
        (0.0, {"prednisone": 0.0}, "N"),
        (40.0, {"prednisone": 30.0}, "N"),  # exactly 0.5 mg/kg
        (40.0, {"prednisone": 31.0}, "Y"),  # above it, though reduced
        (10.0, {"prednisone": 20.0, "not_due_to_lupus_prednisone": "Y"}, "N"),
        (10.0, {"prednisone": 10.0, "hospital_for_lupus": "Y"}, "Y"),
        (10.0, {"prednisone": 10.0, "not_due_to_lupus_prednisone": "Y", "hospital_for_lupus": "Y"}, "Y"),
        (10.0, {"prednisone": 40.0, "sfi_action": "N"}, "N"),  # the answer goes before the doses
        (None, {"prednisone": 10.0}, None),
    ]
    found = judged(
        [(DETAILED | {"prednisone": before}, DETAILED | {"sfi_cns": "Y"} | now) for before, now, _ in cases]
    )
    assert [row["clinical_severe"] for row in found] == [severe for _, _, severe in cases]


def test_a_blank_answer_without_single_manifestations_is_not_done() -> None:
    """Although neither doses nor admission show an action; blood counts alone do not answer it either."""
    found = pair({}, {"severe_clinical_item_with_action": None, "platelets": 200.0, "haemoglobin": 12.0})
    assert (found["state"], found["clinical_severe"]) == ("undecided", None)
    found = pair({}, {"severe_clinical_item_with_action": None, "sfi_cns": "N"})
    assert (found["state"], found["clinical_severe"]) == ("none", "N")  # whatever it was, there was no action
    found = pair({}, {"severe_clinical_item_with_action": None, "sfi_cns": "N", "sfi_action": "Y"})
    assert (found["state"], found["clinical_severe"]) == ("undecided", None)
    found = pair({}, {"severe_clinical_item_with_action": None, "haemolytic_anaemia": "N"})
    assert found["clinical_severe"] == "N"
    found = pair({}, {"mild_clinical_item": None, "sfi_cns": "N"})
    assert found["clinical_mild"] is None
    found = pair({}, {"mild_clinical_item": None, "sfi_fever": "N"})
    assert found["clinical_mild"] is None
    found = pair({}, {"mild_clinical_item": None, "sfi_fever": "Y"})
    assert found["clinical_mild"] == "Y"


def test_an_answer_goes_before_single_manifestations_and_is_queried() -> None:
    rows = [DETAILED, DETAILED | {"sfi_fever": "Y", "sfi_cns": "Y", "sfi_action": "Y"}]
    rows[1] |= {"mild_clinical_item": "N", "severe_clinical_item_with_action": "N"}
    assert last(*rows)["state"] == "none"
    found = queries("sfi", frame(*rows))
    assert found["query"].to_list() == ["SFI-Q04", "SFI-Q05"]
    assert found["values"].to_list() == ["mild_clinical_item=N", "severe_clinical_item_with_action=N"]


def asked(before: Row, now: Row) -> list[str]:
    return queries("sfi", frame(QUIET | before, QUIET | now))["query"].to_list()


def test_queries() -> None:
    severe = {"severe_clinical_item_with_action": "Y"}
    assert asked({}, {}) == []
    assert asked({}, severe) == ["SFI-Q01"]
    assert asked({}, severe | {"prednisone": 10.0}) == []
    assert asked({}, severe | {"prednisone": None}) == []
    assert asked({}, {"hospital_for_lupus": "Y"}) == ["SFI-Q02"]
    assert asked({}, {"hospital_for_lupus": "Y", "mild_clinical_item": "Y"}) == []
    assert asked({}, {"hospital_for_lupus": "Y"} | severe) == []
    assert asked({}, {"prednisone": 6.0}) == ["SFI-Q03"]
    assert asked({}, {"prednisone": 60.0}) == ["SFI-Q03"]
    assert asked({}, {"prednisone": 6.0, "sledai": 8}) == []
    assert asked({}, {"prednisone": 6.0, "not_due_to_lupus_prednisone": "Y"}) == []


@pytest.mark.parametrize(
    ("onset", "odd"),
    [("2024-02-01", True), ("2024-02-02", False), ("2024-03-01", False), ("2024-03-02", True)],
)
def test_an_onset_outside_the_interval_is_queried(onset: str, odd: bool) -> None:  # noqa: FBT001  # parametrised
    rows = [QUIET | {"ADT": "2024-02-01"}, QUIET | {"ADT": "2024-03-01", "flare_onset": onset}]
    found = queries("sfi", frame(*rows))
    assert found["query"].to_list() == ["SFI-Q09"] * odd
    assert found["values"].to_list() == [f"flare_onset={onset}"] * odd


def test_uncertain_rules_are_listed() -> None:
    listed = {item.setting: item for item in sign_off_items("sfi")}
    assert listed["sfi_sledai12_min_rise"].tag == "X?"
    assert listed["sfi_mycophenolate"].chosen == "no"
    assert listed["flare_previous"].tag == "D"
    assert len([item for item in sign_off_items("sfi_modified") if not item.setting]) == 3
    only = {item.name: item.allowed for item in INSTRUMENTS["sfi_modified"].settings}
    assert only["sfi_modified"] == ("yes",)


ORGANS = (
    "mucocutaneous",
    "musculoskeletal",
    "cardiopulmonary",
    "haematological",
    "constitutional",
    "renal",
    "neurological",
    "gastrointestinal",
)
CALM: Row = {f"rsfi_{organ}": 0 for organ in ORGANS}


@pytest.mark.parametrize(("grade", "state"), [(0, "none"), (1, "mild"), (2, "moderate"), (3, "severe")])
@pytest.mark.parametrize("organ", ORGANS)
def test_revised_index_is_the_worst_organ(organ: str, grade: int, state: str) -> None:
    found = last(CALM | {f"rsfi_{organ}": grade}, name="sfi_revised")
    assert (found["state"], found["score"], found["completeness"]) == (state, grade, "complete")
    assert (found["flare"], found["severe_flare"]) == ("Y" if grade else "N", "Y" if grade == 3 else "N")
    assert found["reasons"] == (f"{organ} {state}" if grade else None)


def test_revised_index_with_an_organ_not_graded() -> None:
    found = last(CALM | {"rsfi_renal": None, "rsfi_neurological": 1}, name="sfi_revised")
    assert (found["state"], found["score"], found["lower"], found["upper"]) == ("undecided", None, 1, 3)
    assert (found["flare"], found["severe_flare"], found["completeness"]) == ("Y", None, "incomplete")
    assert (found["state_lower"], found["state_upper"]) == ("mild", "severe")
    assert found["reasons"] == "neurological mild; not done: renal"
    found = last(CALM | {"rsfi_renal": None, "rsfi_neurological": 3}, name="sfi_revised")
    assert (found["state"], found["completeness"]) == ("severe", "complete")
