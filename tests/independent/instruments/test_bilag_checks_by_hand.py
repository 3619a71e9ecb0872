"""Consistency checks of BILAG-2004, by hand from ``02-bilag2004`` and the table of errors in 13.

For each: a case that fires, the nearest that does not, and one with an item not done, which never fires.
"""

from __future__ import annotations

from typing import Any

from asked import Asked, Row, asked_each, expect_queries, told

from lupustrial.instruments._bilag_checks import CHECKS, ORDINAL, PAIRS

Case = tuple[list[Row], Asked]


def expect(cases: list[Case], only: str = "BILAG-") -> None:
    expect_queries("bilag2004", cases, checks=CHECKS, only=only)


def test_pairs_are_those_of_the_form() -> None:
    """Items that the form splits by severity: five of the skin, myositis, arthritis, three of the eye."""
    assert PAIRS == (
        ("MUC_RASH_SEV", "MUC_RASH_MILD"),
        ("MUC_ANGIO_SEV", "MUC_ANGIO_MILD"),
        ("MUC_ULC_SEV", "MUC_ULC_MILD"),
        ("MUC_PANBUL_SEV", "MUC_PANBUL_MILD"),
        ("MUC_ALOP_SEV", "MUC_ALOP_MILD"),
        ("MSK_MYO_SEV", "MSK_MYO_MILD"),
        ("MSK_ART_SEV", "MSK_ART_MOD"),
        ("MSK_ART_MOD", "MSK_ART_MILD"),
        ("OPH_KER_SEV", "OPH_KER_MILD"),
        ("OPH_POST_SEV", "OPH_POST_MILD"),
        ("OPH_SCL_SEV", "OPH_SCL_MILD"),
    )


def test_severe_without_its_mild_twin() -> None:
    cases: list[Case] = []
    for severe, mild in PAIRS:
        query = [(0, "BILAG-Q01", severe)]
        cases += [([{severe: value, mild: 0}], query if value >= 2 else []) for value in range(5)]
        cases += [
            ([{severe: 2, mild: 1}], []),
            ([{severe: 2, mild: None}], []),
            ([{severe: None, mild: 0}], []),
        ]
    expect(cases, only="BILAG-Q01")


def test_a_mild_item_that_became_severe_is_4_and_3() -> None:
    cases: list[Case] = []
    for severe, mild in PAIRS:
        query = [(0, "BILAG-Q02", mild)]
        cases += [([{severe: 4, mild: value}], query if value in (1, 2) else []) for value in range(5)]
        cases += [
            ([{severe: 3, mild: 2}], []),
            ([{severe: 4, mild: None}], []),
            ([{severe: None, mild: 2}], []),
        ]
    expect(cases, only="BILAG-Q02")


def test_a_mild_item_that_is_worse_asks_whether_it_became_severe() -> None:
    cases: list[Case] = []
    for severe, mild in PAIRS:
        query = [(0, "BILAG-Q03", severe)]
        cases += [([{severe: 0, mild: value}], query if value == 3 else []) for value in range(5)]
        cases += [([{severe: 1, mild: 3}], []), ([{severe: None, mild: 3}], [])]
    expect(cases, only="BILAG-Q03")


def test_what_falls_below_the_severe_grade_is_not_new() -> None:
    cases: list[Case] = []
    for severe, mild in PAIRS:
        query = [(1, "BILAG-Q04", mild)]
        for before in (2, 3, 4):
            cases += [([{severe: before, mild: 1}, {severe: now, mild: 4}], query) for now in (0, 1)]
        quiet = [
            ({severe: 2}, {severe: 2, mild: 4}),
            ({severe: 1}, {severe: 0, mild: 4}),
            ({severe: 2}, {severe: 0, mild: 3}),
            ({severe: 2}, {severe: None, mild: 4}),
            ({severe: None}, {severe: 0, mild: 4}),
        ]
        cases += [([first | {mild: 1}, second], []) for first, second in quiet]
    expect(cases, only="BILAG-Q04")


def test_every_ordinal_item_is_compared_with_the_previous_visit() -> None:
    """The items 0 to 4 of seven domains, and TTP; the dipstick is a level, not a change."""
    assert len(ORDINAL) == 78
    assert "HAE_TTP" in ORDINAL
    assert "REN_DIP" not in ORDINAL
    visits = [
        [dict.fromkeys(ORDINAL, 2), dict.fromkeys(ORDINAL, 4)],
        [dict.fromkeys(ORDINAL, 0), dict.fromkeys(ORDINAL, 2)],
    ]
    new, same = asked_each("bilag2004", visits, checks=CHECKS)
    assert [item for _, query, item in new if query == "BILAG-Q05"] == list(ORDINAL)
    assert [item for _, query, item in same if query == "BILAG-Q06"] == list(ORDINAL)


