"""Intercurrent events and strategies in trials of a few participants; expected numbers derived by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest
from small_trial import ARMS, STAMP, analysis, datasets, event, numbers, parameter, subjects, trial

from lupustrial.analysis import analyse, fingerprint, select_rows

A, C = ARMS
FOUR = {"a1": A, "a2": A, "c1": C, "c2": C}
#: Responses: everybody responds at every visit.
ALWAYS = {name: {0: 0.0, 2: 1.0, 4: 1.0, 8: 1.0} for name in FOUR}


def counts(events: list[Any], **adsl: Any) -> dict[str, float | None]:
    """Count responders of `ALWAYS` by arm and week under an estimand with these events."""
    study = trial(analysis(["R"], ["count"], contrast="none"), events=events)
    return numbers(analyse(study, datasets(subjects(FOUR, **adsl), {"R": ALWAYS}), STAMP))


def test_who_left_has_the_event_from_the_next_planned_visit_on() -> None:
    # a1 came last at week 2: the event has happened at week 4, not at week 2; c2 never came after week 0
    found = counts([event("left", "composite", "left study")], left={"a1": 2, "c2": 0})
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == [2, 1, 1]
    assert [found[f"A|R|{week}|{C}|count|n"] for week in (2, 4, 8)] == [1, 1, 1]
    assert [found[f"A|R|{week}|{A}|intercurrent_events|n:left"] for week in (2, 4, 8)] == [0, 1, 1]
    assert [found[f"A|R|{week}|{C}|intercurrent_events|n:left"] for week in (2, 4, 8)] == [1, 1, 1]


def test_who_left_after_the_last_visit_had_no_event() -> None:
    found = counts([event("left", "composite", "left study")], left={"a1": 8})
    assert found[f"A|R|8|{A}|count|n"] == 2
    assert found[f"A|R|8|{A}|intercurrent_events|n:left"] == 0


@pytest.mark.parametrize(
    ("day", "expected"), [(14, [1, 1, 1]), (15, [2, 1, 1]), (28, [2, 1, 1]), (29, [2, 2, 1])]
)
def test_treatment_is_stopped_from_the_first_visit_day_after_the_last_dose(
    day: int, expected: list[int]
) -> None:
    # visits are planned on days 15, 29 and 57
    found = counts([event("stopped", "composite", "stopped treatment")], stopped={"a1": day})
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == expected


def test_each_strategy_makes_of_the_values_after_the_event_what_it_says() -> None:
    # a1 leaves after week 2 (value 3 there) and has values at weeks 4 and 8 all the same
    values = {
        "a1": {0: 5.0, 2: 3.0, 4: 10.0, 8: 20.0},
        "a2": {0: 5.0, 2: 5.0, 4: 5.0, 8: 5.0},
        "c1": {0: 5.0, 2: 6.0, 4: 6.0, 8: 6.0},
        "c2": {0: 5.0, 2: 6.0, 4: 6.0, 8: 6.0},
    }
    means = {
        "treatment policy": [(2, 4.0), (2, 7.5), (2, 12.5)],
        "hypothetical": [(2, 4.0), (1, 5.0), (1, 5.0)],
        "while on treatment": [(2, 4.0), (2, 4.0), (2, 4.0)],
    }
    for strategy, expected in means.items():
        study = trial(
            analysis(["X"], ["summary"], contrast="none"), events=[event("left", strategy, "left study")]
        )
        found = numbers(analyse(study, datasets(subjects(FOUR, left={"a1": 2}), {"X": values}), STAMP))
        said = [
            (found[f"A|X|{week}|{A}|summary|n"], found[f"A|X|{week}|{A}|summary|mean"]) for week in (2, 4, 8)
        ]
        assert said == expected, strategy
        assert found[f"A|X|8|{C}|summary|mean"] == 6


def test_while_on_treatment_takes_the_last_value_that_is_known() -> None:
    # no value at week 2 (a row without one): the value before the event is that of no later visit
    values = {"a1": {0: 1.0, 2: None, 4: 7.0, 8: 7.0}, "a2": {0: 1.0, 2: 2.0, 4: None, 8: 9.0}}
    values |= {"c1": {0: 1.0, 2: 1.0, 4: 1.0, 8: 1.0}, "c2": {0: 1.0, 2: 1.0, 4: 1.0, 8: 1.0}}
    study = trial(
        analysis(["X"], ["summary"], contrast="none"),
        events=[event("left", "while on treatment", "left study")],
    )
    found = numbers(analyse(study, datasets(subjects(FOUR, left={"a1": 2, "a2": 4}), {"X": values}), STAMP))
    # a1: nothing known before week 4, so nothing from there on; a2: 2 at week 8, the last known value
    assert [found[f"A|X|{week}|{A}|summary|n"] for week in (2, 4, 8)] == [1, 0, 1]
    assert found[f"A|X|8|{A}|summary|mean"] == 2


STRONGER = [
    ("composite", "hypothetical", 0.0),
    ("composite", "while on treatment", 0.0),
    ("composite", "treatment policy", 0.0),
    ("hypothetical", "while on treatment", None),
    ("hypothetical", "treatment policy", None),
    ("while on treatment", "treatment policy", 1.0),
]


@pytest.mark.parametrize(("strong", "weak", "value"), STRONGER)
@pytest.mark.parametrize("step", [1, -1])
def test_of_two_events_the_stronger_strategy_decides(
    strong: str, weak: str, value: float | None, step: int
) -> None:
    # a1 has both events from week 4 on; it responded at week 2 and not later
    responses = {**ALWAYS, "a1": {0: 0.0, 2: 1.0, 4: 0.0, 8: 0.0}}
    if value == 0.0:
        responses = ALWAYS  # a failure can be told from the value at hand
    events = [event("left", strong, "left study"), event("stopped", weak, "stopped treatment")]
    study = trial(analysis(["R"], ["count"], contrast="none"), events=events[::step])
    adsl = subjects(FOUR, left={"a1": 2}, stopped={"a1": 15})
    found = numbers(analyse(study, datasets(adsl, {"R": responses}), STAMP))
    size, number = found[f"A|R|8|{A}|count|N"], found[f"A|R|8|{A}|count|n"]
    assert (size, number) == {None: (1, 1), 0.0: (2, 1), 1.0: (2, 2)}[value]


def test_a_stronger_event_that_comes_later_decides_from_then_on() -> None:
    # stopped from week 2 on (while on treatment: nothing known before), left from week 8 on (composite)
    events = [event("stopped", "hypothetical", "stopped treatment"), event("left", "composite", "left study")]
    study = trial(analysis(["R"], ["count"], contrast="none"), events=events)
    adsl = subjects(FOUR, left={"a1": 4}, stopped={"a1": 3})
    found = numbers(analyse(study, datasets(adsl, {"R": ALWAYS}), STAMP))
    assert [found[f"A|R|{week}|{A}|count|N"] for week in (2, 4, 8)] == [1, 1, 2]
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == [1, 1, 1]


def test_a_dose_above_baseline_counts_from_its_week_on_and_only_where_observed() -> None:
    doses = {
        "a1": {0: 10.0, 2: 20.0, 4: 10.0, 8: 10.0},  # above at week 2 only, before from_week: no event
        "a2": {0: 10.0, 2: 10.0, 4: 11.0, 8: 10.0},  # above at week 4: a failure from there on
        "c1": {0: 10.0, 2: 10.0, 4: 10.0, 8: 10.0},  # never above: equal is not above
        "c2": {0: 10.0, 2: 10.0, 4: 10.0, 8: 12.0},  # above at week 8 by a value carried forward: no event
    }
    study = trial(
        analysis(["R"], ["count"], contrast="none"),
        events=[event("more", "composite", "above baseline", parameter="D", from_week=4)],
    )
    made = datasets(subjects(FOUR), {"R": ALWAYS, "D": doses})
    carried = (pl.col("PARAMCD") == "D") & (pl.col("USUBJID") == "c2") & (pl.col("AVISITN") == 8)
    made["ADX"] = made["ADX"].with_columns(
        pl.when(carried).then(pl.lit("LOCF")).otherwise("DTYPE").alias("DTYPE")
    )
    found = numbers(analyse(study, made, STAMP))
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == [2, 1, 1]
    assert [found[f"A|R|{week}|{C}|count|n"] for week in (2, 4, 8)] == [2, 2, 2]
    assert [found[f"A|R|{week}|{C}|intercurrent_events|n:more"] for week in (2, 4, 8)] == [0, 0, 0]


def test_without_from_week_an_event_counts_from_the_first_visit_after_baseline() -> None:
    signs = {name: {0: 1.0, 2: 0.0, 4: 0.0, 8: 0.0} for name in FOUR}
    signs["a1"] = {0: 1.0, 2: 1.0, 4: 0.0, 8: 0.0}  # present at baseline is no event, at week 2 it is
    study = trial(
        analysis(["R"], ["count"], contrast="none"),
        events=[event("sign", "composite", "present", parameter="S")],
    )
    found = numbers(analyse(study, datasets(subjects(FOUR), {"R": ALWAYS, "S": signs}), STAMP))
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == [1, 1, 1]


def test_who_has_no_rows_fails_by_a_composite_strategy_and_is_missing_by_another() -> None:
    values = {name: rows for name, rows in ALWAYS.items() if name != "a1"}
    for strategy, size in (("composite", 2), ("hypothetical", 1)):
        study = trial(
            analysis(["R"], ["count"], contrast="none"), events=[event("left", strategy, "left study")]
        )
        made = datasets(subjects(FOUR, left={"a1": 0}), {"R": values})
        found = numbers(analyse(study, made, STAMP))
        assert (found[f"A|R|2|{A}|count|n"], found[f"A|R|2|{A}|count|N"]) == (1, size)


def test_a_restricted_parameter_makes_no_failure_of_whom_it_is_not_about() -> None:
    values = {name: rows for name, rows in ALWAYS.items() if name != "a1"}  # a1 is outside the restriction
    study = trial(
        analysis(["R"], ["count"], contrast="none"),
        events=[event("left", "composite", "left study")],
        parameters=[parameter("R", "binary", restrict="history.LN == 'Y'")],
    )
    found = numbers(analyse(study, datasets(subjects(FOUR, left={"a1": 0, "c1": 0}), {"R": values}), STAMP))
    assert found[f"A|R|2|{A}|count|N"] == 1
    assert (found[f"A|R|2|{C}|count|n"], found[f"A|R|2|{C}|count|N"]) == (1, 2)


def test_an_event_without_a_rule_changes_nothing_and_is_not_counted() -> None:
    found = counts([event("left", "composite")], left={"a1": 0})
    assert found[f"A|R|8|{A}|count|n"] == 2
    assert not [name for name in found if "intercurrent_events" in name]


def test_of_counted_events_each_names_its_rows_and_its_strategy() -> None:
    doses = {name: {0: 1.0, 2: 1.0, 4: 2.0, 8: 1.0} for name in FOUR}
    events = [
        event("left", "composite", "left study"),
        event("more", "treatment policy", "above baseline", parameter="D", from_week=4),
    ]
    study = trial(analysis(["R"], ["count"], contrast="none"), events=events)
    made = datasets(subjects(FOUR, left={"a1": 2}), {"R": ALWAYS, "D": doses})
    ard = analyse(study, made, STAMP).filter(pl.col("METHOD") == "intercurrent_events")
    for row in ard.iter_rows(named=True):
        assert fingerprint(select_rows(made, row)) == row["INPUTS"]
        assert row["N"] == 2
    queries = dict(
        ard.filter(pl.col("AVISITN") == 8, pl.col("GROUP") == A).select("TEXT", "QUERY").iter_rows()
    )
    assert queries["composite"] == "SELECT * FROM ADSL WHERE ALLFL = 'Y' AND TRT01P = 'active'"
    assert "PARAMCD = 'D' AND AVISITN IN (4, 8)" in queries["treatment policy"]
    early = ard.filter(pl.col("AVISITN") == 2, pl.col("TEXT") == "treatment policy")
    assert early["VALUE"].to_list() == [0, 0]


def test_while_blinded_events_are_counted_for_all_together() -> None:
    study = trial(
        analysis(["R"], ["count"], contrast="none"), events=[event("left", "composite", "left study")]
    )
    adsl = subjects(FOUR, left={"a1": 2, "c1": 4}).with_columns(TRT01P=pl.lit(None, dtype=pl.String))
    ard = analyse(study, datasets(adsl, {"R": ALWAYS}), STAMP)
    found = numbers(ard)
    assert found["A|R|8|all|intercurrent_events|n:left"] == 2
    assert found["A|R|8|all|count|n"] == 2
    assert not [name for name in found if A in name or C in name]


def test_baseline_is_not_changed_by_an_event() -> None:
    one = dataclasses.replace(analysis(["R"], ["count"], contrast="none"), weeks=(0, 2))
    study = trial(one, events=[event("left", "composite", "left study")])
    base = {name: {0: 1.0, 2: 1.0} for name in FOUR}
    found = numbers(analyse(study, datasets(subjects(FOUR, left={"a1": 0}), {"R": base}), STAMP))
    assert (found[f"A|R|0|{A}|count|n"], found[f"A|R|2|{A}|count|n"]) == (2, 1)


def test_a_condition_of_the_analysis_restricts_members_values_and_counted_events() -> None:
    study = trial(
        analysis(["R"], ["count"], contrast="none", where="participant.LSTWEEK < 8"),
        events=[event("left", "composite", "left study")],
    )
    made = datasets(subjects(FOUR, left={"a1": 2, "c1": 4}), {"R": ALWAYS})
    ard = analyse(study, made, STAMP)
    found = numbers(ard)
    assert [found[f"A|R|{week}|{A}|count|n"] for week in (2, 4, 8)] == [1, 0, 0]
    assert [found[f"A|R|{week}|{A}|count|N"] for week in (2, 4, 8)] == [1, 1, 1]
    assert found[f"A|R|8|{C}|intercurrent_events|n:left"] == 1
    for row in ard.filter(pl.col("METHOD") == "intercurrent_events").iter_rows(named=True):
        rows = select_rows(made, row)
        assert (fingerprint(rows), rows.height) == (row["INPUTS"], 1)


def test_a_dataset_without_dtype_has_only_observed_values() -> None:
    doses = {name: {0: 1.0, 2: 2.0} for name in FOUR}
    study = trial(
        analysis(["R"], ["count"], contrast="none"),
        events=[event("more", "composite", "above baseline", parameter="D")],
    )
    made = datasets(subjects(FOUR), {"R": ALWAYS, "D": doses})
    made["ADX"] = made["ADX"].drop("DTYPE")
    ard = analyse(study, made, STAMP)
    assert numbers(ard)[f"A|R|2|{A}|count|n"] == 0
    query = ard.filter(pl.col("METHOD") == "intercurrent_events")["QUERY"][0]
    assert "DTYPE" not in query
