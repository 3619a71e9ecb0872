"""LLDAS worked out by hand from its five criteria (reference 06-states, S11 Table 1).

Weights that the cases use: DNA, COMP, RASH, ALOP, MUCO, PLEU, PERI 2; FEVR, PLT, WBC 1; ARTH, MYOS, PROT 4;
SEIZ and VASC 8.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import INSTRUMENTS, queries, score, sign_off_items
from lupustrial.instruments._lldas_rules import MAJOR
from lupustrial.instruments._sledai import CODES, WEIGHTS

Row = dict[str, Any]
QUIET: Row = {
    "pga": 0.5,
    "prednisolone_mg": 5.0,
    "haemolytic_anaemia": "N",
    "gi_activity": "N",
    "criterion5_met": "Y",
}
FLAGS = ("activity_ok", "new_ok", "pga_ok", "dose_ok", "treatment_ok")


def with_items(*present: str, undone: tuple[str, ...] = (), **other: Any) -> Row:
    items = {code: None if code in undone else "Y" if code in present else "N" for code in CODES}
    return {**items, **QUIET, **other}


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def visits(*rows: Row, **settings: str) -> list[Row]:
    return score("lldas", frame(*rows), settings=settings).rows(named=True)


def steady(*present: str, undone: tuple[str, ...] = (), **other: Any) -> Row:
    """Score a visit at which nothing is new: the visit before had every descriptor that it has."""
    return visits(with_items(*present, undone=undone), with_items(*present, undone=undone, **other))[-1]


def flags(row: Row) -> str:
    return "".join({"Y": "y", "N": "n", None: "?"}[row[flag]] for flag in FLAGS)


def test_all_five_hold() -> None:
    row = steady("DNA", "COMP", pga=1.0, prednisolone_mg=7.5)
    assert (flags(row), row["met"], row["state"], row["completeness"]) == ("yyyyy", "Y", "LLDAS", "complete")
    assert (row["sledai"], row["lower"], row["upper"]) == (4, 4, 4)
    assert row["reasons"] == (
        "SLEDAI-2K 4 (at most 4), major activity none known, haemolytic anaemia no, "
        "gastrointestinal activity no: yes; new activity none known: yes; PGA 1 (at most 1): yes; "
        "prednisolone 7.5 mg/day (at most 7.5): yes; treatment as criterion 5 asks yes: yes"
    )
    assert row["scored_by"].startswith(
        "lldas 1.0 lldas_criterion1=full lldas_criterion2=no_new_sledai_item lldas_criterion5=stated #"
    )


@pytest.mark.parametrize(
    ("present", "total", "holds"),
    [
        ((), 0, "Y"),
        (("WBC", "PLT"), 2, "Y"),
        (("ARTH",), 4, "Y"),  # arthritis and myositis are not major
        (("MYOS",), 4, "Y"),
        (("RASH", "ALOP"), 4, "Y"),
        (("RASH", "ALOP", "WBC"), 5, "N"),
        (("COMP", "DNA", "PLT"), 5, "N"),
        (("ARTH", "RASH"), 6, "N"),
    ],
)
def test_total_of_at_most_four(present: tuple[str, ...], total: int, holds: str) -> None:
    row = steady(*present)
    assert (row["sledai"], row["activity_ok"], row["met"]) == (total, holds, holds)


RENAL, CNS = ("CAST", "HAEM", "PROT", "PYUR"), ("SEIZ", "PSYC", "OBS", "VIS", "CRAN", "HEAD", "CVA")


@pytest.mark.parametrize("code", [*RENAL, *CNS, "PLEU", "PERI", "VASC", "FEVR"])
def test_one_major_descriptor_breaks_it_whatever_the_total(code: str) -> None:
    row = steady(code)
    assert (flags(row), row["met"]) == ("nyyyy", "N")
    assert f"major activity {code}, " in row["reasons"]


def test_the_other_descriptors_are_not_major() -> None:
    assert set(CODES) - set(MAJOR) == {"ARTH", "MYOS", "RASH", "ALOP", "MUCO", "COMP", "DNA", "PLT", "WBC"}


def test_the_shorter_list_of_a_belimumab_analysis_is_the_same_rule() -> None:
    """It leaves out nervous system and vasculitis [S12], which exceed the total of 4 by themselves."""
    shorter = {"CAST", "HAEM", "PROT", "PYUR", "PLEU", "PERI", "FEVR"}
    assert shorter < set(MAJOR)
    assert all(WEIGHTS[code] > 4 for code in set(MAJOR) - shorter)


@pytest.mark.parametrize("question", ["haemolytic_anaemia", "gi_activity"])
def test_what_sledai_has_no_descriptor_for(question: str) -> None:
    assert flags(steady(**{question: "Y"})) == "nyyyy"
    assert flags(steady(**{question: None})) == "?yyyy"
    for answer in ("Y", None):
        row = visits(with_items(), with_items(**{question: answer}), lldas_criterion1="sledai_only")[-1]
        assert (row["met"], "anaemia" in row["reasons"]) == ("Y", False)


@pytest.mark.parametrize(
    ("pga", "holds"),
    [(0.0, "Y"), (0.99, "Y"), (1.0, "Y"), (1.0001, "N"), (1.01, "N"), (3.0, "N"), (None, None)],
)
def test_pga_at_most_one(pga: float | None, holds: str | None) -> None:
    row = steady(pga=pga)
    assert (row["pga_ok"], row["met"]) == (holds, holds)
    assert row["state"] == {"Y": "LLDAS", "N": "not LLDAS", None: "undecided"}[holds]


@pytest.mark.parametrize(
    ("dose", "holds"), [(0.0, "Y"), (7.5, "Y"), (7.5001, "N"), (7.6, "N"), (60.0, "N"), (None, None)]
)
def test_prednisolone_at_most_seven_and_a_half(dose: float | None, holds: str | None) -> None:
    row = steady(prednisolone_mg=dose)
    assert (row["dose_ok"], row["met"]) == (holds, holds)


@pytest.mark.parametrize(("answer", "holds"), [("Y", "Y"), ("N", "N"), (None, None)])
def test_treatment_is_what_the_investigator_says(answer: str | None, holds: str | None) -> None:
    assert steady(criterion5_met=answer)["treatment_ok"] == holds


def test_new_is_present_now_and_absent_at_the_previous_visit() -> None:
    rows = visits(
        with_items("RASH", "DNA"),
        with_items("DNA"),  # rash gone, DNA persists
        with_items("DNA", "RASH"),  # rash back: new against the previous visit
        with_items("DNA", "RASH"),
    )
    assert [row["new_ok"] for row in rows] == [None, "Y", "N", "Y"]
    assert [row["state"] for row in rows] == ["not evaluable", "LLDAS", "not LLDAS", "LLDAS"]
    assert "; new activity RASH: no; " in rows[2]["reasons"]


def test_rows_come_in_any_order() -> None:
    rows = frame(with_items("RASH"), with_items(), with_items("RASH"))
    met = score("lldas", rows)["met"].to_list()
    assert score("lldas", rows[[2, 0, 1]])["met"].to_list() == [met[2], met[0], met[1]] == ["N", None, "Y"]


def test_the_previous_visit_of_another_participant_does_not_count() -> None:
    two = pl.concat([frame(with_items("RASH")), frame(with_items("RASH")).with_columns(USUBJID=pl.lit("Q"))])
    assert score("lldas", two)["state"].to_list() == ["not evaluable", "not evaluable"]


def test_first_visit_is_not_evaluable_unless_another_criterion_fails_or_a_setting_says_met() -> None:
    (row,) = visits(with_items())
    assert (flags(row), row["met"], row["completeness"]) == ("y?yyy", None, "not evaluable")
    assert "new activity no previous assessment: undecided" in row["reasons"]
    (row,) = visits(with_items(pga=None))
    assert (row["state"], row["completeness"]) == ("not evaluable", "not evaluable")
    (row,) = visits(with_items(pga=1.1))
    assert (row["state"], row["met"], row["completeness"]) == ("not LLDAS", "N", "complete")
    (row,) = visits(with_items("RASH"), lldas_first_visit="met")
    assert (flags(row), row["state"]) == ("yyyyy", "LLDAS")
    (row,) = visits(with_items(pga=None), lldas_first_visit="met")
    assert (row["state"], row["completeness"]) == ("undecided", "incomplete")


def test_first_visit_by_flare_and_bilag() -> None:
    by = {"lldas_criterion2": "no_flare"}
    rows = [visits(with_items(flare=flare), **by)[0] for flare in ("N", "Y", None)]
    assert [row["state"] for row in rows] == ["LLDAS", "not LLDAS", "not evaluable"]
    (row,) = visits(with_items(flare=None), lldas_first_visit="met", **by)
    assert row["state"] == "LLDAS"
    by = {"lldas_criterion2": "no_new_sledai_item_and_no_new_bilag"}
    rows = [visits(with_items(new_bilag_activity=new), **by)[0] for new in ("N", "Y", None)]
    assert [row["state"] for row in rows] == ["not evaluable", "not LLDAS", "not evaluable"]
    rows = [
        visits(with_items(new_bilag_activity=new), lldas_first_visit="met", **by)[0]
        for new in ("N", "Y", None)
    ]
    assert [row["state"] for row in rows] == ["LLDAS", "not LLDAS", "LLDAS"]


def test_criterion_two_by_flare() -> None:
    """A descriptor that is new is no matter where the trial judges by flares."""
    rows = [with_items(), *(with_items("RASH", flare=flare) for flare in ("N", "Y", None))]
    found = visits(*rows, lldas_criterion2="no_flare")
    assert [row["new_ok"] for row in found[1:]] == ["Y", "N", None]
    assert "new activity flare no: yes" in found[1]["reasons"]
    assert "new activity flare not known: undecided" in found[3]["reasons"]


@pytest.mark.parametrize(
    ("item", "bilag", "holds"),
    [("", "N", "Y"), ("", "Y", "N"), ("RASH", "N", "N"), ("", None, None), ("RASH", None, "N")],
)
def test_criterion_two_with_bilag(item: str, bilag: str | None, holds: str | None) -> None:
    option = "no_new_sledai_item_and_no_new_bilag"
    row = visits(with_items(), with_items(item, new_bilag_activity=bilag), lldas_criterion2=option)[-1]
    assert row["new_ok"] == holds
    assert "new BILAG activity" in row["reasons"]
    assert visits(with_items(), with_items(new_bilag_activity="Y"))[-1]["new_ok"] == "Y"  # not read


def test_descriptors_not_done() -> None:
    """ALOP 2 on top of RASH 2 is 4: allowed, yet new unless it was there before."""
    row = visits(with_items("RASH", "ALOP"), with_items("RASH", undone=("ALOP",)))[-1]
    assert (flags(row), row["met"], row["sledai"], row["lower"], row["upper"]) == ("yyyyy", "Y", None, 2, 4)
    assert row["completeness"] == "complete"
    assert row["reasons"].startswith("SLEDAI-2K 2-4 (at most 4)")
    assert row["reasons"].endswith("; not done: ALOP")
    row = visits(with_items("RASH"), with_items("RASH", undone=("ALOP",)))[-1]
    assert (flags(row), row["state"], row["completeness"]) == ("y?yyy", "undecided", "incomplete")
    row = visits(with_items("RASH", "DNA", "WBC"), with_items("RASH", "DNA", undone=("WBC",)))[-1]
    assert flags(row) == "?yyyy"  # 4 or 5
    row = visits(with_items("PROT"), with_items(undone=("PROT",)))[-1]
    assert flags(row) == "?yyyy"  # major if present


def test_descriptors_not_done_before() -> None:
    row = visits(with_items(undone=("RASH",)), with_items("RASH"))[-1]
    assert (flags(row), row["state"]) == ("y?yyy", "undecided")
    row = visits(with_items(undone=("RASH",)), with_items())[-1]
    assert (flags(row), row["state"]) == ("yyyyy", "LLDAS")  # absent now is never new


def test_a_visit_without_sledai_is_no_assessment() -> None:
    """The previous assessment is the latest earlier one (README, conventions), here the first visit."""
    rows = [with_items("RASH"), dict(QUIET), with_items("RASH"), with_items("RASH", "DNA")]
    assert [row["state"] for row in visits(*rows)] == ["not evaluable", "undecided", "LLDAS", "not LLDAS"]
    found = visits(*rows, lldas_previous="preceding_row")
    assert [row["state"] for row in found] == ["not evaluable", "undecided", "undecided", "not LLDAS"]
    (_, row) = visits(dict(QUIET), with_items("RASH"))
    assert row["state"] == "not evaluable"
    (_, row) = visits(dict(QUIET), with_items("RASH"), lldas_previous="preceding_row")
    assert row["state"] == "undecided"


def components(**other: Any) -> Row:
    return {"sledai": 4, "major_organ_activity": "N", "new_activity": "N", **QUIET, **other}


def test_components_in_place_of_descriptors() -> None:
    (row,) = visits(components())
    assert (flags(row), row["state"], row["sledai"]) == ("yyyyy", "LLDAS", 4)
    assert "SLEDAI-2K 4 (at most 4), major activity no, " in row["reasons"]
    assert "; new activity no: yes; " in row["reasons"]
    assert "not done" not in row["reasons"]
    for other, expected in [
        ({"sledai": 5}, "nyyyy"),
        ({"major_organ_activity": "Y"}, "nyyyy"),
        ({"new_activity": "Y"}, "ynyyy"),
        ({"sledai": None}, "?yyyy"),
        ({"major_organ_activity": None}, "?yyyy"),
        ({"sledai": 5, "major_organ_activity": None}, "nyyyy"),
        ({"new_activity": None}, "y?yyy"),
    ]:
        assert flags(visits(components(**other))[0]) == expected, other
    (_, row) = visits(components(), components(new_activity=None))
    assert (flags(row), row["state"]) == ("y?yyy", "undecided")  # there is a previous assessment


def test_a_total_of_zero_leaves_no_descriptor() -> None:
    zero = components(sledai=0, major_organ_activity=None, new_activity=None)
    rows = visits(components(), zero)
    assert flags(rows[1]) == "yyyyy"
    (row,) = visits(zero)
    assert row["state"] == "not evaluable"  # no previous assessment
    (_, row) = visits(components(), zero, lldas_criterion2="no_flare")
    assert flags(row) == "y?yyy"
    (_, row) = visits(components(), zero, lldas_criterion2="no_new_sledai_item_and_no_new_bilag")
    assert flags(row) == "y?yyy"


def test_a_component_answers_before_a_flare() -> None:
    (row,) = visits(components(flare="Y"), lldas_criterion2="no_flare")
    assert row["new_ok"] == "Y"


DOSES = {
    "hydroxychloroquine_mg": 400.0,
    "methotrexate_mg_week": 30.0,
    "azathioprine_mg": 200.0,
    "mycophenolate_mofetil_mg": 3000.0,
    "mycophenolic_acid_mg": 2160.0,
    "leflunomide_mg": 20.0,
}
GIVEN: Row = {**DOSES, "investigational_drug": "N", "other_treatment_ok": "Y", "criterion5_met": None}


def by_doses(*others: Row) -> list[Row]:
    """Score participants of one visit, each with what differs from doses at their ceilings."""
    rows = [frame(components(**GIVEN) | other) for other in others]
    people = pl.concat(rows, how="vertical_relaxed").with_columns(
        USUBJID=pl.int_range(pl.len()).cast(pl.String).str.zfill(3)
    )
    return score("lldas", people, settings={"lldas_criterion5": "dose_ceilings"}).rows(named=True)


def test_criterion_five_by_dose_ceilings() -> None:
    (row,) = by_doses({})
    assert (row["treatment_ok"], row["met"]) == ("Y", "Y")  # every dose at its ceiling [S13 Table 3]
    assert row["reasons"].endswith(
        "doses above their ceiling none known, investigational drug no, other treatment as asked yes: yes"
    )
    for row, (drug, ceiling) in zip(
        by_doses(*({drug: ceiling + 0.1} for drug, ceiling in DOSES.items())), DOSES.items(), strict=True
    ):
        assert row["treatment_ok"] == "N", drug
        assert f"doses above their ceiling {drug} {ceiling + 0.1:g} (at most {ceiling:g})" in row["reasons"]
    for row, drug in zip(by_doses(*({drug: None} for drug in DOSES)), DOSES, strict=True):
        assert row["treatment_ok"] is None, drug
        assert f"none known (not known: {drug}), " in row["reasons"]
    assert {row["treatment_ok"] for row in by_doses(*({drug: 0.0} for drug in DOSES))} == {"Y"}
    questions = ("investigational_drug", "other_treatment_ok")
    answers = [{code: answer} for code in questions for answer in ("Y", "N", None)]
    assert [row["treatment_ok"] for row in by_doses(*answers)] == ["N", "Y", None, "Y", "N", None]


def test_the_other_way_to_answer_criterion_five_is_not_read() -> None:
    assert by_doses({"criterion5_met": "N"})[0]["treatment_ok"] == "Y"
    assert visits(components(**{**GIVEN, "criterion5_met": "Y", "leflunomide_mg": 40.0}))[0]["met"] == "Y"


def test_visits_in_the_state() -> None:
    """Verdicts -, Y, Y, N, ?, Y: the first visit and the undecided one are not assessed."""
    rows = visits(
        with_items(), with_items(), with_items(), with_items(pga=2.0), with_items(pga=None), with_items()
    )
    assert [row["met"] for row in rows] == [None, "Y", "Y", "N", None, "Y"]
    assert [row["visits_in_state"] for row in rows] == [0, 1, 2, 2, 2, 3]
    assert [row["visits_assessed"] for row in rows] == [0, 1, 2, 3, 3, 4]
    assert [row["visits_in_a_row"] for row in rows] == [0, 1, 2, 0, 0, 1]
    percent = [row["percent_in_state"] for row in rows]
    assert percent == [None, 100.0, 100.0, pytest.approx(200 / 3), pytest.approx(200 / 3), 75.0]
    first = visits(with_items(), with_items(), lldas_first_visit="met")
    assert [row["visits_in_a_row"] for row in first] == [1, 2]


def test_other_names_of_columns() -> None:
    row = components(PGA=0.5, dose=5.0, hemolytic_anemia="N", gastrointestinal_activity="N")
    row |= {"sledai_2k": row.pop("sledai"), "major_activity": row.pop("major_organ_activity")}
    row |= {"new_lupus_activity": row.pop("new_activity"), "criterion_5_met": row.pop("criterion5_met")}
    for code in ("pga", "prednisolone_mg", "haemolytic_anaemia", "gi_activity"):
        del row[code]
    assert visits(row)[0]["met"] == "Y"
    names = {alias for each in INSTRUMENTS["lldas"].inputs for alias in each.aliases}
    assert {"prednisone_mg", "prednisolone_mg_day", "hydroxychloroquine_mg_day", "methotrexate"} <= names


def ids(*rows: Row, **settings: str) -> list[tuple[int, str]]:
    return queries("lldas", frame(*rows), settings=settings).select("VISITNUM", "query").rows()


def test_queries() -> None:
    assert ids(with_items(), with_items()) == []
    assert ids(components(leflunomide_mg=20.0)) == []
    assert ids(components(leflunomide_mg=40.0)) == [(0, "LLDAS-Q01")]
    assert ids(components(investigational_drug="Y")) == [(0, "LLDAS-Q01")]
    assert ids(components(other_treatment_ok="N")) == [(0, "LLDAS-Q01")]
    assert ids(components(leflunomide_mg=40.0, criterion5_met="N")) == []
    assert ids(components(sledai=0)) == []
    assert ids(components(sledai=0, new_activity="Y")) == [(0, "LLDAS-Q02")]
    assert ids(components(sledai=0, major_organ_activity="Y")) == [(0, "LLDAS-Q02")]
    assert ids(components(major_organ_activity="Y")) == []
    assert ids(components(major_organ_activity="Y", pga=0.0)) == [(0, "LLDAS-Q03")]
    assert ids(with_items("PROT", pga=0.0), with_items("DNA", pga=0.0)) == [(0, "LLDAS-Q03")]
    assert ids(with_items("DNA", flare="Y"), with_items(flare="Y"), with_items()) == [(1, "LLDAS-Q04")]
    found = queries("lldas", frame(components(leflunomide_mg=40.0))).row(0, named=True)
    assert found["item"] == "criterion5_met"
    assert found["values"] == "criterion5_met=Y, leflunomide_mg=40"


def test_what_a_clinician_must_confirm() -> None:
    listed = {item.setting: item.chosen for item in sign_off_items("lldas") if item.setting}
    assert listed == {
        "lldas_criterion2": "no_new_sledai_item",
        "lldas_first_visit": "not_evaluable",
        "lldas_previous": "last_assessed",
        "lldas_criterion5": "stated",
        "sledai_window_days": "10",
        "sledai2k_arthritis_min": "2",
    }
    assert [item.tag for item in sign_off_items("lldas") if not item.setting] == ["D", "D"]
