"""Models through a plan: results by hand, by least squares, or of the function called on arrays by hand."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats as scipy_stats
from small_trial import ARMS, STAMP, analysis, datasets, event, numbers, parameter, subjects, trial

from lupustrial import stats
from lupustrial.analysis import analyse, fingerprint, select_rows
from lupustrial.analysis._model_rows import model_rows
from lupustrial.analysis._rows import AnalysisRows
from lupustrial.study import Component, Model, Stratum

A, C = ARMS
CONTRAST = f"{A} - {C}"
SIZE = 12
PEOPLE = {f"p{number:02d}": ARMS[number % 2] for number in range(SIZE)}
TREATED = np.array([arm == A for arm in PEOPLE.values()])
STRATUM = Stratum(id="C-1", label="With the sign", any_of=("S", "T"))
GENERATOR = np.random.default_rng(4)
BASE = np.round(GENERATOR.normal(10, 2, SIZE), 1)
LATER = np.round(BASE[:, None] - TREATED[:, None] * [[1.0, 2.0]] + GENERATOR.normal(0, 1.5, (SIZE, 2)), 1)
SIGN = np.array([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1])  # of S or T at baseline
RESPONSE = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1])


def values_of(columns: dict[int, Any]) -> dict[str, dict[int, float | None]]:
    """Return the rows of everybody from one array a week; NaN is no row."""
    return {
        name: {
            week: float(column[place]) for week, column in columns.items() if not math.isnan(column[place])
        }
        for place, name in enumerate(PEOPLE)
    }


def made(**adsl: Any) -> dict[str, pl.DataFrame]:
    zero = np.zeros(SIZE)
    first, second = SIGN * (np.arange(SIZE) % 3 > 0), SIGN * (np.arange(SIZE) % 3 == 0)
    values = {
        "X": values_of({0: BASE, 2: LATER[:, 0], 4: LATER[:, 1]}),
        "R": values_of({0: zero, 2: RESPONSE, 4: RESPONSE}),
        "S": values_of({0: first}),
        "T": values_of({0: second}),
        "D": values_of({0: zero, 2: zero, 4: zero}),
    }
    return datasets(subjects(PEOPLE, **adsl), values)


PARAMETERS = (
    parameter("X"),
    parameter("R", "binary"),
    parameter("S", "binary"),
    parameter("T", "binary"),
    parameter("D"),
)


def run(
    name: str,
    methods: list[str],
    data: dict[str, pl.DataFrame] | None = None,
    events: tuple[Any, ...] = (),
    **more: Any,
) -> dict[str, float | None]:
    """Analyse a parameter at weeks 2 and 4, and return `WEEK|METHOD|STAT` by value."""
    one = analysis([name], methods, **{"weeks": (2, 4), **more})
    study = trial(one, events=events, strata=[STRATUM], parameters=PARAMETERS)
    found = numbers(analyse(study, data or made(), STAMP))
    lead, group = f"A|{name}|", f"|{CONTRAST}|"
    return {key.removeprefix(lead).replace(group, "|"): value for key, value in found.items() if group in key}


def least_squares(place: int, *columns: np.ndarray) -> tuple[float, float, int]:
    """Return estimate, standard error and degrees of freedom of the arm, of the change at a week."""
    y = LATER[:, place] - BASE
    x = np.column_stack([np.ones(SIZE), TREATED, BASE, *columns])
    beta, squares, _, _ = np.linalg.lstsq(x, y, rcond=None)
    df = SIZE - x.shape[1]
    covariance = squares[0] / df * np.linalg.inv(x.T @ x)
    return float(beta[1]), float(np.sqrt(covariance[1, 1])), df


def t_p(estimate: float, error: float, df: float) -> float:
    return float(2 * scipy_stats.t.sf(abs(estimate / error), df))


def test_ancova_is_least_squares_on_arm_baseline_and_strata() -> None:
    found = run("X", ["ancova"], strata=("C-1",))
    for place, week in enumerate((2, 4)):
        estimate, error, df = least_squares(place, SIGN)
        assert found[f"{week}|ancova|estimate"] == pytest.approx(estimate, abs=1e-10)
        assert found[f"{week}|ancova|se"] == pytest.approx(error, abs=1e-10)
        assert found[f"{week}|ancova|df"] == pytest.approx(df, abs=1e-10)
        assert found[f"{week}|ancova|p_value"] == pytest.approx(t_p(estimate, error, df), abs=1e-10)


@pytest.mark.parametrize("df", ["kenward_roger", "satterthwaite"])
def test_a_mixed_model_of_complete_weeks_is_the_least_squares_of_each(df: str) -> None:
    # the same columns at each week: generalised and ordinary least squares are one
    found = run("X", ["mmrm"], model=Model(covariance="us", df=df))  # type: ignore[arg-type]
    for place, week in enumerate((2, 4)):
        estimate, error, degrees = least_squares(place)
        assert found[f"{week}|mmrm|estimate"] == pytest.approx(estimate, abs=1e-7)
        assert found[f"{week}|mmrm|se"] == pytest.approx(error, abs=1e-7)
        assert found[f"{week}|mmrm|df"] == pytest.approx(degrees, abs=1e-4)


def test_a_mixed_model_of_one_week_with_an_idle_baseline_is_the_unpaired_t_test_but_for_its_df() -> None:
    # baseline balanced in both arms, uncorrelated with the change: it takes a degree of freedom and no more
    base = np.array([1.0, 1.0, -1.0, -1.0] * 3)
    change = np.array([3.0, 1.0, 3.0, 1.0, 4.0, 2.0, 4.0, 2.0, 8.0, 3.0, 8.0, 3.0])
    data = datasets(subjects(PEOPLE), {"X": values_of({0: base, 2: base + change})})
    found = run("X", ["mmrm", "t_test"], data, weeks=(2,))
    test = stats.t_test(change[TREATED], change[~TREATED])
    assert found["2|mmrm|estimate"] == pytest.approx(test.estimate, abs=1e-8)
    error = math.sqrt(sum(((part - part.mean()) ** 2).sum() for part in (change[TREATED], change[~TREATED])))
    assert found["2|mmrm|se"] == pytest.approx(error / math.sqrt(9) * math.sqrt(1 / 6 + 1 / 6), abs=1e-8)
    assert found["2|mmrm|df"] == pytest.approx(9, abs=1e-6)


def test_a_week_without_values_has_a_reason_and_leaves_the_others_as_they_are() -> None:
    without = run("X", ["mmrm"])
    one = analysis(["X"], ["mmrm"], weeks=(2, 4, 8))
    ard = analyse(trial(one, parameters=PARAMETERS), made(), STAMP).filter(pl.col("METHOD") == "mmrm")
    found = numbers(ard)
    for week in (2, 4):
        assert found[f"A|X|{week}|{CONTRAST}|mmrm|p_value"] == without[f"{week}|mmrm|p_value"]
    late = ard.filter(pl.col("AVISITN") == 8)
    assert late["VALUE"].null_count() == late.height == 6
    assert late["ERROR"].unique().to_list() == ["no participant has a baseline and a value at this week"]


def test_the_covariance_that_was_used_is_said() -> None:
    study = trial(analysis(["X"], ["mmrm"], weeks=(2, 4)), parameters=PARAMETERS)
    ard = analyse(study, made(), STAMP).filter(pl.col("METHOD") == "mmrm")
    assert ard["TEXT"].unique().to_list() == ["covariance: unstructured used; df: Kenward-Roger (linear)"]


def by_hand(place: np.ndarray) -> dict[str, list[int]]:
    """Count responders and participants without the sign, then with it."""
    return {
        f"{letter}{group}": [
            int(
                (RESPONSE if letter == "x" else np.ones(SIZE, int))[
                    place & (treated == TREATED) & (sign == SIGN)
                ].sum()
            )
            for sign in (0, 1)
        ]
        for group, treated in ((1, True), (2, False))
        for letter in ("x", "n")
    }


def test_responses_are_counted_in_strata_of_which_any_parameter_is_enough() -> None:
    counts = by_hand(np.ones(SIZE, bool))
    assert counts == {"x1": [3, 2], "n1": [3, 3], "x2": [1, 1], "n2": [3, 3]}
    found = run("R", ["cmh", "stratified_miettinen_nurminen", "stratified_newcombe"], strata=("C-1",))
    expected = stats.cmh(**counts)
    assert found["2|cmh|p_value"] == expected.p_value
    score = stats.stratified_miettinen_nurminen(**counts)
    for stat in ("estimate", "lower", "upper"):
        assert found[f"4|stratified_miettinen_nurminen|{stat}"] == 100 * getattr(score, stat)
    assert found["4|stratified_miettinen_nurminen|p_value"] == score.p_value
    newcombe = stats.stratified_newcombe(**counts)
    assert found["4|stratified_newcombe|lower"] == 100 * newcombe.lower


def test_the_common_difference_has_mantel_haenszel_weights() -> None:
    counts = {name: np.array(numbers_) for name, numbers_ in by_hand(np.ones(SIZE, bool)).items()}
    weights = counts["n1"] * counts["n2"] / (counts["n1"] + counts["n2"])
    differences = counts["x1"] / counts["n1"] - counts["x2"] / counts["n2"]
    found = run("R", ["stratified_miettinen_nurminen"], strata=("C-1",))
    expected = 100 * (weights * differences).sum() / weights.sum()
    assert found["2|stratified_miettinen_nurminen|estimate"] == pytest.approx(expected, abs=1e-9)


def test_ranks_are_taken_within_strata() -> None:
    found = run("X", ["van_elteren"], strata=("C-1",))
    expected = stats.van_elteren(LATER[:, 0], TREATED, SIGN)
    assert found["2|van_elteren|p_value"] == pytest.approx(expected.p_value, abs=1e-12)


def test_a_standardised_difference_without_strata_is_that_of_the_percentages() -> None:
    found = run("R", ["g_computation"])
    expected = 100 * (RESPONSE[TREATED].mean() - RESPONSE[~TREATED].mean())
    assert found["2|g_computation|estimate"] == pytest.approx(expected, abs=1e-6)


def test_imputation_where_nothing_is_missing_is_the_analysis_of_the_data() -> None:
    found = run("X", ["ancova", "mi_ancova"], strata=("C-1",), model=Model(imputations=3, seed=1))
    for week in (2, 4):
        for stat in ("estimate", "se"):
            assert found[f"{week}|mi_ancova|{stat}"] == pytest.approx(
                found[f"{week}|ancova|{stat}"], abs=1e-9
            )


def test_a_stratum_that_everybody_has_changes_no_imputation() -> None:
    everybody = {
        name: frame.with_columns(AVAL=pl.when(pl.col("PARAMCD") == "S").then(1.0).otherwise("AVAL"))
        if "PARAMCD" in frame.columns
        else frame
        for name, frame in made().items()
    }
    model = Model(imputations=3, seed=1)
    with_it = run("X", ["mi_ancova"], everybody, strata=("C-1",), model=model)
    without = run("X", ["mi_ancova"], everybody, model=model)
    for stat in ("estimate", "se"):
        assert with_it[f"4|mi_ancova|{stat}"] == without[f"4|mi_ancova|{stat}"]


#: R is met when X has fallen by 1 or more and D has not risen by 0.5 or more.
COMPONENTS = (
    Component(parameter="X", falls_by=Decimal(1)),
    Component(parameter="D", rises_by_less_than=Decimal("0.5")),
)


def test_components_without_missing_values_make_the_difference_of_the_percentages() -> None:
    met = np.round(LATER - BASE[:, None], 10) <= -1
    found = run("R", ["mi_composite"], model=Model(imputations=3, seed=1, components=COMPONENTS))
    for place, week in enumerate((2, 4)):
        rates = met[TREATED, place].mean(), met[~TREATED, place].mean()
        assert found[f"{week}|mi_composite|estimate"] == pytest.approx(100 * (rates[0] - rates[1]), abs=1e-9)


def test_a_composite_event_is_no_response_whatever_the_components_say() -> None:
    met = (np.round(LATER - BASE[:, None], 10) <= -1)[:, 1]
    gone = [name for name, arm, has in zip(PEOPLE, PEOPLE.values(), met, strict=True) if has and arm == A][:1]
    found = run(
        "R",
        ["mi_composite"],
        made(left={gone[0]: 2}),
        (event("left", "composite", "left study"),),
        model=Model(imputations=3, seed=1, components=COMPONENTS),
    )
    rates = (met[TREATED].sum() - 1) / 6, met[~TREATED].mean()
    assert found["4|mi_composite|estimate"] == pytest.approx(100 * (rates[0] - rates[1]), abs=1e-9)


def rows_of(strategy: str) -> Any:
    """Return the model's rows where p00 left after week 2 and has values all the same."""
    one = analysis(["R"], ["mi_composite"], weeks=(2, 4), model=Model(components=COMPONENTS))
    study = trial(one, events=[event("left", strategy, "left study")], parameters=PARAMETERS)
    rows = AnalysisRows(study=study, datasets=made(left={"p00": 2}))
    return model_rows(rows, study.plan.parameter("R"), one, ARMS)


