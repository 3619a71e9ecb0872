"""Conversion of units by exact factors; roundings of guidelines are not conversions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._tables import read_table

Values = TypeVar("Values", float, pl.Expr, pl.Series, np.ndarray)


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """How many of the first unit of its quantity make one (`factor`), what reading is its zero, its range."""

    factor: Fraction
    zero: Fraction
    range: tuple[Fraction, Fraction] | None


def _fraction(text: str) -> Fraction:
    """Return ``1/113.12`` exactly."""
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


def _unit(row: Mapping[str, str]) -> _Unit:
    ends = (Fraction(row["low"]), Fraction(row["high"])) if row["low"] else None
    return _Unit(factor=_fraction(row["factor"]), zero=Fraction(row["zero"] or 0), range=ends)


_TABLE: Mapping[tuple[str, str], _Unit] = {
    (row["quantity"], row["unit"]): _unit(row) for row in read_table("units")
}

#: The units of each quantity; the first is the one in which the quantity is declared here.
UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        quantity: tuple(unit for one, unit in _TABLE if one == quantity)
        for quantity in dict.fromkeys(quantity for quantity, _ in _TABLE)
    }
)


def _spelled(unit: str) -> str:
    """Return the spelling by which units are compared: small letters, no blanks, ``u`` for micro."""
    return "".join(unit.casefold().split()).replace("\N{GREEK SMALL LETTER MU}", "u")


_SPELLINGS: Mapping[tuple[str, str], str] = {
    (row["quantity"], _spelled(name)): row["unit"]
    for row in read_table("units")
    for name in (row["unit"], *row["also"].split(";"))
    if name
}


def convert_unit(values: Values, quantity: str, *, unit: str, to: str) -> Values:
    """Return values given in `unit` expressed in the unit `to`.

    Args:
        values: A number, an array, a Polars series or expression; null stays null.
        quantity: A key of ``UNITS``: ``creatinine``, ``upcr`` (protein-creatinine ratio), ``haemoglobin`` …
        unit: Unit of `values`, one of ``UNITS[quantity]``. Capitals, blanks and the micro sign make no
            difference (``µmol/l`` is ``umol/L``), and usual synonyms are known (``10^3/uL``, ``mg/mg``).
        to: Unit wanted.

    Raises:
        InstrumentError: INSTR-013 for a quantity or unit that the table does not have.
    """
    known = _quantity(quantity)
    first, second = _found(known, {"unit": unit, "to": to})
    if first == second:
        return values
    ratio = first.factor / second.factor
    shifted = values - float(first.zero) if first.zero else values
    # Numerator and denominator apart, so that 1.5 mg/dL is 132.6 umol/L and not 132.60000000000002.
    scaled = shifted * float(ratio.numerator) / float(ratio.denominator)
    return scaled + float(second.zero) if second.zero else scaled


def exact_factor(quantity: str, unit: str, to: str) -> Fraction:
    """Return how many of the unit `to` make one `unit` (both with the same zero)."""
    first, second = _found(quantity, {"unit": unit, "to": to})
    return first.factor / second.factor


def plausible(quantity: str, unit: str) -> tuple[float, float]:
    """Return the lowest and the highest value of a quantity, in `unit`, that needs no second look.

    A value outside is not wrong; most often it was given in another unit.

    Raises:
        InstrumentError: INSTR-013 for a quantity or unit that the table does not have.
    """
    known = _quantity(quantity)
    (found,) = _found(known, {"unit": unit})
    if found.range:
        return float(found.range[0]), float(found.range[1])
    ends = _TABLE[known, UNITS[known][0]].range or (Fraction(0), Fraction(0))
    low, high = (float(end / found.factor + found.zero) for end in ends)
    return low, high


def looks_like(quantity: str, unit: str, other: str) -> str:
    """Return the hint for a value that is out of range because it was given in another unit.

    ``looks_like("creatinine", "umol/L", "mg/dL")`` is ``looks like mg/dL; 1 mg/dL is 88.4 umol/L``.

    Raises:
        InstrumentError: INSTR-013 for a quantity or unit that the table does not have.
    """
    return f"looks like {other}; 1 {other} is {convert_unit(1.0, quantity, unit=other, to=unit):.6g} {unit}"


def _quantity(name: str) -> str:
    """Return the quantity of that name, in any capitals; InstrumentError INSTR-013 where there is none."""
    if name.casefold() in UNITS:
        return name.casefold()
    hint = closest(name, list(UNITS)) or f"known: {', '.join(UNITS)}"
    raise InstrumentError(
        Fault(id="INSTR-013", message=f"{name!r} is not known", place="quantity", hint=hint)
    )


def _found(quantity: str, units: Mapping[str, str]) -> list[_Unit]:
    """Return the units of those names; InstrumentError INSTR-013 with every one that is not known."""
    names = [_SPELLINGS.get((quantity, _spelled(unit))) for unit in units.values()]
    faults = [
        Fault(
            id="INSTR-013",
            message=f"{unit!r} is not a unit of {quantity}",
            place=place,
            hint=f"known: {', '.join(UNITS[quantity])}",
        )
        for (place, unit), name in zip(units.items(), names, strict=True)
        if name is None
    ]
    if faults:
        raise InstrumentError(faults)
    return [_TABLE[quantity, name] for name in names if name is not None]
