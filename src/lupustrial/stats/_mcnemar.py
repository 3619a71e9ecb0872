"""McNemar's test of paired proportions; equations in docs/methods/proportions.md."""

from __future__ import annotations

import operator

from scipy import special

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import check_choice
from lupustrial.stats._results import HypothesisTest

FORMS = ("exact", "midp", "chi_square", "chi_square_corrected")
NO_CHANGE = "nobody changed; the pairs cannot show a difference"


def _checked(lost: int, gained: int) -> tuple[int, int]:
    faults, numbers = [], []
    for name, value in (("lost", lost), ("gained", gained)):
        try:
            number = operator.index(value)
        except TypeError:
            number = -1
        if number < 0:
            hint = "give the number of pairs that changed in this direction"
            faults.append(Fault(id="STAT-001", message=f"{value!r} is not a count", place=name, hint=hint))
        numbers.append(number)
    if faults:
        raise StatisticsError(faults)
    return numbers[0], numbers[1]


def mcnemar(*, lost: int, gained: int, form: str = "exact") -> HypothesisTest:
    """Test whether a yes/no item changed within participants (proportions.md, eq. 17-19, 21).

    Args:
        lost: Participants who had it before and not after.
        gained: Participants who had it after and not before.
        form: ``"exact"`` is the binomial test of ``lost`` among those who changed (eq. 17); ``"midp"``
            counts the number seen half (eq. 21); ``"chi_square"`` is (b-c)^2/(b+c) (eq. 18);
            ``"chi_square_corrected"`` has (abs(b-c)-1)^2 above (eq. 19).

    Returns:
        The two-sided p; 1 with a note when nobody changed. Method ``"mcnemar_exact"``,
        ``"mcnemar_midp"``, ``"mcnemar_chi_square"`` or ``"mcnemar_chi_square_corrected"``.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown form (STAT-006).
    """
    check_choice("form", form, FORMS)
    b, c = _checked(lost, gained)
    method, changed = f"mcnemar_{form}", b + c
    if changed == 0:
        return HypothesisTest(method=method, p_value=1.0, note=NO_CHANGE)
    if form == "exact":
        tail = float(special.bdtr(min(b, c), changed, 0.5))
        return HypothesisTest(method=method, p_value=min(1.0, 2 * tail))
    if form == "midp":
        # half the weight for the number seen: the mean of P(X <= k) and P(X <= k - 1), doubled
        fewer = float(special.bdtr(min(b, c) - 1, changed, 0.5)) if min(b, c) else 0.0
        p_value = min(1.0, float(special.bdtr(min(b, c), changed, 0.5)) + fewer)
        return HypothesisTest(method=method, p_value=p_value)
    correction = 1 if form == "chi_square_corrected" else 0
    statistic = max(0, abs(b - c) - correction) ** 2 / changed
    return HypothesisTest(
        method=method, p_value=float(special.chdtrc(1.0, statistic)), statistic=statistic, df=1.0
    )
