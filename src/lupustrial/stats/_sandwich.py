"""Heteroscedasticity-consistent covariance of coefficients; docs/methods/models.md, eq. 13, 14."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats, refuse

COVARIANCES = ("model", "HC0", "HC1", "HC2", "HC3", "HC4", "HC4m", "HC5")
_ALONE = 1e-10  # leverage nearer to 1 than this leaves only rounding of the residual


def sandwich(x: Floats, residuals: Floats, leverage: Floats, bread: Floats, kind: str) -> Floats:
    """Return the sandwich covariance (eq. 13, 14).

    Args:
        x: Design matrix, shape (n, p).
        residuals: Observed minus fitted, shape (n,).
        leverage: Diagonal of the (weighted) hat matrix, shape (n,).
        bread: Inverse of X'WX, shape (p, p).
        kind: ``"HC0"`` to ``"HC5"``.

    Raises:
        StatisticsError: HC2 and above where a row alone determines a coefficient (STAT-004).
    """
    n, p = x.shape
    if kind not in {"HC0", "HC1"} and (1 - leverage).min() < _ALONE:
        place = int(leverage.argmax())
        message = f"row {place} alone determines a coefficient (leverage 1), so {kind} is 0/0"
        raise refuse("STAT-004", message, "covariance", "use HC0, HC1 or 'model', or join a level of one row")
    scores = x * (residuals * _inflation(kind, leverage, n, p))[:, None]
    return bread @ (scores.T @ scores) @ bread


def _inflation(kind: str, leverage: Floats, n: int, p: int) -> Floats:
    """Return the factor of each residual (eq. 14)."""
    if kind == "HC0":
        return np.ones(n)
    if kind == "HC1":
        return np.full(n, np.sqrt(n / (n - p)))
    relative = n * leverage / p
    power = {
        "HC2": np.ones(n),
        "HC3": np.full(n, 2.0),
        "HC4": np.minimum(4.0, relative),
        "HC4m": np.minimum(1.0, relative) + np.minimum(1.5, relative),
        "HC5": np.minimum(relative, max(4.0, 0.7 * float(relative.max()))) / 2,
    }[kind]
    inflated: Floats = (1 - leverage) ** (-power / 2)
    return inflated
