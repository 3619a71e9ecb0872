"""What must not change a mixed model, and what must change it in a known way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial import stats

N, M = 30, 4
SHARED = ("us", "toep", "toeph", "ar1", "arh1", "cs", "csh", "ad", "adh")


@dataclass(frozen=True)
class Trial:
    """Long rows of a trial with two arms."""

    y: Any
    x: Any
    subject: Any
    visit: Any

    def fit(self, **options: Any) -> stats.MMRM:
        """Fit with options of `fit_mmrm`."""
        return stats.fit_mmrm(self.y, self.x, self.subject, self.visit, **options)

    def rows(self, places: Any) -> Trial:
        """Return some of the rows."""
        return Trial(self.y[places], self.x[places], self.subject[places], self.visit[places])


def _trial(seed: int, *, missing: float = 0.15) -> Trial:
    draw = np.random.default_rng(seed)
    subject, visit = np.repeat(np.arange(N), M), np.tile(np.arange(M), N)
    arm, base = (subject % 2).astype(float), np.repeat(draw.normal(10, 2, N), M)
    root = np.tril(np.full((M, M), 0.5)) + np.diag([1.0, 1.2, 0.9, 1.4])
    y = (draw.normal(size=(N, M)) @ root.T).ravel() + 0.5 * base + 0.4 * arm * visit
    y[draw.random(N * M) < missing] = np.nan
    x = np.column_stack([np.ones(N * M), base, arm, np.eye(M)[visit][:, 1:]])
    return Trial(y, x, subject, visit)


def _alike(one: stats.MMRM, other: stats.MMRM) -> None:
    assert one.minus2_log_likelihood == pytest.approx(other.minus2_log_likelihood, abs=1e-8)
    assert one.beta == pytest.approx(other.beta, rel=1e-7, abs=1e-8)
    assert one.vcov == pytest.approx(other.vcov, rel=1e-6, abs=1e-8)
    assert one.theta == pytest.approx(other.theta, rel=1e-6, abs=1e-7)
    assert (one.n_obs, one.n_subjects, one.n_missing) == (other.n_obs, other.n_subjects, other.n_missing)


SEEDS = st.integers(0, 10_000)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, covariance=st.sampled_from(SHARED), method=st.sampled_from(["reml", "ml"]))
def test_order_of_rows_and_names_of_participants_do_not_matter(
    seed: int, covariance: str, method: str
) -> None:
    trial = _trial(seed)
    order = np.random.default_rng(seed).permutation(len(trial.y))
    mixed = trial.rows(order)
    names = np.array([f"P{(k * 7) % 31:02d}" for k in range(N)])
    mixed = replace(mixed, subject=names[mixed.subject])
    _alike(trial.fit(covariance=covariance, method=method), mixed.fit(covariance=covariance, method=method))


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, covariance=st.sampled_from(SHARED))
def test_another_basis_of_the_same_columns_gives_the_same_model(seed: int, covariance: str) -> None:
    trial = _trial(seed)
    change = np.eye(6) + np.triu(np.random.default_rng(seed).uniform(-1, 1, (6, 6)), 1)
    one = trial.fit(covariance=covariance)
    other = replace(trial, x=trial.x @ change).fit(covariance=covariance)
    assert change @ other.beta == pytest.approx(one.beta, rel=1e-6, abs=1e-7)
    # REML without log|X'X|: the determinant of the change stays, and here it is 1.
    assert one.minus2_log_likelihood == pytest.approx(other.minus2_log_likelihood, abs=1e-8)
    row = np.array([0, 0, 1.0, 0, 0, 1])
    for df in ("satterthwaite", "kenward_roger"):
        a = stats.test_contrast(one, row, df=df)
        b = stats.test_contrast(other, row @ change, df=df)
        assert (a.estimate, a.standard_error, a.df) == pytest.approx(
            (b.estimate, b.standard_error, b.df), rel=1e-5
        )


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, covariance=st.sampled_from(SHARED), scale=st.sampled_from([1e-3, 2.0, 1e4]))
def test_units_of_the_outcome_scale_everything_and_a_shift_moves_the_intercept(
    seed: int, covariance: str, scale: float
) -> None:
    trial = _trial(seed)
    one, other = (
        trial.fit(covariance=covariance),
        replace(trial, y=scale * trial.y + 5).fit(covariance=covariance),
    )
    shift = 5 * np.eye(6)[0]
    assert other.beta == pytest.approx(scale * one.beta + shift, rel=1e-6, abs=1e-7 * scale)
    assert other.vcov == pytest.approx(scale**2 * one.vcov, rel=1e-6, abs=1e-8 * scale**2)
    degrees = one.n_obs - 6
    assert other.minus2_log_likelihood == pytest.approx(
        one.minus2_log_likelihood + 2 * degrees * np.log(scale), abs=1e-6
    )
    row = np.eye(6)[2]
    assert stats.test_contrast(other, row).df == pytest.approx(stats.test_contrast(one, row).df, rel=1e-5)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_a_richer_covariance_is_never_less_likely(seed: int) -> None:
    trial = _trial(seed)
    minus2 = {name: trial.fit(covariance=name, method="ml").minus2_log_likelihood for name in SHARED}
    richer = [
        ("cs", "toep"),
        ("ar1", "toep"),
        ("toep", "toeph"),
        ("cs", "csh"),
        ("ar1", "arh1"),
        ("ar1", "ad"),
    ]
    richer += [("ad", "adh"), ("arh1", "adh"), ("csh", "toeph"), ("toeph", "us"), ("adh", "us")]
    for simple, rich in richer:
        assert minus2[rich] <= minus2[simple] + 1e-8


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_structures_that_coincide_over_two_visits_give_one_answer(seed: int) -> None:
    trial = _trial(seed)
    two = trial.rows(trial.visit < 2)
    two = replace(two, x=two.x[:, :4])
    for names in (("us", "toeph", "arh1", "csh", "adh"), ("toep", "ar1", "cs", "ad")):
        fits = [two.fit(covariance=name) for name in names]
        row = np.eye(4)[3]
        for fit in fits[1:]:
            assert fit.minus2_log_likelihood == pytest.approx(fits[0].minus2_log_likelihood, abs=1e-8)
            linear = [stats.test_contrast(f, row, df="kenward_roger") for f in (fits[0], fit)]
            assert linear[1].standard_error == pytest.approx(linear[0].standard_error, rel=1e-6)
            assert linear[1].df == pytest.approx(linear[0].df, rel=1e-5)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, place=st.integers(0, N - 1))
def test_leaving_out_is_fitting_the_others_and_twice_is_two_participants(seed: int, place: int) -> None:
    trial = _trial(seed)
    prepared = stats.prepare_mmrm(trial.y, trial.x, trial.subject, trial.visit)
    everybody = prepared.fit()
    left = prepared.fit(without=place, start=everybody.theta)
    others = trial.rows(trial.subject != prepared.subjects[place]).fit()
    assert left.beta == pytest.approx(others.beta, rel=1e-6, abs=1e-7)
    assert left.minus2_log_likelihood == pytest.approx(others.minus2_log_likelihood, abs=1e-7)
    assert (left.n_subjects, left.n_obs) == (others.n_subjects, others.n_obs)
    times = np.ones(len(prepared.subjects))
    times[place] = 2
    again = trial.rows(trial.subject == prepared.subjects[place])
    doubled = Trial(
        np.concatenate([trial.y, again.y]),
        np.concatenate([trial.x, again.x]),
        np.concatenate([trial.subject, again.subject + 1000]),
        np.concatenate([trial.visit, again.visit]),
    ).fit()
    twice = prepared.fit(times=times)
    assert twice.beta == pytest.approx(doubled.beta, rel=1e-6, abs=1e-7)
    assert twice.minus2_log_likelihood == pytest.approx(doubled.minus2_log_likelihood, abs=1e-7)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, covariance=st.sampled_from(["us", "ar1", "cs"]))
def test_equal_weights_scale_the_covariance_and_one_group_changes_nothing(seed: int, covariance: str) -> None:
    trial = _trial(seed)
    one = trial.fit(covariance=covariance)
    weighted = trial.fit(covariance=covariance, weights=np.full(len(trial.y), 4.0))
    assert weighted.beta == pytest.approx(one.beta, rel=1e-6, abs=1e-7)
    assert weighted.covariances[None] == pytest.approx(4 * one.covariances[None], rel=1e-6, abs=1e-6)
    assert weighted.minus2_log_likelihood == pytest.approx(one.minus2_log_likelihood, abs=1e-7)
    grouped = trial.fit(covariance=covariance, group=np.full(len(trial.y), "all"))
    _alike(one, replace(grouped, theta=grouped.theta))
    assert set(grouped.covariances) == {"all"}
    assert all(name.endswith(" all") for name in grouped.theta_names)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_even_distances_make_the_exponential_covariance_autoregressive(seed: int) -> None:
    trial = _trial(seed)
    ar1 = trial.fit(covariance="ar1")
    spatial = trial.fit(covariance="sp_exp", coordinates=trial.visit * 3.0)
    assert spatial.minus2_log_likelihood == pytest.approx(ar1.minus2_log_likelihood, abs=1e-7)
    assert np.exp(-3 / spatial.theta[1]) == pytest.approx(ar1.theta[1], rel=1e-5)
    for df in ("satterthwaite", "kenward_roger"):
        ours, theirs = (stats.test_contrast(fit, np.eye(6)[2], df=df) for fit in (spatial, ar1))
        assert (ours.standard_error, ours.df) == pytest.approx((theirs.standard_error, theirs.df), rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(
    seed=SEEDS,
    df=st.sampled_from(["satterthwaite", "kenward_roger", "between_within", "residual", "asymptotic"]),
    level=st.sampled_from([0.8, 0.95, 0.99]),
)
def test_the_interval_holds_the_values_that_the_test_keeps(seed: int, df: str, level: float) -> None:
    fit = _trial(seed).fit(covariance="cs")
    row = np.eye(6)[2]
    test = stats.test_contrast(fit, row, df=df, confidence_level=level)
    for limit in (test.lower, test.upper):
        at = stats.test_contrast(fit, row, df=df, value=limit)
        assert at.p_value == pytest.approx(1 - level, rel=1e-6)
    assert stats.test_contrast(fit, row, df=df, value=test.estimate).p_value == pytest.approx(1.0)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_f_does_not_depend_on_how_a_hypothesis_is_written(seed: int) -> None:
    fit = _trial(seed).fit()
    rows = np.eye(6)[3:]
    change = np.array([[1.0, -1, 0], [0, 1, -1], [1, 1, 2]])
    for df in ("kenward_roger", "residual"):
        one, other = (stats.test_contrast(fit, r, df=df) for r in (rows, change @ rows))
        assert (one.statistic, one.df, one.p_value) == pytest.approx(
            (other.statistic, other.df, other.p_value), rel=1e-8
        )
    one, other = (stats.test_contrast(fit, r).statistic for r in (rows, change @ rows))
    assert one == pytest.approx(other, rel=1e-8)


def test_order_of_visits_can_be_given_and_a_visit_nobody_has_is_kept_by_a_lag_structure() -> None:
    trial = _trial(1)
    named = replace(trial, visit=np.array(["baseline", "week 2", "week 4", "week 12"])[trial.visit])
    order = ["baseline", "week 2", "week 4", "week 12"]
    _alike(trial.fit(covariance="adh"), named.fit(covariance="adh", visits=order))
    assert named.fit(covariance="adh", visits=order).visits == tuple(order)
    gap = trial.rows(trial.visit != 1)
    gap = replace(gap, x=np.delete(gap.x, 3, axis=1))
    fit = gap.fit(covariance="ar1", visits=range(4))
    spatial = gap.fit(covariance="sp_exp", coordinates=gap.visit)
    assert fit.minus2_log_likelihood == pytest.approx(spatial.minus2_log_likelihood, abs=1e-8)


def test_labels_may_be_mixed_or_tuples() -> None:
    trial = _trial(2)
    labels = [("site", k) if k % 2 else f"P{k}" for k in trial.subject.tolist()]
    fit = stats.fit_mmrm(trial.y.tolist(), trial.x.tolist(), labels, [f"V{k}" for k in trial.visit])
    _alike(fit, trial.fit())
    _alike(trial.fit(), stats.fit_mmrm(trial.y, trial.x, trial.subject.astype(float), trial.visit.tolist()))
    objects = np.array([f"P{k:02d}" for k in trial.subject], dtype=object)
    _alike(trial.fit(), stats.fit_mmrm(trial.y, trial.x, objects, trial.visit))


def test_many_visits_and_nearly_dependent_columns_take_the_careful_ways() -> None:
    draw = np.random.default_rng(4)
    n, m = 12, 43
    subject, visit = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    y = draw.normal(size=n * m) + np.repeat(draw.normal(size=n), m)
    y[draw.random(n * m) < 0.1] = np.nan
    time = visit.astype(float)
    x = np.column_stack([np.ones(n * m), time, time + 1e-5 * draw.normal(size=n * m)])
    fit = stats.fit_mmrm(y, x, subject, visit, covariance="cs")
    centred = np.column_stack([x[:, 0], x[:, 1], (x[:, 2] - x[:, 1]) * 1e5])
    easy = stats.fit_mmrm(y, centred, subject, visit, covariance="cs")
    assert fit.beta[2] == pytest.approx(easy.beta[2] * 1e5, rel=1e-5)
    assert fit.theta == pytest.approx(easy.theta, rel=1e-6)
