"""A prespecified order of covariances, tried until one converges (docs/methods/mmrm.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.mmrm._data import Labels
from lupustrial.stats.mmrm._fit import fit_mmrm
from lupustrial.stats.mmrm._result import MMRM
from lupustrial.stats.mmrm._structures import COVARIANCES

ORDER = ("us", "toeph", "arh1", "csh", "ar1")
#: No convergence or a singular covariance; a parameter that the visits seen do not determine.
GOES_ON_AFTER = {"STAT-013", "STAT-021"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FallbackAttempt:
    """One covariance that was tried.

    Attributes:
        covariance: Its name.
        converged: Whether it was used.
        reason: Why it was not used; empty where it was.
    """

    covariance: str
    converged: bool
    reason: str

    def __str__(self) -> str:
        """Write as a line of a report."""
        return f"{self.covariance}: used" if self.converged else f"{self.covariance}: not used, {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FallbackFit:
    """The first fit of a prespecified order that converged.

    Attributes:
        fit: The fitted model.
        order: The covariances in the order that was prespecified.
        attempts: What was tried and what came of it, the last being the one used.
    """

    fit: MMRM
    order: tuple[str, ...]
    attempts: tuple[FallbackAttempt, ...]

    def __str__(self) -> str:
        """Write the order and every attempt, a line each."""
        lines = [f"prespecified order: {', '.join(self.order)}", *map(str, self.attempts)]
        return "\n".join(lines)


def fit_mmrm_with_fallback(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    subject: Labels,
    visit: Labels,
    *,
    order: Sequence[str] = ORDER,
    **options: Any,
) -> FallbackFit:
    """Fit with each covariance of ``order`` until one converges to a regular covariance.

    Where a simpler covariance than the first had to be used, it may be wrong; a protocol then usually
    prespecifies an empirical covariance of the coefficients (``test_contrast(..., vcov=...)``).

    Args:
        y: As `fit_mmrm`.
        x: As `fit_mmrm`.
        subject: As `fit_mmrm`.
        visit: As `fit_mmrm`.
        order: Covariances, the preferred one first.
        **options: Further options of `fit_mmrm`, but ``covariance`` and ``on_failure``.

    Raises:
        StatisticsError: None converged: one STAT-013 fault for each; an empty order or unknown name
            (STAT-006); the faults of `fit_mmrm` that no other covariance would mend.
    """
    if not order:
        raise refuse("STAT-006", "the order names no covariance", "order", f"e.g. {', '.join(ORDER)}")
    for name in order:
        check_choice("order", name, COVARIANCES)
    attempts: list[FallbackAttempt] = []
    for name in order:
        try:
            fit = fit_mmrm(y, x, subject, visit, covariance=name, **options)
        except StatisticsError as error:
            fault = error.faults[0]
            if fault.id not in GOES_ON_AFTER:
                raise
            reason = fault.message.removeprefix(f"{name}: ")
            attempts.append(FallbackAttempt(covariance=name, converged=False, reason=reason))
        else:
            attempts.append(FallbackAttempt(covariance=name, converged=True, reason=""))
            return FallbackFit(fit=fit, order=tuple(order), attempts=tuple(attempts))
    hint = "prespecify a simpler covariance, or fewer visits"
    raise StatisticsError(
        Fault(id="STAT-013", message=str(attempt), place="order", hint=hint) for attempt in attempts
    )
