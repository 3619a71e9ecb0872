"""Fisher's product criterion for trials in stages, in closed form (Bauer and Köhne 1994; eq. 21-24)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize, special

from lupustrial.stats._arguments import check_choice, refuse
from lupustrial.stats.sequential._plan import check_level

METHODS = ("equal_alpha", "full_alpha")
MOST_STAGES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class FisherDesign:
    """When a trial that multiplies the p values of its stages stops.

    Attributes:
        method: ``"equal_alpha"`` or ``"full_alpha"``.
        alpha: One-sided level over all stages.
        critical: Value at or below which the product of the p values rejects, by stage.
        spent: Error spent up to each stage.
    """

    method: str
    alpha: float
    critical: tuple[float, ...]
    spent: tuple[float, ...]


def fisher_design(*, stages: int, alpha: float = 0.025, method: str = "equal_alpha") -> FisherDesign:
    """Find the critical values for the product of the stages' p values.

    Args:
        stages: Number of stages, 1 to 20.
        alpha: One-sided level over all stages.
        method: ``"equal_alpha"`` tests every product at one local level (eq. 23); ``"full_alpha"`` tests the
            last product at alpha and stops earlier only when it is certain to reject (eq. 24).

    Raises:
        StatisticsError: Unknown method (STAT-006), a level or number of stages that does not fit (STAT-007).
    """
    check_choice("method", method, METHODS)
    check_level(alpha)
    if not 1 <= stages <= MOST_STAGES:
        raise refuse("STAT-007", f"{stages!r} stages", "stages", f"give 1 to {MOST_STAGES}")
    if method == "full_alpha":
        critical = (product_critical(stages, alpha),) * stages
    else:
        local = alpha
        if stages > 1:
            local = float(
                optimize.brentq(
                    lambda level: _spent(_equal(stages, level))[-1] - alpha,
                    alpha / stages / 2,
                    alpha,
                    xtol=1e-15,
                )
            )
        critical = _equal(stages, local)
    return FisherDesign(method=method, alpha=alpha, critical=critical, spent=_spent(critical))


def product_critical(stages: int, level: float) -> float:
    """Return the quantile of a product of uniform p values (eq. 21)."""
    return math.exp(-float(special.gammainccinv(stages, level)))


def product_level(stages: int, product: float) -> float:
    """Return the chance that a product of uniform p values is this small (eq. 21)."""
    return float(special.gammaincc(stages, -math.log(product))) if product > 0 else 0.0


def _equal(stages: int, level: float) -> tuple[float, ...]:
    return tuple(product_critical(k + 1, level) for k in range(stages))


def _spent(critical: tuple[float, ...]) -> tuple[float, ...]:
    """Return the error spent up to each stage, for critical values that never rise (eq. 22)."""
    depths = [-math.log(value) for value in critical]
    volumes, total, spent = [1.0], 0.0, []
    for k, value in enumerate(critical):
        total += volumes[k] * value
        spent.append(min(1.0, total))
        terms = (
            (-1) ** (j - 1) * depths[k + 1 - j] ** j / math.factorial(j) * volumes[k + 1 - j]
            for j in range(1, k + 2)
        )
        volumes.append(math.fsum(terms))
    return tuple(spent)


def repeated_fisher_p(design: FisherDesign, stage: int, product: float) -> float:
    """Return the smallest level at which the design rejects at a stage (1, 2, ...) with this product."""
    stages = len(design.critical)
    if design.method == "full_alpha":
        return product_level(stages, product)
    local = product_level(stage, product)
    return _spent(_equal(stages, local))[-1] if local > 0 else 0.0
