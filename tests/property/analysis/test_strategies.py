"""Strategies for intercurrent events: what holds whatever the values and whenever the events."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_trial import ARMS, STAMP, analysis, datasets, event, numbers, subjects, trial

from lupustrial.analysis import analyse
from lupustrial.analysis._events import PRECEDENCE, Happened, after_events
from lupustrial.study import Model

WEEKS = (2, 4, 8, 12)
PEOPLE = tuple("abcdef")
SHAPE = (len(PEOPLE), len(WEEKS))

responses = arrays(np.float64, SHAPE, elements=st.sampled_from([0.0, 1.0, np.nan]))
weeks = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from([1, 2, 3, 4, 8, 12, 13]))
happened = st.lists(
    st.builds(Happened, event=st.just("event"), strategy=st.sampled_from(PRECEDENCE), week=weeks), max_size=4
)


def applied(values: np.ndarray, events: list[Happened]) -> np.ndarray:
    return after_events(values, binary=True, weeks=WEEKS, participants=PEOPLE, events=events).values


@given(responses, happened)
def test_treatment_policy_is_no_rule_at_all(values: np.ndarray, events: list[Happened]) -> None:
    policy = [dataclasses.replace(one, strategy="treatment policy") for one in events]
    np.testing.assert_array_equal(applied(values, policy), values)
    np.testing.assert_array_equal(applied(values, [*events, *policy]), applied(values, events))


@example(
    np.ones(SHAPE),
    [Happened(event="event", strategy="while on treatment", week={"a": week}) for week in (1, 3)],
)
@given(responses, happened)
def test_the_order_in_which_events_are_listed_does_not_matter(
    values: np.ndarray, events: list[Happened]
) -> None:
    np.testing.assert_array_equal(applied(values, events[::-1]), applied(values, events))


@given(responses, happened)
def test_strategies_applied_twice_change_nothing_more(values: np.ndarray, events: list[Happened]) -> None:
    once = applied(values, events)
    np.testing.assert_array_equal(applied(once, events), once)


@given(responses, happened)
def test_before_the_first_event_a_value_stays_as_it_is(values: np.ndarray, events: list[Happened]) -> None:
    found = applied(values, events)
    for row, name in enumerate(PEOPLE):
        first = min((one.week[name] for one in events if name in one.week), default=99)
        before = [place for place, week in enumerate(WEEKS) if week < first]
        np.testing.assert_array_equal(found[row, before], values[row, before])


@given(responses, weeks)
def test_a_composite_strategy_never_adds_a_responder_and_leaves_nobody_missing(
    values: np.ndarray, when: dict[str, int]
) -> None:
    found = applied(values, [Happened(event="left", strategy="composite", week=when)])
    assert np.nansum(found) <= np.nansum(values)
    for row, name in enumerate(PEOPLE):
        after = [place for place, week in enumerate(WEEKS) if week >= when.get(name, 99)]
        assert (found[row, after] == 0).all()


@given(responses, happened)
def test_where_strategies_say_missing_or_failed_the_values_do(
    values: np.ndarray, events: list[Happened]
) -> None:
    found = after_events(values, binary=True, weeks=WEEKS, participants=PEOPLE, events=events)
    for row in range(len(PEOPLE)):
        failed, missing = found.failed_from[row], found.missing_from[row]
        assert (found.values[row, failed:] == 0).all()
        assert np.isnan(found.values[row, missing : max(missing, failed)]).all()


EIGHT = {f"p{number}": ARMS[number % 2] for number in range(8)}
VALUES = {
    name: {0: 9.0 + place % 3, 2: 8.0 - place % 5, 4: 7.0 - (3 * place) % 7}
    for place, name in enumerate(EIGHT)
}
SIGNS = {name: {0: float(place in {0, 1, 5})} for place, name in enumerate(EIGHT)}
METHODS = ["summary", "mmrm", "ancova", "van_elteren", "mi_ancova"]


def results(order: list[str], strategy: str | None = "hypothetical") -> dict[str, float | None]:
    """Analyse `VALUES`, the participants in this order; p2 left after week 2."""
    from lupustrial.study import Stratum

    rule = () if strategy is None else (event("left", strategy, "left study"),)
    study = trial(
        analysis(["X"], METHODS, weeks=(2, 4), strata=("S1",), model=Model(imputations=2, seed=3)),
        events=rule,
        strata=[Stratum(id="S1", label="With the sign", any_of=("S",))],
    )
    adsl = subjects({name: EIGHT[name] for name in order}, left={"p2": 2})
    values = {"X": {name: VALUES[name] for name in order}, "S": {name: SIGNS[name] for name in order}}
    return numbers(analyse(study, datasets(adsl, values), STAMP))


def same(left: dict[str, float | None], right: dict[str, float | None], *, but: tuple[str, ...] = ()) -> None:
    """Assert that the same results have the same values, but for those whose id holds one of some texts."""
    kept = {name for name in left | right if not any(text in name for text in but)}
    assert kept == kept & left.keys() & right.keys()
    for name in kept:
        if left[name] is None or right[name] is None:
            assert left[name] == right[name], name
        else:
            assert abs(left[name] - right[name]) < 1e-6, name  # type: ignore[operator]


def test_the_order_of_the_participants_changes_nothing_that_is_not_drawn() -> None:
    names = list(EIGHT)
    same(results(names), results([*names[3:], *names[:3]]), but=("mi_ancova",))


def test_through_a_plan_treatment_policy_is_no_rule() -> None:
    names = list(EIGHT)
    same(results(names, "treatment policy"), results(names, None), but=("intercurrent_events",))


def test_results_rest_on_their_plan_alone_and_come_again() -> None:
    names = list(EIGHT)
    assert results(names) == results(names)


def test_a_further_plan_gives_what_it_would_give_as_the_first() -> None:
    from lupustrial.study import FurtherPlan

    one = analysis(["X"], ["summary", "ancova"], weeks=(2, 4))
    study = trial(one)
    data = datasets(subjects(EIGHT), {"X": VALUES})
    further = FurtherPlan(
        title="Another",
        estimands=study.plan.estimands,
        analyses=(dataclasses.replace(one, id="B"),),
        displays=(),
    )
    ard = analyse(dataclasses.replace(study, further_plans={"other": further}), data, STAMP)
    assert set(ard.select("SAP", "ANALYSIS").unique().iter_rows()) == {
        ("analysis", "DISPOSITION"),
        ("analysis", "A"),
        ("analysis-other", "B"),
    }
    first, second = (ard.filter(pl.col("ANALYSIS") == name) for name in "AB")
    drop = pl.exclude("RESULT_ID", "ANALYSIS", "SAP")
    assert first.select(drop).equals(second.select(drop))
