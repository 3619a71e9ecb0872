"""Checked data that can be fitted again and again: all, without one, or each counted several times."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.mmrm._data import Packed
from lupustrial.stats.mmrm._likelihood import Covariance, Problem, expected_information
from lupustrial.stats.mmrm._optimum import Optimum, inverse_of, maximise
from lupustrial.stats.mmrm._result import MMRM, Inside
from lupustrial.stats.mmrm._shared import SharedCovariance

ON_FAILURE = ("raise", "return")
#: Shares of the empirical covariances in the points to start from; the next where a search failed.
SHARES = (1.0, 0.5, 0.0)
LOG_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PreparedMMRM:
    """Checked data, ready to be fitted again and again; made by `prepare_mmrm`.

    Attributes:
        covariance: Structure to fit.
        method: ``"reml"`` or ``"ml"``.
        names: Names of the columns of the design.
        data: The participants in the caller's columns.
    """

    covariance: str
    method: str
    names: tuple[str, ...]
    data: Packed = field(repr=False)
    working: Packed = field(repr=False)
    model: Covariance = field(repr=False)
    back: Floats = field(repr=False)
    shift: Floats = field(repr=False)
    empirical: Floats = field(repr=False)
    long: tuple[Floats, NDArray[np.intp]] = field(repr=False)

    @property
    def subjects(self) -> tuple[Hashable, ...]:
        """Labels of the participants; ``without`` and ``times`` count in this order."""
        return self.data.subjects

    def fit(
        self,
        *,
        without: int | None = None,
        times: Sequence[float] | Floats | None = None,
        start: Floats | None = None,
        on_failure: str = "raise",
    ) -> MMRM:
        """Fit, if asked without one participant or with each participant counted several times.

        Args:
            without: Place in ``subjects`` of the participant to leave out.
            times: (n_subjects,) how often each participant counts, e.g. in a bootstrap sample; 0 leaves out.
            start: Covariance parameters to start from, e.g. ``theta`` of the fit of all.
            on_failure: ``"raise"``, or ``"return"`` the last iterate with ``converged=False``.

        Raises:
            StatisticsError: The fit does not converge or its covariance is singular (STAT-013); ``without``
                or ``times`` do not fit (STAT-003, STAT-007); unknown option (STAT-006).
        """
        check_choice("on_failure", on_failure, ON_FAILURE)
        counted = _times(self.data, without=without, times=times)
        problem = self._problem(counted)
        optimum = None
        for point in self._starts(start):
            latest = maximise(problem, point)
            optimum = latest or optimum
            if latest is not None and not latest.failure:
                break
        if optimum is None or (optimum.failure and on_failure == "raise"):
            reason = optimum.failure if optimum else "the likelihood does not exist at the start"
            hint = "choose a simpler covariance, or fit_mmrm_with_fallback with a prespecified order"
            raise refuse("STAT-013", f"{self.covariance}: {reason}", "covariance", hint)
        return self._result(problem, optimum)

    def _starts(self, given: Floats | None) -> Iterator[Floats]:
        """Where to start: the point given, the empirical covariance, then ever closer to independence."""
        if given is not None and np.shape(given) == (self.model.size,):
            yield np.asarray(given, dtype=np.float64)
        independent = self.empirical * np.eye(self.data.m)
        for share in SHARES:
            yield self.model.start(share * self.empirical + (1 - share) * independent)

    def _problem(self, times: Floats | None) -> Problem:
        data = self.working if times is None else self.working.weighted(times)
        reml = self.method == "reml"
        degrees = data.n_obs - (data.p if reml else 0)
        log_basis = 2 * float(np.log(np.abs(np.diag(self.back))).sum()) if reml else 0.0
        constant = degrees * LOG_TWO_PI - float(data.log_weights.sum()) - log_basis
        edges = np.append(data.first, len(data.z))
        members = [slice(int(edges[at.start]), int(edges[at.stop])) for at in self.model.patterns]
        return Problem(data=data, covariance=self.model, reml=reml, members=members, constant=constant)

    def _result(self, problem: Problem, optimum: Optimum) -> MMRM:
        point, slopes, data = optimum.point, optimum.slopes, problem.data
        k = len(point.theta) + (0 if problem.reml else data.p)
        used = round(float(data.count.sum()))
        observed = inverse_of(slopes.observed)
        expected = inverse_of(expected_information(problem, point, slopes))
        notes = [optimum.failure] if optimum.failure else []
        if observed is None:
            notes.append("the observed information is singular: no variance of the covariance parameters")
        half = self.back @ point.root
        objective = point.objective
        return MMRM(
            covariance=self.covariance,
            method=self.method,
            beta=self.shift + self.back @ point.beta,
            vcov=half @ half.T,
            names=self.names,
            theta=point.theta,
            theta_names=self.model.names,
            theta_vcov=observed,
            theta_vcov_expected=expected,
            covariances=self._matrices(point.theta),
            visits=data.visits,
            minus2_log_likelihood=objective,
            aic=objective + 2 * k,
            bic=objective + math.log(used) * k,
            n_obs=data.n_obs,
            n_subjects=used,
            n_missing=data.n_missing,
            weighted=bool(data.log_weights.any()),
            converged=not optimum.failure,
            iterations=optimum.iterations,
            notes=tuple(notes),
            inside=Inside(problem=problem, point=point, slopes=slopes, back=self.back, long=self.long),
        )

    def _matrices(self, theta: Floats) -> dict[Hashable, Floats]:
        if not isinstance(self.model, SharedCovariance):
            return {}
        return dict(zip(self.data.groups, self.model.matrices(theta), strict=True))


def _times(data: Packed, *, without: int | None, times: Sequence[float] | Floats | None) -> Floats | None:
    """Return how often each row of ``data.z`` counts; ``None`` where each counts once."""
    n = len(data.subjects)
    if without is None and times is None:
        return None
    counted = np.ones(n) if times is None else np.asarray(times, dtype=np.float64)
    if counted.shape != (n,):
        hint = "give one number for each of subjects"
        raise refuse("STAT-003", f"{counted.size} numbers for {n} participants", "times", hint)
    if not ((counted >= 0).all() and (counted == np.rint(counted)).all() and 0 < counted.sum() < np.inf):
        message = "a count is not a whole number from 0 upwards, or all are 0"
        raise refuse("STAT-007", message, "times", "count how often each participant was drawn")
    if without is not None:
        if not 0 <= without < n:
            hint = f"give a place from 0 to {n - 1}"
            raise refuse("STAT-007", f"{without} is no place among {n} participants", "without", hint)
        counted = counted.copy()
        counted[without] = 0.0
    return counted[data.order]
