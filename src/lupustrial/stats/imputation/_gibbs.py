"""Posterior draws of a normal model with free covariance by data augmentation (imputation.md, eq. 21-24)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.imputation._arrays import Flags, Integers
from lupustrial.stats.imputation._conditional_normal import given_others

PRIORS = ("jeffreys", "weak")


@dataclass(frozen=True, slots=True)
class Block:
    """Participants who share a covariance.

    Attributes:
        arms: The arms they come from.
        rows: Their rows among the sorted participants.
        cross: Cross-products of the design, shape (visits * visits, coefficients * coefficients).
        patterns: Rows and missing visits of each pattern with gaps.
    """

    arms: Integers
    rows: slice
    cross: Floats
    patterns: tuple[tuple[slice, Flags], ...]


def draw_parameters(
    outcome: Floats,
    design: Floats,
    arm: Integers,
    *,
    arms: int,
    by_arm: bool,
    prior: str,
    burn_in: int,
    generators: list[np.random.Generator],
) -> tuple[Floats, Floats]:
    """Return one draw of coefficients and covariances for each generator, each from a chain of its own.

    Args:
        outcome: Shape (participants, visits), NaN where missing.
        design: Shape (participants, visits, coefficients).
        arm: Index of the arm of each participant.
        arms: Number of arms.
        by_arm: Whether each arm has its own covariance.
        prior: ``"jeffreys"`` or ``"weak"``.
        burn_in: Iterations of each chain; the last is the draw.
        generators: One a chain.

    Returns:
        Shapes (chains, coefficients) and (chains, arms, visits, visits).
    """
    chains, visits = len(generators), outcome.shape[1]
    group = arm if by_arm else np.zeros_like(arm)
    order = np.lexsort((*np.isnan(outcome).T, group))
    order = order[~np.isnan(outcome[order]).all(axis=1)]
    y, x, group = outcome[order], design[order], group[order]
    members = [np.array([a]) for a in range(arms)] if by_arm else [np.arange(arms)]
    blocks = [_block(y, x, group, number, joined) for number, joined in enumerate(members)]
    for block in blocks:
        _check_block(y[block.rows], coefficients=x.shape[2], prior=prior)
    try:
        betas, sigmas = _run(y, x, blocks, weak=prior == "weak", burn_in=burn_in, generators=generators)
    except np.linalg.LinAlgError:
        hint = "leave out visits that others determine, or choose the weak prior"
        raise refuse("STAT-004", "the covariance became singular", "outcome", hint) from None
    covariances = np.empty((chains, arms, visits, visits))
    for b, block in enumerate(blocks):
        covariances[:, block.arms] = sigmas[b][:, None]
    return betas, covariances


def _run(
    y: Floats,
    x: Floats,
    blocks: list[Block],
    *,
    weak: bool,
    burn_in: int,
    generators: list[np.random.Generator],
) -> tuple[Floats, Floats]:
    """Run all chains side by side; return coefficients and covariances, shape (blocks, chains, ...)."""
    chains = len(generators)
    beta, sigma = _start(y, x)
    scale, more = (sigma, y.shape[1] + 2) if weak else (np.zeros_like(sigma), 0)
    betas = np.tile(beta, (chains, 1))
    sigmas = np.tile(sigma, (len(blocks), chains, 1, 1))
    augmented = np.tile(y, (chains, 1, 1))
    flat = x.reshape(-1, x.shape[2])
    precision = np.empty_like(sigmas)
    for _ in range(burn_in):
        mean = (betas[:, None] @ flat.T).reshape(chains, *y.shape)
        for b, block in enumerate(blocks):
            _augment(augmented, mean, sigmas[b], block, generators)
            residual = augmented[:, block.rows] - mean[:, block.rows]
            square = np.swapaxes(residual, 1, 2) @ residual + scale
            sigmas[b] = _inverse_wishart(square, df=residual.shape[1] + more, generators=generators)
            precision[b] = np.linalg.inv(sigmas[b])
        betas = _coefficients(augmented, x, blocks, precision, generators)
    return betas, sigmas


def _block(y: Floats, x: Floats, group: Integers, number: int, arms: Integers) -> Block:
    """Return the sorted participants of one covariance; equal patterns stand together."""
    start, stop = np.searchsorted(group, [number, number + 1])
    rows = slice(int(start), int(stop))
    cross = np.einsum("ijp,ikq->jkpq", x[rows], x[rows], optimize=True)
    gaps = np.isnan(y[rows])
    edges = np.flatnonzero((gaps[1:] != gaps[:-1]).any(axis=1)) + 1
    bounds = [0, *edges.tolist(), len(gaps)]
    patterns = tuple(
        (slice(rows.start + low, rows.start + high), gaps[low])
        for low, high in itertools.pairwise(bounds)
        if high > low and gaps[low].any()
    )
    return Block(arms, rows, cross.reshape(y.shape[1] ** 2, x.shape[2] ** 2), patterns)


def _check_block(y: Floats, *, coefficients: int, prior: str) -> None:
    """Refuse a covariance that the data do not determine (STAT-003)."""
    seen = (~np.isnan(y)).astype(np.float64)
    visits = y.shape[1]
    together = int((seen.T @ seen).min())
    needed = visits + -(-coefficients // visits) if prior == "jeffreys" else 1
    if together < needed:
        message = f"{together} participants observed at both of two visits; the covariance needs {needed}"
        hint = "share the covariance between arms, leave out visits, or choose the weak prior"
        raise refuse("STAT-003", message, "outcome", hint)


def _start(y: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return least squares of what was observed and its residual variances, without correlation."""
    seen = ~np.isnan(y)
    beta, _, rank, _ = np.linalg.lstsq(x[seen], y[seen], rcond=None)
    if rank < x.shape[2]:
        message = f"{x.shape[2]} coefficients, of which the observed values determine {rank}"
        hint = "leave out covariates that depend on others, arms or visits without observed values"
        raise refuse("STAT-011", message, "covariates", hint)
    residual = np.where(seen, np.nan_to_num(y) - x @ beta, 0.0)
    variance = (residual**2).sum(axis=0) / seen.sum(axis=0)
    if not (variance > 1e-12 * np.square(y[seen]).max()).all():
        message = "a visit without variation around its mean"
        raise refuse("STAT-004", message, "outcome", "leave out the visit, e.g. a change at baseline")
    return np.asarray(beta, dtype=np.float64), np.diag(variance)


