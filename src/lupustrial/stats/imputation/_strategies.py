"""The joint distribution that each strategy gives a participant (imputation.md, eq. 13-18)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats


def strategy_distribution(
    strategy: str, *, mean: Floats, covariance: Floats, mean_reference: Floats, covariance_reference: Floats,
    before: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return mean and covariance of all visits under a strategy.

    Args:
        strategy: One of `STRATEGIES`.
        mean: Shape (..., visits), of the own arm.
        covariance: Shape (..., visits, visits), of the own arm.
        mean_reference: As ``mean``, as if in the reference arm.
        covariance_reference: As ``covariance``, of the reference arm.
        before: Visits before the intercurrent event.

    Returns:
        Mean and covariance of the same shapes; the own arm's where the event lies after the last visit.
    """
    if strategy == "MAR" or before == mean.shape[-1]:
        return mean, covariance
    if strategy == "CR":
        return mean_reference, covariance_reference
    if strategy == "LMCF":
        return _last_mean(mean, before=before), covariance
    if before == 0:
        return mean_reference, covariance_reference
    after = mean_reference[..., before:]
    if strategy == "CIR":
        after = mean[..., before - 1, None] + after - mean_reference[..., before - 1, None]
    joined = np.concatenate([mean[..., :before], after], axis=-1)
    return joined, spliced_covariance(covariance, covariance_reference, before=before)


def _last_mean(mean: Floats, *, before: int) -> Floats:
    """Carry the mean of the last visit before the event forward, where there is one (eq. 18)."""
    if before == 0:
        return mean
    last = np.broadcast_to(mean[..., before - 1, None], (*mean.shape[:-1], mean.shape[-1] - before))
    return np.concatenate([mean[..., :before], last], axis=-1)


def spliced_covariance(own: Floats, reference: Floats, *, before: int) -> Floats:
    """Join the own arm's covariance before the event to the reference's regression after it (eq. 15)."""
    if own is reference:
        return own
    own_11 = own[..., :before, :before]
    ref_11, ref_21 = reference[..., :before, :before], reference[..., before:, :before]
    slope = np.swapaxes(np.linalg.solve(ref_11, np.swapaxes(ref_21, -1, -2)), -1, -2)
    s_21 = slope @ own_11
    s_22 = reference[..., before:, before:] - slope @ (ref_11 - own_11) @ np.swapaxes(slope, -1, -2)
    top = np.concatenate([own_11, np.swapaxes(s_21, -1, -2)], axis=-1)
    return np.concatenate([top, np.concatenate([s_21, s_22], axis=-1)], axis=-2)
