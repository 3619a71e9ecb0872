"""CTCAE v5 grades worked out by hand from the subset of the reference (ctcae5_subset.csv, 12-safety).

``<LLN-3.0`` and ``<3.0-2.0`` read: grade 1 from 3.0 to below the lower limit, grade 2 from 2.0 to below 3.0.
Temperatures and multiples of upper limits are the other way round: 39.0 is grade 1, 39.1 grade 2.
"""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, queried, scored, scored_apart

from lupustrial.instruments import INSTRUMENTS, sign_off_items

TERMS = [
    *("injection_site_reaction", "temp", "flu_like_symptoms", "wbc", "neut", "lymph", "plt", "hb"),
    *("alt", "creat", "eos"),
]


def grades(term: str, *rows: Row, **settings: Any) -> list[int | None]:
    """Return the grade of the last visit of each participant."""
    return [row[f"grade_{term}"] for row in scored_apart("ctcae5", *rows, **settings)]


def parts(row: Row, term: str) -> tuple[Any, ...]:
    names = ("grade", "lower", "upper", "completeness", "baseline", "shift", "emergent")
    return tuple(row[f"{name}_{term}"] for name in names)


def test_the_terms_are_those_of_the_reference() -> None:
    outputs = [name.removeprefix("grade_") for name in INSTRUMENTS["ctcae5"].outputs if name[:6] == "grade_"]
    assert outputs == TERMS


@pytest.mark.parametrize(
    ("term", "lln", "steps"),
    [
        ("wbc", 4.0, {4.0: 0, 3.9999: 1, 3.0: 1, 2.9999: 2, 2.0: 2, 1.9999: 3, 1.0: 3, 0.9999: 4, 0.0: 4}),
        ("neut", 2.0, {2.0: 0, 1.9999: 1, 1.5: 1, 1.4999: 2, 1.0: 2, 0.9999: 3, 0.5: 3, 0.4999: 4}),
        ("lymph", 1.0, {1.0: 0, 0.9999: 1, 0.8: 1, 0.7999: 2, 0.5: 2, 0.4999: 3, 0.2: 3, 0.1999: 4}),
        ("plt", 150.0, {150.0: 0, 149.9999: 1, 75.0: 1, 74.9: 2, 50.0: 2, 49.9: 3, 25.0: 3, 24.9: 4}),
        ("hb", 12.0, {12.0: 0, 11.9999: 1, 10.0: 1, 9.9999: 2, 8.0: 2, 7.9999: 3, 4.0: 3}),
    ],
)
def test_counts_below_the_lower_limit(term: str, lln: float, steps: dict[float, int]) -> None:
    rows = [{term: value, f"{term}_lln": lln} for value in steps]
    assert grades(term, *rows) == list(steps.values())


def test_fever() -> None:
    steps = {37.9999: 0, 38.0: 1, 39.0: 1, 39.0001: 2, 40.0: 2}
    assert grades("temp", *({"temp": value} for value in steps)) == list(steps.values())
    hours = {(40.0001, 24.0): 3, (40.0001, 24.01): 4, (41.0, 0.5): 3, (40.0, 30.0): 2, (37.0, 30.0): 0}
    rows = [{"temp": value, "temp_hours": time} for value, time in hours]
    assert grades("temp", *rows) == list(hours.values())
    assert parts(scored("ctcae5", {"temp": 40.1})[0], "temp")[:4] == (None, 3, 4, "incomplete")
    assert grades("temp", {"temp": 37.0, "temp_death": "Y"}) == [5]


def test_alt_by_its_upper_limit() -> None:
    steps = {40.0: 0, 40.0001: 1, 120.0: 1, 120.0001: 2, 200.0: 2, 200.0001: 3, 800.0: 3, 800.0001: 4}
    rows = [{"alt": value, "alt_uln": 40.0} for value in steps]
    assert grades("alt", *rows) == list(steps.values())
    # After a baseline within the limit it is the same.
    start = {"alt": 40.0, "alt_uln": 40.0}
    assert grades("alt", *([start, row] for row in rows)) == list(steps.values())


