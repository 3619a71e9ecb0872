"""Limits of consistency checks, read from ``tables/check_limits.csv``."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._tables import read_table, scale

_VALUES: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("check_limits")}


def check_limit(name: str, decimals: int) -> int:
    """Return a limit in units of the last decimal of the item that it is compared with."""
    return scale(_VALUES[name], decimals)
