"""What covariances of both kinds keep: masks, and where each group's patterns and parameters stand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats

#: Least eigenvalue of a correlation matrix that is not called singular.
SINGULAR = 1e-7


class ByGroup:
    """Parameters group after group, each group with the same names; patterns sorted by group."""

    def __init__(
        self,
        names: tuple[str, ...],
        *,
        seen: NDArray[np.bool_],
        group: NDArray[np.intp],
        groups: tuple[object, ...],
    ) -> None:
        """Keep the masks and where each group's patterns and parameters stand."""
        self.m = seen.shape[1]
        self.per_group = len(names)
        self.n_groups = len(groups)
        self.group = group
        edges = np.searchsorted(group, np.arange(self.n_groups + 1))
        self.patterns = [slice(a, b) for a, b in pairwise(edges.tolist())]
        self.mask = (seen[:, :, None] & seen[:, None, :]).astype(np.float64)
        self.idle = np.eye(self.m) * ~seen[:, :, None]
        self.names = tuple(name if label is None else f"{name} {label}" for label in groups for name in names)
        self.size = self.per_group * self.n_groups

    def block(self, g: int) -> slice:
        """Where the parameters of group ``g`` stand."""
        return slice(g * self.per_group, (g + 1) * self.per_group)


def nearly_singular(sigma: Floats) -> bool:
    """Return whether one of several covariances (P, m, m) has a correlation matrix close to singular."""
    spread = np.sqrt(np.diagonal(sigma, axis1=1, axis2=2))
    least = np.linalg.eigvalsh(sigma / (spread[:, :, None] * spread[:, None, :]))[:, 0]
    return bool(least.min() < SINGULAR)