def test_alt_after_an_abnormal_baseline() -> None:
    """Baseline 100 with an upper limit of 40: 150, 300, 500 and 2000 are its multiples 1.5, 3, 5 and 20."""
    start = {"alt": 100.0, "alt_uln": 40.0}
    steps = {100.0: 0, 149.9999: 0, 150.0: 1, 300.0: 1, 300.0001: 2, 500.0: 2, 500.0001: 3, 2000.0: 3}
    steps |= {2000.0001: 4, 30.0: 0}
    pairs = [[start, {"alt": value, "alt_uln": 40.0}] for value in steps]
    assert grades("alt", *pairs) == list(steps.values())
    found = scored_apart("ctcae5", *pairs)
    assert [row["emergent_alt"] for row in found] == ["Y" if grade else "N" for grade in steps.values()]
    assert (found[2]["baseline_alt"], found[2]["shift_alt"]) == (1, "1 to 1")
    by_limit = {100.0: 1, 120.0001: 2, 200.0001: 3, 800.0001: 4}
    pairs = [[start, {"alt": value, "alt_uln": 40.0}] for value in by_limit]
    found = scored_apart("ctcae5", *pairs, ctcae_alt_abnormal_baseline="uln_multiples")
    assert [row["grade_alt"] for row in found] == [1, 2, 3, 4]
    assert [row["emergent_alt"] for row in found] == ["N", "Y", "Y", "Y"]


def test_creatinine_by_its_upper_limit() -> None:
    """Baseline 90 at an upper limit of 90, so that both scales agree up to 3 times."""
    steps = {90.0: 0, 90.0001: 1, 135.0: 1, 135.0001: 2, 270.0: 2, 270.0001: 3, 540.0: 3, 540.0001: 4}
    rows = [{"creat": value, "creat_uln": 90.0} for value in steps]
    assert grades("creat", *rows) == list(steps.values())
    assert grades("creat", *([rows[0], row] for row in rows)) == list(steps.values())


def test_creatinine_by_baseline() -> None:
    """Baseline 60, upper limit 100: 90 is 1.5 times, 180 is 3 times; the worse of both scales counts."""
    start = {"creat": 60.0, "creat_uln": 100.0}
    steps = {60.0: 0, 90.0: 0, 90.0001: 2, 100.0001: 2, 180.0: 2, 180.0001: 3, 600.0: 3, 600.0001: 4}
    pairs = [[start, {"creat": value, "creat_uln": 100.0}] for value in steps]
    assert grades("creat", *pairs) == list(steps.values())
    # Abnormal at baseline and unchanged: graded by the limit, and not emergent.
    high = {"creat": 200.0, "creat_uln": 100.0}
    (row,) = scored_apart("ctcae5", [high, high])
    assert parts(row, "creat") == (2, 2, 2, "complete", 2, "2 to 2", "N")


def test_eosinophils() -> None:
    """Above the limit of 0.5 and above baseline; at baseline itself only the limit counts."""
    steps = {0.5: 0, 0.5001: 1, 30.0: 1}
    assert grades("eos", *({"eos": value, "eos_uln": 0.5} for value in steps)) == [0, 1, 1]
    normal, high = {"eos": 0.2, "eos_uln": 0.5}, {"eos": 0.8, "eos_uln": 0.5}
    found = scored_apart(
        "ctcae5",
        [normal, high],
        [high, high],
        [high, {"eos": 0.8001, "eos_uln": 0.5}],
        [high, {"eos": 0.6, "eos_uln": 0.5}],
        [normal, {"eos": 0.3, "eos_uln": 0.5}],
    )
    assert [row["grade_eos"] for row in found] == [1, 0, 1, 0, 0]
    assert [row["baseline_eos"] for row in found] == [0, 1, 1, 1, 0]
    # Above baseline is worse than baseline, though both grades are 1.
    assert [row["emergent_eos"] for row in found] == ["Y", "N", "Y", "N", "N"]
    treated = high | {"eos_steroids": "Y"}
    found = scored_apart("ctcae5", treated, [high, treated], [treated, treated], [treated, high])
    assert [row["grade_eos"] for row in found] == [3, 3, 3, 0]
    assert [row["emergent_eos"] for row in found] == [None, "Y", "N", "N"]


