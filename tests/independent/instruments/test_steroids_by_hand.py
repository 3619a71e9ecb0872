"""Glucocorticoids: equivalents, tapers, increase and cumulative dose, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import convert_to_prednisone, queries, score

Row = dict[str, Any]


def visits(name: str, *rows: Row, **settings: Any) -> list[Row]:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    return score(name, frame, settings=settings).rows(named=True)


@pytest.mark.parametrize(
    ("drug", "mg", "prednisone"),
    [
        ("prednisone", 5.0, 5.0),
        ("prednisolone", 7.5, 7.5),
        ("methylprednisolone", 8.0, 10.0),
        ("triamcinolone", 4.0, 5.0),
        ("hydrocortisone", 20.0, 5.0),
        ("cortisone_acetate", 25.0, 5.0),
        ("dexamethasone", 0.75, 5.0),
        ("betamethasone", 0.6, 5.0),
        ("deflazacort", 6.0, 5.0),
    ],
)
def test_equivalent_of_each_drug(drug: str, mg: float, prednisone: float) -> None:
    (row,) = visits("steroid_equivalent", {drug: mg})
    assert (row["score"], row["lower"], row["upper"]) == (prednisone, prednisone, prednisone)
    assert row["reasons"] == f"{drug.replace('_', ' ')} {mg:g} mg"


def test_equivalents_add_and_brands_are_known() -> None:
    (row,) = visits(
        "steroid_equivalent", {"prednisolone": 5.0, "methylprednisolone": 4.0, "prednisone": None}
    )
    assert (row["score"], row["completeness"]) == (10.0, "complete")
    assert row["reasons"] == "prednisolone 5 mg + methylprednisolone 4 mg"
    assert row["scored_by"].startswith("steroid_equivalent 1.0 deflazacort_mg=6 #")
    (row,) = visits("steroid_equivalent", {"Medrol": 16.0})
    assert row["score"] == 20.0
    (row,) = visits("steroid_equivalent", {"cortisone acetate": 50.0})
    assert row["score"] == 10.0


@pytest.mark.parametrize(
    ("mg", "score_"), [("6", 6.25), ("6.5", 7.5 / 6.5 * 5), ("7", 7.5 / 7 * 5), ("7.5", 5.0)]
)
def test_deflazacort_is_a_setting(mg: str, score_: float) -> None:
    (row,) = visits("steroid_equivalent", {"deflazacort": 7.5}, deflazacort_mg=mg)
    assert row["score"] == pytest.approx(score_)


def test_a_blank_drug_is_not_taken_only_beside_one_with_a_dose() -> None:
    rows = [
        {"prednisone": 5.0, "deflazacort": None},
        {"prednisone": None, "deflazacort": None},
        {"prednisone": 0.0, "deflazacort": None},
    ]
    found = visits("steroid_equivalent", *rows)
    assert [row["score"] for row in found] == [5.0, None, 0.0]
    assert [row["completeness"] for row in found] == ["complete", "incomplete", "complete"]
    assert [row["reasons"] for row in found] == ["prednisone 5 mg", "not done", "none taken"]
    assert (found[1]["lower"], found[2]["upper"]) == (0.0, 0.0)
    strict = visits("steroid_equivalent", rows[0], steroid_blank_drug="unknown")[0]
    assert (strict["score"], strict["lower"]) == (None, 5.0)
    # Each of the eight others may be anything up to 5000 mg.
    others = (5, 4, 4, 20, 25, 0.75, 0.6, 6)
    assert strict["upper"] == pytest.approx(5 + sum(5000 * 5 / mg for mg in others))
    every = dict.fromkeys(
        ["prednisone", "prednisolone", "methylprednisolone", "triamcinolone", "hydrocortisone"], 0.0
    ) | dict.fromkeys(["cortisone_acetate", "dexamethasone", "betamethasone", "deflazacort"], 0.0)
    assert visits("steroid_equivalent", every, steroid_blank_drug="unknown")[0]["score"] == 0.0


def test_one_drug_under_two_names_is_queried() -> None:
    rows = [
        {"prednisone": 5.0, "prednisolone": 5.0},
        {"prednisone": 5.0, "prednisolone": 2.5},
        {"prednisone": 0.0, "prednisolone": 0.0},
    ]
    frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)])
    found = queries("steroid_equivalent", frame).select("VISITNUM", "query", "item", "values").rows()
    assert found == [(0, "STEROID-Q01", "prednisolone", "prednisone=5, prednisolone=5")]


def test_brands_in_a_log() -> None:
    frame = pl.DataFrame({"CMTRT": ["MEDROL", " Solu-Medrol ", "Calcort"], "CMDOSE": [4.0, 8.0, 7.5]})
    assert convert_to_prednisone(frame).to_list() == [5.0, 10.0, 6.25]
    found = convert_to_prednisone(frame, deflazacort_mg=Decimal("7.5"))
    assert found.to_list() == [5.0, 10.0, 5.0]


def test_the_dose_of_a_reduction_may_come_as_drugs() -> None:
    rows = visits("steroid_reduction", {"methylprednisolone": 16.0}, {"methylprednisolone": 8.0})
    assert (rows[1]["responder"], rows[1]["reasons"]) == ("Y", "20 to 10 mg/day")
    rows = visits("steroid_reduction", {"deflazacort": 6.0}, {"prednisone": 2.5}, deflazacort_mg="7.5")
    assert rows[1]["reduction"] == pytest.approx(37.5)  # from 4 to 2.5


def test_a_dose_so_high_that_no_baseline_could_be_twice_it() -> None:
    """The highest permitted dose is 5000 mg: 2501 mg cannot be half of any baseline."""
    rows = visits("steroid_reduction", {"dose": None}, {"dose": 2500.0}, {"dose": 2501.0})
    assert [row["responder"] for row in rows] == [None, None, "N"]


def course(
    *doses: float | None, weeks: tuple[float, ...], base: float | None = 15.0, **extra: Any
) -> list[Row]:
    """Return rows at baseline and at the weeks, with the doses."""
    rows = [{"week": 0.0, "dose": base}]
    rows += [{"week": week, "dose": dose} for week, dose in zip(weeks, doses, strict=True)]
    for name, values in extra.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return rows


def tabalumab(*rows: Row, **settings: Any) -> list[str | None]:
    return [row["responder"] for row in visits("steroid_taper_tabalumab", *rows, **settings)]


def test_three_months_at_a_low_dose_from_week_24_on() -> None:
    # 24 to 36 weeks are 84 days: enough by default.
    rows = course(7.5, 7.5, 7.5, 7.5, weeks=(24, 28, 32, 36))
    assert tabalumab(*rows) == [None, "N", "N", "N", "Y"]
    assert tabalumab(*rows, taper_days=90) == [None, "N", "N", "N", "N"]
    longer = course(7.5, 7.5, 7.5, 10.0, weeks=(24, 30, 36.86, 44))  # 12.86 weeks are 90.02 days
    assert tabalumab(*longer, taper_days=90) == [None, "N", "N", "Y", "Y"]  # once reached it stays
    assert tabalumab(*longer, taper_days=91) == [None, "N", "N", "N", "N"]


def test_the_days_of_three_months() -> None:
    for days, weeks in ((84, 12.0), (91, 13.0)):
        rows = course(5.0, 5.0, weeks=(24, 24 + weeks))
        assert tabalumab(*rows, taper_days=days)[-1] == "Y"
        rows = course(5.0, 5.0, weeks=(24, 24 + weeks - 0.01))
        assert tabalumab(*rows, taper_days=days)[-1] == "N"


def test_a_higher_dose_between_begins_the_count_anew() -> None:
    rows = course(7.5, 7.51, 7.5, 7.5, weeks=(24, 30, 36, 47.9))
    assert tabalumab(*rows)[-1] == "N"
    rows = course(7.5, 7.51, 7.5, 7.5, weeks=(24, 30, 36, 48))
    assert tabalumab(*rows)[-1] == "Y"


def test_weeks_outside_24_to_52_do_not_count() -> None:
    assert tabalumab(*course(5.0, 5.0, 5.0, weeks=(12, 23.99, 35))) == [None, None, None, "N"]
    assert tabalumab(*course(5.0, 5.0, weeks=(40.1, 52.1))) == [None, "N", "N"]
    assert tabalumab(*course(5.0, 5.0, weeks=(40, 52))) == [None, "N", "Y"]


def test_at_least_a_quarter_less() -> None:
    # 75 % of 8 is 6; of 10 it is 7.5.
    assert tabalumab(*course(6.0, 6.0, weeks=(24, 36), base=8.0))[-1] == "Y"
    assert tabalumab(*course(6.01, 6.01, weeks=(24, 36), base=8.0))[-1] == "N"
    assert tabalumab(*course(7.5, 7.5, weeks=(24, 36), base=10.0))[-1] == "Y"


def test_who_is_judged() -> None:
    assert tabalumab(*course(1.0, 1.0, weeks=(24, 36), base=7.5)) == [None, None, None]
    assert tabalumab(*course(1.0, 1.0, weeks=(24, 36), base=7.5001))[-1] == "Y"
    found = visits("steroid_taper_tabalumab", *course(1.0, 1.0, weeks=(24, 36), base=7.5))
    assert {row["state"] for row in found} == {"not evaluable"}
    unknown = visits("steroid_taper_tabalumab", *course(1.0, 1.0, weeks=(24, 36), base=None))
    assert [row["state"] for row in unknown] == ["not evaluable", "undecided", "undecided"]


def test_background_drugs_must_not_be_increased() -> None:
    rows = course(5.0, 5.0, 5.0, weeks=(24, 36, 40), background_increase=[None, "N", "N", "Y"])
    assert tabalumab(*rows) == [None, "N", "Y", "N"]
    early = course(5.0, 5.0, 5.0, weeks=(12, 24, 36), background_increase=[None, "Y", "N", None])
    assert tabalumab(*early) == [None, None, "N", "N"]
    late = course(5.0, 5.0, 5.0, weeks=(24, 36, 53), background_increase=[None, "N", "N", "Y"])
    assert tabalumab(*late) == [None, "N", "Y", "Y"]  # after week 52 nothing counts
    at_52 = course(5.0, 5.0, 5.0, weeks=(24, 36, 52), background_increase=["Y", "N", "N", "Y"])
    assert tabalumab(*at_52) == [None, "N", "Y", "N"]  # what was before baseline does not count


def test_a_missing_dose_leaves_the_run_open() -> None:
    assert tabalumab(*course(5.0, None, 5.0, weeks=(24, 30, 36))) == [None, "N", "N", None]
    assert tabalumab(*course(5.0, None, 9.0, weeks=(24, 30, 36))) == [None, "N", "N", "N"]
    assert tabalumab(*course(5.0, None, weeks=(24, 36))) == [None, "N", None]
    states = [
        row["completeness"] for row in visits("steroid_taper_tabalumab", *course(5.0, None, weeks=(24, 36)))
    ]
    assert states == ["not evaluable", "complete", "incomplete"]


def taper(*rows: Row) -> Row:
    return visits("steroid_taper_40_52", *rows)[-1]


QUIET = {"n_new_a": 0, "n_new_b": 0}


def weeks_40_52(*doses: float | None, base: float | None = 10.0, **change: Any) -> list[Row]:
    """Return baseline, weeks 36, 40, 46 and 52 with the doses from week 36 on."""
    rows = [{"week": 0.0, "dose": base, **QUIET}]
    rows += [
        {"week": w, "dose": dose, **QUIET} for w, dose in zip((36.0, 40.0, 46.0, 52.0), doses, strict=True)
    ]
    for name, values in change.items():
        for row, value in zip(rows[1:], values, strict=True):
            row[name] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "responder"),
    [
        (weeks_40_52(10.0, 7.5, 7.5, 7.5), "Y"),  # exactly 7.5 is a success
        (weeks_40_52(10.0, 7.5001, 7.5, 7.5), "N"),
        (weeks_40_52(10.0, 7.5, 7.6, 7.5), "N"),
        (weeks_40_52(10.0, 7.5, 7.5, 7.6), "N"),
        (weeks_40_52(10.0, 7.5, None, 7.5), None),
        (weeks_40_52(10.0, None, 7.5, 9.0), "N"),
        (weeks_40_52(5.0, 5.0, 5.0, 5.0, base=9.9), None),  # below 10 at entry: not evaluable
        (weeks_40_52(10.0, 5.0, 5.0, 5.0, base=None), None),
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_a=[0, 0, 1, 0]), "N"),
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_a=[9, 9, 0, 0]), "Y"),  # before week 40 it is not looked for
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_b=[0, 0, 1, 1]), "Y"),
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_b=[0, 0, 0, 2]), "N"),
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_b=[0, 0, None, 0]), None),
        (weeks_40_52(10.0, 7.5, 7.5, 7.5, n_new_a=[None, None, 0, 0]), "Y"),
    ],
)
def test_low_from_week_40_to_52_without_worsening(rows: list[Row], responder: str | None) -> None:
    assert taper(*rows)["responder"] == responder


def test_only_the_visit_of_week_52_is_judged() -> None:
    rows = [*weeks_40_52(10.0, 5.0, 5.0, 5.0), {"week": 53.0, "dose": 50.0, **QUIET}]
    found = visits("steroid_taper_40_52", *rows)
    assert [row["responder"] for row in found] == [None, None, None, None, "Y", None]
    assert found[-1]["state"] == "not evaluable"
    assert found[4]["reasons"] == "week 52: 5 mg/day, baseline 10; new A 0, new B 0"
    assert found[0]["reasons"] == "baseline or earlier"
    # Below 10 at entry is not evaluable, an unknown entry is undecided.
    assert taper(*weeks_40_52(5.0, 5.0, 5.0, 5.0, base=9.9))["state"] == "not evaluable"
    assert taper(*weeks_40_52(5.0, 5.0, 5.0, 5.0, base=None))["state"] == "undecided"


def test_the_dose_by_week_40_is_that_of_the_last_visit_up_to_it() -> None:
    rows = [row for row in weeks_40_52(8.0, 5.0, 5.0, 5.0) if row["week"] != 40]
    assert taper(*rows)["responder"] == "N"  # 8 mg at week 36
    rows = [row for row in weeks_40_52(7.0, 5.0, 5.0, 5.0) if row["week"] != 40]
    assert taper(*rows)["responder"] == "Y"
    rows = [row for row in weeks_40_52(7.0, 5.0, 5.0, 5.0) if row["week"] not in (36, 40)]
    assert taper(*rows)["responder"] is None  # no visit by week 40: not known
    rows = [row for row in weeks_40_52(7.0, 5.0, 9.0, 5.0) if row["week"] not in (36, 40)]
    assert taper(*rows)["responder"] == "N"


def test_reasons_of_the_taper() -> None:
    rows = course(5.0, 5.0, weeks=(24, 36.5), background_increase=[None, "Y", "N"])
    told = [row["reasons"] for row in visits("steroid_taper_tabalumab", *rows)]
    raised = "background drug started or increased"
    assert told == [
        "baseline or earlier",
        f"week 24: 5 mg/day, baseline 15; {raised}",
        f"week 36.5: 5 mg/day, baseline 15; {raised}",
    ]
    told = visits("steroid_taper_tabalumab", *course(None, weeks=(24,)))[1]["reasons"]
    assert told == "week 24: not done mg/day, baseline 15"


def increased(*doses: float | None, **settings: Any) -> list[str | None]:
    return [
        row["met"] for row in visits("steroid_any_increase", *({"dose": dose} for dose in doses), **settings)
    ]


def test_any_increase_against_the_visit_before() -> None:
    assert increased(10.0, 10.0, 7.5, 7.6, 5.0) == [None, "N", "N", "Y", "Y"]
    assert increased(10.0, None, 5.0) == [None, None, None]  # it may have been 20 between
    assert increased(10.0, None, 10.1) == [None, None, "Y"]  # it rose somewhere between
    assert increased(None, 5.0, 5.0) == [None, None, None]  # baseline may have been lower
    assert increased(None, 0.0, 0.0) == [None, "N", "N"]  # nothing is below 0
    assert increased(None, None, 0.0) == [None, None, None]
    assert increased(5000.0, None, None) == [None, "N", None]  # 0, and then any dose
    assert increased(5000.0, None, 5000.0) == [None, "N", None]  # the highest cannot rise; 0 between could


def test_any_increase_against_baseline() -> None:
    setting = {"increase_reference": "baseline"}
    assert increased(10.0, 7.5, 10.0, 10.1, 5.0, **setting) == [None, "N", "N", "Y", "Y"]
    assert increased(10.0, None, 5.0, **setting) == [None, None, None]
    assert increased(None, 5.0, 0.0, **setting) == [None, None, None]
    assert increased(None, 0.0, **setting) == [None, "N"]
    assert increased(5000.0, None, **setting) == [None, "N"]


def test_states_and_reasons_of_an_increase() -> None:
    found = visits("steroid_any_increase", *({"dose": dose} for dose in (10.0, 7.5, None, 20.0)))
    assert [row["state"] for row in found] == ["not evaluable", "not increased", "undecided", "increased"]
    assert [row["completeness"] for row in found] == ["not evaluable", "complete", "incomplete", "complete"]
    assert found[3]["reasons"] == "dose 20, last known 7.5, baseline 10"
    assert found[2]["reasons"] == "dose not done, last known 7.5, baseline 10"
    assert "increase_reference=previous_visit" in found[0]["scored_by"]
    flagged = [{"dose": 1.0, "ABLFL": None}, {"dose": 10.0, "ABLFL": "Y"}, {"dose": 5.0, "ABLFL": None}]
    assert [row["met"] for row in visits("steroid_any_increase", *flagged)] == [None, None, "N"]
    assert visits("steroid_any_increase", {"dose": None}, {"dose": 5.0})[1]["reasons"] == (
        "dose 5, last known none, baseline not done"
    )


def cumulative(*rows: Row, **settings: Any) -> list[float | None]:
    return [row["score"] for row in visits("steroid_cumulative", *rows, **settings)]


def test_area_under_the_dose() -> None:
    # 4 weeks from 20 to 10 are 28 x 15 = 420 mg, 4 more at 10 are 280: by steps 560 and 280.
    rows = [{"week": week, "dose": dose} for week, dose in ((0, 20.0), (4, 10.0), (8, 10.0))]
    assert cumulative(*rows) == [0.0, 420.0, 700.0]
    assert cumulative(*rows, dose_area="step") == [0.0, 560.0, 840.0]
    dated = [{"ADT": day, "dose": dose} for day, dose in (("2024-02-26", 20.0), ("2024-03-04", 10.0))]
    assert cumulative(*dated) == [0.0, 105.0]  # seven days over the leap day
    both = [{"ADT": day, "week": 9.0, "dose": 10.0} for day in ("2024-01-01", "2024-01-02")]
    assert cumulative(*both) == [0.0, 10.0]  # dates come first


def test_bounds_of_a_cumulative_dose() -> None:
    rows = [{"week": week, "dose": dose} for week, dose in ((0, 10.0), (1, None), (2, 10.0))]
    found = visits("steroid_cumulative", *rows)
    assert [row["score"] for row in found] == [0.0, None, None]
    assert (found[1]["lower"], found[1]["upper"]) == (35.0, 7 * 5010 / 2)
    assert (found[2]["lower"], found[2]["upper"]) == (70.0, 7 * 5010)
    assert [row["completeness"] for row in found] == ["complete", "incomplete", "incomplete"]
    assert found[1]["reasons"] == "dose not done mg/day, days since the visit before 7"
    steps = visits("steroid_cumulative", *rows, dose_area="step")
    assert [row["score"] for row in steps] == [0.0, 70.0, None]  # the dose of the visit itself is not in it
    flagged = [{"dose": 1.0, "week": -2.0, "ABLFL": None}, {"dose": 5.0, "week": 0.0, "ABLFL": "Y"}]
    found = visits("steroid_cumulative", *flagged, {"dose": 5.0, "week": 1.0, "ABLFL": None})
    assert [row["score"] for row in found] == [None, 0.0, 35.0]
    assert [row["completeness"] for row in found] == ["not evaluable", "complete", "complete"]


def test_the_dose_of_every_course_may_come_as_drugs() -> None:
    rows = [{"methylprednisolone": 8.0, "week": 0.0}, {"methylprednisolone": 16.0, "week": 1.0}]
    assert visits("steroid_cumulative", *rows)[1]["score"] == 105.0
    assert (
        visits("steroid_any_increase", *({"medrol": row["methylprednisolone"]} for row in rows))[1]["met"]
        == "Y"
    )
