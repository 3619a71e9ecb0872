"""DORIS remission worked out by hand: 2021 [S14] and the four states of 2017 (reference 06-states)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import INSTRUMENTS, queries, score, sign_off_items
from lupustrial.instruments._sledai import CODES

Row = dict[str, Any]
TREATED: Row = {
    "pga": 0.2,
    "prednisolone_mg": 5.0,
    "immunosuppressant_or_biologic": "Y",
    "background_stable": "Y",
}
UNTREATED: Row = {
    "pga": 0.2,
    "prednisolone_mg": 0.0,
    "immunosuppressant_or_biologic": "N",
    "background_stable": "Y",
}


def with_items(*present: str, undone: tuple[str, ...] = (), **other: Any) -> Row:
    items = {code: None if code in undone else "Y" if code in present else "N" for code in CODES}
    return {**items, **TREATED, **other}


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def one(name: str, row: Row, **settings: str) -> Row:
    return score(name, frame(row), settings=settings).row(0, named=True)


def flags(row: Row) -> str:
    letters = {"Y": "y", "N": "n", None: "?"}
    return "".join(letters[value] for name, value in row.items() if name.endswith("_ok"))


def test_2021_all_conditions_hold() -> None:
    row = one("doris2021", with_items("COMP", "DNA"))
    assert (flags(row), row["met"], row["state"], row["completeness"]) == (
        "yyyy",
        "Y",
        "remission",
        "complete",
    )
    assert (row["clinical_sledai"], row["lower"], row["upper"]) == (0, 0, 0)
    assert row["reasons"] == (
        "clinical SLEDAI 0 (must be 0): yes; PGA 0.2 (below 0.5): yes; "
        "prednisolone 5 mg/day (at most 5): yes; "
        "immunosuppressant or biologic yes, background stable yes: yes"
    )
    assert row["scored_by"].startswith(
        "doris2021 1.0 doris_prednisolone_operator=<= doris_pga_operator=< doris_stable_background=all #"
    )


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("COMP", "DNA")])
def test_any_clinical_descriptor_breaks_both(code: str) -> None:
    row = one("doris2021", with_items(code))
    assert (flags(row), row["met"], row["state"]) == ("nyyy", "N", "no remission")
    assert f" by {code} (must be 0): no; " in row["reasons"]
    assert one("doris2017", with_items(code))["state"] == "none"


@pytest.mark.parametrize(
    ("pga", "by_default", "at_most"),
    [
        (0.0, "Y", "Y"),
        (0.49, "Y", "Y"),
        (0.4999, "Y", "Y"),
        (0.5, "N", "Y"),
        (0.5001, "N", "N"),
        (3.0, "N", "N"),
        (None, None, None),
    ],
)
def test_pga_below_a_half(pga: float | None, by_default: str | None, at_most: str | None) -> None:
    for name in ("doris2021", "doris2017"):
        assert one(name, with_items(pga=pga))["met"] == by_default
        row = one(name, with_items(pga=pga), doris_pga_operator="<=")
        assert (row["pga_ok"], row["met"]) == (at_most, at_most)
        assert "(at most 0.5)" in row["reasons"]


@pytest.mark.parametrize(
    ("dose", "by_default", "below"),
    [
        (0.0, "Y", "Y"),
        (4.9999, "Y", "Y"),
        (5.0, "Y", "N"),
        (5.0001, "N", "N"),
        (5.5, "N", "N"),
        (60.0, "N", "N"),
        (None, None, None),
    ],
)
def test_prednisolone_of_five(dose: float | None, by_default: str | None, below: str | None) -> None:
    for name in ("doris2021", "doris2017"):
        assert one(name, with_items(prednisolone_mg=dose))["met"] == by_default
        row = one(name, with_items(prednisolone_mg=dose), doris_prednisolone_operator="<")
        assert row["met"] == below
        assert "mg/day (below 5)" in row["reasons"] or dose is None


BACKGROUNDS = [
    ("Y", "Y"),
    ("Y", "N"),
    ("N", "Y"),
    ("N", "N"),
    ("Y", None),
    ("N", None),
    (None, "N"),
    (None, None),
]


@pytest.mark.parametrize(
    ("required", "missing", "expected"),
    [
        ("all", "stable", "ynynyyny"),
        ("all", "unknown", "ynyn??n?"),
        ("immunosuppressant_or_biologic", "stable", "ynyyyy?y"),
        ("immunosuppressant_or_biologic", "unknown", "ynyy?y??"),
        ("nothing", "stable", "yyyyyyyy"),
        ("nothing", "unknown", "yyyyyyyy"),
    ],
)
def test_2021_background(required: str, missing: str, expected: str) -> None:
    """By drug taken and background stable; by default what is said to be unstable fails."""
    chosen = {"doris_stable_background": required, "doris_background_missing": missing}
    found = ""
    for drug, stable in BACKGROUNDS:
        row = one(
            "doris2021", with_items(immunosuppressant_or_biologic=drug, background_stable=stable), **chosen
        )
        found += {"Y": "y", "N": "n", None: "?"}[row["background_ok"]]
        assert row["met"] == row["background_ok"]
        told = {"Y": "yes", "N": "no", None: "not stated" if missing == "stable" else "not known"}[stable]
        assert f"background stable {told}: " in row["reasons"]
    assert found == expected


def test_2021_by_three_components_alone() -> None:
    (yes, no, undecided) = score(
        "doris2021",
        frame(
            {"clinical_sledai": 0, "pga": 0.4, "prednisone_mg": 5},
            {"clinical_sledai": 1, "pga": 0.4, "prednisone_mg": 5},
            {"clinical_sledai": None, "pga": 0.4, "prednisone_mg": 5},
        ),
    ).rows(named=True)
    assert (yes["met"], yes["clinical_sledai"], yes["completeness"]) == ("Y", 0, "complete")
    assert (no["met"], no["clinical_sledai"]) == ("N", 1)
    assert (undecided["met"], undecided["state"]) == (None, "undecided")
    assert (undecided["lower"], undecided["upper"], undecided["completeness"]) == (0, 101, "incomplete")
    assert "clinical SLEDAI 0-101 (must be 0): undecided" in undecided["reasons"]
    assert "not done" not in yes["reasons"]


def test_descriptors_not_done() -> None:
    row = one("doris2021", with_items(undone=("RASH", "DNA")))
    assert (flags(row), row["lower"], row["upper"], row["clinical_sledai"]) == ("?yyy", 0, 2, None)
    assert row["reasons"].endswith("; not done: RASH")
    row = one("doris2021", with_items("WBC", undone=("RASH",)))
    assert (row["met"], row["completeness"], row["lower"], row["upper"]) == ("N", "complete", 1, 3)
    row = one("doris2021", with_items(undone=("RASH",), pga=1.0))
    assert (row["met"], row["completeness"]) == ("N", "complete")
    row = one("doris2021", with_items(undone=("COMP", "DNA")))
    assert (row["met"], row["completeness"]) == ("Y", "complete")  # irrespective of serology


def test_serology_may_come_beside_a_clinical_total() -> None:
    row = {"clinical_sledai": 0, "COMP": "N", "DNA": "Y", **TREATED}
    assert one("doris2021", row)["met"] == "Y"
    assert one("doris2017", row)["state"] == "clinical_on"


@pytest.mark.parametrize(
    ("serology", "dose", "drug", "stable", "state"),
    [
        ((), 0.0, "N", "Y", "complete_off"),
        ((), 0.0, "N", "N", "complete_off"),  # no drug that would have to be stable
        (("DNA",), 0.0, "N", "Y", "clinical_off"),
        (("COMP",), 0.0, "N", "Y", "clinical_off"),
        ((), 0.0001, "N", "Y", "complete_on"),
        ((), 5.0, "N", "N", "complete_on"),
        ((), 0.0, "Y", "Y", "complete_on"),
        ((), 5.0, "Y", "Y", "complete_on"),
        (("COMP", "DNA"), 2.5, "N", "Y", "clinical_on"),
        (("DNA",), 0.0, "Y", "Y", "clinical_on"),
        ((), 0.0, "Y", "N", "none"),
        ((), 5.5, "N", "Y", "none"),
        (("DNA",), 5.5, "Y", "Y", "none"),
    ],
)
def test_2017_states(serology: tuple[str, ...], dose: float, drug: str, stable: str, state: str) -> None:
    other = {
        "prednisolone_mg": dose,
        "immunosuppressant_or_biologic": drug,
        "background_stable": stable,
    }
    row = one("doris2017", with_items(*serology, **other))
    assert (row["state"], row["possible_states"], row["completeness"]) == (state, state, "complete")
    assert row["met"] == ("N" if state == "none" else "Y")
    assert "possible: " not in row["reasons"]


def test_2017_flags_and_reasons() -> None:
    row = one("doris2017", with_items("DNA", **UNTREATED))
    assert flags(row) == "yynyy"
    assert row["reasons"] == (
        "clinical SLEDAI 0 (must be 0): yes; PGA 0.2 (below 0.5): yes; serology DNA: no; "
        "off therapy: prednisolone 0 mg/day (must be 0), immunosuppressant or biologic no: yes; "
        "on therapy: prednisolone 0 mg/day (at most 5), background stable yes: yes"
    )
    assert row["scored_by"].startswith("doris2017 1.0 doris_prednisolone_operator=<= doris_pga_operator=< #")
    assert flags(one("doris2017", with_items())) == "yyyny"


@pytest.mark.parametrize(
    ("other", "possible", "met"),
    [
        ({"DNA": None}, "complete_off, clinical_off", "Y"),
        ({"DNA": None, "COMP": "Y"}, "clinical_off", "Y"),
        ({"prednisolone_mg": None}, "complete_off, complete_on, none", None),
        ({"immunosuppressant_or_biologic": None}, "complete_off, complete_on", "Y"),
        ({"immunosuppressant_or_biologic": None, "background_stable": "N"}, "complete_off, none", None),
        ({"immunosuppressant_or_biologic": None, "prednisolone_mg": 5.0}, "complete_on", "Y"),
        (
            {"immunosuppressant_or_biologic": None, "background_stable": None},
            "complete_off, complete_on, none",
            None,
        ),
        ({"immunosuppressant_or_biologic": "Y", "background_stable": None}, "complete_on, none", None),
        ({"immunosuppressant_or_biologic": "Y", "prednisolone_mg": None}, "complete_on, none", None),
        (
            {"immunosuppressant_or_biologic": "Y", "background_stable": "N", "prednisolone_mg": None},
            "none",
            "N",
        ),
        ({"background_stable": None}, "complete_off", "Y"),
        ({"pga": None}, "complete_off, none", None),
        ({"RASH": None, "DNA": None}, "complete_off, clinical_off, none", None),
        ({"RASH": None, "pga": 0.5}, "none", "N"),
        ({"RASH": "Y", "DNA": None, "prednisolone_mg": None}, "none", "N"),
        (
            {"DNA": None, "prednisolone_mg": None},
            "complete_off, clinical_off, complete_on, clinical_on, none",
            None,
        ),
    ],
)
def test_2017_names_the_states_that_remain_possible(other: Row, possible: str, met: str | None) -> None:
    row = one("doris2017", with_items(**{**UNTREATED, **other}))
    assert (row["possible_states"], row["met"]) == (possible, met)
    decided = ", " not in possible
    assert row["state"] == (possible if decided else "undecided")
    assert row["completeness"] == ("complete" if decided else "incomplete")
    assert row["reasons"].endswith(f"possible: {possible}") != decided


def test_2017_lists_what_was_not_done() -> None:
    row = one("doris2017", with_items(undone=("RASH", "COMP")))
    assert "; serology none known: undecided; " in row["reasons"]
    assert "; not done: RASH, COMP; possible: " in row["reasons"]
    row = one("doris2017", {"clinical_sledai": 0, "DNA": "N", **TREATED})
    assert "; not done: COMP; possible: complete_on, clinical_on" in row["reasons"]


def test_visits_in_remission() -> None:
    for name, states in (
        ("doris2021", ["remission", "no remission", "undecided", "remission"]),
        ("doris2017", ["complete_on", "none", "undecided", "complete_on"]),
    ):
        rows = frame(with_items(), with_items("RASH"), with_items(pga=None), with_items())
        found = score(name, rows)
        assert found["state"].to_list() == states
        assert found["visits_in_state"].to_list() == [1, 1, 1, 2]
        assert found["visits_assessed"].to_list() == [1, 2, 2, 3]
        assert found["visits_in_a_row"].to_list() == [1, 0, 0, 1]
        assert found["percent_in_state"].to_list() == [100.0, 50.0, 50.0, pytest.approx(200 / 3)]


def test_other_names_of_columns() -> None:
    row = {"cSLEDAI": 0, "PGA": 0.2, "dose_mg": 0, "immunosuppressant": "N", "stable_background": "Y"}
    assert one("doris2017", {**row, "comp": "N", "dna": "N"})["state"] == "complete_off"


@pytest.mark.parametrize("name", ["doris2021", "doris2017"])
def test_queries(name: str) -> None:
    def ids(**row: Any) -> list[str]:
        return queries(name, frame({"clinical_sledai": 0, **TREATED, **row}))["query"].to_list()

    assert ids(pga=0.9999) == []
    assert ids(pga=1.0) == ["DORIS-Q01"]
    assert ids(pga=1.0, clinical_sledai=1) == []
    assert ids(pga=0.0) == []
    assert ids(pga=0.0, clinical_sledai=1) == ["DORIS-Q02"]
    assert ids(pga=0.01, clinical_sledai=1) == []
    found = queries(name, frame({"clinical_sledai": 8, **TREATED, "pga": 0.0})).row(0, named=True)
    assert (found["item"], found["values"]) == ("pga", "clinical_sledai=8, pga=0")


def test_what_a_clinician_must_confirm() -> None:
    def listed(name: str) -> dict[str, str]:
        return {item.setting: item.chosen for item in sign_off_items(name)}

    shared = {"doris_prednisolone_operator": "<=", "sledai_window_days": "10", "sledai2k_arthritis_min": "2"}
    assert listed("doris2017") == {**shared, "": ""}
    assert listed("doris2021") == {
        **shared,
        "doris_stable_background": "all",
        "doris_background_missing": "stable",
        "": "",
    }
    assert [setting.name for setting in INSTRUMENTS["doris2017"].settings][:2] == [
        "doris_prednisolone_operator",
        "doris_pga_operator",
    ]
