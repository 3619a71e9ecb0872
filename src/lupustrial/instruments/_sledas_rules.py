"""SLE-DAS: a weighted sum with three logarithms [S16][S30]. Rules on columns without missing values.

The score rises, or stays, with every flag, swollen joint and milligram of protein, and falls, or stays, with
platelets and leukocytes; at 500 mg, 100 and 3 the measured terms set in with a jump upward.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, log, number, total, where
from lupustrial.instruments._tables import read_table, scale

#: Decimals to which measured values are compared.
DECIMALS = 4

#: Decimals of the coefficients: the score is counted in thousandths.
_PLACES = 3

#: The 22 terms of the sum, in the order of the reference.
TERMS: tuple[dict[str, str], ...] = read_table("sledas")

_LIMITS: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("sledas_limits")}


def limit(name: str, decimals: int) -> int:
    """Return a limit of ``tables/sledas_limits.csv`` in units of the last decimal."""
    return scale(_LIMITS[name], decimals)


def has_arthritis(values: Columns, option: str) -> Column:
    """Return where arthritis counts: the clinician says so, a joint of the 28 is swollen, or either."""
    stated, swollen = values["arthritis"] == 1, values["swollen_joints"] > 0
    if option == "joints_or_clinician":
        return stated | swollen
    return stated if option == "clinician" else swollen


def points_of(term: Mapping[str, str], values: Columns, arthritis: str) -> Column | int:
    """Return what one term adds, in thousandths: whole numbers, but for logarithms."""
    points, kind = scale(term["coefficient"], _PLACES), term["kind"]
    if kind == "constant":
        return points
    if kind == "arthritis":
        return points * number(has_arthritis(values, arthritis))
    value = values[term["input"]]
    if kind in ("flag", "count"):
        return points * value
    edge = scale(term["limit"], DECIMALS)
    counts = value > edge if kind.endswith("above") else value < edge
    if not kind.startswith("ln_"):
        return points * number(counts)
    # Where the term does not count, 1 stands in, whose logarithm is 0.
    return points * log(where(counts, value, 10**DECIMALS) / 10**DECIMALS)


def score_sledas(values: Columns, arthritis: str) -> Column:
    """Return the score in thousandths, as a floating-point number.

    Args:
        values: Yes/no parameters (1 or 0), ``swollen_joints`` (0 to 28), and ``protein_mg``, ``platelets``,
            ``leukocytes`` (above 0 where they count) as integers of the fourth decimal.
        arthritis: An option of ``sledas_arthritis``.
    """
    return total(points_of(term, values, arthritis) for term in TERMS)


def category(score: Column, decimals: int) -> Column:
    """Return 0 (remission), 1 (mild) or 2 (moderate or severe) of a score in units of the last decimal."""
    remission, mild = (limit(name, decimals) for name in ("remission_at_most", "mild_at_most"))
    return where(score <= remission, 0, where(score <= mild, 1, 2))
