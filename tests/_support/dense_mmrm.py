"""The mixed model written out over all rows at once, slow and plain, straight from the textbook's formulas.

V is the covariance of all n outcomes; nothing is shared with the package but the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP = 1e-4


@dataclass(frozen=True)
class Dense:
    """Rows with an outcome, and V as a function of theta."""

    y: Floats
    x: Floats
    subject: NDArray[np.int_]
    v: Callable[[Floats], Floats]

    def fixed(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return beta and (X' V^-1 X)^-1."""
        inverse = np.linalg.inv(self.v(theta))
        c = np.linalg.inv(self.x.T @ inverse @ self.x)
        return c @ self.x.T @ inverse @ self.y, c

    def minus2(self, theta: Floats, *, reml: bool = True) -> float:
        """Return -2 log L."""
        v = self.v(theta)
        beta, c = self.fixed(theta)
        rest = self.y - self.x @ beta
        n, p = self.x.shape
        value = np.linalg.slogdet(v)[1] + rest @ np.linalg.solve(v, rest)
        value += (n - (p if reml else 0)) * np.log(2 * np.pi)
        return float(value - (np.linalg.slogdet(c)[1] if reml else 0.0))

    def slopes(self, theta: Floats) -> Floats:
        """Return dV / d theta_k by central differences, (k, n, n)."""
        return np.array([(self.v(theta + d) - self.v(theta - d)) / (2 * STEP) for d in steps(theta)])

    def seconds(self, theta: Floats) -> Floats:
        """Return second derivatives of V by central differences, (k, k, n, n)."""
        return np.array(
            [
                [
                    (
                        self.v(theta + a + b)
                        - self.v(theta + a - b)
                        - self.v(theta - a + b)
                        + self.v(theta - a - b)
                    )
                    / (4 * STEP**2)
                    for b in steps(theta)
                ]
                for a in steps(theta)
            ]
        )

    def projection(self, theta: Floats) -> Floats:
        """Return P = V^-1 - V^-1 X C X' V^-1."""
        inverse = np.linalg.inv(self.v(theta))
        return inverse - inverse @ self.x @ self.fixed(theta)[1] @ self.x.T @ inverse

    def expected(self, theta: Floats) -> Floats:
        """Return tr(P V_s P V_t) / 2 (REML)."""
        p, slopes = self.projection(theta), self.slopes(theta)
        return np.array([[np.trace(p @ s @ p @ t) / 2 for t in slopes] for s in slopes])

    def observed(self, theta: Floats, *, reml: bool = True) -> Floats:
        """Return half the second differences of -2 log L."""

        def f(at: Floats) -> float:
            return self.minus2(at, reml=reml)

        h = 20 * STEP
        wide = [20 * d for d in steps(theta)]
        table = [
            [
                (f(theta + a + b) - f(theta + a - b) - f(theta - a + b) + f(theta - a - b)) / (8 * h**2)
                for b in wide
            ]
            for a in wide
        ]
        return np.array(table)

    def kenward_roger(self, theta: Floats, spread: Floats, *, curved: bool) -> Floats:
        """Return the adjusted covariance as Kenward and Roger (1997) print it."""
        inverse, (_, c) = np.linalg.inv(self.v(theta)), self.fixed(theta)
        slopes, x = self.slopes(theta), self.x
        half = [x.T @ inverse @ s @ inverse for s in slopes]
        p = [-h @ x for h in half]
        total = np.zeros_like(c)
        seconds = self.seconds(theta) if curved else None
        for i in range(len(theta)):
            for j in range(len(theta)):
                q = half[i] @ slopes[j] @ inverse @ x
                r = x.T @ inverse @ seconds[i, j] @ inverse @ x if seconds is not None else 0.0
                total += spread[i, j] * (q - p[i] @ c @ p[j] - r / 4)
        return c + 2 * c @ total @ c


def steps(theta: Floats) -> Floats:
    """Return one step along each parameter."""
    return STEP * np.eye(len(theta))


def kenward_roger_f(
    beta: Floats, c: Floats, adjusted: Floats, rows: Floats, pieces: tuple[Floats, list[Floats]]
) -> tuple[float, float]:
    """Return the scaled F and its degrees of freedom as Kenward and Roger (1997) print them."""
    spread, p = pieces
    ell = len(rows)
    theta = rows.T @ np.linalg.solve(rows @ c @ rows.T, rows)
    a1 = sum(
        spread[i, j] * np.trace(theta @ c @ p[i] @ c) * np.trace(theta @ c @ p[j] @ c)
        for i in range(len(p))
        for j in range(len(p))
    )
    a2 = sum(
        spread[i, j] * np.trace(theta @ c @ p[i] @ c @ theta @ c @ p[j] @ c)
        for i in range(len(p))
        for j in range(len(p))
    )
    b = (a1 + 6 * a2) / (2 * ell)
    g = ((ell + 1) * a1 - (ell + 4) * a2) / ((ell + 2) * a2)
    c1, c2, c3 = (k / (3 * ell + 2 * (1 - g)) for k in (g, ell - g, ell + 2 - g))
    e = 1 / (1 - a2 / ell)
    v = 2 / ell * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    rho = v / (2 * e**2)
    m = 4 + (ell + 2) / (ell * rho - 1)
    f = (rows @ beta) @ np.linalg.solve(rows @ adjusted @ rows.T, rows @ beta) / ell
    return m / (e * (m - 2)) * f, m


def whole(pairs: Floats, subject: NDArray[np.int_], weights: Floats) -> Floats:
    """Keep the covariances of rows of one participant, and divide by the roots of the weights."""
    root = np.sqrt(weights)
    return np.where(subject[:, None] == subject[None, :], pairs, 0.0) / np.outer(root, root)
