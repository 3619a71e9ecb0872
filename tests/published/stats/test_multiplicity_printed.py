"""Multiple tests against numbers printed elsewhere."""

from __future__ import annotations

import pytest
from scipy import special

from lupustrial import stats

# Dunnett, J Am Stat Assoc 1955;50:1096 and Biometrics 1964;20:482: 5 % points of the largest of k t with
# correlation 1/2, printed to two decimals; (k, df, sides) → point. df None is the normal limit.
DUNNETT = {
    (2, 20, "one-sided"): 2.03,
    (3, 20, "one-sided"): 2.19,
    (4, 20, "one-sided"): 2.30,
    (5, 20, "one-sided"): 2.39,
    (2, None, "one-sided"): 1.92,
    (3, None, "one-sided"): 2.06,
    (4, None, "one-sided"): 2.16,
    (5, None, "one-sided"): 2.23,
    (2, 20, "two-sided"): 2.38,
    (3, 20, "two-sided"): 2.54,
    (4, 20, "two-sided"): 2.65,
    (2, None, "two-sided"): 2.21,
    (3, None, "two-sided"): 2.35,
    (4, None, "two-sided"): 2.44,
    (5, None, "two-sided"): 2.51,
}


@pytest.mark.parametrize(("k", "df", "sides"), DUNNETT)
def test_points_of_dunnett_have_five_percent_beyond_them(k: int, df: int | None, sides: str) -> None:
    def beyond(point: float) -> float:
        tail = float(special.ndtr(-point) if df is None else special.stdtr(df, -point))
        raw = tail * 2 if sides == "two-sided" else tail
        return stats.single_step([raw] * k, correlation=0.5, df=df, alternative=sides).adjusted[0]

    point = DUNNETT[k, df, sides]
    assert beyond(point + 0.005) <= 0.05 <= beyond(point - 0.005)
