"""Estimands, models and further plans at fault: refused with the plan, or a row with its reason."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest
from small_trial import ARMS, STAMP, analysis, datasets, event, subjects, trial

from lupustrial.analysis import METHODS, analyse, check_plan
from lupustrial.analysis._events import after_events
from lupustrial.analysis._method import Settings, attempt, attempt_model
from lupustrial.errors import StudyError
from lupustrial.study import Display, FurtherPlan, Model, Row, Stratum, Study

A, C = ARMS
PEOPLE = {f"p{number}": ARMS[number % 2] for number in range(8)}
VALUES = {
    name: {0: 5.0 + place % 5, 2: 4.0 + place % 3, 4: 3.0 + place % 4} for place, name in enumerate(PEOPLE)
}
LEFT = event("left", "hypothetical", "left study")


def made(**changed: Any) -> dict[str, pl.DataFrame]:
    return datasets(subjects(PEOPLE), {"X": {**VALUES, **changed}})


def errors(study: Study, data: dict[str, pl.DataFrame], method: str) -> list[str | None]:
    """Return the reasons of a method's results, none of which has a value."""
    rows = analyse(study, data, STAMP).filter(pl.col("METHOD") == method)
    assert rows["VALUE"].null_count() == rows.height > 0
    return rows["ERROR"].unique().to_list()


def test_a_number_has_no_failure() -> None:
    study = trial(analysis(["X"], ["mmrm"]), events=[event("left", "composite", "left study")])
    faults = check_plan(study)
    assert [(fault.id, fault.message) for fault in faults] == [
        ("PLAN-010", "X is no response, and 'left' has the composite strategy")
    ]
    with pytest.raises(StudyError, match="PLAN-010"):
        analyse(study, made(), STAMP)
    with pytest.raises(ValueError, match="a number has no failure"):
        after_events(
            pl.Series([1.0]).to_numpy().reshape(1, 1),
            binary=False,
            weeks=[2],
            participants=["p"],
            events=[dataclasses.replace(_happened(), strategy="composite")],
        )


def _happened() -> Any:
    from lupustrial.analysis._events import Happened

    return Happened(event="left", strategy="hypothetical", week={"p": 2})


@pytest.mark.parametrize(
    ("method", "parameter", "more", "said"),
    [
        ("mmrm", "X", {"weeks": ()}, "mmrm models values by week, and the analysis has no weeks"),
        ("mi_composite", "R", {}, "mi_composite needs components"),
        ("tipping_point", "X", {}, "tipping_point needs deltas"),
        ("tipping_point_binary", "R", {}, "tipping_point_binary needs deltas"),
    ],
)
def test_a_model_is_refused_without_what_it_needs(
    method: str, parameter: str, more: dict[str, Any], said: str
) -> None:
    faults = check_plan(trial(analysis([parameter], [method], **more)))
    assert [(fault.id, fault.message) for fault in faults] == [("PLAN-011", said)]


def test_rules_of_events_need_weeks() -> None:
    faults = check_plan(trial(analysis(["R"], ["count"], weeks=()), events=[LEFT]))
    assert [(fault.id, fault.message) for fault in faults] == [
        ("PLAN-012", "'left' is found by week, and the analysis has no weeks")
    ]


def test_intercurrent_events_are_no_method_of_an_analysis() -> None:
    faults = check_plan(trial(analysis(["R"], ["intercurrent_events"])))
    assert [fault.id for fault in faults] == ["PLAN-002"]


def figure(kind: str, **more: Any) -> Display:
    given = {"figure": kind, "parameter": "X", "analysis": "A", **more}
    return Display(id="F", number="F", title="F", kind="figure", **given)


def with_displays(study: Study, *displays: Display) -> Study:
    return dataclasses.replace(study, plan=dataclasses.replace(study.plan, displays=displays))


