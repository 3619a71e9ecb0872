"""What the simulation of the type I error must keep to, whatever its numbers."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from type_one_script import ROOT, exact, page, plans, scenarios, simulate, tallies, trials

from lupustrial import stats

SEED = 7


def _joined(*batches: tallies.Tallies) -> tallies.Tallies:
    whole: tallies.Tallies = {}
    for batch in batches:
        for key, tally in batch.items():
            whole.setdefault(key, tallies.Tally()).join(tally)
    return whole


def test_neither_workers_nor_batches_change_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    # Threads in place of processes, which take seconds to start.
    monkeypatch.setattr(
        simulate,
        "ProcessPoolExecutor",
        lambda workers, mp_context: ThreadPoolExecutor(workers * bool(mp_context)),
    )
    monkeypatch.setitem(scenarios.SCENARIOS, "renal", replace(scenarios.SCENARIOS["renal"], batch=7))
    found = simulate.simulate({"renal": 20}, seed=SEED, imputations=2, workers=2)
    assert found == {"renal": simulate._run("renal", SEED, 2, 0, 20)}


def test_a_trial_does_not_depend_on_the_batch_that_it_is_in() -> None:
    whole = simulate._run("strata even", SEED, 2, 0, 20)
    parts = _joined(simulate._run("strata even", SEED, 2, 0, 7), simulate._run("strata even", SEED, 2, 7, 20))
    assert parts == whole


def test_streams_differ_by_scenario_trial_and_seed() -> None:
    drawn = {
        simulate.generator(seed, name, trial).random()
        for seed in (1, 2)
        for name in scenarios.SCENARIOS
        for trial in range(3)
    }
    assert len(drawn) == 2 * len(scenarios.SCENARIOS) * 3


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_every_analysis_is_one_that_a_plan_ships(name: str) -> None:
    assert all((use.analysis, use.method) in plans.shipped() for use in scenarios.SCENARIOS[name].uses)


@pytest.mark.parametrize("course", [scenarios.FEW, scenarios.MANY, scenarios.NORMAL])
def test_who_has_left_has_no_values_and_the_arms_are_of_thirty(course: trials.Course) -> None:
    rows = trials.sledai(np.random.default_rng(SEED), course)
    gone = np.arange(len(rows.weeks)) >= rows.missing_from[:, None]
    assert np.isnan(rows.values[gone]).all()
    assert rows.missing_from.min() >= 1
    assert rows.treated.sum() == (~rows.treated).sum() == trials.EACH
    seen = rows.values[~np.isnan(rows.values)]
    assert not course.whole or ((seen >= 0).all() and (seen == np.round(seen)).all())
    assert course is not scenarios.NORMAL or not np.isnan(rows.values).any()


def test_as_many_leave_as_the_page_says() -> None:
    rng = np.random.default_rng(SEED)
    left = {"few": np.zeros(2), "many": np.zeros(2)}
    for name, course in (("few", scenarios.FEW), ("many", scenarios.MANY)):
        for _ in range(300):
            rows = trials.sledai(rng, course)
            gone = rows.missing_from < len(rows.weeks)
            left[name] += (gone[rows.treated].mean() / 300, gone[~rows.treated].mean() / 300)
    assert left["few"] == pytest.approx([0.13, 0.13], abs=0.02)
    assert left["many"] == pytest.approx([0.37, 0.18], abs=0.02)


def test_the_simulated_share_agrees_with_the_exact_size() -> None:
    found = simulate._run("paper 0.30", SEED, 2, 0, 400)
    for key in (key for key in found if key.method in {"pearson", "fisher", "newcombe"}):
        tally = found[key]
        rejects = exact.tables(plans.shipped()[key.analysis, key.method], 29, 30).rejects
        size = float(exact.power(rejects, 0.30, 0.30))
        assert tally.found[0] == pytest.approx(size, abs=4 * np.sqrt(size * (1 - size) / 400))


@pytest.mark.parametrize("test", ["pearson", "n_minus_1", "fisher"])
def test_the_worst_size_is_that_of_the_power_functions(test: str) -> None:
    found = exact.worst(exact.tables(plans.shipped()["A-SRI4", test], 12, 9).rejects)
    level = stats.exact_level_two_proportions(n1=12, n2=9, test=test)
    assert found.size == pytest.approx(level.level, abs=1e-7)


def test_the_stratified_score_test_is_that_of_cochran_mantel_and_haenszel() -> None:
    for trial in range(40):
        rows = trials.responses(np.random.default_rng(trial), scenarios.UNEVEN)
        score, cmh = (
            plans.shipped()["M-SRI4-STRAT", name].outcomes(rows, [12])[12]
            for name in ("stratified_miettinen_nurminen", "cmh")
        )
        assert score.p_value == pytest.approx(cmh.p_value, abs=1e-9)


def test_cmh_depends_on_the_responders_by_stratum_and_on_the_sum_of_the_first_arm() -> None:
    n1, n2 = [5, 4, 6], [4, 6, 3]
    for x1 in ([1, 2, 4], [3, 1, 3], [2, 2, 3], [1, 3, 3]):
        x2 = [each - x for each, x in zip([4, 5, 6], x1, strict=True)]
        other = exact.one_table(n1, n2, [4, 5, 6], sum(x1))
        same = stats.cmh(x1=x1, n1=n1, x2=x2, n2=n2).p_value
        assert stats.cmh(**other).p_value == pytest.approx(same, abs=1e-12)


def test_the_worst_rates_of_strata_are_at_least_the_worst_common_rate() -> None:
    chances = exact.stratified_size((3, 4), (3, 2))
    common, any_rates = exact.worst_common(chances), exact.worst_strata(chances)
    assert any_rates.size >= common.size - 1e-9
    assert exact.size_at(chances, any_rates.rates) == pytest.approx(any_rates.size, abs=1e-12)


def test_counts_kept_are_counts_read(tmp_path: Path) -> None:
    key = scenarios.Key("A", "mmrm", "week 12")
    tally = tallies.Tally(
        trials=3, total=0.1, covariances=Counter(us=2, ar1=1), failures=Counter({"a, b": 1})
    )
    tallies.write(tmp_path / "counts.csv", {"x": {key: tally}})
    assert tallies.read(tmp_path / "counts.csv") == {"x": {key: tally}}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("covariance: unstructured used; df: Kenward-Roger (linear)", "us"),
        ("covariance: unstructured not used (no luck); heterogeneous Toeplitz used; df: x", "toeph"),
        ("covariance: Toeplitz used; df: x", "toep"),
        (None, None),
    ],
)
def test_which_covariance_was_used(text: str | None, name: str | None) -> None:
    assert plans._used(text) == name


@pytest.mark.parametrize(
    ("rate", "said"), [(0.05, "yes"), (0.0599, "yes"), (0.0601, "no, above"), (0.0399, "no, below")]
)
def test_the_nominal_level_within_two_standard_errors(rate: float, said: str) -> None:
    assert page.verdict(rate, 0.005) == said


def test_the_page_shows_the_counts_that_are_kept() -> None:
    folder = ROOT / "docs" / "methods"
    shown = (folder / "type-one-error.md").read_text(encoding="utf-8")
    assert page._simulated_table(tallies.read(folder / "type-one-error.csv")) in shown
