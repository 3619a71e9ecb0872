"""A printed p value, and whether a computed one agrees with it to its printed digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

SILENT = frozenset({"", "-", "–", "—", "na", "n/a", "not given", "not stated", "not reported"})
NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
NUMBER = re.compile(r"(?:p\s*)?([=<>≤≥]?)\s*(\d*\.?\d+(?:e-?\d+)?)", re.IGNORECASE)
KINDS = {"": "exact", "=": "exact", "<": "below", "≤": "below", ">": "above", "≥": "above"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedP:
    """A p value as printed.

    Attributes:
        text: As printed.
        kind: ``"exact"`` (0.052), ``"below"`` (<0.05), ``"above"`` (>0.05), ``"ns"`` or ``"none"`` (not
            given).
        value: The number, with its printed digits.
    """

    text: str
    kind: str
    value: Decimal | None = None

    @property
    def decimals(self) -> int:
        """How many digits stand after the point; 3 where no number is printed."""
        exponent = self.value.as_tuple().exponent if self.value is not None else -3
        return -exponent if isinstance(exponent, int) else 0

    def significant(self, alpha: float) -> bool | None:
        """Whether the print says p < alpha; ``None`` where it does not say."""
        limit = Decimal(str(alpha))
        if self.kind == "ns":
            return False
        if self.value is None:
            return None
        if self.kind == "exact":
            return self.value < limit
        if self.kind == "below":
            return True if self.value <= limit else None
        return False if self.value >= limit else None


def parse_printed_p(text: str) -> PrintedP | None:
    """Read a printed p value; ``None`` if it is not one (or not between 0 and 1)."""
    plain = text.strip().casefold()
    if plain in SILENT:
        return PrintedP(text=text.strip(), kind="none")
    if plain.removeprefix("p ").removeprefix("=").strip() in NOT_SIGNIFICANT:
        return PrintedP(text=text.strip(), kind="ns")
    found = NUMBER.fullmatch(plain)
    if found is None or Decimal(found[2]) > 1:
        return None
    return PrintedP(text=text.strip(), kind=KINDS[found[1]], value=Decimal(found[2]))


def agreement(printed: PrintedP, p_value: float, *, alpha: float) -> str:
    """Say how a computed p agrees with the print.

    Returns:
        ``"rounded"`` (half up, to the printed digits), ``"truncated"`` (only when cut off), ``"consistent"``
        (with an inequality or "ns"), ``"no"``, or ``""`` where nothing is printed.
    """
    if printed.kind == "none":
        return ""
    if printed.kind == "ns" or printed.value is None:
        return "consistent" if p_value >= alpha else "no"
    if printed.kind == "below":
        within = p_value <= float(printed.value) if "≤" in printed.text else p_value < float(printed.value)
        return "consistent" if within else "no"
    if printed.kind == "above":
        within = p_value >= float(printed.value) if "≥" in printed.text else p_value > float(printed.value)
        return "consistent" if within else "no"
    exact = Decimal(f"{p_value:.12g}")  # drops the noise of binary arithmetic, so that halves are halves
    step = Decimal(1).scaleb(-printed.decimals)
    if exact.quantize(step, ROUND_HALF_UP) == printed.value:
        return "rounded"
    return "truncated" if exact.quantize(step, ROUND_DOWN) == printed.value else "no"
