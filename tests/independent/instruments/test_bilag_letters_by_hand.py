"""Classic BILAG and BILAG-2004 as entered grades, and the systems tally, by hand from the reference.

Classic (03-bilag-classic): A 9, B 3, C 1, D and E 0 over eight domains. BILAG-2004 (02-bilag2004): 12, 8, 1
over nine. Active: at least one A or two B.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, queries, score, sign_off_items

Row = dict[str, Any]

CLASSIC = (
    "general",
    "mucocutaneous",
    "neurological",
    "musculoskeletal",
    "cardiorespiratory",
    "vasculitis",
    "renal",
    "haematological",
)
OF = {"bilag_classic": CLASSIC, "bilag2004_numeric": DOMAINS, "bilag2004_bst": DOMAINS}


def visit(index: str, letters: str, **others: Any) -> Row:
    """Return the columns of a visit; ``?`` is not known."""
    grades = zip(OF[index], letters, strict=True)
    return {f"grade_{domain}": None if letter == "?" else letter for domain, letter in grades} | others


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)],
        infer_schema_length=None,
    )


def one(index: str, letters: str, settings: Row | None = None, **others: Any) -> Row:
    return score(index, frame(visit(index, letters, **others)), settings=settings).row(0, named=True)


@pytest.mark.parametrize(
    ("index", "letters", "numeric", "worst", "active"),
    [
        ("bilag_classic", "AAAAAAAA", 72, "A", True),
        ("bilag_classic", "EEEEEEEE", 0, "E", False),
        ("bilag_classic", "DEEEEEEE", 0, "D", False),
        ("bilag_classic", "ABCDEEEE", 13, "A", True),  # 9 + 3 + 1
        ("bilag_classic", "EEEEEEEB", 3, "B", False),  # one B is not active
        ("bilag_classic", "BEEEEEEB", 6, "B", True),
        ("bilag_classic", "CCCCCCCC", 8, "C", False),
        ("bilag_classic", "EEEEAEEE", 9, "A", True),
        ("bilag2004_numeric", "AAAAAAAAA", 108, "A", True),
        ("bilag2004_numeric", "ABCDEEEEE", 21, "A", True),  # 12 + 8 + 1
        ("bilag2004_numeric", "DDDDDDDDB", 8, "B", False),
        ("bilag2004_numeric", "BEEEEEEEB", 16, "B", True),
        ("bilag2004_numeric", "CCCCCCCCC", 9, "C", False),
    ],
)
def test_numeric_worst_and_active(index: str, letters: str, numeric: int, worst: str, active: bool) -> None:  # noqa: FBT001  # parametrised
    row = one(index, letters)
    assert (row["numeric"], row["worst"], row["active"]) == (numeric, worst, active)
    assert (row["lower"], row["upper"], row["completeness"]) == (numeric, numeric, "complete")


@pytest.mark.parametrize("index", ["bilag_classic", "bilag2004_numeric"])
@pytest.mark.parametrize(("scheme", "numeric"), [("12-8-1", 21), ("9-3-1", 13), ("12-5-1", 18)])
def test_numeric_schemes(index: str, scheme: str, numeric: int) -> None:
    letters = "ABC" + "E" * (len(OF[index]) - 3)
    row = one(index, letters, {"bilag_numeric_scheme": scheme})
    assert (row["numeric"], f"bilag_numeric_scheme={scheme}" in row["scored_by"]) == (numeric, True)


def test_a_grade_not_given_leaves_bounds() -> None:
    row = one("bilag_classic", "BCEEEEE?")
    assert (row["numeric"], row["lower"], row["upper"], row["completeness"]) == (None, 4, 13, "incomplete")
    assert (row["worst"], row["active"]) == (None, None)
    assert row["reasons"] == "general B 3; mucocutaneous C 1; not known: haematological E to A"
    row = one("bilag_classic", "AEEEEEE?")
    assert (row["worst"], row["active"], row["numeric"]) == ("A", True, None)
    row = one("bilag2004_numeric", "BEEEEEEE?", lower_haematological="C", upper_haematological="B")
    assert (row["lower"], row["upper"], row["worst"], row["active"]) == (9, 16, "B", None)


def test_a_grade_known_but_for_its_history_leaves_the_score_known() -> None:
    row = one("bilag2004_numeric", "BEEEEEEE?", lower_haematological="E", upper_haematological="D")
    assert (row["numeric"], row["worst"], row["active"], row["completeness"]) == (8, "B", False, "incomplete")


def test_reasons_tell_the_points() -> None:
    assert one("bilag_classic", "ADECEBEE")["reasons"] == "general A 9; musculoskeletal C 1; vasculitis B 3"
    assert one("bilag2004_numeric", "EEEEEEEED")["reasons"] is None


@pytest.mark.parametrize("index", ["bilag_classic", "bilag2004_numeric"])
@pytest.mark.parametrize(
    ("letters", "asked"),
    [
        ("CE", "Q01"),
        ("DE", "Q01"),
        ("ADE", "Q01"),
        ("AE", "Q01"),
        ("ED", "Q02"),
        ("EED", "Q02"),
        ("E?D", "Q02"),
        ("A?E", "Q01"),
        ("AD", ""),
        ("D", ""),
        ("E", ""),
        ("EE", ""),
        ("DD", ""),
        ("?D", ""),
        ("?E", ""),
        ("EC", ""),
        ("ECD", ""),
    ],
)
def test_history_queries(index: str, letters: str, asked: str) -> None:
    """E after A to D, and D after nothing but E, in one domain; the last visit is asked about."""
    others = "E" * (len(OF[index]) - 2)
    found = queries(index, frame(*(visit(index, "E" + letter + others) for letter in letters)))
    prefix = {"bilag_classic": "BILAGC", "bilag2004_numeric": "BILAGN"}[index]
    assert found["query"].to_list() == ([f"{prefix}-{asked}"] if asked else [])
    assert found["item"].to_list() == (["grade_mucocutaneous"] if asked else [])
    assert found["VISITNUM"].to_list() == ([len(letters) - 1] if asked else [])
    if letters == "CE":
        assert found["values"].to_list() == ["grade_mucocutaneous=E, previous grade_mucocutaneous=C"]


# Grades from items, classic BILAG, off by default: musculoskeletal and vasculitis [S06].

MUSCLE: Row = dict.fromkeys(
    (
        "CMSK_MYOSITIS",
        "CMSK_POLYARTHRITIS",
        "CMSK_ARTHRITIS",
        "CMSK_TENDONITIS",
        "CMSK_CHRONIC_MYOSITIS",
        "CMSK_ARTHRALGIA",
        "CMSK_MYALGIA",
        "CMSK_CONTRACTURE",
        "CMSK_NECROSIS",
    ),
    0,
)
VESSEL: Row = dict.fromkeys(
    (
        "CVAS_SKIN_MAJOR",
        "CVAS_ABDOMINAL",
        "CVAS_THROMBO_RECURRENT",
        "CVAS_RAYNAUD",
        "CVAS_LIVEDO",
        "CVAS_PHLEBITIS",
        "CVAS_SKIN_MINOR",
        "CVAS_THROMBO_FIRST",
    ),
    0,
)
GRADES = {
    # item: grade by value 0, 1, 2, 3, 4
    "CMSK_MYOSITIS": "ECAAA",
    "CMSK_POLYARTHRITIS": "ECAAA",
    "CMSK_ARTHRITIS": "ECBBB",
    "CMSK_TENDONITIS": "ECBBB",
    "CMSK_CHRONIC_MYOSITIS": "ECCCC",
    "CMSK_ARTHRALGIA": "ECCCC",
    "CMSK_MYALGIA": "ECCCC",
    "CMSK_CONTRACTURE": "ECCCC",
    "CMSK_NECROSIS": "ECCCC",
    "CVAS_SKIN_MAJOR": "ECAAA",
    "CVAS_ABDOMINAL": "ECAAA",
    "CVAS_THROMBO_RECURRENT": "ECAAA",
    "CVAS_RAYNAUD": "EECCC",
    "CVAS_LIVEDO": "EECCC",
    "CVAS_PHLEBITIS": "ECBBB",
    "CVAS_SKIN_MINOR": "ECBBB",
    "CVAS_THROMBO_FIRST": "ECBBB",
}
ON = {"bilag_classic_derive": "on"}
BLANK = "EEE?E?EE"


def derived(*rows: Row, settings: Row | None = None) -> list[Row]:
    visits = [visit("bilag_classic", BLANK) | MUSCLE | VESSEL | row for row in rows]
    return score("bilag_classic", frame(*visits), settings=ON if settings is None else settings).rows(
        named=True
    )


@pytest.mark.parametrize("code", list(GRADES))
def test_classic_grades_from_items(code: str) -> None:
    """Each value as a participant of its own, since an earlier activity makes E a D."""
    rows = pl.concat(
        frame(visit("bilag_classic", BLANK) | MUSCLE | VESSEL | {code: value}).with_columns(
            USUBJID=pl.lit(f"P{value}")
        )
        for value in range(5)
    )
    domain = "musculoskeletal" if code in MUSCLE else "vasculitis"
    found = score("bilag_classic", rows, settings=ON)
    assert "".join(found[f"derived_{domain}"]) == GRADES[code]
    points = {"A": 9, "B": 3, "C": 1, "E": 0}
    assert found["numeric"].to_list() == [points[letter] for letter in GRADES[code]]


def test_classic_items_are_not_used_unless_set() -> None:
    (row,) = derived({"CMSK_MYOSITIS": 4}, settings={})
    assert (row["derived_musculoskeletal"], row["numeric"], row["upper"]) == (None, None, 18)


def test_classic_items_not_done_leave_the_grade_open() -> None:
    (row,) = derived({"CMSK_MYOSITIS": None, "CMSK_ARTHRALGIA": 2})
    assert (row["derived_musculoskeletal"], row["lower"], row["upper"]) == (None, 1, 9)
    (row,) = derived({"CMSK_ARTHRALGIA": None, "CMSK_MYALGIA": 2})
    assert (row["derived_musculoskeletal"], row["numeric"], row["completeness"]) == ("C", 1, "complete")


def test_classic_history_of_derived_grades() -> None:
    def letters(*rows: Row) -> str:
        return "".join(row["derived_musculoskeletal"] or "?" for row in derived(*rows))

    entered = "grade_musculoskeletal"
    assert letters({"CMSK_MYALGIA": 1}, {}, {}) == "CDD"
    assert letters({"prior_involvement_musculoskeletal": "Y"}, {}) == "DD"
    assert letters({"prior_involvement_musculoskeletal": "N"}, {}) == "EE"
    assert letters({entered: "D"}, {}) == "DD"
    assert letters({entered: "A"}, {}) == "DD"
    assert letters({entered: "E"}, {}) == "EE"
    assert letters({"CMSK_MYALGIA": None}, {}) == "??"  # it may have been active before: D or E
    assert letters({"CMSK_MYALGIA": None, entered: "E"}, {}) == "?E"  # an entered grade settles it


def test_an_entered_classic_grade_goes_before_items_and_is_queried() -> None:
    rows = [visit("bilag_classic", "EEEBEEEE") | MUSCLE | VESSEL | {"CMSK_MYOSITIS": 4}]
    assert score("bilag_classic", frame(*rows), settings=ON)["numeric"][0] == 3
    found = queries("bilag_classic", frame(*rows), settings=ON)
    assert found["query"].to_list() == ["BILAGC-Q03"]
    assert found["values"].to_list() == ["grade_musculoskeletal=B, derived_musculoskeletal=A"]
    assert queries("bilag_classic", frame(*rows)).height == 0
    same = [rows[0] | {"grade_musculoskeletal": "A"}]
    assert queries("bilag_classic", frame(*same), settings=ON).height == 0


def test_uncertain_rules_are_listed() -> None:
    listed = [(item.setting, item.tag) for item in sign_off_items("bilag_classic")]
    assert ("bilag_classic_derive", "X?") in listed
    assert ("", "X?") in listed


# Systems tally.

TALLY = {
    "major_deterioration": "BA CA DA EA DB EB",
    "minor_deterioration": "CB",
    "persistent_activity": "AA BB",
    "major_improvement": "AC AD BD AE BE",
    "minor_improvement": "AB BC",
    "minimal": "CC CD CE DC DD DE EC ED EE",
}


def tally(*letters: str, **settings: str) -> list[Row]:
    rows = [visit("bilag2004_bst", each) for each in letters]
    return score("bilag2004_bst", frame(*rows), settings=settings).rows(named=True)


@pytest.mark.parametrize(("category", "step"), [(c, s) for c, steps in TALLY.items() for s in steps.split()])
def test_each_step_has_its_category(category: str, step: str) -> None:
    row = tally(step[0] + "EEEEEEEE", step[1] + "EEEEEEEE")[1]
    quiet = {f"n_{name}": 0 for name in TALLY} | {"n_minimal": 8}
    assert {name: row[name] for name in quiet} == quiet | {f"n_{category}": 9 if category == "minimal" else 1}
    assert row["completeness"] == "complete"


def test_tally_against_baseline_or_the_previous_visit() -> None:
    letters = ("CEEEEEEEE", "BEEEEEEEE", "AEEEEEEEE")
    rows = tally(*letters)
    assert [row["n_minor_deterioration"] for row in rows] == [None, 1, 0]
    assert [row["n_major_deterioration"] for row in rows] == [None, 0, 1]  # C to A
    assert [row["completeness"] for row in rows] == ["not evaluable", "complete", "complete"]
    assert [row["reasons"] for row in rows] == [
        "nothing to compare with",
        "minor deterioration: constitutional (C to B)",
        "major deterioration: constitutional (C to A)",
    ]
    rows = tally(*letters, bst_reference="previous_visit")
    assert [row["reasons"] for row in rows][1:] == [
        "minor deterioration: constitutional (C to B)",
        "major deterioration: constitutional (B to A)",
    ]
    flagged = frame(*(visit("bilag2004_bst", each) for each in letters)).with_columns(
        ABLFL=pl.Series([None, "Y", None], dtype=pl.String)
    )
    found = score("bilag2004_bst", flagged)["completeness"].to_list()
    assert found == ["not evaluable", "not evaluable", "complete"]
    found = score("bilag2004_bst", flagged, settings={"bst_reference": "previous_visit"})
    assert found["completeness"].to_list() == ["not evaluable", "complete", "complete"]


def test_tally_with_a_grade_not_known() -> None:
    row = tally("AEEEEEEEE", "?EEEEEEEE")[1]  # A to A, B, C, D or E
    assert (row["n_persistent_activity"], row["n_minor_improvement"], row["n_major_improvement"]) == (
        None,
        None,
        None,
    )
    assert (row["n_major_deterioration"], row["n_minimal"], row["completeness"]) == (0, 8, "incomplete")
    assert row["reasons"] == "not known: constitutional"
    row = tally("?EEEEEEEE", "AEEEEEEEE")[1]  # from A persistent, from others major deterioration
    assert (row["n_persistent_activity"], row["n_major_deterioration"], row["n_minimal"]) == (None, None, 8)
    rows = [
        visit("bilag2004_bst", "EEEEEEEEE"),
        visit("bilag2004_bst", "?EEEEEEEE", lower_constitutional="E", upper_constitutional="C"),
    ]
    row = score("bilag2004_bst", frame(*rows)).row(1, named=True)
    assert (row["n_minimal"], row["completeness"], row["reasons"]) == (9, "complete", None)
