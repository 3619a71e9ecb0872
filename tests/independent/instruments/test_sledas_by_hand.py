"""SLE-DAS worked out by hand from the coefficients of the reference, with ``math.log`` for the logarithms."""

from __future__ import annotations

from math import exp, log
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import INSTRUMENTS, queries, score, sign_off_items

Row = dict[str, Any]
FLAGS = {  # points of the yes/no parameters, typed from the reference
    "arthritis": 3.132,
    "mucocutaneous_vasculitis": 4.408,
    "localised_rash": 3.138,
    "generalised_rash": 3.887,
    "alopecia": 0.973,
    "mucosal_ulcers": 2.769,
    "hypocomplementaemia": 0.754,
    "anti_dsdna_raised": 0.956,
    "neuropsychiatric": 18.0,
    "systemic_vasculitis": 18.0,
    "cardiac_pulmonary": 18.0,
    "myositis": 9.0,
    "serositis": 6.0,
    "haemolytic_anaemia": 9.0,
}
QUIET: Row = {
    **dict.fromkeys(FLAGS, "N"),
    "swollen_joints": 0,
    "protein_mg": 100.0,
    "platelets": 250.0,
    "leukocytes": 6.0,
}


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def visits(*rows: Row, **settings: str) -> list[Row]:
    """Score visits; each row says what differs from inactive disease."""
    return score("sledas", frame(*(QUIET | row for row in rows)), settings=settings).rows(named=True)


def one(**row: Any) -> Row:
    return visits(row)[0]


def test_inactive_disease_scores_the_constant() -> None:
    row = one()
    assert (row["score"], row["lower"], row["upper"], row["state"]) == (0.37, 0.37, 0.37, "remission")
    assert (row["completeness"], row["reasons"]) == ("complete", None)
    assert row["scored_by"].startswith("sledas 1.0 sledas_rounding=rounded #")


@pytest.mark.parametrize(("flag", "points"), FLAGS.items())
def test_yes_no_parameters(flag: str, points: float) -> None:
    row = one(**{flag: "Y"})
    assert row["score"] == round(0.366 + points + 1e-9, 2)
    assert row["reasons"] == f"{flag} +{round(points + 1e-9, 2):g}"


@pytest.mark.parametrize(("joints", "expected"), [(0, 0.37), (1, 3.95), (2, 4.41), (28, 16.21)])
def test_swollen_joints_bring_arthritis_with_them(joints: int, expected: float) -> None:
    """0.366 + 3.132 + 0.454 n: 3.952, 4.406, 16.210."""
    assert one(swollen_joints=joints)["score"] == expected


@pytest.mark.parametrize(
    ("option", "by_joint", "by_clinician"),
    [("joints_or_clinician", 3.95, 3.5), ("clinician", 0.82, 3.5), ("joints", 3.95, 0.37)],
)
def test_what_counts_as_arthritis(option: str, by_joint: float, by_clinician: float) -> None:
    """One joint adds 0.454 whoever decides: 0.366 + 0.454 is 0.820 where the clinician says no."""
    found = visits({"swollen_joints": 1}, {"arthritis": "Y"}, sledas_arthritis=option)
    assert [row["score"] for row in found] == [by_joint, by_clinician]


@pytest.mark.parametrize(
    ("protein", "adds"),
    [
        (0.0, 0.0),
        (20.0, 0.0),
        (500.0, 0.0),
        (500.0001, 6.10),
        (500.1, 6.10),
        (3000.0, 12.93),
        (50000.0, 23.65),
    ],
)
def test_protein_above_500_mg(protein: float, adds: float) -> None:
    """-17.584 + 3.811 ln mg; the first and third values are check points of the reference."""
    if adds:
        assert -17.584 + 3.811 * log(protein) == pytest.approx(adds, abs=0.005)
    assert one(protein_mg=protein)["score"] == pytest.approx(0.366 + adds, abs=0.0101)
    assert (one(protein_mg=protein)["reasons"] is None) == (adds == 0.0)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("protein_mg", 3000.0, 0.366 - 17.584 + 3.811 * log(3000)),
        ("protein_mg", 501.0, 0.366 - 17.584 + 3.811 * log(501)),
        ("platelets", 20.0, 0.366 + 26.105 - 5.577 * log(20)),
        ("platelets", 99.9, 0.366 + 26.105 - 5.577 * log(99.9)),
        ("platelets", 1.0, 0.366 + 26.105),
        ("leukocytes", 2.0, 0.366 + 6.118 - 5.058 * log(2)),
        ("leukocytes", 2.99, 0.366 + 6.118 - 5.058 * log(2.99)),
        ("leukocytes", 1.0, 0.366 + 6.118),
        ("leukocytes", 0.1, 0.366 + 6.118 - 5.058 * log(0.1)),
    ],
)
def test_measured_parameters(code: str, value: float, expected: float) -> None:
    assert one(**{code: value})["score"] == round(expected, 2)


