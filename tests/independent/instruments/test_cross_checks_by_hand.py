"""Checks across instruments, by hand from the last rows of the table of errors in 13."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from asked import Asked, Row, asked_each, expect_queries, told

from lupustrial.instruments import DOMAINS, INSTRUMENTS, score

CODES = [item.code for item in INSTRUMENTS["selena_sledai"].items]
Case = tuple[list[Row], Asked]

#: Domain and BILAG items that answer to a descriptor.
ANSWERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "SEIZ": ("neuropsychiatric", ("NPS_SEIZ", "NPS_STATUS")),
    "PSYC": ("neuropsychiatric", ("NPS_PSYCH",)),
    "OBS": ("neuropsychiatric", ("NPS_ACS", "NPS_COG")),
    "CRAN": ("neuropsychiatric", ("NPS_CRANIAL",)),
    "HEAD": ("neuropsychiatric", ("NPS_HEAD", "NPS_HEADICP")),
    "CVA": ("neuropsychiatric", ("NPS_CVD", "NPS_CERVASC")),
    "ARTH": ("musculoskeletal", ("MSK_ART_SEV", "MSK_ART_MOD", "MSK_ART_MILD")),
    "MYOS": ("musculoskeletal", ("MSK_MYO_SEV", "MSK_MYO_MILD")),
    "RASH": (
        "mucocutaneous",
        ("MUC_RASH_SEV", "MUC_RASH_MILD", "MUC_PANBUL_SEV", "MUC_PANBUL_MILD", "MUC_PERIUNG"),
    ),
    "ALOP": ("mucocutaneous", ("MUC_ALOP_SEV", "MUC_ALOP_MILD")),
    "MUCO": ("mucocutaneous", ("MUC_ULC_SEV", "MUC_ULC_MILD")),
    "PLEU": ("cardiorespiratory", ("CRS_PLEUPERI", "CRS_EFFUS")),
    "PERI": ("cardiorespiratory", ("CRS_PLEUPERI", "CRS_TAMPON")),
    "FEVR": ("constitutional", ("CON_FEVER",)),
}
BY_DOMAIN = {code: domain for code, (domain, _) in ANSWERS.items()} | {
    "VIS": "ophthalmic",
    "CAST": "renal",
    "HAEM": "renal",
    "PROT": "renal",
    "PYUR": "renal",
    "PLT": "haematological",
    "WBC": "haematological",
}


def sledai(*present: str, undone: tuple[str, ...] = ()) -> dict[str, Any]:
    return {code: None if code in undone else "Y" if code in present else "N" for code in CODES}


def expect(cases: list[Case], only: str = "", **settings: str) -> None:
    expect_queries("cross_checks", cases, only=only, **settings)


def test_a_descriptor_and_a_quiet_domain() -> None:
    """Present in SLEDAI, D or E in BILAG; vasculitis may lie in several domains and is compared by items."""
    cases: list[Case] = []
    for code in CODES:
        domain = BY_DOMAIN.get(code, "mucocutaneous")
        query = [(0, "CROSS-Q01", code)] if code in BY_DOMAIN else []
        for grade, expected in (("A", []), ("B", []), ("C", []), ("D", query), ("E", query), (None, [])):
            cases += [([{code: "Y", f"grade_{domain}": grade}], expected)]
        cases += [([{code: "N", f"grade_{domain}": "E"}], []), ([{code: None, f"grade_{domain}": "E"}], [])]
    expect(cases)
    assert told("cross_checks", {"RASH": "Y", "grade_mucocutaneous": "E"}) == [
        (0, "CROSS-Q01", "RASH", "RASH=Y, bilag_mucocutaneous=E")
    ]


def test_grades_come_from_the_items_where_none_is_given() -> None:
    quiet = {item.code: 0 for item in INSTRUMENTS["bilag2004"].items if item.code.startswith("MUC_")}
    query = [(0, "CROSS-Q01", "RASH")]
    expect(
        [
            ([{"RASH": "Y"} | quiet], query),
            ([{"RASH": "Y"} | quiet | {"MUC_RASH_MILD": 1}], []),
            # an item not done could be active: the grade is open, and so is the query
            ([{"RASH": "Y"} | quiet | {"MUC_SPLINTER": None}], [(0, "CROSS-Q02", "RASH")]),
            # active by another item of the domain: the items are compared
            ([{"RASH": "Y"} | quiet | {"MUC_SPLINTER": 2}], [(0, "CROSS-Q02", "RASH")]),
            ([{"RASH": "Y", "grade_mucocutaneous": "C"} | quiet], [(0, "CROSS-Q02", "RASH")]),
        ]
    )
    rows = pl.DataFrame([{"USUBJID": "P", "VISITNUM": 1, "RASH": "Y"} | quiet | {"MUC_RASH_MILD": 1}])
    found = score("cross_checks", rows).row(0, named=True)
    assert [found[f"bilag_{domain}"] for domain in DOMAINS] == [None, "C", *[None] * 7]


def test_a_descriptor_and_the_items_that_answer_to_it() -> None:
    cases: list[Case] = []
    for code, (domain, items) in ANSWERS.items():
        quiet = dict.fromkeys(items, 0) | {code: "Y", f"grade_{domain}": "C"}
        cases += [([quiet], [(0, "CROSS-Q02", code)]), ([quiet | {code: "N"}], [])]
        cases += [([quiet | {item: 1}], []) for item in items]
        cases += [([quiet | {item: None}], []) for item in items]
        # told once: by the grade where the domain is quiet
        cases += [([quiet | {f"grade_{domain}": "D"}], [(0, "CROSS-Q01", code)])]
    expect(cases)


def test_vasculitis_and_eye_are_compared_with_every_item_that_can_hold_them() -> None:
    vessels = (
        "MUC_CUTVASC_MAJ MUC_DIGINF MUC_SPLINTER MUC_PERIUNG NPS_CERVASC NPS_MONO OPH_POST_SEV OPH_POST_MILD "
        "OPH_VASOCC CRS_PULMHAEM CRS_AORT CRS_CORVASC GIT_ENTERIT"
    )
    eye = (
        "OPH_POST_SEV OPH_POST_MILD OPH_EPISC OPH_SCL_SEV OPH_SCL_MILD OPH_VASOCC OPH_CWS OPH_OPTNEU OPH_AION"
    )
    for code, names in (("VASC", vessels), ("VIS", eye)):
        items = names.split()
        quiet = dict.fromkeys(items, 0) | {code: "Y"}
        cases: list[Case] = [([quiet], [(0, "CROSS-Q02", code)])]
        cases += [([quiet | {item: 1}], []) for item in items]
        expect(cases)


def test_urinary_sediment() -> None:
    expect(
        [
            ([{"HAEM": "Y", "REN_SEDIMENT": "N"}], [(0, "CROSS-Q02", "HAEM")]),
            ([{"PYUR": "Y", "REN_SEDIMENT": "N"}], [(0, "CROSS-Q02", "PYUR")]),
            ([{"CAST": "Y", "REN_SEDIMENT": "N"}], [(0, "CROSS-Q02", "CAST")]),
            ([{"HAEM": "Y", "REN_SEDIMENT": "Y"}], []),
            ([{"PROT": "Y", "REN_SEDIMENT": "N"}], []),
            ([{"HAEM": "Y", "REN_SEDIMENT": None}], []),
            ([sledai() | {"REN_SEDIMENT": "Y"}], [(0, "CROSS-Q03", "HAEM")]),
            ([sledai() | {"REN_SEDIMENT": "N"}], []),
            ([sledai("PYUR") | {"REN_SEDIMENT": "Y"}], []),
            ([sledai(undone=("CAST",)) | {"REN_SEDIMENT": "Y"}], []),
        ]
    )
    measured = {"REN_SEDIMENT": "Y", "urine_rbc": 5.0, "urine_wbc": 5.0, "casts": "N"}
    expect(
        [
            ([measured], [(0, "CROSS-Q06", "REN_SEDIMENT")]),
            ([measured | {"urine_rbc": 5.1}], []),
            ([measured | {"urine_wbc": 5.1}], []),
            ([measured | {"casts": "Y"}], []),
            ([measured | {"casts": None}], []),
            ([measured | {"REN_SEDIMENT": "N"}], []),
        ]
    )


def test_an_active_item_and_an_absent_descriptor() -> None:
    pairs = {
        "RASH": ("MUC_RASH_SEV", "MUC_RASH_MILD"),
        "ALOP": ("MUC_ALOP_SEV", "MUC_ALOP_MILD"),
        "MUCO": ("MUC_ULC_SEV", "MUC_ULC_MILD"),
        "MYOS": ("MSK_MYO_SEV", "MSK_MYO_MILD"),
        "ARTH": ("MSK_ART_SEV",),
    }
    cases: list[Case] = []
    for code, items in pairs.items():
        query = [(0, "CROSS-Q03", code)]
        for item in items:
            cases += [([{code: "N", item: value}], query if value >= 2 else []) for value in range(5)]
            cases += [([{code: "Y", item: 2}], []), ([{code: None, item: 2}], [])]
    cases += [([{"ARTH": "N", "MSK_ART_MOD": 2}], [])]  # one joint may be moderate arthritis
    cases += [([{"SEIZ": "N", "NPS_SEIZ": 2}], [])]  # three weeks ago is outside SLEDAI's window
    expect(cases)


def test_damage_of_the_same_kind() -> None:
    pairs = {
        "SEIZ": "SDI_04",
        "PSYC": "SDI_03",
        "OBS": "SDI_03",
        "VIS": "SDI_02",
        "CRAN": "SDI_06",
        "CVA": "SDI_05",
        "PROT": "SDI_09",
        "RASH": "SDI_37",
        "ALOP": "SDI_36",
        "PERI": "SDI_20",
    }
    cases: list[Case] = []
    for code, damage in pairs.items():
        cases += [([{code: "Y", damage: 1}], [(0, "CROSS-Q04", code)]), ([{code: "Y", damage: 0}], [])]
        cases += [([{code: "N", damage: 1}], []), ([{code: "Y", damage: None}], [])]
    expect(cases)
    assert told("cross_checks", {"ALOP": "Y", "SDI_36": 1})[0][3] == "ALOP=Y, SDI_36=1"


def test_never_involved_after_involvement() -> None:
    def grades(*letters: str | None) -> list[Row]:
        return [{"grade_renal": letter} for letter in letters]

    query = [(1, "CROSS-Q05", "grade_renal")]
    cases: list[Case] = [(grades(letter, "E"), query) for letter in "ABCD"]
    cases += [
        (grades("E", "E"), []),
        (grades(None, "E"), []),
        (grades("C", "D"), []),
        (grades("C", None), []),
    ]
    cases += [(grades("C", None, "E"), [(2, "CROSS-Q05", "grade_renal")])]
    cases += [(grades("D", "E", "E"), [*query, (2, "CROSS-Q05", "grade_renal")])]
    expect(cases)


def test_skin_and_joints() -> None:
    expect(
        [
            ([{"RASH": "Y", "clasi_activity": 0}], [(0, "CROSS-Q07", "RASH")]),
            ([{"RASH": "Y", "clasi_activity": 1}], []),
            ([{"RASH": "N", "clasi_activity": 0}], []),
            ([{"RASH": "Y", "clasi_activity": None}], []),
            ([sledai() | {"clasi_activity": 1}], [(0, "CROSS-Q08", "clasi_activity")]),
            ([sledai() | {"clasi_activity": 0}], []),
            *(([sledai(code) | {"clasi_activity": 1}], []) for code in ("RASH", "ALOP", "MUCO")),
            ([sledai(undone=("MUCO",)) | {"clasi_activity": 1}], []),
            ([{"ARTH": "Y", "tender_joints": 0, "swollen_joints": 0}], [(0, "CROSS-Q09", "ARTH")]),
            ([{"ARTH": "Y", "tender_joints": 1, "swollen_joints": 0}], []),
            ([{"ARTH": "Y", "tender_joints": 0, "swollen_joints": 1}], []),
            ([{"ARTH": "N", "tender_joints": 0, "swollen_joints": 0}], []),
            ([{"ARTH": "Y", "tender_joints": None, "swollen_joints": 0}], []),
        ]
    )


def test_totals() -> None:
    expect(
        [
            ([sledai("RASH") | {"PGA": 0.0}], [(0, "CROSS-Q10", "PGA")]),
            ([sledai("RASH") | {"PGA": 0.01}], []),
            ([sledai("COMP", "DNA") | {"PGA": 0.0}], []),  # serology alone is no clinical activity
            ([sledai("WBC", undone=("SEIZ",)) | {"PGA": 0.0}], [(0, "CROSS-Q10", "PGA")]),
            ([sledai() | {"PGA": 0.0}], []),
            ([sledai("RASH") | {"PGA": None}], []),
            ([sledai() | {"PGA": 2.0}], [(0, "CROSS-Q11", "PGA")]),
            ([sledai() | {"PGA": 1.99}], []),
            ([sledai("DNA") | {"PGA": 2.0}], []),
            ([sledai(undone=("DNA",)) | {"PGA": 2.0}], []),
            ([sledai("SEIZ", "DNA") | {"sledai_total": 8}], [(0, "CROSS-Q12", "sledai_total")]),
            ([sledai("SEIZ", "DNA") | {"sledai_total": 10}], []),
            ([sledai("SEIZ", undone=("DNA",)) | {"sledai_total": 9}], []),
            ([sledai("SEIZ", "DNA") | {"sledai_total": None}], []),
        ]
    )
    (query,) = told("cross_checks", sledai("SEIZ", "DNA") | {"sledai": 8, "PGA": 1.0})
    assert query[3] == "sledai_total=8, sledai_sum=10"
    (query,) = told("cross_checks", sledai("SEIZ", "DNA") | {"pga": 0.0})
    assert query[3] == "PGA=0, descriptors=SEIZ, DNA"


def test_answers_against_results_of_either_kind() -> None:
    """Platelets, white cells and protein stand in BILAG too; the laboratory's own column comes first."""
    yes, no = [(0, "LABS-Q01", "PLT")], [(0, "LABS-Q02", "PLT")]
    expect(
        [
            ([{"PLT": "Y", "HAE_PLT": 100.0}], yes),
            ([{"PLT": "Y", "HAE_PLT": 99.9}], []),
            ([{"PLT": "N", "HAE_PLT": 99.9}], no),
            ([{"PLT": "N", "HAE_PLT": 99.9, "not_due_to_lupus_HAE_PLT": "Y"}], []),
            ([{"PLT": "N", "HAE_PLT": 99.9, "not_due_to_lupus_HAE_PLT": "N"}], no),
            ([{"PLT": "N", "HAE_PLT": None}], []),
            ([{"PLT": "Y", "HAE_PLT": 50.0, "platelets": 120.0}], yes),
            ([{"PLT": "N", "platelets": 50.0, "HAE_PLT": 50.0, "not_due_to_lupus_HAE_PLT": "Y"}], no),
            ([{"PLT": "N", "platelets": 50.0, "excluded_platelets": "Y"}], []),
            ([{"WBC": "N", "HAE_WBC": 2.9}], [(0, "LABS-Q02", "WBC")]),
            ([{"WBC": "Y", "HAE_WBC": 3.0}], [(0, "LABS-Q01", "WBC")]),
            ([{"FEVR": "Y", "temperature": 38.0}], [(0, "LABS-Q01", "FEVR")]),
            ([{"FEVR": "N", "temperature": 38.1}], [(0, "LABS-Q02", "FEVR")]),
            ([{"ARTH": "Y", "joints": 2.0}], [(0, "LABS-Q01", "ARTH")]),
            ([{"ARTH": "N", "joints": 3.0}], [(0, "LABS-Q02", "ARTH")]),
        ]
    )
    expect([([{"ARTH": "N", "joints": 2.0}], [(0, "LABS-Q02", "ARTH")])], sledai_version="sledai2k")
    proteins: list[Row] = [
        {"PROT": "N", "REN_P24": 0.3},
        {"PROT": "N", "REN_P24": 2.0},
        {"PROT": "Y", "REN_P24": 2.0},
    ]
    expect([(proteins, [(1, "LABS-Q02", "PROT"), (2, "LABS-Q01", "PROT")])])
    expect([(proteins, [(1, "LABS-Q02", "PROT")])], sledai_version="sledai2k")
    expect([([{"PROT": "Y", "REN_PCR": 50.0}], [(0, "LABS-Q01", "PROT")])])
    assert told("cross_checks", {"PLT": "Y", "HAE_PLT": 120.0})[0][3] == "PLT=Y, PLT_proposed=N, HAE_PLT=120"


