"""Numbers as text: the one place where the report rounds (half up, on the decimal digits of the value)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
_PLACEHOLDER = re.compile(r"\{(?P<stat>[A-Za-z_]\w*)(?::(?P<trim>~?)(?P<decimals>\d+))?\}")
_WHOLE = frozenset({"n", "N", "gained", "lost"})
_P_DECIMALS = 3


def decimal_text(value: float, decimals: int, *, trim: bool = False) -> str:
    """Round half up to ``decimals`` places; ``trim`` drops zeros at the end ("13.75", "12").

    The value is taken at the shortest decimal that reads back the same, so 13.85 becomes 13.9 although the
    binary number is a little below. A minus sign is typographic; there is no negative zero.
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if rounded < 0 else text


def p_text(value: float) -> str:
    """Write a p value as journals do: three decimals, ``<0.001`` below that.

    A value that three decimals would round onto 0.050 has four, so that its side of 0.05 can be read.
    """
    rounded = decimal_text(value, _P_DECIMALS)
    if value < 0.001:  # noqa: PLR2004 - the convention itself
        return "<0.001"
    return decimal_text(value, _P_DECIMALS + 1) if rounded == "0.050" else rounded


def interval_text(estimate: float, lower: float, upper: float, decimals: int) -> str:
    """Write an estimate with its interval: ``25.2 (0.3 to 46.5)``."""
    low, high = decimal_text(lower, decimals), decimal_text(upper, decimals)
    return f"{decimal_text(estimate, decimals)} ({low} to {high})"


def placeholders(template: str) -> tuple[str, ...]:
    """Return the statistics that a cell template names, in order."""
    return tuple(match["stat"] for match in _PLACEHOLDER.finditer(template))


def fill(template: str, values: Mapping[str, float], *, decimals: int) -> str:
    """Fill a cell template such as ``"{n} ({percent:1})"`` or ``"{median:~2} ({q1:~2}–{q3:~2})"``.

    ``{stat:2}`` has two decimals, ``{stat:~2}`` at most two, ``{stat}`` the parameter's own
    (``decimals``), counts none.

    Raises:
        KeyError: A statistic of the template is not among the values.
    """

    def one(match: re.Match[str]) -> str:
        stat = match["stat"]
        own = 0 if stat in _WHOLE else decimals
        places = own if match["decimals"] is None else int(match["decimals"])
        return decimal_text(values[stat], places, trim=bool(match["trim"]))

    return _PLACEHOLDER.sub(one, template)