@pytest.mark.parametrize(
    ("code", "value"),
    [("platelets", 100.0), ("platelets", 3000.0), ("leukocytes", 3.0), ("leukocytes", 500.0)],
)
def test_counts_at_their_limit_add_nothing(code: str, value: float) -> None:
    assert one(**{code: value})["score"] == 0.37


def test_a_sum_of_everything() -> None:
    """All flags but localised rash, 3 joints, 1000 mg, 50 platelets, 1.5 leukocytes, added up by hand."""
    present = {flag: "Y" for flag in FLAGS if flag != "localised_rash"}
    flags = sum(points for flag, points in FLAGS.items() if flag in present)
    measured = (3.811 * log(1000) - 17.584) + (26.105 - 5.577 * log(50)) + (6.118 - 5.058 * log(1.5))
    row = one(**present, swollen_joints=3, protein_mg=1000.0, platelets=50.0, leukocytes=1.5)
    assert row["score"] == round(0.366 + flags + 3 * 0.454 + measured, 2)
    assert row["reasons"].startswith(
        "arthritis +3.13; swollen_joints 3 +1.36; mucocutaneous_vasculitis +4.41"
    )
    assert "; protein_mg 1000 +8.74; platelets 50 +4.29; leukocytes 1.5 +4.07; " in row["reasons"]


def leukocytes_for(score_wanted: float, others: float) -> float:
    """Return the leukocytes that bring the score to a value: 6.118 - 5.058 ln w fills the gap."""
    return exp((0.366 + others + 6.118 - score_wanted) / 5.058)


@pytest.mark.parametrize(
    ("wanted", "rounded", "unrounded"),
    [
        (2.079, "remission", "remission"),
        (2.0845, "remission", "mild"),  # prints 2.08
        (2.0855, "mild", "mild"),
        (7.639, "mild", "mild"),
        (7.6445, "mild", "moderate_severe"),  # prints 7.64
        (7.6455, "moderate_severe", "moderate_severe"),
    ],
)
def test_categories_are_judged_on_the_score_that_is_reported(
    wanted: float, rounded: str, unrounded: str
) -> None:
    more = {} if wanted < 5 else {"localised_rash": "Y", "mucosal_ulcers": "Y"}
    others = 3.138 + 2.769 if more else 0.0
    row = {**more, "leukocytes": round(leukocytes_for(wanted, others), 4)}
    found = [visits(row, sledas_rounding=option)[0] for option in ("rounded", "unrounded")]
    assert [each["state"] for each in found] == [rounded, unrounded]
    assert {each["score"] for each in found} == {round(wanted, 2)}


def test_categories_without_logarithms() -> None:
    """Two sums on either side of each cut-off.

    0.366 + 0.754 + 0.956 is 2.076 and 0.366 + 0.754 + 0.973 is 2.093; 0.366 + 3.132 + 7 x 0.454 is 6.676,
    with DNA 7.632, with alopecia 7.649.
    """
    rows = [
        {"hypocomplementaemia": "Y", "anti_dsdna_raised": "Y"},
        {"hypocomplementaemia": "Y", "alopecia": "Y"},
        {"anti_dsdna_raised": "Y", "swollen_joints": 7},
        {"alopecia": "Y", "swollen_joints": 7},
    ]
    for option in ("rounded", "unrounded"):
        found = visits(*rows, sledas_rounding=option)
        assert [row["score"] for row in found] == [2.08, 2.09, 7.63, 7.65]
        assert [row["state"] for row in found] == ["remission", "mild", "mild", "moderate_severe"]


def test_a_half_rounds_up() -> None:
    """0.366 + 0.973 + 0.956 is 2.295."""
    assert one(alopecia="Y", anti_dsdna_raised="Y")["score"] == 2.3