def test_components_follow_every_strategy_but_the_composite_one() -> None:
    first = LATER[0]
    for strategy, expected in (
        ("treatment policy", first[1]),
        ("composite", first[1]),
        ("while on treatment", first[0]),
        ("hypothetical", math.nan),
    ):
        found = rows_of(strategy).components["X"][0]
        np.testing.assert_array_equal(found, [first[0], expected], err_msg=strategy)
    assert rows_of("composite").failed_from.tolist() == [1, *[2] * 11]
    assert rows_of("hypothetical").missing_from.tolist() == [1, *[2] * 11]


def test_all_missing_as_failures_is_the_end_of_the_tipping_curve() -> None:
    # p00 (active, a responder) and p01 (control, none) have no response at week 4
    data = made()
    gone = pl.col("USUBJID").is_in(["p00", "p01"]) & (pl.col("PARAMCD") == "R") & (pl.col("AVISITN") == 4)
    data["ADX"] = data["ADX"].filter(~gone)
    deltas = (Decimal(0), Decimal(-2), Decimal(-500))
    found = run("R", ["tipping_point_binary"], data, model=Model(deltas=deltas))
    known = np.arange(SIZE) > 1
    observed = [RESPONSE[known & (treated == TREATED)].mean() for treated in (True, False)]
    key = "4|tipping_point_binary|estimate@"
    # at a shift of 0 the missing respond as the observed of their arm do
    assert found[f"{key}0"] == pytest.approx(100 * (observed[0] - observed[1]), abs=1e-9)
    odds = observed[0] / (1 - observed[0]) * math.exp(-2)
    assert found[f"{key}-2"] == pytest.approx(
        100 * ((5 * observed[0] + odds / (1 + odds)) / 6 - observed[1]), abs=1e-9
    )
    assert found[f"{key}-500"] == pytest.approx(100 * (5 / 6 * observed[0] - observed[1]), abs=1e-9)
    failures = [RESPONSE[known & (treated == TREATED)].sum() / 6 for treated in (True, False)]
    assert found[f"{key}NRI"] == pytest.approx(100 * (failures[0] - failures[1]), abs=1e-9)
    assert not [name for name in found if name.startswith("2|")]