def test_anaemia_that_threatens_life() -> None:
    rows = [
        {"hb": 7.0, "hb_lln": 12.0, "hb_life_threatening": "Y"},
        {"hb_life_threatening": "Y", "hb": None},
        {"hb": 7.0, "hb_lln": 12.0, "hb_life_threatening": "N", "hb_death": "Y"},
        {"hb": 7.0, "hb_lln": 12.0, "hb_life_threatening": "N", "hb_death": "N"},
        {"hb": 7.0, "hb_lln": 12.0},
    ]
    assert grades("hb", *rows) == [4, 4, 5, 3, 3]
    found = scored_apart("ctcae5", *rows, ctcae_reports_missing="unknown")
    assert [parts(row, "hb")[:3] for row in found] == [
        (None, 4, 5),
        (None, 4, 5),
        (5, 5, 5),
        (3, 3, 3),
        (None, 3, 5),
    ]


@pytest.mark.parametrize(
    ("row", "term", "upper"),
    [
        ({"temp": 37.0}, "temp", 5),
        ({"eos": 0.1, "eos_uln": 0.5}, "eos", 3),
    ],
)
def test_reports_that_may_be_unknown(row: Row, term: str, upper: int) -> None:
    (found,) = scored("ctcae5", row, ctcae_reports_missing="unknown")
    assert parts(found, term)[:4] == (None, 0, upper, "incomplete")
    assert parts(scored("ctcae5", row)[0], term)[:4] == (0, 0, 0, "complete")


def test_grades_that_a_person_gives() -> None:
    rows = [{"injection_site_reaction": grade, "flu_like_symptoms": min(grade, 3)} for grade in range(6)]
    assert grades("injection_site_reaction", *rows) == [0, 1, 2, 3, 4, 5]
    assert grades("flu_like_symptoms", *rows) == [0, 1, 2, 3, 3, 3]
    (row,) = scored_apart("ctcae5", [rows[1], rows[2]])
    assert parts(row, "injection_site_reaction") == (2, 2, 2, "complete", 1, "1 to 2", "Y")
    assert row["emergent_flu_like_symptoms"] == "Y"


@pytest.mark.parametrize(
    ("row", "term", "lower", "upper"),
    [
        ({"wbc": 3.5}, "wbc", 0, 1),
        ({"wbc": 2.9}, "wbc", 2, 2),
        ({"wbc": 8.0}, "wbc", 0, 0),  # no laboratory's lower limit is above 8
        ({"wbc_lln": 4.0}, "wbc", 0, 4),
        ({"neut": 1.5}, "neut", 0, 1),
        ({"lymph": 0.8}, "lymph", 0, 1),
        ({"plt": 75.0}, "plt", 0, 1),
        ({"plt": 74.0}, "plt", 2, 2),
        ({"hb": 10.0}, "hb", 0, 1),
        ({"hb_lln": 12.0}, "hb", 0, 3),
        ({"alt_uln": 40.0}, "alt", 0, 4),
        ({"alt": 100.0}, "alt", 0, 3),  # by limits of 200 down to 5: 0.5 to 20 times
        ({"alt": 100.0001}, "alt", 0, 4),
        ({"alt": 601.0}, "alt", 2, 4),  # more than 3 times the highest limit
        ({"creat": 80.0}, "creat", 0, 3),  # by a limit of 20: 4 times
        ({"eos": 0.4}, "eos", 0, 1),
        ({"eos_uln": 0.5}, "eos", 0, 1),
        ({"temp_hours": 30.0}, "temp", 0, 4),
        ({"temp_hours": 3.0}, "temp", 0, 3),
        ({"flu_like_symptoms": None}, "flu_like_symptoms", 0, 3),
        ({"injection_site_reaction": None}, "injection_site_reaction", 0, 5),
    ],
)
def test_what_is_missing_gives_bounds(row: Row, term: str, lower: int, upper: int) -> None:
    (found,) = scored("ctcae5", {"wbc": None} | row)
    known = lower == upper
    assert parts(found, term)[:4] == (
        lower if known else None,
        lower,
        upper,
        "complete" if known else "incomplete",
    )