def test_a_value_against_that_of_the_previous_visit() -> None:
    rows: list[tuple[int | None, int | None, str | None]] = [
        (0, 4, None),
        (1, 4, None),
        (2, 4, "BILAG-Q05"),
        (3, 4, "BILAG-Q05"),
        (4, 4, "BILAG-Q05"),
        (4, 3, None),
        (0, 2, "BILAG-Q06"),
        (0, 3, "BILAG-Q06"),
        (1, 2, None),
        (0, 1, None),  # a new episode that improves already is 1
        (0, 0, None),
        (None, 2, None),
        (None, 4, None),
        (2, None, None),
    ]
    expect(
        [
            (
                [{"NPS_HEAD": before, "NPS_COG": 0}, {"NPS_HEAD": now, "NPS_COG": 0}],
                [(1, query, "NPS_HEAD")] if query else [],
            )
            for before, now, query in rows
        ]
    )


def test_a_query_shows_the_previous_value_and_does_not_cross_participants() -> None:
    assert told("bilag2004", {"NPS_HEAD": 2}, {"NPS_HEAD": 4}, checks=CHECKS) == [
        (1, "BILAG-Q05", "NPS_HEAD", "NPS_HEAD=4, previous NPS_HEAD=2")
    ]
    # the second participant's first visit has no previous one; visits are put in order first
    expect([([{"NPS_HEAD": 2}], []), ([{"NPS_HEAD": 4}], [])])
    out_of_order = [{"VISITNUM": 5, "NPS_HEAD": 4}, {"VISITNUM": 1, "NPS_HEAD": 2}]
    expect([(out_of_order, [(5, "BILAG-Q05", "NPS_HEAD")])])


def test_involvement_is_never_taken_back() -> None:
    flag = "prior_involvement_neuropsychiatric"
    query = [(1, "BILAG-Q07", flag)]
    expect(
        [
            ([{"NPS_HEAD": 1, flag: "N"}, {"NPS_HEAD": 0, flag: "N"}], query),  # C before
            ([{"NPS_HEAD": 2, flag: "N"}, {"NPS_HEAD": 0, flag: "N"}], query),  # B before
            ([{"NPS_HEAD": 0, "NPS_ACS": 4}, {"NPS_ACS": 0, flag: "N"}], query),  # A before
            ([{"NPS_HEAD": 0, flag: "Y"}, {"NPS_HEAD": 0, flag: "N"}], query),  # D before
            ([{"NPS_HEAD": 0, flag: "N"}, {"NPS_HEAD": 0, flag: "N"}], []),  # E before
            ([{"NPS_HEAD": 1, flag: "N"}, {"NPS_HEAD": 0, flag: "Y"}], []),
            ([{"NPS_HEAD": 1, flag: "N"}, {"NPS_HEAD": 0, flag: None}], []),
            ([{"NPS_HEAD": 1, flag: "N"}], []),  # the first involvement
            ([{"NPS_HEAD": 1}, {"NPS_HEAD": 0}, {"NPS_HEAD": 0, flag: "N"}], [(2, "BILAG-Q07", flag)]),
        ]
    )


def test_findings_that_exclude_each_other_by_definition() -> None:
    pairs = [("CRS_MYOC_MILD", severe) for severe in ("CRS_CARDFAIL", "CRS_ARRHY", "CRS_VALVE")]
    cases: list[Case] = []
    for mild, severe in [*pairs, ("GIT_SEROS", "GIT_PERITON")]:
        query = [(0, "BILAG-Q08", mild)]
        cases += [([{mild: one, severe: other}], query) for one in (2, 4) for other in (2, 3, 4)]
        cases += [([{mild: 3, severe: 4}], [])]  # mild became severe
        cases += [([{mild: 2, severe: 1}], []), ([{mild: 1, severe: 2}], []), ([{mild: 2, severe: None}], [])]
    expect(cases)


