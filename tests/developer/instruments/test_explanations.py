"""What ``explain`` says of each composite, in words; and where its searches end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from lupustrial.errors import InstrumentError
from lupustrial.instruments import DOMAINS, INSTRUMENTS, Explanation, _nearest, explain
from lupustrial.instruments._ask import Questions
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._known import known_of
from lupustrial.instruments._nearest import nearest_change
from lupustrial.instruments._settings import resolve

Row = dict[str, Any]
CODES = [item.code for item in INSTRUMENTS["sledai_2k"].items]


def frame_of(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def told(name: str, *rows: Row, **chosen: str) -> Explanation:
    return explain(name, frame_of(*rows), visit=len(rows) - 1, settings=chosen)


def graded(grades: str, sledai: int | None = 8, pga: float | None = 1.0, **more: Any) -> Row:
    letters = {f"grade_{domain}": letter for domain, letter in zip(DOMAINS, grades, strict=True)}
    return {"sledai": sledai, "pga": pga, **letters, **more}


def changes(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(one.name, one.value, one.to) for one in explanation.change or ()]


BASE, BETTER = "EAEBEEEDC", "EBECEEEDC"


def test_bicla_responder() -> None:
    """To fail, PGA would have to rise by 0.3 of 3 (a tenth), a grade by a quarter; SLEDAI by 1 of 105."""
    prose = told("bicla", graded(BASE), graded(BETTER)).prose()
    assert prose.startswith(
        "P, visit 1, BICLA: responder. What decides: BILAG constitutional E at the visit; "
    )
    assert "BILAG mucocutaneous A at baseline; BILAG mucocutaneous B at the visit" in prose
    assert prose.endswith("Nearest change that makes a non-responder: SLEDAI 9 instead of 8.")


def test_bicla_non_responders() -> None:
    worse = told("bicla", graded(BASE), graded("EAECEEEDC", 9))
    assert worse.prose() == (
        "P, visit 1, BICLA: non-responder. What decides: BILAG mucocutaneous A at baseline; "
        "BILAG mucocutaneous A at the visit. Not met: improvement of BILAG A and B, SLEDAI. "
        "Nearest change that makes a responder: BILAG mucocutaneous B instead of A; SLEDAI 8 instead of 9."
    )
    assert worse.failing == ("improvement of BILAG A and B", "SLEDAI")
    risen = told("bicla", graded(BASE), graded(BETTER, 9))
    # A rise of SLEDAI decides only together with an A or B at baseline, which makes evaluable.
    assert [str(fact) for fact in risen.facts] == [
        "BILAG mucocutaneous A at baseline",
        "SLEDAI 8 at baseline",
        "SLEDAI 9 at the visit",
    ]
    failed = told("bicla", graded(BASE), graded(BETTER, treatment_failure="Y"))
    assert [str(fact) for fact in failed.facts] == [
        "BILAG mucocutaneous A at baseline",
        "treatment failure Y at the visit",
    ]
    assert changes(failed) == [("treatment_failure", "Y", "N")]
    two_new = told("bicla", graded(BASE), graded("EBECEEEBB"))
    assert two_new.failing == ("new BILAG A or B",)
    assert changes(two_new) == [("grade_haematological", "B", "C")]


def test_bicla_without_a_or_b_and_with_a_baseline_grade_not_known() -> None:
    calm = told("bicla", graded("EEEEEEEDC"), graded("EEEEEEEDC"))
    assert calm.prose() == (
        "P, visit 1, BICLA: not evaluable. "
        "A response is judged after baseline and among those with a BILAG A or B at baseline."
    )
    assert (calm.failing, calm.missing, calm.facts, calm.change) == ((), (), (), None)
    chosen = {"bicla_no_ab_at_baseline": "non_responder"}
    counted = told("bicla", graded("EEEEEEEDC"), graded("EEEEEEEDC"), **chosen)
    assert (counted.verdict, len(counted.facts)) == ("N", 9)
    assert changes(counted) == []
    assert counted.prose().endswith("No change at this visit makes a responder.")
    unknown = graded("EEEEEEEDC") | {"grade_renal": None}
    open_ = told("bicla", unknown, graded("EEEEEEECC"))
    assert open_.prose() == (
        "P, visit 1, BICLA: undecided. It cannot be decided: not known BILAG renal (baseline)."
    )


def test_a_failure_at_an_earlier_visit_is_a_fact_of_this_one() -> None:
    rows = [graded(BASE), graded(BETTER, treatment_failure="Y"), graded(BETTER, treatment_failure="N")]
    later = explain("sri", frame_of(*rows), visit=2)
    assert [str(fact) for fact in later.facts] == ["treatment failure Y at the visit"]
    before = [graded(BASE), graded(BETTER, 4, treatment_failure="N"), rows[1]]
    assert explain("sri", frame_of(*before), visit=1).verdict == "Y"


def quiet(**more: Any) -> Row:
    state = {"pga": 0.5, "prednisolone_mg": 5.0, "haemolytic_anaemia": "N", "gi_activity": "N"}
    return dict.fromkeys(CODES, "N") | state | {"criterion5_met": "Y"} | more


def test_lldas_and_the_previous_assessment() -> None:
    new = told("lldas", quiet(), quiet(COMP="Y"))
    assert new.prose() == (
        "P, visit 1, LLDAS: not LLDAS. What decides: COMP N at the previous assessment; COMP Y at the visit. "
        "Nearest change that makes LLDAS: COMP N instead of Y."
    )
    nothing = dict.fromkeys(quiet()) | {"pga": 0.5}
    # A visit without SLEDAI is no assessment: the one before it is the previous …
    skipped = explain("lldas", frame_of(quiet(), nothing, quiet(COMP="Y")), visit=2)
    assert [str(fact) for fact in skipped.facts] == [
        "COMP N at the previous assessment",
        "COMP Y at the visit",
    ]
    # … unless the visit before is what counts, of which then nothing is known.
    chosen = {"lldas_previous": "preceding_row"}
    strict = explain("lldas", frame_of(quiet(), nothing, quiet(COMP="Y")), visit=2, settings=chosen)
    assert strict.state == "undecided"
    assert set(strict.missing) == {(code, "previous") for code in CODES}


def test_lldas_of_what_is_present_the_previous_answer_can_stand_for_the_present_one() -> None:
    """COMP (2 points) was there before: now present or not, SLEDAI stays at most 4 and it is not new."""
    explanation = told("lldas", quiet(COMP="Y"), quiet(COMP="Y"))
    assert ("COMP", "previous") in {(fact.name, fact.at) for fact in explanation.facts}
    assert ("COMP", "visit") not in {(fact.name, fact.at) for fact in explanation.facts}
    assert explanation.smallest
    assert changes(explanation) == [("pga", "0.5", "1.01")] or changes(explanation) == [
        ("prednisolone_mg", "5", "7.6")
    ]


def test_lldas_nearest_steps() -> None:
    """A rise of the dose is measured against 60 mg/day, of PGA against 3."""
    near = told("lldas", quiet(), quiet(pga=0.99))
    assert changes(near) == [("pga", "0.99", "1.01")]  # 0.02 / 3 = 0.0067; 2.6 / 60 = 0.043
    near = told("lldas", quiet(), quiet(prednisolone_mg=7.4))
    assert changes(near) == [("prednisolone_mg", "7.4", "7.6")]  # 0.2 / 60 = 0.0033; 0.51 / 3 = 0.17
    several = told("lldas", quiet(), quiet(pga=1.2, prednisolone_mg=10.0, criterion5_met="N"))
    assert changes(several) == [
        ("pga", "1.2", "1"),
        ("prednisolone_mg", "10", "7.5"),
        ("criterion5_met", "N", "Y"),
    ]
    assert several.failing == ("PGA", "prednisolone", "standard treatment")


def test_lldas_at_a_first_visit() -> None:
    first = told("lldas", quiet())
    assert first.prose() == (
        "P, visit 0, LLDAS: not evaluable. New activity is judged against an earlier assessment, "
        "and there is none."
    )
    high = told("lldas", quiet(pga=1.2))
    assert (high.verdict, high.change) == ("N", ())
    assert high.prose().endswith("No change at this visit makes LLDAS.")
    taken = told("lldas", quiet(), lldas_first_visit="met")
    assert (taken.verdict, {fact.at for fact in taken.facts}) == ("Y", {"visit"})


def test_lldas_by_components_and_by_other_criteria() -> None:
    part = {name: quiet()[name] for name in quiet() if name not in CODES}
    summed = part | {"sledai": 2, "major_organ_activity": "N", "new_activity": "N"}
    explanation = told("lldas", part, summed)
    assert [fact.name for fact in explanation.facts] == [
        *("sledai", "major_organ_activity", "haemolytic_anaemia", "gi_activity", "new_activity"),
        *("pga", "prednisolone_mg", "criterion5_met"),
    ]
    open_ = told("lldas", part, part | {"sledai": 2, "new_activity": "N"})
    assert open_.missing == (("major_organ_activity", "visit"),)
    alone = told("lldas", part, summed, lldas_criterion1="sledai_only")
    assert "gi_activity" not in {fact.name for fact in alone.facts}
    flare = told("lldas", part, summed | {"new_activity": None, "flare": "Y"}, lldas_criterion2="no_flare")
    assert [str(fact) for fact in flare.facts] == ["flare Y at the visit"]
    assert flare.failing == ("no new activity",)
    doses = {"lldas_criterion5": "dose_ceilings"}
    drugs = [
        each.code for each in INSTRUMENTS["lldas"].inputs if each.decimals and each.unit.startswith("mg")
    ]
    taken = summed | dict.fromkeys(drugs[1:], 0.0) | {"investigational_drug": "N", "other_treatment_ok": "Y"}
    above = told("lldas", part, taken | {"prednisolone_mg": 5.0, "methotrexate_mg_week": 31.0}, **doses)
    assert changes(above) == [("methotrexate_mg_week", "31", "30")]
    allowed = told("lldas", part, taken | {"prednisolone_mg": 5.0}, **doses)
    assert "criterion5_met" not in {fact.name for fact in allowed.facts}
    assert {"investigational_drug", "other_treatment_ok"} <= {fact.name for fact in allowed.facts}


def calm(**more: Any) -> Row:
    state = {"pga": 0.3, "prednisolone_mg": 5.0, "immunosuppressant_or_biologic": "N"}
    return dict.fromkeys(CODES, "N") | state | {"background_stable": "Y"} | more


def test_doris_2021() -> None:
    held = told("doris2021", calm())
    assert changes(held) == [("prednisolone_mg", "5", "5.1")]
    assert held.prose().endswith("Nearest change that makes no remission: prednisolone 5.1 instead of 5.")
    assert "background_stable" not in {fact.name for fact in held.facts}  # blank counts as stable
    unstable = told("doris2021", calm(background_stable="N"))
    assert unstable.prose() == (
        "P, visit 0, DORIS 2021: no remission. What decides: background stable N at the visit. "
        "Nearest change that makes remission: background stable Y instead of N."
    )
    blank = calm(background_stable=None)
    assert told("doris2021", blank).change == held.change
    unknown = told("doris2021", blank, doris_background_missing="unknown")
    assert unknown.missing == (("background_stable", "visit"),)
    drug = {"doris_stable_background": "immunosuppressant_or_biologic", "doris_background_missing": "unknown"}
    assert told("doris2021", blank, **drug).verdict == "Y"
    assert told("doris2021", calm(background_stable="N"), doris_stable_background="nothing").verdict == "Y"


def test_doris_2017_explains_which_state_it_is() -> None:
    complete = told("doris2017", calm(prednisolone_mg=0.0))
    assert (complete.verdict, complete.state) == ("complete_off", "complete_off")
    assert complete.prose().endswith("Nearest change that makes complete_on: prednisolone 0.1 instead of 0.")
    clinical = told("doris2017", calm(DNA="Y"))
    assert (clinical.verdict, clinical.failing) == ("clinical_on", ("normal serology", "off therapy"))
    assert "COMP" not in {fact.name for fact in clinical.facts}
    none = told("doris2017", calm(RASH="Y"))
    assert none.facts[0].name == "RASH"
    assert none.prose().endswith("Nearest change that makes complete_on: RASH N instead of Y.")


def test_equally_many_facts_that_are_too_many_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without comparison, one set is taken and its steps are still the smallest."""
    monkeypatch.setattr(_nearest, "MOST_TRIED", 0)
    assert changes(told("sri", graded("EAECEEEDC", 12), graded("EBEBEEEBC", 4))) == [
        ("grade_musculoskeletal", "B", "C")
    ]


