"""Logistic regression by maximum likelihood; docs/methods/adjustment.md, eq. 1 to 5."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, Values, check_choice, refuse
from lupustrial.stats._design import Design
from lupustrial.stats._linear_model import Prepared, prepare
from lupustrial.stats._sandwich import COVARIANCES, sandwich
from lupustrial.stats.adjustment._separation import separation

_STEPS = 100
_LEAST = 1e-12  # weight of a row whose outcome is all but certain
_GRADIENT = 1e-9  # of the length of a column
_SAFE = 8.0  # with so small a gradient some linear predictor of a separated row is well above


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LogisticFit:
    """A fitted logistic regression.

    Attributes:
        method: ``"logistic_regression"``.
        covariance_type: ``"model"`` (inverse information) or ``"HC0"`` to ``"HC5"``.
        names: The p coefficients (log odds ratios).
        coefficients: Shape (p,).
        covariance: Of the coefficients, shape (p, p).
        df: Infinite: tests are by the normal distribution or chi-square.
        deviance: Minus twice the log likelihood.
        fitted: Probabilities, shape (n,).
        n: Rows used.
        events: Rows with outcome 1.
        n_dropped: Rows of the input left out because a value was missing.
        steps: Newton steps until convergence.
        design: The design, where there is one.
    """

    method: str
    covariance_type: str
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    df: float
    deviance: float
    fitted: Floats
    n: int
    events: int
    n_dropped: int
    steps: int
    design: Design | None

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients, shape (p,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors


def logistic_regression(
    design: Design | Floats, *, y: Values | None = None, covariance: str = "model"
) -> LogisticFit:
    """Fit a logistic regression by maximum likelihood (adjustment.md, eq. 1 to 3).

    Args:
        design: A design of `model_design`, or an array of shape (n, p).
        y: Outcome, 1 for an event and 0 for none, shape (n,); else the response of the design.
        covariance: ``"model"`` or a sandwich with the weighted leverages: ``"HC0"``, ``"HC1"``, ``"HC2"``,
            ``"HC3"``, ``"HC4"``, ``"HC4m"``, ``"HC5"``.

    Returns:
        The fit; `linear_estimates` and `term_test` give estimates and tests from it.

    Raises:
        StatisticsError: Missing values (STAT-002), everybody or nobody with the event (STAT-004), unknown
            option (STAT-006), no response (STAT-009), a response other than 0 and 1 or of another length
            (STAT-010), columns that depend on each other or not fewer than rows (STAT-011), separation
            (STAT-012), no convergence (STAT-013).
    """
    check_choice("covariance", covariance, COVARIANCES)
    given = prepare(design, y)
    _check_outcome(given)
    coefficients, steps = _newton(given)
    x, outcome = given.x, given.y
    eta = x @ coefficients
    fitted = special.expit(eta)
    q, r = np.linalg.qr(x * np.sqrt(fitted * (1 - fitted))[:, None])
    root = np.linalg.inv(r)
    spread = root @ root.T
    if covariance != "model":
        spread = sandwich(x, outcome - fitted, np.einsum("ij,ij->i", q, q), spread, covariance)
    return LogisticFit(
        method="logistic_regression",
        covariance_type=covariance,
        names=given.names,
        coefficients=coefficients,
        covariance=spread,
        df=math.inf,
        deviance=_deviance(eta, outcome),
        fitted=fitted,
        n=outcome.size,
        events=int(outcome.sum()),
        n_dropped=given.n_dropped,
        steps=steps,
        design=given.design,
    )


def _check_outcome(given: Prepared) -> None:
    """Raise unless the outcome is 0 and 1, both, and there are more rows than coefficients."""
    n, p = given.x.shape
    if not np.isin(given.y, (0, 1)).all():
        hint = "give 1 for an event and 0 for none"
        raise refuse("STAT-010", "an outcome other than 0 and 1", "y", hint)
    if given.y.min() == given.y.max():
        message = f"every outcome is {int(given.y[0])}, so there is no finite estimate"
        raise refuse("STAT-004", message, "y", "report the counts; see the exact intervals of proportions")
    if n <= p:
        message = f"{n} rows for {p} coefficients"
        raise refuse("STAT-011", message, "design", "leave terms out")


def _deviance(eta: Floats, y: Floats) -> float:
    return float(2 * np.logaddexp(0.0, np.where(y == 1, -eta, eta)).sum())


def _newton(given: Prepared) -> tuple[Floats, int]:
    """Maximise the likelihood by Newton steps, halved while the deviance rises (eq. 2, 3)."""
    lengths = np.linalg.norm(given.x, axis=0)
    x, y = given.x / lengths, given.y
    b, eta = np.zeros(x.shape[1]), np.zeros(y.size)
    for step in range(1, _STEPS + 1):
        left = np.where(y == 1, special.expit(-eta), -special.expit(eta))
        if np.abs(x.T @ left).max() <= _GRADIENT:
            _refuse_separation(given, check=float(np.abs(eta).max()) > _SAFE)
            return b / lengths, step
        weights = np.maximum(np.sqrt(special.expit(eta) * special.expit(-eta)), _LEAST)
        move = np.linalg.lstsq(x * weights[:, None], left / weights, rcond=None)[0]
        now = _deviance(eta, y)
        while _deviance(x @ (b + move), y) > now * (1 + 1e-12):
            move = move / 2
        b = b + move
        eta = x @ b
    _refuse_separation(given, check=True)
    message = f"no convergence in {_STEPS} steps although the estimates are finite"
    raise refuse("STAT-013", message, "design", "center and scale covariates; look for columns nearly alike")


def _refuse_separation(given: Prepared, *, check: bool) -> None:
    """Raise if the data are separated (STAT-012)."""
    found = separation(given.x, given.y) if check else None
    if found is None:
        return
    names = ", ".join(given.names[place] for place in found.columns)
    kind = "complete" if found.complete else "quasi-complete"
    message = f"{kind} separation of the outcomes by {names}: their estimates are not finite"
    hint = "use an exact or stratified method (Fisher, Cochran-Mantel-Haenszel), or leave the covariate out"
    raise refuse("STAT-012", message, "design", hint)