@pytest.mark.parametrize(
    ("kind", "methods", "plan", "fits"),
    [
        ("adjusted by visit", ["mmrm"], "mmrm", True),
        ("adjusted by visit", ["mmrm", "van_elteren"], "van_elteren", False),
        ("adjusted by visit", ["summary", "mmrm"], None, False),
        ("tipping point", ["mmrm"], "mmrm", False),
        ("tipping point", ["mmrm", "tipping_point"], "mmrm", True),
    ],
)
def test_a_figure_needs_an_analysis_that_gives_what_it_draws(
    kind: str,
    methods: list[str],
    plan: str | None,
    fits: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    study = trial(analysis(["X"], methods, plan=plan, model=Model(deltas=(1, 2))))  # type: ignore[arg-type]
    found = [fault.id for fault in check_plan(with_displays(study, figure(kind)))]
    assert found == ([] if fits else ["PLAN-013"])


def test_a_row_stands_beside_an_analysis_of_the_first_plan_only() -> None:
    one = analysis(["X"], ["summary"])
    study = trial(one)
    rows = [Row(label=name, parameter="X", analysis="B", beside=name) for name in ("A", "B")]
    rows.append(Row(label="R", parameter="R", analysis="B", beside="A"))
    further = FurtherPlan(
        title="Another",
        estimands=study.plan.estimands,
        analyses=(dataclasses.replace(one, id="B", parameters=("X", "R"), methods=("summary", "count")),),
        displays=(Display(id="T", number="T", title="T", kind="table", rows=tuple(rows)),),
    )
    faults = check_plan(dataclasses.replace(study, further_plans={"other": further}))
    assert [(fault.id, fault.message, fault.place) for fault in faults] == [
        ("PLAN-001", "there is no analysis of analysis.yaml 'B'", "analysis-other.yaml: display T"),
        ("PLAN-001", "A does not analyse R", "analysis-other.yaml: display T"),
    ]
    # in the first plan itself there is nothing to stand beside
    table = dataclasses.replace(further.displays[0], rows=(dataclasses.replace(rows[0], analysis="A"),))
    assert [fault.id for fault in check_plan(with_displays(study, table))] == ["PLAN-001"]


@pytest.mark.parametrize("method", ["mmrm", "mi_ancova", "ancova", "van_elteren"])
def test_two_rows_of_a_participant_are_an_error_of_every_week(method: str) -> None:
    data = made()
    twice = data["ADX"].filter(pl.col("USUBJID") == "p0", pl.col("AVISITN") == 4)
    data["ADX"] = pl.concat([data["ADX"], twice])
    study = trial(analysis(["X"], [method], weeks=(2, 4)))
    assert errors(study, data, method) == ["X: a participant has more than one row (ANL01FL) at week 4"]


def test_two_rows_of_a_participant_are_an_error_under_strategies_too() -> None:
    data = made()
    twice = data["ADX"].filter(pl.col("USUBJID") == "p0", pl.col("AVISITN") == 2)
    data["ADX"] = pl.concat([data["ADX"], twice])
    study = trial(analysis(["X"], ["summary", "mmrm"], weeks=(2, 4)), events=[LEFT])
    said = "a participant has more than one row to analyse (ANL01FL) at this visit"
    rows = analyse(study, data, STAMP).filter(pl.col("METHOD") == "summary")
    # from the doubtful visit on nothing of the arm is believed, since a strategy may carry it on
    assert rows.filter(pl.col("GROUP") == A)["ERROR"].unique().to_list() == [said]
    assert rows.filter(pl.col("GROUP") == C)["ERROR"].drop_nulls().is_empty()
    assert errors(study, data, "mmrm") == ["X: a participant has more than one row (ANL01FL) at week 2"]


def test_while_blinded_a_model_is_not_fitted() -> None:
    adsl = subjects(PEOPLE).with_columns(TRT01P=pl.lit(None, dtype=pl.String))
    data = datasets(adsl, {"X": VALUES})
    study = trial(analysis(["X"], ["mmrm", "summary"], weeks=(2, 4)), events=[LEFT])
    assert errors(study, data, "mmrm") == ["not computed: the data are blinded (no arm is known)"]


def test_without_a_baseline_nothing_can_be_adjusted() -> None:
    bare = made()
    bare["ADX"] = bare["ADX"].with_columns(BASE=pl.lit(None, dtype=pl.Float64))
    for method in ("mmrm", "ancova", "mi_ancova"):
        said = errors(trial(analysis(["X"], [method], weeks=(2, 4))), bare, method)
        assert said
        assert None not in said


@pytest.mark.parametrize(
    ("method", "parameter"),
    [
        ("mmrm", "X"),
        ("ancova", "X"),
        ("van_elteren", "X"),
        ("mi_ancova", "X"),
        ("tipping_point", "X"),
        ("cmh", "R"),
        ("stratified_miettinen_nurminen", "R"),
        ("stratified_newcombe", "R"),
        ("g_computation", "R"),
        ("tipping_point_binary", "R"),
    ],
)
def test_a_parameter_without_values_gives_reasons_and_no_exception(method: str, parameter: str) -> None:
    data = datasets(subjects(PEOPLE), {"D": VALUES})
    study = trial(analysis([parameter], [method], weeks=(2, 4), model=Model(imputations=2, deltas=(0, 1))))  # type: ignore[arg-type]
    said = errors(study, data, method)
    assert said
    assert None not in said


def test_an_arm_without_values_gives_reasons_and_no_exception() -> None:
    data = made()
    data["ADX"] = data["ADX"].filter(pl.col("TRT01P") == A)
    for method in ("mmrm", "ancova", "van_elteren", "mi_ancova"):
        said = errors(
            trial(analysis(["X"], [method], weeks=(2, 4), model=Model(imputations=2))), data, method
        )
        assert None not in said


def test_components_without_a_baseline_are_refused() -> None:
    from decimal import Decimal

    from lupustrial.study import Component

    data = datasets(subjects(PEOPLE), {"R": {name: {0: 0.0, 2: 1.0} for name in PEOPLE}, "X": VALUES})
    bare = (pl.col("PARAMCD") == "X") & (pl.col("USUBJID") == "p3")
    data["ADX"] = data["ADX"].with_columns(BASE=pl.when(~bare).then("BASE"))
    model = Model(imputations=2, components=(Component(parameter="X", falls_by=Decimal(1)),))
    study = trial(analysis(["R"], ["mi_composite"], weeks=(2,), model=model))
    assert errors(study, data, "mi_composite") == ["the baseline of a component is not known of everybody"]


@pytest.mark.parametrize(
    ("rule", "frame", "column", "said"),
    [
        (event("left", "hypothetical", "left study"), "ADSL", "LSTWEEK", "ADSL has no column LSTWEEK"),
        (event("stop", "hypothetical", "stopped treatment"), "ADSL", "TRTEDT", "ADSL has no column TRTEDT"),
    ],
)
def test_rules_without_their_columns_are_an_error_of_the_results(
    rule: Any, frame: str, column: str, said: str
) -> None:
    data = made()
    data[frame] = data[frame].drop(column)
    for method in ("summary", "mmrm"):
        study = trial(analysis(["X"], [method], weeks=(2, 4)), events=[event("words", "hypothetical"), rule])
        assert errors(study, data, method) == [f"{said}, by which {rule.event!r} is found"]


def test_rules_without_their_dataset_are_an_error_of_the_results() -> None:
    study = trial(
        analysis(["X"], ["summary"], weeks=(2, 4)),
        events=[event("more", "hypothetical", "above baseline", parameter="D")],
    )
    parameters = [
        dataclasses.replace(one, dataset="ADY") if one.id == "D" else one for one in study.plan.parameters
    ]
    study = dataclasses.replace(study, plan=dataclasses.replace(study.plan, parameters=tuple(parameters)))
    assert errors(study, made(), "summary") == ["there is no dataset ADY, by which 'more' is found"]


def test_methods_are_not_taken_for_what_they_are_not() -> None:
    study = trial(analysis(["X"], ["mmrm"], weeks=(2, 4)))
    assert {one.error for one in attempt(METHODS["intercurrent_events"], [], Settings())} == {
        "intercurrent_events is counted from ADSL and not from a parameter"
    }
    from lupustrial.analysis._model_rows import model_rows
    from lupustrial.analysis._rows import AnalysisRows

    one = study.plan.analyses[0]
    rows = model_rows(AnalysisRows(study=study, datasets=made()), study.plan.parameter("X"), one, ARMS)
    found = attempt_model(METHODS["summary"], rows, one.model, Settings())
    assert {result.error for results in found.values() for result in results} == {"summary is no model"}


def test_strata_that_say_the_same_twice_give_a_reason() -> None:
    signs = {name: {0: float(place % 4 < 2)} for place, name in enumerate(PEOPLE)}
    data = datasets(subjects(PEOPLE), {"X": VALUES, "S": signs})
    strata = [Stratum(id=name, label=name, any_of=("S",)) for name in ("ONE", "TWO")]
    study = trial(analysis(["X"], ["mmrm"], weeks=(2, 4), strata=("ONE", "TWO")), strata=strata)
    assert errors(study, data, "mmrm") == ["columns that follow from earlier ones: stratum1yes"]