def test_a_shift_moves_the_difference_by_the_imputed_part_of_the_arm() -> None:
    # p00 is imputed: a shift of 6 moves the difference by 6 times his weight in least squares
    data = made()
    gone = (pl.col("USUBJID") == "p00") & (pl.col("PARAMCD") == "X") & (pl.col("AVISITN") == 4)
    data["ADX"] = data["ADX"].filter(~gone)
    deltas = (Decimal(0), Decimal(6))
    found = run("X", ["mi_ancova", "tipping_point"], data, model=Model(imputations=5, seed=2, deltas=deltas))
    x = np.column_stack([np.ones(SIZE), TREATED, BASE])
    weight = np.linalg.solve(x.T @ x, x.T)[1, 0]
    key = "4|tipping_point|estimate@"
    assert found[f"{key}6"] - found[f"{key}0"] == pytest.approx(6 * weight, abs=1e-9)  # type: ignore[operator]
    assert found[f"{key}0"] == pytest.approx(found["4|mi_ancova|estimate"], abs=1e-12)


def test_the_rows_of_a_model_are_found_again_by_its_queries() -> None:
    one = analysis(
        ["R"],
        ["cmh", "mi_composite"],
        weeks=(2, 4),
        strata=("C-1",),
        model=Model(imputations=2, components=COMPONENTS),
    )
    study = trial(one, strata=[STRATUM], parameters=PARAMETERS)
    data = made()
    for row in analyse(study, data, STAMP).filter(pl.col("GROUPTYPE") == "contrast").iter_rows(named=True):
        rows = select_rows(data, row)
        assert fingerprint(rows) == row["INPUTS"]
        assert set(rows["PARAMCD"]) == {"R", "S", "T", "X", "D"}
        assert row["QUERY"].count("; ") == 4


