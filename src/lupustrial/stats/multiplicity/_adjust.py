"""Adjusted p values of the classical procedures; equations in docs/methods/multiplicity.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities, refuse
from lupustrial.stats.multiplicity._checks import checked_names, checked_p_values
from lupustrial.stats.multiplicity._results import ANY_DEPENDENCE, SIMES, MultipleTest, is_rejected
from lupustrial.stats.multiplicity._truncated import COMPONENTS, adjusted_by_size

_FIXED = f"{ANY_DEPENDENCE}; the order must be fixed before the data are seen"
_SIDAK = "valid where P(all statistics stay below their limits) is at least the product, e.g. independence"


def _bonferroni(p: Floats) -> Floats:
    return np.minimum(1.0, p.size * p)


def _sidak(p: Floats) -> Floats:
    return _sidak_power(p, np.full(p.size, float(p.size)))


def _sidak_power(p: Floats, count: Floats) -> Floats:
    """Return 1 - (1 - p)^count without cancellation."""
    with np.errstate(divide="ignore"):  # p = 1 gives 1
        return -np.expm1(count * np.log1p(-p))


def _step_down(p: Floats, single: Callable[[Floats, Floats], Floats]) -> Floats:
    """Adjust the smallest p by ``single`` for all hypotheses, the next for one less …; never falling."""
    order = np.argsort(p, kind="stable")
    values = np.maximum.accumulate(single(p[order], np.arange(p.size, 0, -1.0)))
    return _back(np.minimum(1.0, values), order)


def _step_up(p: Floats, factors: Floats) -> Floats:
    """Multiply p in falling order by ``factors``; never rising."""
    order = np.argsort(-p, kind="stable")
    return _back(np.minimum(1.0, np.minimum.accumulate(p[order] * factors)), order)


def _back(values: Floats, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Floats:
    """Return sorted values in the order given."""
    result = np.empty_like(values)
    result[order] = values
    return result


def _holm(p: Floats) -> Floats:
    return _step_down(p, lambda values, left: values * left)


def _holm_sidak(p: Floats) -> Floats:
    return _step_down(p, _sidak_power)


def _hochberg(p: Floats) -> Floats:
    return _step_up(p, np.arange(1.0, p.size + 1))


def _hommel(p: Floats) -> Floats:
    return adjusted_by_size(p, "hommel", 1.0)


def _benjamini_hochberg(p: Floats) -> Floats:
    return _step_up(p, p.size / np.arange(p.size, 0, -1.0))


def _benjamini_yekutieli(p: Floats) -> Floats:
    harmonic = float((1 / np.arange(1.0, p.size + 1)).sum())
    return _step_up(p, harmonic * p.size / np.arange(p.size, 0, -1.0))


def _fixed_sequence(p: Floats) -> Floats:
    return np.maximum.accumulate(p)


_FAMILYWISE = "familywise"
_DISCOVERY = "false discovery"
#: Method → its adjustment, the error rate it keeps, what it assumes.
_METHODS: dict[str, tuple[Callable[[Floats], Floats], str, str]] = {
    "bonferroni": (_bonferroni, _FAMILYWISE, ANY_DEPENDENCE),
    "sidak": (_sidak, _FAMILYWISE, _SIDAK),
    "holm": (_holm, _FAMILYWISE, ANY_DEPENDENCE),
    "holm_sidak": (_holm_sidak, _FAMILYWISE, _SIDAK),
    "hochberg": (_hochberg, _FAMILYWISE, SIMES),
    "hommel": (_hommel, _FAMILYWISE, SIMES),
    "benjamini_hochberg": (
        _benjamini_hochberg,
        _DISCOVERY,
        "valid under independence or positive regression dependence; does not keep the familywise error",
    ),
    "benjamini_yekutieli": (
        _benjamini_yekutieli,
        _DISCOVERY,
        f"{ANY_DEPENDENCE}; does not keep the familywise error",
    ),
    "fixed_sequence": (_fixed_sequence, _FAMILYWISE, _FIXED),
}


def adjust_p_values(
    p_values: Values,
    *,
    method: str = "holm",
    truncation: float = 1.0,
    alpha: float = 0.05,
    names: Sequence[str] | None = None,
) -> MultipleTest:
    """Adjust p values for having tested several hypotheses (multiplicity.md, eq. 1-8).

    Args:
        p_values: One raw p value a hypothesis, in the order of testing for ``"fixed_sequence"``.
        method: ``"bonferroni"``, ``"sidak"``, ``"holm"``, ``"holm_sidak"``, ``"hochberg"``, ``"hommel"``,
            ``"benjamini_hochberg"``, ``"benjamini_yekutieli"`` or ``"fixed_sequence"``.
        truncation: γ from 0 to 1 of the truncated Holm, Hochberg and Hommel procedures: 1 is the procedure
            itself, 0 is Bonferroni. A truncated procedure keeps a part of alpha for a later family.
        alpha: Level at which hypotheses are rejected.
        names: Names of the hypotheses, ``H1``, ``H2``, … where none are given.

    Returns:
        Adjusted p values and rejections, the error rate kept and what it assumes. A single p stays as it is.

    Raises:
        StatisticsError: p values at fault (STAT-060), unknown method or a truncation that it does not have
            (STAT-006), level or truncation out of range (STAT-007), names at fault (STAT-063).
    """
    p = checked_p_values(p_values)
    check_choice("method", method, tuple(_METHODS))
    check_probabilities(alpha=alpha)
    hypotheses = checked_names(names, p.size)
    adjust, error_rate, assumption = _METHODS[method]
    if truncation == 1:
        adjusted, name = adjust(p), method
    else:
        check_truncation(truncation, "truncation")
        check_choice("method of a truncated procedure", method, COMPONENTS)
        adjusted, name = adjusted_by_size(p, method, truncation), f"truncated_{method}"
    return MultipleTest(
        method=name,
        hypotheses=hypotheses,
        p_values=tuple(p.tolist()),
        adjusted=tuple(adjusted.tolist()),
        rejected=tuple(is_rejected(value, alpha) for value in adjusted.tolist()),
        alpha=alpha,
        error_rate=error_rate,
        assumption=assumption,
    )


def check_truncation(truncation: float, place: str) -> None:
    """Raise unless the truncation lies from 0 to 1 (STAT-007)."""
    if not 0 <= truncation <= 1:
        hint = "give a number from 0 (Bonferroni) to 1 (not truncated)"
        raise refuse("STAT-007", f"{truncation!r} is no truncation", place, hint)