@pytest.mark.parametrize(
    ("missing", "lower", "upper", "state"),
    [
        ({"alopecia": None}, 0.37, 1.34, "remission"),
        ({"mucosal_ulcers": None}, 0.37, 3.14, "undecided"),
        ({"neuropsychiatric": None}, 0.37, 18.37, "undecided"),
        ({"swollen_joints": None}, 0.37, 16.21, "undecided"),  # none, or 28 with arthritis
        ({"swollen_joints": None, "arthritis": "Y"}, 3.5, 16.21, "undecided"),
        ({"arthritis": None, "swollen_joints": None}, 0.37, 16.21, "undecided"),
        ({"protein_mg": None}, 0.37, round(0.366 - 17.584 + 3.811 * log(50000), 2), "undecided"),
        ({"platelets": None}, 0.37, 26.47, "undecided"),  # down to 1
        ({"leukocytes": None}, 0.37, round(0.366 + 6.118 - 5.058 * log(0.1), 2), "undecided"),
        ({"localised_rash": None}, 0.37, 3.5, "undecided"),
        ({"generalised_rash": None}, 0.37, 4.25, "undecided"),
        ({"localised_rash": None, "generalised_rash": None}, 0.37, 4.25, "undecided"),  # never both
        ({"neuropsychiatric": "Y", "platelets": None}, 18.37, 44.47, "moderate_severe"),
        ({"generalised_rash": "Y", "alopecia": None}, 4.25, 5.23, "mild"),
    ],
)
def test_what_was_not_done_leaves_bounds(missing: Row, lower: float, upper: float, state: str) -> None:
    row = one(**missing)
    assert (row["score"], row["lower"], row["upper"]) == (None, lower, upper)
    assert (row["state"], row["completeness"]) == (state, "incomplete")
    undone = [code for code, value in missing.items() if value is None]
    assert all(code in row["reasons"].partition("not done: ")[2] for code in undone)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"localised_rash": "Y", "generalised_rash": None}, 3.5),  # the other is excluded
        ({"localised_rash": None, "generalised_rash": "Y"}, 4.25),
        ({"arthritis": None, "swollen_joints": 1}, 3.95),  # a swollen joint is arthritis
        ({"arthritis": None, "swollen_joints": 0}, 0.37),  # the joints were counted, none is swollen
    ],
)
def test_a_blank_that_changes_nothing(row: Row, expected: float) -> None:
    found = one(**row)
    assert (found["score"], found["completeness"]) == (expected, "complete")


def test_by_a_setting_the_count_does_not_answer_the_question_on_arthritis() -> None:
    (row,) = visits({"arthritis": None, "swollen_joints": 0}, sledas_arthritis_blank="unknown")
    assert (row["score"], row["lower"], row["upper"]) == (None, 0.37, 3.5)
    (row,) = visits({"arthritis": None, "swollen_joints": 1}, sledas_arthritis_blank="unknown")
    assert row["score"] == 3.95


def test_a_swollen_joint_does_not_answer_for_the_clinician() -> None:
    (row,) = visits({"arthritis": None, "swollen_joints": 1}, sledas_arthritis="clinician")
    assert (row["lower"], row["upper"]) == (0.82, 3.95)
    (row,) = visits({"arthritis": None, "swollen_joints": 1}, sledas_arthritis="joints")
    assert (row["score"], row["completeness"]) == (3.95, "complete")


CHANGE = ("change", "worse", "improved")
FROM_BASELINE = ("change_baseline", "worse_baseline", "improved_baseline")


def test_change_against_the_previous_visit_and_baseline() -> None:
    """Scores 0.37, 3.14, 3.14, 0.37: +2.77, 0, -2.77; against the first +2.77, +2.77, 0."""
    rows = visits({}, {"mucosal_ulcers": "Y"}, {"mucosal_ulcers": "Y"}, {})
    assert [tuple(row[name] for name in CHANGE) for row in rows] == [
        (None, None, None),
        (2.77, "Y", "N"),
        (0.0, "N", "N"),
        (-2.77, "N", "Y"),
    ]
    assert [tuple(row[name] for name in FROM_BASELINE) for row in rows] == [
        (None, None, None),
        (2.77, "Y", "N"),
        (2.77, "Y", "N"),
        (0.0, "N", "N"),
    ]


def test_change_against_a_flagged_baseline() -> None:
    rows = frame(QUIET, QUIET | {"serositis": "Y"}, QUIET).with_columns(
        ABLFL=pl.Series(["", "Y", ""]).replace("", None)
    )
    found = score("sledas", rows)
    assert found["change"].to_list() == [None, 6.0, -6.0]
    assert found["change_baseline"].to_list() == [None, None, -6.0]
    assert found["improved_baseline"].to_list() == [None, None, "Y"]


