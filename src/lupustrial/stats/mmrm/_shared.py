"""The covariance of every pattern as a part of its group's matrix (docs/methods/mmrm.md, eq. 11-14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats._linear_functions import dependent_columns
from lupustrial.stats.mmrm._by_group import ByGroup, nearly_singular
from lupustrial.stats.mmrm._structures import structure


class SharedCovariance(ByGroup):
    """One m x m matrix a group; a pattern takes the rows and columns of its visits.

    ``at`` is a point theta (k,): groups one after the other, each with the parameters of the structure.
    """

    def __init__(
        self,
        covariance: str,
        *,
        seen: NDArray[np.bool_],
        group: NDArray[np.intp],
        groups: tuple[object, ...],
    ) -> None:
        """Keep the structure, and whether somebody of each group was seen at every visit."""
        self.one = structure(covariance, seen.shape[1])
        super().__init__(self.one.names, seen=seen, group=group, groups=groups)
        complete = seen.sum(1) == self.m
        self.full = all(bool(complete[at].any()) for at in self.patterns)

    def matrices(self, theta: Floats) -> Floats:
        """Return the covariance of each group (G, m, m)."""
        return np.stack([self.one.matrix(theta[self.block(g)]) for g in range(self.n_groups)])

    def inside(self, theta: Floats) -> bool:
        """Return whether the matrix of every group that nobody has seen in full is positive definite."""
        return self.full or _definite(self.matrices(theta))

    def patterned(self, theta: Floats) -> Floats:
        """Return the covariance of each pattern (P, m, m); the identity at visits that it lacks."""
        return self.matrices(theta)[self.group] * self.mask + self.idle

    def slopes(self, theta: Floats) -> list[Floats]:
        """Return for each group the first derivatives as (k, m * m)."""
        return [
            self.one.slope(theta[self.block(g)]).reshape(self.per_group, -1) for g in range(self.n_groups)
        ]

    def gradient(self, slopes: list[Floats], q: Floats) -> Floats:
        """Return tr(V_s Q) summed over patterns for every parameter s; ``q`` is (P, m, m)."""
        parts = [s @ q[at].sum(0).ravel() for s, at in zip(slopes, self.patterns, strict=True)]
        return np.concatenate(parts)

    def pairs(self, slopes: list[Floats], w: Floats, q: Floats) -> Floats:
        """Return tr(V_s W V_t Q) summed over patterns for every pair, made symmetric (eq. 12)."""
        m, every = self.m, np.zeros((self.size, self.size))
        for g, (s, at) in enumerate(zip(slopes, self.patterns, strict=True)):
            joint = w[at].reshape(-1, m * m).T @ q[at].reshape(-1, m * m)
            table = joint.reshape(m, m, m, m).transpose(3, 0, 1, 2).reshape(m * m, m * m)
            block = s @ table @ s.T
            every[self.block(g), self.block(g)] = (block + block.T) / 2
        return every

    def crossed(self, slopes: list[Floats], u: Floats, members: list[slice]) -> Floats:
        """Return the sums over participants of U_i' V_s U_i (k, c, c); ``u`` is (n, m, c) (eq. 13)."""
        m, c = self.m, u.shape[2]
        parts = []
        for s, at in zip(slopes, members, strict=True):
            flat = u[at].reshape(-1, m * c)
            gram = (flat.T @ flat).reshape(m, c, m, c).transpose(0, 2, 1, 3).reshape(m * m, c * c)
            parts.append((s @ gram).reshape(-1, c, c))
        return np.concatenate(parts)

    def curved(self, theta: Floats, q: Floats) -> Floats | None:
        """Return sum of Q . d2V / ds dt for every pair; ``None`` where the structure is linear."""
        if self.one.second is None:
            return None
        every = np.zeros((self.size, self.size))
        for g, at in enumerate(self.patterns):
            second = self.one.second(theta[self.block(g)])
            every[self.block(g), self.block(g)] = np.tensordot(second, q[at].sum(0), 2)
        return every

    def sandwiched(self, slopes: list[Floats], covariance: Floats, w: Floats) -> Floats:
        """Return the sum over s, t of cov_st V_s W V_t for each pattern (P, m, m) (eq. 24)."""
        m, out = self.m, np.empty_like(w)
        for g, (s, at) in enumerate(zip(slopes, self.patterns, strict=True)):
            spread = s.T @ covariance[self.block(g), self.block(g)] @ s
            table = spread.reshape(m, m, m, m).transpose(1, 2, 0, 3).reshape(m * m, m * m)
            out[at] = (w[at].reshape(-1, m * m) @ table).reshape(-1, m, m)
        return out

    def bent(self, theta: Floats, covariance: Floats) -> Floats | None:
        """Return the sum over s, t of cov_st d2V / ds dt for each pattern; ``None`` for linear structures."""
        if self.one.second is None:
            return None
        bend = [
            np.tensordot(covariance[self.block(g), self.block(g)], self.one.second(theta[self.block(g)]), 2)
            for g in range(self.n_groups)
        ]
        return np.stack(bend)[self.group]

    def longest(self, _theta: Floats, _move: Floats) -> float:
        """Return the longest part of a step to be tried: all of it."""
        return 1.0

    def fault(self, theta: Floats) -> str:
        """Return what is wrong with the covariance where a search ended; empty where nothing is."""
        return "the covariance became singular" if nearly_singular(self.patterned(theta)) else ""

    def start(self, empirical: Floats) -> Floats:
        """Return parameters near each group's empirical covariance (G, m, m)."""
        return np.concatenate([self._start(empirical[g]) for g in range(self.n_groups)])

    def _start(self, empirical: Floats) -> Floats:
        diagonal = np.diag(np.diag(empirical))
        share = 1.0
        while True:
            theta = self.one.start(share * empirical + (1 - share) * diagonal)
            matrix = self.one.matrix(theta)
            if share < SMALLEST_SHARE or _definite(matrix - ROOM * np.diag(np.diag(matrix))):
                return theta
            share *= SHRINK

    def unidentified(self, theta: Floats) -> list[str]:
        """Return the parameters that no pair of visits seen together determines."""
        lost: list[str] = []
        for g, s in enumerate(self.slopes(theta)):
            together = self.mask[self.patterns[g]].any(0).ravel()
            seen = s if together.all() else s[:, together]
            lost += [self.names[self.block(g)][k] for k in dependent_columns(seen.T, limit=DEPENDENT)]
        return lost


SHRINK = 0.8
ROOM = 0.02
SMALLEST_SHARE = 1e-3
DEPENDENT = 1e-9


def _definite(matrices: Floats) -> bool:
    try:
        np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return False
    return bool(np.isfinite(matrices).all())
