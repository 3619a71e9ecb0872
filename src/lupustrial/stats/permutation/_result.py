"""What a permutation or re-randomisation test returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PermutationTest:
    """The result of a permutation or re-randomisation test.

    Attributes:
        method: ``"permutation_exact"``, ``"permutation_monte_carlo"``, ``"sign_flip_exact"``,
            ``"sign_flip_monte_carlo"`` or ``"rerandomisation"``.
        statistic_name: Name of the statistic, ``"own"`` for a function of the caller.
        statistic: Its value for the data as they are; ``math.inf`` with its sign where the groups are apart
            and a studentised statistic has no spread.
        p_value: In (0, 1]; Monte Carlo forms are never 0.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        two_sided: How two-sided was meant, ``"absolute"`` or ``"doubled"``; empty for one-sided.
        allocations: Allocations enumerated (exact) or drawn.
        as_extreme: How many of them were at least as extreme (in the smaller tail for ``"doubled"``).
        lower: Lower confidence limit of the p that infinitely many draws would give; p itself if exact.
        upper: Its upper confidence limit.
        confidence_level: Nominal coverage of ``lower`` to ``upper``.
        seed: Seed of the draws; ``None`` if exact.
        note: What a reader must know about this result; usually empty.
    """

    method: str
    statistic_name: str
    statistic: float
    p_value: float
    alternative: str
    two_sided: str
    allocations: int
    as_extreme: int
    lower: float
    upper: float
    confidence_level: float
    seed: int | None = None
    note: str = ""
