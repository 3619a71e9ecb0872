"""Printed means: reading ``mean±SD`` from text, and whether a mean can come from whole numbers (GRIM)."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from lupustrial.audit._claims import Claim, Group

ROUNDING = 0.01  # mean and standard deviation are both rounded
MEAN = re.compile(
    r"(?P<name>[^;±]*?)\s*(?P<mean>-?\d+(?:\.\d+)?)\s*(?:±|\+/-|\+-)\s*(?P<sd>\d+(?:\.\d+)?)"
    r"(?:\s*\(n\s*=\s*(?P<n>\d+)\))?"
)


def parse_means(summary: str) -> tuple[Group, Group] | None:
    """Read ``"IL-2 31.58±9.25; placebo 29.83±9.72"``; ``None`` unless there are exactly two such parts."""
    found = [MEAN.fullmatch(part.strip()) for part in summary.split(";")]
    groups = [
        Group(
            name=match["name"].strip(),
            n=int(match["n"]) if match["n"] else None,
            mean=Decimal(match["mean"]),
            sd=Decimal(match["sd"]),
        )
        for match in found
        if match is not None
    ]
    return (groups[0], groups[1]) if len(groups) == len(found) == 2 else None  # noqa: PLR2004 - two groups


def sizes_elsewhere(claim: Claim, claims: tuple[Claim, ...]) -> tuple[int, int] | None:
    """Return the two group sizes that other claims at the same location give, if they all agree."""
    sizes = []
    for group in (claim.group1, claim.group2):
        given = {
            other.n
            for row in claims
            if row.location == claim.location and row.design == claim.design
            for other in (row.group1, row.group2)
            if other.name == group.name and other.n is not None
        }
        if len(given) != 1:
            return None
        sizes.append(given.pop())
    return sizes[0], sizes[1]


def attainable(mean: Decimal, n: int, *, unit: Decimal = Decimal(1)) -> bool:
    """Whether ``n`` multiples of ``unit`` can have a mean printed as ``mean``; halves round either way."""
    exponent = mean.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    lowest = ((mean - half) * n / unit).to_integral_value(rounding="ROUND_CEILING")
    return lowest * unit / n <= mean + half


def _whole_numbers_possible(group: Group, n: int) -> bool:
    """Whether the SD is large enough for whole numbers with this mean (else values had decimals)."""
    part = float(group.mean or 0) % 1
    least = math.sqrt(part * (1 - part) * n / max(1, n - 1))
    return group.sd is None or float(group.sd) >= least - ROUNDING


def check_mean(group: Group, n: int) -> str:
    """Say that a printed mean cannot come from ``n`` whole numbers (GRIM); empty where that does not follow.

    Brown and Heathers 2017, Soc Psychol Personal Sci 8:363. It holds only for values recorded as whole
    numbers; where the standard deviation is too small for whole numbers nothing is said.
    """
    mean = group.mean
    if mean is None or not _whole_numbers_possible(group, n) or attainable(mean, n):
        return ""
    near = [str(k) for k in (n - 1, n + 1) if k > 0 and attainable(mean, k)]
    halves = "" if attainable(mean, n, unit=Decimal("0.5")) else " (nor from halves)"
    other = f"; it can come from {' or '.join(near)}" if near else ""
    return f"{group.name} mean {mean} cannot come from {n} whole numbers{halves}{other}"
