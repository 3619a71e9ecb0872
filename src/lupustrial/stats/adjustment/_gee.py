"""Generalised estimating equations by statsmodels; docs/methods/adjustment.md, eq. 15 to 22."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Floats, Values, check_choice, refuse
from lupustrial.stats._design import Design
from lupustrial.stats._linear_model import linear_model, prepare
from lupustrial.stats._variables import first_seen
from lupustrial.stats.adjustment._kept_rows import any_missing, of_kept_rows
from lupustrial.stats.adjustment._logistic import logistic_regression
from lupustrial.stats.adjustment._working_correlation import CORRELATIONS, WorkingCorrelation

FAMILIES = ("binomial", "gaussian")
GEE_COVARIANCES = ("robust", "bias_reduced", "model")
_STEPS = 200
_SCORE = 1e-9
_FEW = 50


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class GeeFit:
    """A marginal model of repeated outcomes.

    Attributes:
        method: ``"gee_binomial_logit"`` or ``"gee_gaussian"``.
        correlation: Working correlation.
        covariance_type: ``"robust"``, ``"bias_reduced"`` or ``"model"``.
        names: The p coefficients.
        coefficients: On the scale of the link, shape (p,).
        covariance: Of the coefficients, shape (p, p).
        df: Infinite: tests are by the normal distribution or chi-square.
        alpha: Parameter of the working correlation; ``None`` under independence.
        scale: Mean squared Pearson residual.
        n: Rows used.
        participants: Participants used.
        n_dropped: Rows of the input left out because a value was missing.
        note: What a reader must know, e.g. that participants are few for robust errors.
        design: The design, where there is one.
    """

    method: str
    correlation: str
    covariance_type: str
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    df: float
    alpha: float | None
    scale: float
    n: int
    participants: int
    n_dropped: int
    note: str
    design: Design | None

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients, shape (p,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors


def gee(
    design: Design | Floats,
    *,
    participant: Sequence[Hashable],
    visit: Values | None = None,
    y: Values | None = None,
    family: str = "binomial",
    correlation: str = "independence",
    covariance: str = "robust",
) -> GeeFit:
    """Fit a marginal model to repeated outcomes by estimating equations (adjustment.md, eq. 15 to 22).

    Valid where missing outcomes are missing completely at random. Estimates equal those of geepack. Needs the
    extra ``models``.

    Args:
        design: A design of `model_design`, or an array of shape (n, p).
        participant: Who each row of the input belongs to, dropped rows too.
        visit: Number of the visit of each row of the input, whole; needed for ``"ar1"``, where a visit that
            is missing leaves a gap.
        y: Outcome of the rows kept; else the response of the design. 0 and 1 if binomial.
        family: ``"binomial"`` (logit link) or ``"gaussian"`` (identity).
        correlation: ``"independence"``, ``"exchangeable"`` or ``"ar1"``.
        covariance: ``"robust"`` (Liang and Zeger, HC0), ``"bias_reduced"`` (Mancl and DeRouen, for few
            participants) or ``"model"``.

    Returns:
        The fit; `linear_estimates` and `term_test` give estimates and tests from it.

    Raises:
        StatisticsError: As `logistic_regression` or `linear_model`; no participant with two rows under a
            correlation (STAT-003); missing or repeated visits, another length (STAT-010); no convergence or
            an impossible correlation (STAT-013); statsmodels absent (STAT-014).
    """
    check_choice("family", family, FAMILIES)
    check_choice("correlation", correlation, CORRELATIONS)
    check_choice("covariance", covariance, GEE_COVARIANCES)
    library = _statsmodels()
    given = prepare(design, y)
    start = (logistic_regression if family == "binomial" else linear_model)(design, y=y).coefficients
    groups = _groups(participant, given.design, given.y.size)
    times = _times(visit, groups, given.design, needed=correlation == "ar1")
    working = _working(correlation, groups, times)
    lengths = np.linalg.norm(given.x, axis=0)
    model = library.generalized_estimating_equations.GEE(
        given.y,
        given.x / lengths,
        groups=groups,
        family=library.families.Binomial() if family == "binomial" else library.families.Gaussian(),
        cov_struct=_structure(library, working),
    )
    found = _fit(model, start * lengths, given.y, reduced=covariance == "bias_reduced")
    kind = {"robust": "cov_robust", "bias_reduced": "cov_robust_bc", "model": "cov_naive"}[covariance]
    count = int(groups.max()) + 1
    few = covariance == "robust" and count < _FEW
    return GeeFit(
        method="gee_binomial_logit" if family == "binomial" else "gee_gaussian",
        correlation=correlation,
        covariance_type=covariance,
        names=given.names,
        coefficients=np.asarray(found.params) / lengths,
        covariance=np.asarray(getattr(found, kind)) / np.outer(lengths, lengths),
        df=math.inf,
        alpha=None if correlation == "independence" else working.alpha,
        scale=float(found.scale),
        n=given.y.size,
        participants=count,
        n_dropped=given.n_dropped,
        note=f"{count} participants: robust errors tend to be too small; see 'bias_reduced'" if few else "",
        design=given.design,
    )


def _statsmodels() -> Any:
    """Return the part of statsmodels that is needed; all of it takes seconds to load (STAT-014)."""
    try:
        import statsmodels
        import statsmodels.genmod.cov_struct
        import statsmodels.genmod.families
        import statsmodels.genmod.generalized_estimating_equations
    except ImportError:
        hint = "install the extra: lupustrial[models]"
        raise refuse("STAT-014", "GEE needs statsmodels, which is not installed", "gee", hint) from None
    return statsmodels.genmod


def _kept(values: Sequence[Any] | NDArray[Any], design: Design | None, n: int, name: str) -> list[Any]:
    """Return the values of the rows kept, in which none may be missing (STAT-010)."""
    kept = of_kept_rows(values, design, n, name, what="values")
    if any_missing(kept):
        raise refuse("STAT-010", "a missing value", name, "every row has one")
    return kept


def _groups(participant: Sequence[Hashable], design: Design | None, n: int) -> NDArray[np.intp]:
    return first_seen(_kept(participant, design, n, "participant"))[1]


def _times(visit: Values | None, groups: NDArray[np.intp], design: Design | None, *, needed: bool) -> Floats:
    """Return whole visit numbers; the order of rows where none are needed (STAT-010)."""
    if not needed:
        return np.arange(groups.size, dtype=np.float64)
    if visit is None:
        raise refuse("STAT-010", "ar1 needs the order of visits", "visit", "number them 1, 2, 3 and so on")
    try:
        times = np.array(_kept(visit, design, groups.size, "visit"), dtype=np.float64)
    except (TypeError, ValueError):
        times = np.array([math.nan])
    if not (times == np.round(times)).all():
        raise refuse(
            "STAT-010", "visits that are not whole numbers", "visit", "number them 1, 2, 3 and so on"
        )
    if len(set(zip(groups.tolist(), times.tolist(), strict=True))) < groups.size:
        raise refuse("STAT-010", "a participant has a visit twice", "visit", "keep one row of each visit")
    return times


def _working(kind: str, groups: NDArray[np.intp], times: Floats) -> WorkingCorrelation:
    if kind != "independence" and np.bincount(groups).max() == 1:
        hint = "use 'independence'"
        raise refuse("STAT-003", "no participant has two rows, so nothing correlates", "participant", hint)
    return WorkingCorrelation(kind, [times[groups == place] for place in range(int(groups.max()) + 1)])


def _structure(library: Any, working: WorkingCorrelation) -> Any:
    """Return our moment estimates as statsmodels wants them; its own differ where visits are missing."""

    class Structure(library.cov_struct.CovStruct):  # type: ignore[misc]  # statsmodels has no types
        def update(self, params: object) -> None:
            del params
            variance = self.model.family.variance
            pairs = zip(self.model.endog_li, self.model.cached_means, strict=True)
            working.update([(y - mean) / np.sqrt(variance(mean)) for y, (mean, _) in pairs])

        def covariance_matrix(self, endog_expval: object, index: int) -> tuple[Floats, bool]:
            del endog_expval
            return working.matrix(index), True

    return Structure()


def _fit(model: Any, start: Floats, y: Floats, *, reduced: bool) -> Any:
    """Solve the equations; whatever statsmodels warns of, but its own age, is an error (STAT-013)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for age in (DeprecationWarning, FutureWarning, PendingDeprecationWarning):
                warnings.simplefilter("ignore", age)
            return model.fit(
                maxiter=_STEPS,
                ctol=_SCORE * float(np.linalg.norm(y - y.mean())),
                start_params=start,
                cov_type="bias_reduced" if reduced else "robust",
                ddof_scale=0,
                scale="X2",
            )
    except StatisticsError:
        raise
    except Exception as problem:
        hint = "use 'independence', or fewer terms"
        message = f"the estimating equations have no solution: {problem}"
        raise refuse("STAT-013", message, "gee", hint) from problem