@pytest.mark.parametrize("reasons", [True, False])
def test_as_an_instrument_it_counts_its_queries(reasons: bool) -> None:  # noqa: FBT001  # parametrised
    rows = [
        sledai("RASH") | {"clasi_activity": 0, "PGA": 0.0, "urine_rbc": ">50"},
        sledai() | {"clasi_activity": 0, "PGA": 0.0, "urine_rbc": "1"},
    ]
    frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)])
    found = score("cross_checks", frame, reasons=reasons).rows(named=True)
    assert [row["queries"] for row in found] == [3, 0]
    assert [row["state"] for row in found] == ["to verify", "consistent"]
    assert [row["sledai_sum"] for row in found] == [2, 0]
    assert [row["descriptors"] for row in found] == ["RASH", None]
    told_reasons = ["CROSS-Q07 RASH; CROSS-Q10 PGA; LABS-Q02 HAEM", None] if reasons else [None, None]
    assert [row["reasons"] for row in found] == told_reasons
    assert found[0]["scored_by"].startswith("cross_checks 1.0 sledai_version=selena #")


def test_the_count_is_that_of_the_queries() -> None:
    people = [[sledai("RASH", "PROT") | {"PGA": 0.0, "clasi_activity": 0}], [sledai()], [sledai("ARTH")]]
    frame = pl.DataFrame(
        [{"USUBJID": f"{n:04d}", "VISITNUM": 0, **rows[0]} for n, rows in enumerate(people)],
        infer_schema_length=None,
    )
    found = asked_each("cross_checks", people)
    assert score("cross_checks", frame)["queries"].to_list() == [len(queries) for queries in found]
