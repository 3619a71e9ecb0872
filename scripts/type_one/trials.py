"""Trials of 30 and 30 participants in whom the arms do not differ.

The numbers are chosen near those published of the IL-2 trial in SLE (He et al., Ann Rheum Dis 2020;79:141).
What was not published (correlations, times of leaving, crossing of strata) is assumed, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.analysis._model_rows import ModelRows  # an analysis is fed as `analyse` feeds it

Floats = NDArray[np.float64]

WEEKS = (2, 4, 6, 8, 10, 12, 16, 20, 24)
EACH = 30  # participants of an arm
STRATA = ("CNI", "LNB")
CNI, LN = 7 / 60, 25 / 60  # calcineurin inhibitor 1 + 6, nephritis 13 + 12 of 60

MEAN = (
    9.5,
    8.3,
    7.5,
    7.0,
    6.7,
    6.5,
    6.3,
    6.2,
    6.2,
)  # medians 12 and 11, at week 12 6 and 6, at week 24 4 and 8
SPREAD = (3.0, 3.4, 3.7, 3.9, 4.1, 4.2, 4.4, 4.5, 4.5)  # given baseline; ranges at week 12 were 0-16 and 0-25
SLOPE, OF_LN = 0.5, 1.5
LASTING, WEEKS_OF_MEMORY = 0.35, 8.0
MEAN_BASE = 12.0


@dataclass(frozen=True, kw_only=True)
class Course:
    """How SELENA-SLEDAI goes and who leaves.

    Attributes:
        leave: Log odds of leaving before a visit, at the mean course: in the arm and in the reference.
        by_worse: What each SLEDAI point above the mean course, at the visit before, adds to them.
        skipped: Chance that a visit is missed by who stays.
        whole: Whether SLEDAI is a whole number not below 0; else it is normal.
    """

    leave: tuple[float, float]
    by_worse: float = 0.12
    skipped: float = 0.02
    whole: bool = True


def responses(
    rng: np.random.Generator, rates: Mapping[tuple[bool, bool], float], sizes: tuple[int, int] = (EACH, EACH)
) -> ModelRows:
    """Return a trial with one response at week 12, by the rate of each stratum (CNI, LN)."""
    treated = np.arange(sum(sizes)) < sizes[0]
    strata = _strata(rng, len(treated))
    chance = np.array([rates[bool(cni), bool(ln)] for cni, ln in strata])
    values = (rng.random(len(treated)) < chance).astype(np.float64)[:, None]
    return _rows(treated, (12,), values, strata=strata, binary=True)


def responses_of(*, x1: int, n1: int, x2: int, n2: int) -> ModelRows:
    """Return the trial of a table: x1 of n1 in the arm and x2 of n2 in the reference respond at week 12."""
    treated = np.arange(n1 + n2) < n1
    responds = np.concatenate([np.arange(n1) < x1, np.arange(n2) < x2])
    return _rows(treated, (12,), responds.astype(np.float64)[:, None], binary=True)


def renal_responses(rng: np.random.Generator, rate: float) -> ModelRows:
    """Return the participants with nephritis of a trial, with a remission or none at week 12."""
    ill = rng.random(60) < LN
    treated = (np.arange(60) < EACH)[ill]
    values = (rng.random(len(treated)) < rate).astype(np.float64)[:, None]
    return _rows(treated, (12,), values, binary=True)


def sledai(rng: np.random.Generator, course: Course) -> ModelRows:
    """Return a trial with SELENA-SLEDAI at all visits, as observed: who has left has no values."""
    treated = np.arange(2 * EACH) < EACH
    strata = _strata(rng, 60)
    base = 8 + rng.gamma(1.3, 3.3, 60)
    if course.whole:
        base = np.floor(base)
    expected = np.array(MEAN) + SLOPE * (base - MEAN_BASE)[:, None] + OF_LN * (strata[:, 1:] - LN)
    values = expected + rng.standard_normal((60, len(WEEKS))) @ _covariance().T
    if course.whole:
        values = np.maximum(0.0, np.round(values))
    left = _left(rng, values, treated, course)
    skipped = rng.random(values.shape) < course.skipped
    values[skipped | (np.arange(len(WEEKS)) >= left[:, None])] = np.nan
    return _rows(treated, WEEKS, values, base=base, strata=strata, missing_from=left)


def components(rng: np.random.Generator, course: Course) -> ModelRows:
    """Return a trial with the components of SRI-4 to week 12, and who then took more glucocorticoid."""
    rows = upto(sledai(rng, course), 12)
    change = rows.values - rows.base[:, None]
    base = np.round(np.clip(2.1 + 0.45 * rng.standard_normal(60), 0.5, 3.0), 2)
    who, visit = rng.standard_normal((60, 1)), rng.standard_normal(change.shape)
    pga = base[:, None] + 0.1 * change + 0.25 * (who + visit)
    own, again = rng.standard_normal((60, 1)), rng.standard_normal(change.shape)
    calm = 0.3 - 0.08 * (change + 5) + 0.8 * own + 0.6 * again > 0
    missing = np.isnan(change)
    raised = np.where(rng.random(60) < STEROIDS, rng.integers(WEEKS.index(8), WEEKS.index(12) + 1, 60), 6)
    parts = {
        "SLEDAI": rows.values,
        "PGA": np.where(missing, np.nan, np.round(np.clip(pga, 0.0, 3.0), 2)),
        "SRIBILAG": np.where(missing, np.nan, calm.astype(np.float64)),
    }
    bases = {"SLEDAI": rows.base, "PGA": base, "SRIBILAG": np.full(60, np.nan)}
    return _rows(
        rows.treated,
        rows.weeks,
        np.zeros_like(change),  # the response itself, which the imputation of its components does not use
        strata=rows.strata,
        missing_from=rows.missing_from,
        failed_from=raised,
        parts=parts,
        part_bases=bases,
        binary=True,
    )


STEROIDS = 0.1


def upto(rows: ModelRows, week: int) -> ModelRows:
    """Return the same trial, seen until a week."""
    count = sum(each <= week for each in rows.weeks)
    return _rows(
        rows.treated,
        rows.weeks[:count],
        rows.values[:, :count],
        base=rows.base,
        strata=rows.strata,
        missing_from=np.minimum(rows.missing_from, count),
    )


def only(rows: ModelRows, week: int) -> ModelRows:
    """Return the same trial at one week."""
    place = rows.weeks.index(week)
    return _rows(rows.treated, (week,), rows.values[:, [place]], base=rows.base, strata=rows.strata)


def _strata(rng: np.random.Generator, n: int) -> NDArray[np.bool_]:
    return rng.random((n, 2)) < (CNI, LN)


def _covariance() -> Floats:
    """Return a root of the covariance of the visits given baseline."""
    apart = np.abs(np.subtract.outer(WEEKS, WEEKS))
    correlation = LASTING + (1 - LASTING) * np.exp(-apart / WEEKS_OF_MEMORY)
    return np.linalg.cholesky(correlation * np.outer(SPREAD, SPREAD))


def _left(
    rng: np.random.Generator, values: Floats, treated: NDArray[np.bool_], course: Course
) -> NDArray[np.int64]:
    """Return the place of the first visit after leaving, depending on what was seen; none before week 4."""
    base = np.where(treated, *course.leave)[:, None]
    odds = base + course.by_worse * (values[:, :-1] - np.array(MEAN[:-1]))
    leaves = rng.random(odds.shape) < 1 / (1 + np.exp(-odds))
    first = np.where(leaves.any(axis=1), leaves.argmax(axis=1) + 1, len(WEEKS))
    return first.astype(np.int64)


def _rows(
    treated: NDArray[np.bool_],
    weeks: Sequence[int],
    values: Floats,
    *,
    base: Floats | None = None,
    strata: NDArray[np.bool_] | None = None,
    missing_from: NDArray[np.int64] | None = None,
    failed_from: NDArray[np.int64] | None = None,
    parts: Mapping[str, Floats] | None = None,
    part_bases: Mapping[str, Floats] | None = None,
    binary: bool = False,
) -> ModelRows:
    n, never = len(treated), np.full(len(treated), len(weeks))
    return ModelRows(
        participants=tuple(f"{number:02}" for number in range(n)),
        treated=treated,
        weeks=tuple(weeks),
        values=values,
        base=np.full(n, np.nan) if base is None else base,
        missing_from=never if missing_from is None else missing_from,
        failed_from=never if failed_from is None else failed_from,
        strata=np.zeros((n, 0), np.bool_) if strata is None else strata,
        strata_names=() if strata is None else STRATA,
        components=parts or {},
        component_bases=part_bases or {},
        binary=binary,
        query="",
        inputs="",
    )
