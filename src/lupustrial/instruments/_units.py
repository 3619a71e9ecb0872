"""Conversion of units by exact factors; roundings of guidelines are not conversions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._tables import read_table

Values = TypeVar("Values", float, pl.Expr, pl.Series, np.ndarray)

#: By quantity: first unit, second unit, and how many of the second make one of the first.
UNITS: Mapping[str, tuple[str, str, float]] = {
    row["quantity"]: (row["from"], row["to"], float(row["factor"])) for row in read_table("units")
}


def convert_unit(values: Values, quantity: str, *, unit: str, to: str) -> Values:
    """Return values given in `unit` expressed in the unit `to`.

    Args:
        values: A number, an array, a Polars series or expression; null stays null.
        quantity: ``creatinine``, ``haemoglobin``, ``protein24`` or ``upcr`` (protein-creatinine ratio).
        unit: Unit of `values`.
        to: Unit wanted.

    Raises:
        InstrumentError: INSTR-013 for a quantity or unit that the table does not have.
    """
    if quantity not in UNITS:
        hint = closest(quantity, list(UNITS)) or f"known: {', '.join(UNITS)}"
        raise InstrumentError(
            Fault(id="INSTR-013", message=f"{quantity!r} is not known", place="quantity", hint=hint)
        )
    first, second, factor = UNITS[quantity]
    faults = [
        Fault(
            id="INSTR-013",
            message=f"{name!r} is not a unit of {quantity}",
            place=place,
            hint=f"known: {first}, {second}",
        )
        for place, name in (("unit", unit), ("to", to))
        if name not in (first, second)
    ]
    if faults:
        raise InstrumentError(faults)
    if unit == to:
        return values
    return values * factor if unit == first else values / factor