def test_measured_items() -> None:
    cases: list[tuple[Row, list[str]]] = [
        # dipstick beside a quantitative method
        ({"REN_DIP": 0, "REN_P24": 0.1}, ["BILAG-Q09 REN_DIP"]),
        ({"REN_DIP": 2, "REN_PCR": 60.0}, ["BILAG-Q09 REN_DIP"]),
        ({"REN_DIP": 2, "REN_ACR": 60.0}, ["BILAG-Q09 REN_DIP"]),
        ({"REN_DIP": 2}, []),
        ({"REN_P24": 0.1}, []),
        # units of ratios: 5 to 2000 mg/mmol; a normal albumin ratio is below 5
        ({"REN_PCR": 4.9}, ["BILAG-Q10 REN_PCR"]),
        ({"REN_PCR": 5.0}, []),
        ({"REN_PCR": 0.0}, []),
        ({"REN_PCR": 2000.0}, []),
        ({"REN_PCR": 2000.1}, ["BILAG-Q10 REN_PCR"]),
        ({"REN_ACR": 1.0}, []),
        ({"REN_ACR": 2000.0}, []),
        ({"REN_ACR": 2000.1}, ["BILAG-Q10 REN_ACR"]),
        ({"REN_P24": 20.0}, []),
        ({"REN_P24": 20.1}, ["BILAG-Q11 REN_P24"]),
        # albumin is part of protein
        ({"REN_ACR": 60.1, "REN_PCR": 60.0}, ["BILAG-Q12 REN_ACR"]),
        ({"REN_ACR": 60.0, "REN_PCR": 60.0}, []),
        # nephrotic: 3.5 g or 350 mg/mmol by one method
        ({"REN_NEPHROTIC": "Y", "REN_P24": 3.4}, ["BILAG-Q13 REN_NEPHROTIC"]),
        ({"REN_NEPHROTIC": "Y", "REN_P24": 3.5}, []),
        ({"REN_NEPHROTIC": "Y", "REN_PCR": 349.9}, ["BILAG-Q13 REN_NEPHROTIC"]),
        ({"REN_NEPHROTIC": "Y", "REN_PCR": 350.0}, []),
        ({"REN_NEPHROTIC": "Y", "REN_ACR": 349.9}, ["BILAG-Q13 REN_NEPHROTIC"]),
        ({"REN_NEPHROTIC": "Y", "REN_P24": 3.0, "REN_PCR": 360.0}, []),
        ({"REN_NEPHROTIC": "N", "REN_P24": 3.0}, []),
        ({"REN_NEPHROTIC": "Y"}, []),
        # creatinine and filtration
        ({"REN_CREAT": 29.9}, ["BILAG-Q14 REN_CREAT"]),
        ({"REN_CREAT": 30.0}, []),
        ({"REN_CREAT": 150.0, "REN_GFR": 90.0}, ["BILAG-Q15 REN_GFR"]),
        ({"REN_CREAT": 149.9, "REN_GFR": 90.0}, []),
        ({"REN_CREAT": 150.0, "REN_GFR": 89.9}, []),
        ({"REN_CREAT": 150.0}, []),
        # blood pressure
        ({"REN_SBP": 120.0, "REN_DBP": 120.0}, ["BILAG-Q17 REN_DBP"]),
        ({"REN_SBP": 120.0, "REN_DBP": 119.9}, []),
        ({"REN_DBP": 120.0}, []),
        ({"REN_ACCHTN": "Y", "REN_SBP": 170.0, "REN_DBP": 110.0}, ["BILAG-Q18 REN_ACCHTN"]),
        ({"REN_ACCHTN": "Y", "REN_SBP": 170.1, "REN_DBP": 110.0}, []),
        ({"REN_ACCHTN": "Y", "REN_SBP": 170.0, "REN_DBP": 110.1}, []),
        ({"REN_ACCHTN": "N", "REN_SBP": 120.0, "REN_DBP": 80.0}, []),
        ({"REN_ACCHTN": "Y", "REN_SBP": 120.0}, []),
        # counts: rounding of three values to one decimal explains 0.15, not more than 0.2
        ({"HAE_WBC": 4.0, "HAE_NEUT": 2.6, "HAE_LYMPH": 1.6}, []),
        ({"HAE_WBC": 4.0, "HAE_NEUT": 2.6, "HAE_LYMPH": 1.7}, ["BILAG-Q19 HAE_WBC"]),
        ({"HAE_WBC": 4.0, "HAE_NEUT": 4.3}, ["BILAG-Q19 HAE_NEUT"]),
        ({"HAE_WBC": 4.0, "HAE_NEUT": 4.2}, []),
        ({"HAE_WBC": 4.0, "HAE_LYMPH": 4.3}, ["BILAG-Q19 HAE_LYMPH"]),
        ({"HAE_NEUT": 4.3, "HAE_LYMPH": 1.0}, []),
        # haematology
        ({"HAE_COOMBS": "Y", "HAE_HAEMOL": "Y"}, ["BILAG-Q20 HAE_COOMBS"]),
        ({"HAE_COOMBS": "Y", "HAE_HAEMOL": "N"}, []),
        ({"HAE_COOMBS": "N", "HAE_HAEMOL": "Y"}, []),
        ({"HAE_COOMBS": "Y"}, []),
        ({"HAE_TTP": 2, "HAE_PLT": 150.0}, ["BILAG-Q21 HAE_TTP"]),
        ({"HAE_TTP": 2, "HAE_PLT": 149.9}, []),
        ({"HAE_TTP": 1, "HAE_PLT": 150.0}, []),
        ({"HAE_TTP": 2}, []),
    ]
    found = asked_each("bilag2004", [[row] for row, _ in cases], checks=CHECKS)
    for (row, expected), seen in zip(cases, found, strict=True):
        assert [f"{query} {item}" for _, query, item in seen] == expected, row


