"""Two made-up dose-ranging trials, the same at every run, for tests of dose finding."""

from __future__ import annotations

import numpy as np

DOSES = (0.0, 0.05, 0.2, 0.6, 1.0)


def made_trial() -> dict[str, list[float]]:
    """Return dose, response and two covariates of 90 participants in groups of different size."""
    rng = np.random.Generator(np.random.Philox(41))
    dose = np.repeat(DOSES, (22, 14, 18, 16, 20))
    sex = rng.integers(0, 2, dose.size).astype(float)
    baseline = rng.normal(10, 3, dose.size)
    mean = 2 + 1.4 * dose / (0.15 + dose) + 0.5 * sex - 0.1 * baseline
    response = mean + rng.normal(0, 0.8, dose.size)
    return {
        "dose": dose.tolist(),
        "response": response.tolist(),
        "sex": sex.tolist(),
        "baseline": baseline.tolist(),
    }


def covariates_of(trial: dict[str, list[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the covariates as columns."""
    return np.column_stack((trial["sex"], trial["baseline"]))


#: A binary trial of five doses.
BINARY = {"doses": [0.0, 0.2, 0.5, 1.0, 1.5], "x": [9, 12, 17, 19, 18], "n": [30, 30, 31, 29, 30]}
#: Sifalimumab, SRI-4 at week 52.
SIFALIMUMAB = {"doses": [0, 200, 600, 1200], "x": [49, 63, 61, 64], "n": [108, 108, 108, 107]}
