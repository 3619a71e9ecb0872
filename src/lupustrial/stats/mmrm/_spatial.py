"""Spatial covariances: correlations fall with the distance of two visits (docs/methods/mmrm.md, eq. 9-10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats.mmrm._by_group import ByGroup, nearly_singular

POWERS = {"sp_exp": 1, "sp_gau": 2}
#: Largest correlation of visits that counts as none.
VANISHED = 1e-4
NAMES = {"sp_exp": "SP(EXP)", "sp_gau": "SP(GAU)"}


class SpatialCovariance(ByGroup):
    """Variance times exp(-(distance / range) ** power): two parameters a group, distances by pattern.

    The methods mean the same as those of `SharedCovariance`.
    """

    def __init__(
        self,
        covariance: str,
        *,
        seen: NDArray[np.bool_],
        place: Floats,
        group: NDArray[np.intp],
        groups: tuple[object, ...],
        pattern: NDArray[np.intp],
    ) -> None:
        """Keep the distances of each pattern's visits and the pattern of each participant."""
        super().__init__(("Residual", NAMES[covariance]), seen=seen, group=group, groups=groups)
        self.power = POWERS[covariance]
        self.pattern = pattern
        self.distance = np.sqrt(((place[:, :, None] - place[:, None, :]) ** 2).sum(-1)) * self.mask

    def inside(self, theta: Floats) -> bool:
        """Return whether variances and ranges are above 0."""
        return bool((theta > 0).all() and np.isfinite(theta).all())

    def _falling(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return variance, range and correlation of each pattern (P, 1, 1), (P, 1, 1), (P, m, m)."""
        variance = theta[0::2][self.group][:, None, None]
        reach = theta[1::2][self.group][:, None, None]
        return variance, reach, np.exp(-((self.distance / reach) ** self.power))

    def patterned(self, theta: Floats) -> Floats:
        """Return the covariance of each pattern (P, m, m); the identity at visits that it lacks."""
        variance, _, falling = self._falling(theta)
        return variance * falling * self.mask + self.idle

    def slopes(self, theta: Floats) -> list[Floats]:
        """Return for each group the first derivatives (2, patterns of the group, m, m)."""
        variance, reach, falling = self._falling(theta)
        by_range = variance * falling * self.power * self.distance**self.power / reach ** (self.power + 1)
        both = np.stack([falling, by_range]) * self.mask
        return [both[:, at] for at in self.patterns]

    def _seconds(self, theta: Floats) -> Floats:
        """Return the second derivatives (2, 2, P, m, m)."""
        variance, reach, falling = self._falling(theta)
        a, far = self.power, self.distance**self.power / reach**self.power
        mixed = falling * a * far / reach
        twice = variance * falling * (a * far * (a * far - a - 1)) / reach**2
        zero = np.zeros_like(mixed)
        return np.stack([np.stack([zero, mixed]), np.stack([mixed, twice])]) * self.mask

    def gradient(self, slopes: list[Floats], q: Floats) -> Floats:
        """Return tr(V_s Q) summed over patterns for every parameter s; ``q`` is (P, m, m)."""
        parts = [np.tensordot(s, q[at], 3) for s, at in zip(slopes, self.patterns, strict=True)]
        return np.concatenate(parts)

    def pairs(self, slopes: list[Floats], w: Floats, q: Floats) -> Floats:
        """Return tr(V_s W V_t Q) summed over patterns for every pair of parameters, made symmetric."""
        every = np.zeros((self.size, self.size))
        for g, (s, at) in enumerate(zip(slopes, self.patterns, strict=True)):
            block = np.einsum("sPab,tPba->st", s @ w[at], s @ q[at], optimize=True)
            every[self.block(g), self.block(g)] = (block + block.T) / 2
        return every

    def crossed(self, slopes: list[Floats], u: Floats, members: list[slice]) -> Floats:
        """Return the sums over participants of U_i' V_s U_i (k, c, c); ``u`` is (n, m, c)."""
        c, parts = u.shape[2], []
        for s, at, who in zip(slopes, self.patterns, members, strict=True):
            flat = u[who].reshape(-1, c)
            local = self.pattern[who] - at.start
            parts += [flat.T @ (one[local] @ u[who]).reshape(-1, c) for one in s]
        return np.stack(parts)

    def curved(self, theta: Floats, q: Floats) -> Floats:
        """Return sum of Q . d2V / ds dt for every pair of parameters."""
        seconds, every = self._seconds(theta), np.zeros((self.size, self.size))
        for g, at in enumerate(self.patterns):
            every[self.block(g), self.block(g)] = np.tensordot(seconds[:, :, at], q[at], 3)
        return every

    def sandwiched(self, slopes: list[Floats], covariance: Floats, w: Floats) -> Floats:
        """Return the sum over s, t of cov_st V_s W V_t for each pattern (P, m, m)."""
        parts = []
        for g, (s, at) in enumerate(zip(slopes, self.patterns, strict=True)):
            spread = np.tensordot(covariance[self.block(g), self.block(g)], s, 1)
            parts.append((s @ w[at] @ spread).sum(0))
        return np.concatenate(parts)

    def bent(self, theta: Floats, covariance: Floats) -> Floats:
        """Return the sum over s, t of cov_st d2V / ds dt for each pattern (P, m, m)."""
        seconds = self._seconds(theta)
        parts = [
            np.tensordot(covariance[self.block(g), self.block(g)], seconds[:, :, at], 2)
            for g, at in enumerate(self.patterns)
        ]
        return np.concatenate(parts)

    def longest(self, theta: Floats, move: Floats) -> float:
        """Return the part of a step that at most halves or doubles a range: near 0 the likelihood is flat."""
        change = np.abs(move[1::2] / theta[1::2])
        return float(1.0 / max(1.0, 2 * change.max()))

    def fault(self, theta: Floats) -> str:
        """Return what is wrong with the covariance where a search ended; empty where nothing is."""
        if nearly_singular(self.patterned(theta)):
            return "the covariance became singular"
        off = self._falling(theta)[2] * self.mask * (1 - np.eye(self.m))
        vanished = [g for g, at in enumerate(self.patterns) if off[at].max() < VANISHED]
        lost = [self.names[2 * g + 1] for g in vanished]
        return f"correlations vanished, so nothing determines {', '.join(lost)}" if lost else ""

    def start(self, empirical: Floats) -> Floats:
        """Return each group's mean variance and half of its mean distance."""
        theta = np.empty(self.size)
        for g, at in enumerate(self.patterns):
            apart = self.distance[at][self.distance[at] > 0]
            theta[self.block(g)] = np.diag(empirical[g]).mean(), apart.mean() / 2 if len(apart) else 1.0
        return theta

    def unidentified(self, theta: Floats) -> list[str]:
        """Return the ranges of groups without two visits of one participant."""
        return [
            self.names[2 * g + 1]
            for g, at in enumerate(self.patterns)
            if theta.size and not (self.distance[at] > 0).any()
        ]

    def coincident(self) -> int:
        """Return how many patterns have two visits at one place."""
        off = self.mask * (1 - np.eye(self.m)) > 0
        return int((off & (self.distance <= 0)).any((1, 2)).sum())