def test_a_biopsy_counts_three_months() -> None:
    days = ("2024-01-15", "2024-04-15", "2024-04-16")
    answers: list[tuple[tuple[str | None, ...], Asked]] = [
        (("Y", "Y", None), []),  # three months to the day
        (("Y", "Y", "Y"), [(2, "BILAG-Q16", "REN_BIOPSY")]),
        (("Y", None, "Y"), [(2, "BILAG-Q16", "REN_BIOPSY")]),  # a blank does not start anew
        (("Y", "N", "Y"), []),  # another biopsy
        (("N", "Y", "Y"), []),
        ((None, "Y", "Y"), []),
    ]
    cases = [
        ([{"ADT": day, "REN_BIOPSY": one} for day, one in zip(days, given, strict=True)], expected)
        for given, expected in answers
    ]
    expect(cases)
    expect([([{"REN_BIOPSY": "Y"}, {"REN_BIOPSY": "Y"}], [])])  # no dates


ABNORMAL: list[tuple[str, Any, Any]] = [
    ("REN_DIP", 1, 0),
    ("REN_P24", 0.26, 0.25),
    ("REN_PCR", 25.1, 25.0),
    ("REN_ACR", 25.1, 25.0),
    ("REN_CREAT", 130.1, 130.0),
    ("REN_GFR", 79.9, 80.0),
    ("HAE_HB", 10.9, 11.0),
    ("HAE_WBC", 3.9, 4.0),
    ("HAE_NEUT", 1.9, 2.0),
    ("HAE_LYMPH", 0.9, 1.0),
    ("HAE_PLT", 149.9, 150.0),
    ("HAE_TTP", 1, 0),
    ("REN_ACCHTN", "Y", "N"),
    ("REN_NEPHROTIC", "Y", "N"),
    ("REN_SEDIMENT", "Y", "N"),
    ("REN_BIOPSY", "Y", "N"),
    ("HAE_HAEMOL", "Y", "N"),
    ("HAE_COOMBS", "Y", "N"),
]


def test_an_abnormal_value_needs_an_answer_on_its_cause() -> None:
    """Where the form asks for causes at all: another item of the visit has an answer."""
    answered = {"not_due_to_lupus_REN_SBP": "N"}
    cases: list[Case] = []
    for code, abnormal, normal in ABNORMAL:
        flag = f"not_due_to_lupus_{code}"
        cases += [
            ([{code: abnormal} | answered], [(0, "BILAG-Q22", flag)]),
            ([{code: normal} | answered], []),
            ([{code: abnormal}], []),
            ([{code: None} | answered], []),
            ([{code: abnormal, flag: "Y"} | answered], []),
            ([{code: abnormal, flag: "N"} | answered], []),
        ]
    expect(cases, only="BILAG-Q22")


def test_a_dipstick_that_is_not_used_needs_no_cause() -> None:
    row = {"REN_DIP": 2, "REN_PCR": 10.0, "not_due_to_lupus_REN_PCR": "N"}
    expect([([row], [])], only="BILAG-Q22")


def test_a_quiet_participant_raises_nothing() -> None:
    row = {**dict.fromkeys(ORDINAL, 0), "REN_P24": 0.1, "REN_CREAT": 70.0, "HAE_PLT": 250.0}
    expect([([row, row], [])])