def test_a_baseline_that_is_missing_leaves_open_what_is_held_against_it() -> None:
    found = scored_apart(
        "ctcae5",
        # Creatinine 80 of 100: grade 0 by the limit; of a baseline of 10 it would be 8 times.
        [{"creat": None, "creat_uln": 100.0}, {"creat": 80.0, "creat_uln": 100.0}],
        [{"creat": None, "creat_uln": 100.0}, {"creat": 601.0, "creat_uln": 100.0}],
        [{"creat": None, "creat_uln": 100.0}, {"creat": 15.0, "creat_uln": 100.0}],
    )
    assert parts(found[0], "creat") == (None, 0, 3, "incomplete", None, None, None)
    assert parts(found[1], "creat") == (4, 4, 4, "complete", None, None, None)
    # 15 is at most 1.5 times 10, the lowest creatinine there is.
    assert parts(found[2], "creat") == (0, 0, 0, "complete", None, None, "N")
    eos = scored_apart(
        "ctcae5",
        [{"eos": None, "eos_uln": 0.5}, {"eos": 0.8, "eos_uln": 0.5}],
        [{"eos": None, "eos_uln": 0.5}, {"eos": 0.4, "eos_uln": 0.5}],
    )
    assert [parts(row, "eos")[:3] for row in eos] == [(None, 0, 1), (0, 0, 0)]
    assert [row["emergent_eos"] for row in eos] == [None, "N"]


def test_alt_when_baseline_or_its_limit_is_missing() -> None:
    """ALT 130 at a limit of 40 is 3.25 times: grade 2 after a normal baseline."""
    later = {"alt": 130.0, "alt_uln": 40.0}
    found = scored_apart(
        "ctcae5",
        [{"alt": None, "alt_uln": 40.0}, later],  # normal: 2; 40.0001: 3.2 times, 2; 130: 0
        [{"alt": 30.0, "alt_uln": None}, later],  # normal: 2; abnormal: 4.3 times, 2
        [{"alt": 100.0, "alt_uln": None}, later],  # normal: 2; abnormal: 1.3 times, 0
        [{"alt": 60.0, "alt_uln": None}, later],  # normal: 2; abnormal: 2.2 times, 1
        [{"alt": 250.0, "alt_uln": None}, later],  # above every limit: abnormal, 0
        [{"alt": 5.0, "alt_uln": None}, later],  # at most every limit: normal, 2
        [{"alt": None, "alt_uln": 150.0}, later],  # normal: 2; 150.0001 or more: 0
        [{"alt": None, "alt_uln": None}, {"alt": 30.0, "alt_uln": 40.0}],  # 5.0001: 5.9998 times, 3
    )
    assert [parts(row, "alt")[1:3] for row in found] == [
        (0, 2),
        (2, 2),
        (0, 2),
        (1, 2),
        (0, 0),
        (2, 2),
        (0, 2),
        (0, 3),
    ]
    assert [row["emergent_alt"] for row in found] == [None, "Y", None, "Y", "N", "Y", None, None]
    assert found[0]["shift_alt"] is None


def test_a_missing_alt_baseline_may_lie_just_above_its_limit() -> None:
    """1.5 times 40.0001 is 60.00015: 60.0002 is grade 1 of that baseline, 60.0001 of no abnormal one.

    By its own limit of 200 either is normal.
    """
    start = {"alt": None, "alt_uln": 40.0}
    pairs = [[start, {"alt": value, "alt_uln": 200.0}] for value in (60.0001, 60.0002)]
    found = scored_apart("ctcae5", *pairs)
    assert [parts(row, "alt")[1:3] for row in found] == [(0, 0), (0, 1)]
    assert [row["emergent_alt"] for row in found] == ["N", None]


def test_steroids_that_may_have_been_started_may_be_emergent() -> None:
    normal = {"eos": 0.2, "eos_uln": 0.5, "eos_steroids": "N"}
    pair = [normal, normal | {"eos_steroids": None}]
    (row,) = scored_apart("ctcae5", pair, ctcae_reports_missing="unknown")
    assert (row["grade_eos"], row["upper_eos"], row["emergent_eos"]) == (None, 3, None)
    assert scored_apart("ctcae5", pair)[0]["emergent_eos"] == "N"