def test_numbers_with_many_values_are_searched_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_nearest, "MOST_VALUES", 7)
    assert changes(told("sri", graded(BASE, 12), graded(BASE, 8))) == [("sledai", "8", "9")]
    assert changes(told("sri", graded(BASE, 12), graded(BASE, 30))) == [("sledai", "30", "8")]
    assert changes(told("lldas", quiet(), quiet(pga=0.99))) == [("pga", "0.99", "1.01")]


def test_where_no_step_that_may_be_proposed_turns_it_there_is_no_change() -> None:
    """From A at baseline no grade is new, so only SLEDAI and PGA could fail, here by too wide a step."""
    sri = INSTRUMENTS["sri"]
    assert sri.explains is not None
    settings = resolve(sri, None)
    rows = in_order(checked(frame_of(graded("A" * 9, 12, 0.5), graded("B" * 9, 4, 0.5)), sri.inputs))

    def nearest(**grain: int) -> list[tuple[str, str]]:
        coarse = replace(sri.explains, grain=grain)
        known = known_of(rows, 1, coarse, {each.code: each for each in sri.inputs}, settings)
        change, verdict = nearest_change(Questions(sri, coarse, known, settings), coarse)
        assert (verdict == "N") == bool(change)
        return [(one.name, one.to) for one in change]

    assert nearest() == [("sledai", "9")]
    assert nearest(sledai=10) == [("sledai", "10")]
    assert nearest(sledai=106) == [("pga", "0.8")]
    assert nearest(sledai=106, pga=50) == [("pga", "1")]
    assert nearest(sledai=106, pga=301) == []


def test_what_cannot_be_explained_names_what_can() -> None:
    with pytest.raises(InstrumentError) as caught:
        explain("pga", frame_of({"PGA": 1.0}), visit=0)
    assert "explain takes sri, sri4, " in caught.value.faults[0].hint
