"""Linear regression with model-based or robust standard errors; docs/methods/models.md, eq. 11 to 16."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats._design import Design
from lupustrial.stats._linear_functions import check_independent
from lupustrial.stats._sandwich import COVARIANCES, sandwich

_NOTHING = 1e-12  # residuals below this part of the greatest response are rounding


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LinearFit:
    """A fitted linear model.

    Attributes:
        method: ``"linear_model"``.
        covariance_type: ``"model"`` or ``"HC0"`` to ``"HC5"``.
        names: The p coefficients.
        coefficients: Shape (p,).
        covariance: Of the coefficients, shape (p, p).
        df: Residual degrees of freedom n - p, used for t and F with every covariance.
        residual_sd: Root of the residual sum of squares over df.
        fitted: Shape (n,).
        residuals: Shape (n,).
        leverage: Diagonal of the hat matrix, shape (n,).
        n: Rows used.
        n_dropped: Rows of the input left out because a value was missing.
        design: The design, where there is one.
    """

    method: str
    covariance_type: str
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    df: float
    residual_sd: float
    fitted: Floats
    residuals: Floats
    leverage: Floats
    n: int
    n_dropped: int
    design: Design | None

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients, shape (p,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A design matrix and a response that were checked."""

    x: Floats
    y: Floats
    names: tuple[str, ...]
    n_dropped: int
    design: Design | None


def prepare(design: Design | Floats, y: Values | None) -> Prepared:
    """Check a design with its response (STAT-002, STAT-003, STAT-010, STAT-011)."""
    if isinstance(design, Design):
        x, names, dropped, made = design.matrix, design.names, design.n_dropped, design
        y = design.y if y is None else y
    else:
        x, dropped, made = np.asarray(design, dtype=np.float64), 0, None
        if x.ndim != 2 or not np.isfinite(x).all():  # noqa: PLR2004 - rows and columns
            message = "not a table of finite numbers"
            raise refuse("STAT-002", message, "design", "give n rows and p columns of finite numbers")
        names = tuple(f"x{place}" for place in range(1, x.shape[1] + 1))
    if y is None:
        raise refuse("STAT-009", "no response", "y", "name it left of ~ in the formula, or give y")
    (values,) = checked_values(least=1, y=y)
    if values.size != x.shape[0]:
        message = f"{values.size} responses for {x.shape[0]} rows of the design"
        raise refuse("STAT-010", message, "y", "give one value for each row; see Design.rows for rows kept")
    if x.shape[1] == 0:
        raise refuse("STAT-009", "a model without coefficients", "formula", "keep the intercept")
    check_independent(x, names)
    return Prepared(x, values, names, dropped, made)


def linear_model(design: Design | Floats, *, y: Values | None = None, covariance: str = "model") -> LinearFit:
    """Fit a linear model by least squares (models.md, eq. 11 to 14).

    Args:
        design: A design of `model_design`, or an array of shape (n, p).
        y: Response, shape (n,), none missing; else that of the design.
        covariance: ``"model"`` (constant variance) or a sandwich: ``"HC0"``, ``"HC1"``, ``"HC2"``, ``"HC3"``,
            ``"HC4"``, ``"HC4m"``, ``"HC5"``.

    Returns:
        The fit; `linear_estimates` and `term_test` give estimates and tests from it.

    Raises:
        StatisticsError: Missing values (STAT-002), residuals of zero or leverage 1 under HC2 and above
            (STAT-004), unknown option (STAT-006), no response or no coefficient (STAT-009), different length
            (STAT-010), columns that depend on each other or not fewer than rows (STAT-011).
    """
    check_choice("covariance", covariance, COVARIANCES)
    given = prepare(design, y)
    n, p = given.x.shape
    if n <= p:
        message = f"{n} rows for {p} coefficients leave nothing to estimate the variance"
        raise refuse("STAT-011", message, "design", "leave terms out")
    q, r = np.linalg.qr(given.x)
    coefficients = np.linalg.solve(r, q.T @ given.y)
    residuals = given.y - given.x @ coefficients
    df = n - p
    square = float(residuals @ residuals)
    if math.sqrt(square / n) <= _NOTHING * float(np.abs(given.y).max()):
        hint = "report the values; a test needs spread around the model"
        raise refuse("STAT-004", "the model fits every value, so the standard errors are zero", "y", hint)
    root = np.linalg.inv(r)
    bread = root @ root.T
    leverage = np.einsum("ij,ij->i", q, q)
    if covariance == "model":
        spread = bread * (square / df)
    else:
        spread = sandwich(given.x, residuals, leverage, bread, covariance)
    return LinearFit(
        method="linear_model",
        covariance_type=covariance,
        names=given.names,
        coefficients=coefficients,
        covariance=spread,
        df=float(df),
        residual_sd=math.sqrt(square / df),
        fitted=given.y - residuals,
        residuals=residuals,
        leverage=leverage,
        n=n,
        n_dropped=given.n_dropped,
        design=given.design,
    )
