"""BILAG-2004 flare, derived by hand from the rule in the reference (07-flare).

Severe: at least one new A. Moderate: no new A, at least two new B. Mild: exactly one new B, or at least three
new C. New: higher than at the previous visit and decided by an item scored 3 or 4; for renal and
haematological the change of the grade is enough.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, INSTRUMENTS, queries, score, sign_off_items
from lupustrial.instruments._bilag_flare_rules import new_grade

Row = dict[str, Any]

ALL = "YYYYYYYYY"


def visit(grades: str, decided: str = ALL, **others: Any) -> Row:
    """Return the columns of a visit; ``?`` is not known."""
    row: Row = {}
    for domain, grade, flag in zip(DOMAINS, grades, decided, strict=True):
        row[f"grade_{domain}"] = None if grade == "?" else grade
        row[f"deciding_{domain}"] = None if flag == "?" else flag
    return row | others


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)],
        infer_schema_length=None,
    )


def last(*rows: Row, **settings: Any) -> Row:
    return score("bilag2004_flare", frame(*rows), settings=settings).row(-1, named=True)


def counts(row: Row) -> tuple[int | None, ...]:
    return tuple(row[f"n_new_{letter}"] for letter in "abc")


@pytest.mark.parametrize(
    ("before", "now", "state", "new"),
    [
        ("EEEEEEEEE", "EEEEEEEEE", "none", (0, 0, 0)),
        ("EEEEEEEEE", "AEEEEEEEE", "severe", (1, 0, 0)),
        ("EBEEEEEEE", "EAEEEEEEE", "severe", (1, 0, 0)),
        ("ECDEEEEEE", "EAAEEEEEE", "severe", (2, 0, 0)),
        ("EADEEEEEE", "EABEEEEEE", "mild", (0, 1, 0)),  # A before: not a new A
        ("ECDEEEEEE", "EABBEEEEE", "severe", (1, 2, 0)),
        ("ECDEEEEEE", "EBBEEEEEE", "moderate", (0, 2, 0)),
        ("ECDEEEEEE", "EBBBEEEEE", "moderate", (0, 3, 0)),
        ("ECEEEEEEE", "EBEEEEEEE", "mild", (0, 1, 0)),  # B after C
        ("EDEEEEEEE", "EBEEEEEEE", "mild", (0, 1, 0)),  # B after D
        ("EEEEEEEEE", "EBEEEEEEE", "mild", (0, 1, 0)),  # B after E
        ("EAEEEEEEE", "EBEEEEEEE", "none", (0, 0, 0)),  # an improving A
        ("EBEEEEEEE", "EBEEEEEEE", "none", (0, 0, 0)),
        ("EDEEEEEEE", "ECEEEEEEE", "none", (0, 0, 1)),
        ("EDEEEEEEE", "ECCEEEEEE", "none", (0, 0, 2)),
        ("EDEEEEEEE", "ECCCEEEEE", "mild", (0, 0, 3)),  # C after D and after E
        ("EDEEEEEEE", "ECCCCEEEE", "mild", (0, 0, 4)),
        ("ECCBEEEEE", "ECCCEEEEE", "none", (0, 0, 0)),  # C before, or B before
        ("EDEEEEEEE", "EBCCEEEEE", "mild", (0, 1, 2)),
        ("AAAAAAAAA", "EEEEEEEEE", "none", (0, 0, 0)),
        ("EEEEEEEEE", "DDDDDDDDD", "none", (0, 0, 0)),  # D is no activity
    ],
)
def test_state_and_counts(before: str, now: str, state: str, new: tuple[int, int, int]) -> None:
    found = last(visit(before), visit(now))
    assert (found["state"], counts(found), found["completeness"]) == (state, new, "complete")
    assert found["flare"] == ("N" if state == "none" else "Y")
    assert found["severe_flare"] == ("Y" if state == "severe" else "N")


@pytest.mark.parametrize("domain", range(9))
@pytest.mark.parametrize("setting", ["scored_domains", "all_domains", "no_domain"])
def test_a_new_grade_needs_a_deciding_item(domain: int, setting: str) -> None:
    """By default not in renal (7) and haematological (8)."""
    for grade, state in (("A", "severe"), ("B", "mild")):
        now = "E" * domain + grade + "E" * (8 - domain)
        undecided = ALL[:domain] + "N" + ALL[domain + 1 :]
        found = last(visit("E" * 9), visit(now, undecided), bilag_flare_deciding_item=setting)
        counted = setting == "no_domain" or (setting == "scored_domains" and domain in (7, 8))
        assert found["state"] == (state if counted else "none")


@pytest.mark.parametrize(
    ("setting", "decided", "state"),
    [("not_new", "Y", "none"), ("new", "Y", "severe"), ("new", "N", "none"), ("new", "?", "undecided")],
)
def test_still_a_with_a_deciding_item_by_setting(setting: str, decided: str, state: str) -> None:
    rows = visit("AEEEEEEEE"), visit("AEEEEEEEE", decided + "NNNNNNNN")
    assert last(*rows, bilag_flare_still_a=setting)["state"] == state
    # Improving from A is never new, and in renal no item is asked for, so nothing tells that it is.
    assert last(visit("AEEEEEEEE"), visit("BEEEEEEEE"), bilag_flare_still_a=setting)["state"] == "none"
    assert last(visit("BEEEEEEEE"), visit("BEEEEEEEE"), bilag_flare_still_a=setting)["state"] == "none"
    renal = last(visit("EEEEEEEAE"), visit("EEEEEEEAE"), bilag_flare_still_a=setting)
    assert renal["state"] == "none"
    asked = {"bilag_flare_still_a": setting, "bilag_flare_deciding_item": "all_domains"}
    told = last(visit("EEEEEEEAE"), visit("EEEEEEEAE"), **asked)
    assert told["state"] == ("severe" if setting == "new" else "none")


@pytest.mark.parametrize(
    ("before", "now", "decided", "state", "low", "high", "new"),
    [
        # A new A elsewhere decides.
        ("EEEEEEEEE", "A?EEEEEEE", ALL, "severe", "severe", "severe", (None, None, None)),
        ("EEEEEEEEE", "A?EEEEEEE", "YNYYYYYYY", "severe", "severe", "severe", (1, 0, 0)),
        ("?EEEEEEEE", "AEEEEEEEE", ALL, "undecided", "none", "severe", (None, 0, 0)),
        ("?EEEEEEEE", "BEEEEEEEE", ALL, "undecided", "none", "mild", (0, None, 0)),
        ("?EEEEEEEE", "CEEEEEEEE", ALL, "none", "none", "none", (0, 0, None)),
        ("?EEEEEEEE", "DEEEEEEEE", ALL, "none", "none", "none", (0, 0, 0)),
        ("AEEEEEEEE", "?EEEEEEEE", ALL, "none", "none", "none", (0, 0, 0)),
        ("BEEEEEEEE", "?EEEEEEEE", ALL, "undecided", "none", "severe", (None, 0, 0)),
        ("CEEEEEEEE", "?EEEEEEEE", ALL, "undecided", "none", "severe", (None, None, 0)),
        ("EEEEEEEEE", "?EEEEEEEE", ALL, "undecided", "none", "severe", (None, None, None)),
        ("EEEEEEEEE", "BEEEEEEEE", "?YYYYYYYY", "undecided", "none", "mild", (0, None, 0)),
        ("EEEEEEEEE", "BBEEEEEEE", "?YYYYYYYY", "undecided", "mild", "moderate", (0, None, 0)),
        ("EEEEEEEEE", "BBBEEEEEE", "?YYYYYYYY", "moderate", "moderate", "moderate", (0, None, 0)),
        ("EEEEEEEEE", "ABEEEEEEE", "?YYYYYYYY", "undecided", "mild", "severe", (None, 1, 0)),
        ("EEEEEEEEE", "CCCEEEEEE", "?YYYYYYYY", "undecided", "none", "mild", (0, 0, None)),
        ("EEEEEEEEE", "CCCCEEEEE", "?YYYYYYYY", "mild", "mild", "mild", (0, 0, None)),
        ("BEEEEEEEE", "BEEEEEEEE", "?YYYYYYYY", "none", "none", "none", (0, 0, 0)),
        ("EEEEEEEEE", "EEEEEEEBE", "???????YY", "mild", "mild", "mild", (0, 1, 0)),
    ],
)
def test_what_is_not_known(
    before: str, now: str, decided: str, state: str, low: str, high: str, new: tuple[int | None, ...]
) -> None:
    found = last(visit(before), visit(now, decided))
    assert (found["state"], found["state_lower"], found["state_upper"]) == (state, low, high)
    assert counts(found) == new
    assert found["completeness"] == ("incomplete" if state == "undecided" else "complete")


@pytest.mark.parametrize(
    ("low", "high", "state", "new"),
    [
        ("B", "A", "undecided", (None, None, 0)),
        ("D", "B", "undecided", (0, None, None)),
        ("C", "B", "undecided", (0, None, None)),
        ("D", "C", "none", (0, 0, None)),
        ("E", "D", "none", (0, 0, 0)),
        ("A", "A", "severe", (1, 0, 0)),
    ],
)
def test_grades_within_bounds(low: str, high: str, state: str, new: tuple[int | None, ...]) -> None:
    bounds = {"lower_constitutional": low, "upper_constitutional": high}
    found = last(visit("EEEEEEEEE"), visit("?EEEEEEEE", **bounds))
    assert (found["state"], counts(found)) == (state, new)


def test_reasons() -> None:
    found = last(visit("ECDEEEEDE"), visit("?ABCEEEBE", "?YYYYYYYY"))
    assert found["reasons"] == (
        "new A: mucocutaneous (C to A); new B: neuropsychiatric (D to B), renal (D to B); "
        "new C: musculoskeletal (E to C); not known: constitutional"
    )
    assert last(visit("EEEEEEEEE"), visit("ECEEEEEEE"))["reasons"] == (
        "new C: mucocutaneous (E to C); no new grade that makes a flare"
    )
    undecided = last(visit("ECDDBEEEE"), visit("EBCDBDEEE", "YNNNNNYYY"))
    assert undecided["reasons"] == (
        "no item scored 3 or 4: mucocutaneous (C to B), neuropsychiatric (D to C); "
        "no new grade that makes a flare"
    )
    assert last(visit("EEEEEEEEE"))["reasons"] == "no previous visit"
    found = last(visit("AEEEEEEEE"), visit("AEEEEEEEE"), bilag_flare_still_a="new")
    assert found["reasons"] == "new A: constitutional (A to A)"


def test_the_first_visit_is_not_evaluable_and_each_later_one_is_against_the_one_before() -> None:
    rows = score(
        "bilag2004_flare",
        frame(*(visit(letter + "EEEEEEEE") for letter in "ABAAC")),
    ).rows(named=True)
    assert [row["state"] for row in rows] == ["not evaluable", "none", "severe", "none", "none"]
    assert [row["first_flare"] for row in rows] == [None, "N", "Y", "N", "N"]
    assert [row["completeness"] for row in rows] == ["not evaluable"] + ["complete"] * 4
    assert counts(rows[0]) == (None, None, None)


@pytest.mark.parametrize(
    ("middle", "preceding", "assessed"),
    [
        ("?EEEEEEEE", "undecided", "severe"),
        ("BEEEEEEEE", "severe", "severe"),
        ("AEEEEEEEE", "none", "none"),
    ],
)
def test_a_grade_not_given_at_the_preceding_visit(middle: str, preceding: str, assessed: str) -> None:
    """Constitutional E, then the middle, then A."""
    rows = visit("EEEEEEEEE"), visit(middle), visit("AEEEEEEEE")
    assert last(*rows)["state"] == preceding
    assert last(*rows, flare_previous="last_assessed")["state"] == assessed


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [("D", "A", "severe"), ("C", "A", "undecided"), ("E", "B", "severe"), ("A", "A", "none")],
)
def test_bounds_at_the_preceding_visit(low: str, high: str, state: str) -> None:
    """E, then within bounds, then A; D to A tells nothing of present activity, so E is the last known."""
    middle = visit("?EEEEEEEE", lower_constitutional=low, upper_constitutional=high)
    found = last(visit("EEEEEEEEE"), middle, visit("AEEEEEEEE"), flare_previous="last_assessed")
    assert found["state"] == state


def test_the_onset_dates_the_flare_and_is_queried() -> None:
    rows = [
        visit("EEEEEEEEE", ADT="2024-01-01"),
        visit("AEEEEEEEE", ADT="2024-02-01", flare_onset="2024-01-10"),
    ]
    assert str(last(*rows)["flare_date"]) == "2024-01-10"
    assert queries("bilag2004_flare", frame(*rows)).height == 0
    late = [rows[0], rows[1] | {"flare_onset": "2024-02-02"}]
    assert queries("bilag2004_flare", frame(*late))["query"].to_list() == ["BILAGF-Q09"]


# From the items: the deciding flag is derived.

ITEMS: Row = {item.code: {"ord": 0, "yn": "N"}.get(item.kind) for item in INSTRUMENTS["bilag2004"].items} | {
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


FLARES: list[tuple[Row, Row, str, tuple[int, int, int]]] = [
    ({}, {"MUC_RASH_SEV": 4}, "severe", (1, 0, 0)),
    ({}, {"MUC_RASH_SEV": 3}, "severe", (1, 0, 0)),
    ({}, {"MUC_RASH_SEV": 2}, "none", (0, 0, 0)),  # A without an item that is worse or new
    ({}, {"MUC_RASH_SEV": 2, "MUC_ANGIO_SEV": 3}, "severe", (1, 0, 0)),
    ({}, {"MUC_RASH_SEV": 2, "MUC_RASH_MILD": 4}, "none", (0, 0, 0)),  # the mild rash does not decide A
    ({}, {"MUC_RASH_MILD": 4}, "mild", (0, 1, 0)),
    ({}, {"MUC_RASH_SEV": 1, "MUC_RASH_MILD": 4}, "mild", (0, 1, 0)),
    ({}, {"MUC_RASH_SEV": 1, "MUC_ULC_MILD": 4}, "none", (0, 0, 0)),  # B by an improving item
    ({}, {"MUC_RASH_MILD": 4, "OPH_ANTUV": 3}, "moderate", (0, 2, 0)),
    ({"MUC_RASH_SEV": 4}, {"MUC_RASH_SEV": 1}, "none", (0, 0, 0)),  # an improving A
    ({}, {"MUC_ULC_MILD": 4, "OPH_EPISC": 3, "MSK_ART_MILD": 4}, "mild", (0, 0, 3)),
    ({}, {"MUC_ULC_MILD": 4, "OPH_EPISC": 3, "MSK_ART_MILD": 2}, "none", (0, 0, 2)),
    # Constitutional: A is fever and two others, B fever or two others, C any.
    ({}, {"CON_FEVER": 2, "CON_WTLOSS": 2, "CON_NODES": 3}, "severe", (1, 0, 0)),
    ({}, {"CON_FEVER": 3, "CON_WTLOSS": 2, "CON_NODES": 2}, "severe", (1, 0, 0)),
    ({}, {"CON_FEVER": 2, "CON_WTLOSS": 2, "CON_NODES": 2}, "none", (0, 0, 0)),
    ({}, {"CON_FEVER": 2, "CON_WTLOSS": 4}, "none", (0, 0, 0)),  # fever alone makes B, and is the same
    ({}, {"CON_FEVER": 4, "CON_WTLOSS": 2}, "mild", (0, 1, 0)),
    ({}, {"CON_FEVER": 3}, "mild", (0, 1, 0)),
    ({}, {"CON_WTLOSS": 2, "CON_ANOREX": 4}, "mild", (0, 1, 0)),
    ({}, {"CON_WTLOSS": 2, "CON_ANOREX": 2}, "none", (0, 0, 0)),
    ({}, {"CON_FEVER": 1, "CON_WTLOSS": 2, "CON_ANOREX": 4}, "mild", (0, 1, 0)),
    ({}, {"CON_WTLOSS": 3}, "none", (0, 0, 1)),
    ({}, {"CON_WTLOSS": 2}, "none", (0, 0, 0)),
    ({}, {"CON_FEVER": 1}, "none", (0, 0, 0)),
    # Renal and haematological: the change of the grade is enough.
    ({}, {"HAE_PLT": 20.0}, "severe", (1, 0, 0)),
    ({}, {"HAE_PLT": 30.0}, "mild", (0, 1, 0)),
    ({}, {"HAE_TTP": 2}, "severe", (1, 0, 0)),
    ({}, {"REN_SEDIMENT": "Y", "REN_ACCHTN": "Y"}, "severe", (1, 0, 0)),
]


@cache
def scored(instrument: str, *, grades: str) -> pl.DataFrame:
    """Score all cases at once, each as a participant of its own."""
    pairs = (
        [(before, now) for before, now, _, _ in FLARES]
        if grades == "flares"
        else [({}, now) for now, _, _ in OPEN]
    )
    rows = pl.concat(
        frame(ITEMS | before, ITEMS | now).with_columns(USUBJID=pl.lit(f"{number:03}"))
        for number, (before, now) in enumerate(pairs)
    )
    settings = {} if grades == "flares" else {"bilag_missing": "strict"}
    return score(instrument, rows, settings=settings).filter(pl.col("VISITNUM") == 1)


@pytest.mark.parametrize("case", range(len(FLARES)))
def test_from_items(case: int) -> None:
    _, _, state, new = FLARES[case]
    found = scored("bilag2004_flare", grades="flares").row(case, named=True)
    assert (found["state"], counts(found), found["completeness"]) == (state, new, "complete"), FLARES[case]
    assert "bilag2004_deciding 1.0" in found["scored_by"]


#: Items, the domain, and whether an item scored 3 or 4 decides its grade.
OPEN: list[tuple[Row, str, str | None]] = [
    ({"MUC_RASH_SEV": None}, "mucocutaneous", None),
    ({"MUC_RASH_SEV": None, "MUC_ANGIO_SEV": 3}, "mucocutaneous", "Y"),
    ({"MUC_RASH_SEV": None, "MUC_RASH_MILD": 4}, "mucocutaneous", None),  # A at 2 would take the decision
    ({"MUC_RASH_MILD": None, "MUC_RASH_SEV": 2}, "mucocutaneous", "N"),
    ({"MUC_RASH_MILD": None, "MUC_RASH_SEV": 4}, "mucocutaneous", "Y"),
    ({"MUC_ALOP_SEV": None, "MUC_RASH_MILD": 4}, "mucocutaneous", "Y"),
    ({"MUC_ALOP_SEV": None, "MUC_RASH_MILD": 2}, "mucocutaneous", None),
    ({"CON_FEVER": None}, "constitutional", None),
    ({"CON_FEVER": None, "CON_WTLOSS": 4}, "constitutional", None),  # fever at 2 would make B by itself
    ({"CON_FEVER": None, "CON_WTLOSS": 4, "CON_NODES": 2}, "constitutional", "Y"),
    ({"CON_FEVER": None, "CON_WTLOSS": 2, "CON_NODES": 2}, "constitutional", None),
    ({"CON_FEVER": 2, "CON_WTLOSS": None}, "constitutional", "N"),  # at most one other
    ({"CON_FEVER": 2, "CON_WTLOSS": None, "CON_NODES": 2}, "constitutional", None),
    ({"CON_FEVER": 2, "CON_WTLOSS": None, "CON_NODES": 4}, "constitutional", None),
    ({"CON_FEVER": 3, "CON_WTLOSS": None}, "constitutional", "Y"),
    ({"CON_WTLOSS": None, "CON_NODES": 4}, "constitutional", "Y"),  # C or B, both by nodes
    ({"CON_WTLOSS": None, "CON_NODES": 2}, "constitutional", None),
]


@pytest.mark.parametrize("case", range(len(OPEN)))
def test_deciding_item_with_items_not_done(case: int) -> None:
    _, domain, decided = OPEN[case]
    found = scored("bilag2004_deciding", grades="open").row(case, named=True)
    assert found[f"deciding_{domain}"] == decided, OPEN[case]


def test_items_not_done_count_as_absent_where_bilag_is_set_so() -> None:
    row = frame(ITEMS | {"MUC_RASH_SEV": None, "MUC_RASH_MILD": 4, "OPH_ORBIT": None})
    found = score("bilag2004_deciding", row).row(0, named=True)
    assert (found["grade_mucocutaneous"], found["deciding_mucocutaneous"]) == ("B", "Y")
    assert (found["grade_ophthalmic"], found["deciding_ophthalmic"]) == ("E", "N")


def test_an_item_not_done_leaves_the_flare_open() -> None:
    found = last(ITEMS, ITEMS | {"MUC_RASH_SEV": None})
    assert (found["state"], found["state_lower"], found["state_upper"]) == ("undecided", "none", "severe")
    found = last(ITEMS, ITEMS | {"MUC_RASH_SEV": None}, bilag_missing="as_absent")
    assert found["state"] == "none"


def test_deciding_items_have_the_grades_of_bilag() -> None:
    row = frame(ITEMS | {"MUC_RASH_SEV": 4, "NPS_SEIZ": 1})
    plain, more = score("bilag2004", row), score("bilag2004_deciding", row)
    assert more.drop("scored_by", pl.selectors.starts_with("deciding_")).equals(plain.drop("scored_by"))


def test_uncertain_rules_are_listed() -> None:
    listed = {item.setting: item.tag for item in sign_off_items("bilag2004_flare")}
    assert {"bilag_flare_still_a": "D", "bilag_flare_deciding_item": "D"}.items() <= listed.items()


def test_the_rule_of_one_domain() -> None:
    """Ranks 4 = A to 0 = E; what is not new is 0."""
    now, before = (np.array(ranks) for ranks in ([4, 3, 2, 1, 4, 2, 3], [3, 4, 0, 0, 4, 2, 0]))
    decided = np.array([True, True, True, True, True, True, False])
    assert new_grade(before, now, decided, still_a=False).tolist() == [4, 0, 2, 0, 0, 0, 0]
    assert new_grade(before, now, decided, still_a=True).tolist() == [4, 0, 2, 0, 4, 0, 0]