def test_a_stratum_is_known_when_one_parameter_says_yes_and_unknown_when_none_does_and_one_is_missing() -> (
    None
):
    data = made()
    with_sign = next(name for name, has in zip(PEOPLE, SIGN, strict=True) if has)
    without = next(name for name, has in zip(PEOPLE, SIGN, strict=True) if not has)
    yes = data["ADX"].filter(pl.col("USUBJID") == with_sign, pl.col("AVAL") == 1, pl.col("AVISITN") == 0)
    other = {"S": "T", "T": "S"}[next(code for code in yes["PARAMCD"] if code in {"S", "T"})]

    def lacking(name: str, code: str) -> dict[str, pl.DataFrame]:
        return {
            **data,
            "ADX": data["ADX"].filter(~((pl.col("USUBJID") == name) & (pl.col("PARAMCD") == code))),
        }

    assert run("R", ["cmh"], lacking(with_sign, other), strata=("C-1",))["2|cmh|p_value"] is not None
    one = dataclasses.replace(analysis(["R"], ["cmh"], weeks=(2,)), strata=("C-1",))
    study = trial(one, strata=[STRATUM], parameters=PARAMETERS)
    ard = analyse(study, lacking(without, "S"), STAMP).filter(pl.col("METHOD") == "cmh")
    assert ard["ERROR"].unique().to_list() == [f"stratum C-1 is not known of {without}"]
    assert ard["VALUE"].null_count() == ard.height == 2