@pytest.mark.parametrize(
    ("option", "expected"),
    [("by_threshold", [2, 2, 2, 1, 0]), ("grade_0", [0, 0, 2, 1, 0])],
)
def test_within_the_limits_of_the_laboratory_but_below_a_threshold(option: str, expected: list[int]) -> None:
    rows = [
        {"wbc": 2.9, "wbc_lln": 2.5},
        {"wbc": 2.5, "wbc_lln": 2.5},
        {"wbc": 2.4, "wbc_lln": 2.5},
        {"wbc": 3.2, "wbc_lln": 4.0},
        {"wbc": 4.0, "wbc_lln": 4.0},
    ]
    assert grades("wbc", *rows, ctcae_within_normal=option) == expected
    row = {"hb": 9.0, "hb_lln": 8.0, "hb_life_threatening": "N"}
    assert grades("hb", row, ctcae_within_normal=option) == [expected[0]]
    unknown = parts(scored("ctcae5", {"wbc": 2.9}, ctcae_within_normal=option)[0], "wbc")
    assert unknown[1:3] == (expected[0], 2)


def test_shift_and_emergence_are_against_baseline() -> None:
    def visit(count: float | None) -> Row:
        return {"plt": count, "plt_lln": 150.0}

    rows = [visit(140.0), visit(60.0), visit(140.0), visit(200.0), visit(None)]
    found = scored("ctcae5", *rows)
    assert [row["grade_plt"] for row in found] == [1, 2, 1, 0, None]
    assert [row["baseline_plt"] for row in found] == [1] * 5
    assert [row["shift_plt"] for row in found] == [None, "1 to 2", "1 to 1", "1 to 0", None]
    assert [row["emergent_plt"] for row in found] == [None, "Y", "N", "N", None]
    flagged = [row | {"ABLFL": flag} for row, flag in zip(rows, [None, None, None, "Y", None], strict=True)]
    found = scored("ctcae5", *flagged, visit(140.0) | {"ABLFL": None})
    assert [row["baseline_plt"] for row in found] == [None, None, None, 0, 0, 0]
    assert [row["emergent_plt"] for row in found] == [None, None, None, None, None, "Y"]


def test_emergence_is_decided_where_the_bounds_allow() -> None:
    found = scored_apart(
        "ctcae5",
        [{"plt": 100.0}, {"plt": 60.0}],  # 0 or 1, then 2
        [{"plt": 100.0}, {"plt": 100.0}],  # 0 or 1, then 0 or 1
        [{"plt": 60.0}, {"plt": 100.0}],  # 2, then 0 or 1
        [{"plt": 60.0}, {"plt": 60.0}],
        [{"plt": None}, {"plt": 300.0}],  # anything, then 0
        [{"plt": None}, {"plt": 60.0}],  # anything, then 2
    )
    assert [row["emergent_plt"] for row in found] == ["Y", None, "N", "N", "N", None]


def test_the_worst_grade() -> None:
    done: Row = {"injection_site_reaction": 0, "flu_like_symptoms": 1, "temp": 37.0}
    done |= {"wbc": 2.9, "wbc_lln": 4.0, "neut": 3.0, "neut_lln": 2.0, "lymph": 2.0, "lymph_lln": 1.0}
    done |= {"plt": 200.0, "plt_lln": 150.0, "hb": 13.0, "hb_lln": 12.0, "alt": 20.0, "alt_uln": 40.0}
    done |= {"creat": 70.0, "creat_uln": 90.0, "eos": 0.1, "eos_uln": 0.5}
    found = scored_apart(
        "ctcae5",
        done,
        done | {"flu_like_symptoms": 3},
        done | {"plt": 100.0, "plt_lln": None},
        done | {"hb": None},
    )
    names = ("worst_grade", "lower", "upper", "completeness")
    assert [tuple(row[name] for name in names) for row in found] == [
        (2, 2, 2, "complete"),
        (3, 3, 3, "complete"),
        (2, 2, 2, "incomplete"),
        (None, 2, 3, "incomplete"),
    ]
    assert found[0]["reasons"] == "flu_like_symptoms 1: grade 1; wbc 2.9, wbc_lln 4: grade 2"
    assert found[2]["reasons"].endswith("; plt 100, plt_lln not done: grade 0-1")
    assert found[3]["reasons"].endswith("; not done: hb")
    assert found[0]["scored_by"].startswith(
        "ctcae5 1.0 ctcae_alt_abnormal_baseline=baseline_multiples ctcae_within_normal=by_threshold #"
    )