def _augment(
    augmented: Floats,
    mean: Floats,
    sigma: Floats,
    block: Block,
    generators: list[np.random.Generator],
) -> None:
    """Put draws in place of the missing values (eq. 21)."""
    for rows, gap in block.patterns:
        size = (rows.stop - rows.start, int(gap.sum()))
        noise = np.stack([generator.standard_normal(size) for generator in generators])
        slope, inner = given_others(sigma, gap)
        known = augmented[:, rows][:, :, ~gap] - mean[:, rows][:, :, ~gap]
        value = mean[:, rows][:, :, gap] + known @ slope
        value += noise @ np.swapaxes(np.linalg.cholesky(inner), 1, 2)
        augmented[:, rows][:, :, gap] = value


def _inverse_wishart(square: Floats, *, df: int, generators: list[np.random.Generator]) -> Floats:
    """Draw a covariance for each chain by Bartlett's decomposition (eq. 22)."""
    size = square.shape[-1]
    factor = np.zeros_like(square)
    below = np.tril_indices(size, -1)
    diagonal = np.arange(size)
    for chain, generator in enumerate(generators):
        factor[chain][diagonal, diagonal] = np.sqrt(generator.chisquare(df - diagonal))
        factor[chain][below] = generator.standard_normal(len(below[0]))
    root = np.linalg.cholesky(square) @ np.swapaxes(np.linalg.inv(factor), 1, 2)
    return np.asarray(root @ np.swapaxes(root, 1, 2), dtype=np.float64)


def _coefficients(
    y: Floats,
    x: Floats,
    blocks: list[Block],
    precision: Floats,
    generators: list[np.random.Generator],
) -> Floats:
    """Draw the coefficients given complete outcome and covariances (eq. 23)."""
    chains, q = len(generators), x.shape[2]
    information = np.zeros((chains, q * q))
    score = np.zeros((chains, q))
    for b, block in enumerate(blocks):
        information += (precision[b].reshape(chains, 1, -1) @ block.cross)[:, 0]
        weighted = (y[:, block.rows] @ precision[b]).reshape(chains, 1, -1)
        score += (weighted @ x[block.rows].reshape(-1, q))[:, 0]
    root = np.linalg.cholesky(information.reshape(chains, q, q))
    noise = np.stack([g.standard_normal(q) for g in generators])[..., None]
    half = np.linalg.solve(root, score[..., None])
    return np.asarray(np.linalg.solve(np.swapaxes(root, 1, 2), half + noise)[..., 0], dtype=np.float64)
