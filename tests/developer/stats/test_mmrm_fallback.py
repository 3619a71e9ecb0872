"""The prespecified order of covariances: what is tried, what is used, what is printed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lupustrial import stats
from lupustrial.errors import StatisticsError

N, M = 12, 3
SUBJECT, VISIT = np.repeat(np.arange(N), M), np.tile(np.arange(M), N)
DRAW = np.random.default_rng(3)
Y = DRAW.normal(size=N * M) + np.repeat(DRAW.normal(size=N), M)
GOOD: dict[str, Any] = {"y": Y, "x": np.eye(M)[VISIT], "subject": SUBJECT, "visit": VISIT}


def test_the_first_that_converges_is_used() -> None:
    found = stats.fit_mmrm_with_fallback(**GOOD)
    assert (found.fit.covariance, len(found.attempts)) == ("us", 1)
    assert str(found) == "prespecified order: us, toeph, arh1, csh, ar1\nus: used"


def test_every_attempt_and_its_reason_are_printed() -> None:
    few = SUBJECT < 3
    data = {name: value[few] for name, value in GOOD.items()}
    found = stats.fit_mmrm_with_fallback(**data, order=("us", "cs"))
    assert found.fit.covariance == "cs"
    assert str(found).splitlines()[1:] == ["us: not used, the covariance became singular", "cs: used"]
    assert found.attempts[0].reason == "the covariance became singular"


def test_a_parameter_that_is_not_determined_goes_on_to_the_next() -> None:
    either = np.where((SUBJECT < 6) == (VISIT == 2), np.nan, Y)
    either[VISIT == 1] = Y[VISIT == 1]
    found = stats.fit_mmrm_with_fallback(**GOOD | {"y": either}, order=("us", "ar1"))
    assert [attempt.converged for attempt in found.attempts] == [False, True]
    assert "UN(3,1)" in found.attempts[0].reason


def test_where_none_converges_every_reason_is_a_fault() -> None:
    few = SUBJECT < 2
    data = {name: value[few] for name, value in GOOD.items()}
    with pytest.raises(StatisticsError) as caught:
        stats.fit_mmrm_with_fallback(**data, order=("us", "toeph"))
    assert [fault.id for fault in caught.value.faults] == ["STAT-013", "STAT-013"]


def test_other_faults_are_raised_at_once() -> None:
    with pytest.raises(StatisticsError, match="STAT-011"):
        stats.fit_mmrm_with_fallback(**GOOD | {"x": np.ones((N * M, 2))})


def test_every_coefficient_is_tested_by_name() -> None:
    fit = stats.fit_mmrm(**GOOD, names=["v1", "v2", "v3"])
    tests = stats.test_coefficients(fit, df="kenward_roger")
    assert list(tests) == ["v1", "v2", "v3"]
    assert tests["v2"] == stats.test_contrast(fit, [0, 1, 0], df="kenward_roger")
