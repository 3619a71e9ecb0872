"""Reading the rule tables that lie beside the rules as CSV."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib.resources import files


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``tables/<name>.csv`` as text by column name, in file order."""
    text = files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def scale(value: str, decimals: int) -> int:
    """Return a decimal written as text as an integer number of units of its last decimal.

    ``scale("0.25", 4)`` is 2500. ValueError when the text has more decimals than `decimals`.
    """
    scaled = Decimal(value).scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than {decimals} decimals")
    return int(scaled)
