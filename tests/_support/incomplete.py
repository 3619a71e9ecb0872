"""Small longitudinal data sets with gaps, made up, for the tests of imputation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Trial(NamedTuple):
    """Outcome by visit with gaps, arm, baseline, and a second covariate."""

    outcome: NDArray[np.float64]
    arm: list[str]
    baseline: NDArray[np.float64]
    stratum: NDArray[np.float64]

    def options(self, **more: Any) -> dict[str, Any]:
        """Return the usual arguments of `longitudinal_data`."""
        covariates = np.column_stack([self.baseline, self.stratum])
        return {"outcome": self.outcome, "arm": self.arm, "covariates": covariates} | more


def trial(*, n: int = 60, visits: int = 4, seed: int = 1, arms: int = 2, gaps: float = 0.12) -> Trial:
    """Return participants who drop out, some with a gap before, the first with nothing observed."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % arms
    baseline = rng.normal(10, 3, n)
    stratum = (rng.random(n) < 0.4).astype(np.float64)
    root = np.linalg.cholesky(0.6 + 0.4 * np.eye(visits)) * 2
    mean = -np.outer(0.5 + 0.6 * label, np.arange(1, visits + 1)) + 0.4 * baseline[:, None] + stratum[:, None]
    outcome = mean + rng.standard_normal((n, visits)) @ root.T
    leaves = rng.random((n, visits)) < gaps
    leaves[:, 0] = False
    outcome[np.maximum.accumulate(leaves, axis=1)] = np.nan
    outcome[rng.random((n, visits)) < gaps / 4] = np.nan
    outcome[0] = np.nan
    return Trial(outcome, [f"arm {a}" for a in label], baseline, stratum)