def test_strata_of_a_restricted_parameter_are_those_of_whom_it_is_about() -> None:
    data = made()
    outside = pl.col("USUBJID").is_in(["p00", "p01"]) & (pl.col("PARAMCD") == "R")
    data["ADX"] = data["ADX"].filter(~outside)
    restricted = parameter("R", "binary", restrict="history.LN == 'Y'")
    parameters = tuple(restricted if one.id == "R" else one for one in PARAMETERS)
    one = analysis(["R"], ["cmh"], weeks=(2,), strata=("C-1",))
    study = trial(one, strata=[STRATUM], parameters=parameters)
    ard = analyse(study, data, STAMP).filter(pl.col("METHOD") == "cmh")
    assert ard["N"].unique().to_list() == [SIZE - 2]
    assert numbers(ard)[f"A|R|2|{CONTRAST}|cmh|p_value"] == stats.cmh(**by_hand(np.arange(SIZE) > 1)).p_value


def test_imputing_components_without_components_is_refused() -> None:
    from lupustrial.analysis import METHODS
    from lupustrial.analysis._method import Settings, attempt_model

    rows = dataclasses.replace(rows_of("composite"), components={}, component_bases={})
    found = attempt_model(METHODS["mi_composite"], rows, Model(), Settings())
    said = {result.error for results in found.values() for result in results}
    assert said == {"mi_composite needs the components of the response (model: components)"}


def test_a_mixed_model_of_logits_is_least_squares_on_log_odds() -> None:
    percent = lambda x: 100 / (1 + np.exp(-(x - 10) / 4))  # noqa: E731 - one formula
    data = made() | datasets(
        subjects(PEOPLE),
        {"X": values_of({0: percent(BASE), 2: percent(LATER[:, 0]), 4: percent(LATER[:, 1])})},
    )
    found = run("X", ["mmrm"], data, model=Model(covariance="us", scale="logit of percent"))
    for place, week in enumerate((2, 4)):
        # the log odds of percent(x) are (x - 10) / 4: everything is a quarter
        estimate, error, df = least_squares(place)
        assert found[f"{week}|mmrm|estimate"] == pytest.approx(estimate / 4, abs=1e-6)
        assert found[f"{week}|mmrm|se"] == pytest.approx(error / 4, abs=1e-6)
        assert found[f"{week}|mmrm|df"] == pytest.approx(df, abs=1e-4)
        assert found[f"{week}|mmrm|p_value"] == pytest.approx(t_p(estimate, error, df), abs=1e-5)


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_a_percentage_without_a_logit_is_a_result_with_its_reason(value: float) -> None:
    later = LATER[:, 0].copy()
    later[3] = value
    data = made() | datasets(subjects(PEOPLE), {"X": values_of({0: BASE, 2: later, 4: LATER[:, 1]})})
    one = analysis(["X"], ["mmrm"], weeks=(2, 4), model=Model(scale="logit of percent"))
    ard = analyse(trial(one, events=(), strata=[STRATUM], parameters=PARAMETERS), data, STAMP)
    rows = ard.filter(pl.col("METHOD") == "mmrm")
    assert rows["VALUE"].null_count() == rows.height > 0
    assert rows["ERROR"].str.contains("has no logit").all()


def test_individual_values_are_those_of_the_records() -> None:
    one = analysis(["X"], ["individuals"], weeks=(2,))
    ard = analyse(trial(one, events=(), strata=[STRATUM], parameters=PARAMETERS), made(), STAMP)
    rows = ard.filter(pl.col("METHOD") == "individuals")
    found = {(group, stat): value for group, stat, value in rows.select("GROUP", "STAT", "VALUE").rows()}
    assert found == {
        (arm, f"value:{name}"): LATER[place, 0] for place, (name, arm) in enumerate(PEOPLE.items())
    }
