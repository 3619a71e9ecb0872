"""Rules by which a laboratory value makes a SLEDAI descriptor; values are integers of the fourth decimal.

A result is known between two ends: 12 is 12 to 12, ``>50`` starts just above 50, ``<0.5`` ends just below
0.5. Each rule is asked at both ends: does it surely hold, can it hold?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.instruments._columns import Column, number, where
from lupustrial.instruments._lab_text import ABOVE, AT_LEAST, AT_MOST, BELOW, RANGE
from lupustrial.instruments._tables import read_table, scale

#: Decimals to which results are compared.
DECIMALS = 4

#: One row a kind of result: the descriptor, the side of the limit that is abnormal, and the limit.
ROWS = read_table("sledai_labs")

#: Ways in which urine protein is measured, in order of preference.
METHODS: tuple[str, ...] = tuple(row["input"] for row in ROWS if row["side"] == "protein")

_HALF_A_GRAM = scale("0.5", DECIMALS)
_VERSION_RULE = {"selena": "selena", "1992": "original", "sledai2k": "sledai2k"}


@dataclass(frozen=True, kw_only=True)
class LabRules:
    """What a trial's settings make of the rules.

    Attributes:
        limits: By kind of result, the fixed limit; those with a limit of their own laboratory are left out.
        protein: Version of the proteinuria rule.
        reference: Against which earlier value an increase of protein is judged.
        first: Proposal for protein above the limit that has no earlier value.
        asks_ranges: Whether a result such as 5-10 is always asked, not only where its ends disagree.
        window: Days, ending on the visit, in which a dated result counts.
    """

    limits: Mapping[str, int]
    protein: str
    reference: str
    first: str
    asks_ranges: bool
    window: int


def lab_rules(version: str, settings: Mapping[str, str]) -> LabRules:
    """Return the rules of a version of SLEDAI (``selena``, ``1992``, ``sledai2k``) under settings."""
    limits = {row["input"]: scale(row["threshold"], DECIMALS) for row in ROWS if row["threshold"]}
    limits["upcr_mgmmol"] = scale(settings["upcr_half_gram_mgmmol"], DECIMALS)
    if version == "sledai2k":
        # "2 or more" is "more than 1".
        limits["joints"] = scale(settings["sledai2k_arthritis_min"], DECIMALS) - scale("1", DECIMALS)
    rule = settings["proteinuria_rule"]
    first = {"present": "Y", "absent": "N"}
    return LabRules(
        limits=limits,
        protein=_VERSION_RULE[version] if rule == "version" else rule,
        reference=settings["proteinuria_reference"],
        first=first.get(settings["proteinuria_without_previous"], "adjudicate"),
        asks_ranges=settings["sledai_lab_ranges"] == "adjudicate",
        window=int(settings["sledai_window_days"]),
    )


def extent(
    value: Column, sign: Column, end: Column, highest: int, *, asks_ranges: bool
) -> tuple[Column, Column]:
    """Return the lowest and the highest value that a result can stand for.

    Args:
        value: The number that was written, of a range the lower one.
        sign: What stood before it (``ABOVE`` …), or ``RANGE``.
        end: The upper number of a range; any number where the result is none.
        highest: The highest value that the kind of result can have.
        asks_ranges: Whether a range stands for anything, so that it is always asked.
    """
    is_range, is_open = sign == RANGE, (sign == AT_LEAST) | (sign == ABOVE)
    low = where((sign == BELOW) | (sign == AT_MOST), 0, value + number(sign == ABOVE))
    high = where(is_open, highest, where(is_range, end, value - number(sign == BELOW)))
    if asks_ranges:
        low, high = where(is_range, 0, low), where(is_range, highest, high)
    return low, high


def is_abnormal(side: str, value: Column, limit: Column | int) -> Column:
    """Return where a value is above or below its limit; exactly at it is normal."""
    return value > limit if side == "above" else value < limit


def scores_protein(now: Column, before: Column, version: str, limit: int = _HALF_A_GRAM) -> Column:
    """Return where proteinuria is present; `now` and `before` in the same unit, `before` known.

    SELENA: new above the limit of 0.5 g, or up by more than that. 1992: above it and (new, or up by more).
    2K: above it. For values that are not negative SELENA and 1992 agree.
    """
    above = now > limit
    if version == "sledai2k":
        return above
    new, risen = above & (before <= limit), now - before > limit
    return new | risen if version == "selena" else above & (new | risen)