@pytest.mark.parametrize(
    ("step", "rounded", "unrounded"),
    [(1.7141, "N", "N"), (1.7161, "Y", "N"), (1.7199, "Y", "N"), (1.7201, "Y", "Y")],
)
def test_a_change_of_1_72_is_meaningful(step: float, rounded: str, unrounded: str) -> None:
    """Between 1.00 and 2.72 (or less): with the constant, leukocytes of each visit give the score."""
    start = {"leukocytes": round(leukocytes_for(1.0, 0.0), 4)}
    after = {"leukocytes": round(leukocytes_for(1.0 + step, 0.0), 4)}
    for option, expected in (("rounded", rounded), ("unrounded", unrounded)):
        up = visits(start, after, sledas_rounding=option)[-1]
        down = visits(after, start, sledas_rounding=option)[-1]
        assert (up["worse"], up["improved"]) == (expected, "N")
        assert (down["worse"], down["improved"]) == ("N", expected)
        assert up["change"] == -down["change"] == round(step, 2)


def test_change_of_a_score_that_is_bounded() -> None:
    rows = visits({}, {"alopecia": None}, {"serositis": "Y"}, {"neuropsychiatric": None}, {})
    assert [row["change"] for row in rows] == [None, None, None, None, None]
    assert [row["worse"] for row in rows] == [None, "N", "Y", None, "N"]  # +0.97 at most; +5.03 at least
    assert [row["improved"] for row in rows] == [None, "N", "N", None, None]
    assert [row["change_baseline"] for row in rows] == [None, None, 6.0, None, 0.0]


def test_participants_are_apart() -> None:
    two = pl.concat([frame(QUIET), frame(QUIET | {"serositis": "Y"}).with_columns(USUBJID=pl.lit("Q"))])
    assert score("sledas", two)["worse"].to_list() == [None, None]


def test_columns_that_are_absent_are_not_done() -> None:
    (row,) = score("sledas", frame({"neuropsychiatric": "Y"})).rows(named=True)
    assert (row["lower"], row["state"], row["completeness"]) == (18.37, "moderate_severe", "incomplete")


def test_other_names_of_columns() -> None:
    row = dict(QUIET)
    for code, other in [
        ("localised_rash", "localized_rash"),
        ("generalised_rash", "generalized_rash"),
        ("hypocomplementaemia", "low_complement"),
        ("anti_dsdna_raised", "anti_dsDNA"),
        ("haemolytic_anaemia", "hemolytic_anemia"),
        ("swollen_joints", "SJC28"),
        ("protein_mg", "upcr_mg_g"),
        ("platelets", "platelet_count"),
        ("leukocytes", "leucocytes"),
    ]:
        row[other] = row.pop(code)
    assert score("sledas", frame(row))["score"].to_list() == [0.37]


def ids(*rows: Row) -> list[tuple[int, str, str]]:
    found = queries("sledas", frame(*(QUIET | row for row in rows)))
    return found.select("VISITNUM", "query", "item").rows()


def test_queries() -> None:
    assert ids({}, {"arthritis": "Y", "swollen_joints": 2}) == []
    assert ids({"swollen_joints": 1}) == [(0, "SLEDAS-Q01", "arthritis")]
    assert ids({"arthritis": "Y"}) == [(0, "SLEDAS-Q02", "arthritis")]
    assert ids({"arthritis": None, "swollen_joints": 1}) == []
    assert ids({"platelets": 250.0}, {"platelets": 25.0}, {"platelets": 249.9}) == [
        (1, "SLEDAS-Q03", "platelets")
    ]
    assert ids({"platelets": 25.0}, {"platelets": 250.0}) == [(1, "SLEDAS-Q03", "platelets")]
    assert ids({"platelets": 25.1}, {"platelets": 250.0}) == []
    assert ids({"leukocytes": 6.0}, {"leukocytes": 60.0}) == [(1, "SLEDAS-Q04", "leukocytes")]
    assert ids({"leukocytes": 60.0}, {"leukocytes": 6.0}) == [(1, "SLEDAS-Q04", "leukocytes")]
    found = queries("sledas", frame(QUIET | {"swollen_joints": 1})).row(0, named=True)
    assert found["values"] == "arthritis=N, swollen_joints=1"
    found = queries("sledas", frame(QUIET, QUIET | {"platelets": 2.5})).row(0, named=True)
    assert found["values"] == "platelets=2.5"


def test_what_a_clinician_must_confirm() -> None:
    listed = [(item.setting, item.chosen, item.tag) for item in sign_off_items("sledas")]
    assert listed == [
        ("sledas_arthritis", "joints_or_clinician", "D"),
        ("sledas_arthritis_blank", "count_decides", "D"),
        ("sledas_rounding", "rounded", "D"),
        ("", "", "X?"),
        ("", "", "X?"),
        ("", "", "X?"),
    ]
    assert len(INSTRUMENTS["sledas"].items) == 18  # 17 parameters; arthritis is a flag and a count