def test_reasons_show_what_was_compared() -> None:
    first = {"creat": 60.0, "creat_uln": 100.0, "alt": None, "alt_uln": 40.0, "eos": 0.2, "eos_uln": 0.5}
    later = {"creat": 190.5, "creat_uln": 100.0, "alt": 900.0, "alt_uln": 40.0, "eos": 0.9, "eos_uln": 0.5}
    later |= {"temp": 40.5, "hb": 7.5, "hb_lln": None, "hb_life_threatening": "Y", "eos_steroids": "N"}
    row = scored("ctcae5", first, later)[1]
    assert row["reasons"] == (
        "temp 40.5, temp_hours not done: grade 3-4; hb 7.5, hb_life_threatening: grade 4; "
        "alt 900, baseline not done, alt_uln 40: grade 0-4; "
        "creat 190.5, baseline 60, creat_uln 100: grade 3; "
        "eos 0.9, baseline 0.2, eos_uln 0.5: grade 1; "
        "not done: injection_site_reaction, flu_like_symptoms, wbc, neut, lymph, plt"
    )
    assert scored("ctcae5", later)[0]["reasons"].startswith(
        "temp 40.5, temp_hours not done: grade 3-4; hb 7.5"
    )
    assert "alt 900, alt_uln 40: grade 4" in scored("ctcae5", later)[0]["reasons"]


def test_other_names_of_columns() -> None:
    row = {"Platelets": 60.0, "platelets_lln": 150.0, "WBC": 2.5, "haemoglobin": 9.0, "Temperature": 38.5}
    (found,) = scored("ctcae5", row)
    assert [found[f"grade_{term}"] for term in ("plt", "wbc", "hb", "temp")] == [2, 2, 2, 1]


def test_consistency_checks() -> None:
    rows = [
        {
            "wbc": 4.0,
            "neut": 4.0,
            "lymph": 4.0001,
            "eos": 4.0,
            "eos_uln": 4.0 / 2,
            "temp": 40.0,
            "temp_hours": 1.0,
        },
        {"wbc": 4.0, "neut": 60.0, "eos": 5.0, "temp": 40.1, "temp_hours": 1.0, "hb": 8.0},
        {"hb": 8.0, "hb_life_threatening": "Y", "eos": 0.5, "eos_uln": 0.5, "eos_steroids": "Y"},
        {"hb": 7.9, "hb_life_threatening": "Y", "eos": 0.6, "eos_uln": 0.5, "eos_steroids": "Y"},
        {"hb": 9.0, "hb_life_threatening": "N", "eos": 0.5, "eos_uln": 0.5, "eos_steroids": "N"},
        {"temp": 39.0, "temp_hours": 0.0},
        {"temp": 39.0, "temp_hours": 0.0001},
    ]
    assert queried("ctcae5", *rows) == [
        (0, "CTC-Q01", "lymph", "lymph=4.0001, wbc=4"),
        (0, "CTC-Q02", "temp_hours", "temp_hours=1, temp=40"),
        (1, "CTC-Q01", "neut", "neut=60, wbc=4"),
        (1, "CTC-Q01", "eos", "eos=5, wbc=4"),
        (2, "CTC-Q03", "hb_life_threatening", "hb_life_threatening=Y, hb=8"),
        (2, "CTC-Q04", "eos_steroids", "eos_steroids=Y, eos=0.5, eos_uln=0.5"),
        (6, "CTC-Q02", "temp_hours", "temp_hours=0.0001, temp=39"),
    ]


def test_uncertain_rules() -> None:
    settings = {item.setting for item in sign_off_items("ctcae5")}
    assert settings == {"ctcae_within_normal", "ctcae_reports_missing"}
