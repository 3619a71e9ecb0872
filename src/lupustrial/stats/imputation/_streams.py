"""Random numbers: every imputation has a stream of its own (imputation.md, Seeds)."""

from __future__ import annotations

import numpy as np

#: What draws from a stream, so that two uses of one seed never share random numbers.
USES = {"normal": 1, "conditional": 2, "bootstrap": 3, "binary": 4}


def streams(seed: int, *, use: str, imputations: range) -> list[np.random.Generator]:
    """Return a Philox generator for each imputation.

    The numbers of imputation ``k`` depend on (seed, use, k) alone, so imputations made in any order, in any
    number of pieces or processes, are the same.
    """
    return [
        np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(USES[use], k))))
        for k in imputations
    ]
