"""From the unit of an export to the unit of an input."""

from __future__ import annotations

from lupustrial.errors import InstrumentError
from lupustrial.instruments import UNITS, Input, convert_unit


def quantity_of(declared: Input | None, unit: str, quantity: str | None) -> str | None:
    """Return the quantity by which a value in `unit` is converted to the unit of an input.

    Where several quantities have these units with different factors, the one that the input's code or label
    names is taken. None where the unit is the declared one.

    Args:
        declared: The input.
        unit: Unit of the export.
        quantity: The quantity, where the mapping names it.

    Raises:
        ValueError: The input has no unit, no quantity has both units, or it is not clear which is meant.
    """
    if declared is None or not declared.unit:
        raise ValueError("it has no unit")
    if "".join(unit.split()).casefold() == "".join(declared.unit.split()).casefold():
        return None
    found: dict[str, tuple[float, float]] = {}
    for name in UNITS if quantity is None else [quantity]:
        try:
            zero, one = (convert_unit(each, name, unit=unit, to=declared.unit) for each in (0.0, 1.0))
        except InstrumentError:
            continue
        found[name] = (zero, one)
    if len(set(found.values())) > 1:
        text = f"{declared.code} {declared.label}".casefold()
        found = {name: ends for name, ends in found.items() if name in text} or found
    if len(set(found.values())) > 1:
        raise ValueError(f"say `quantity`, one of {', '.join(found)}")
    if not found:
        raise ValueError(f"{unit!r} cannot be converted to {declared.unit}")
    return next(iter(found))
