"""Units and reference limits of findings, converted with exact decimals."""

from __future__ import annotations

from decimal import Context, Decimal

import polars as pl

from lupustrial.errors import Fault, RecordError
from lupustrial.sdtm._annotation import Annotation
from lupustrial.study import limits_for

#: A limit in another unit is shown to six digits; comparisons are made in the standard unit.
_SIX_DIGITS = Context(prec=6)
_SHOWN = 20
_SEXES = ("F", "M", None)


def decimal_text(number: Decimal) -> str:
    """Return a decimal in plain notation without trailing zeros: ``"88.4"``, ``"120"``, ``"0.05"``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def factors(annotations: tuple[Annotation, ...]) -> pl.DataFrame:
    """Return one row an item, recorded unit and sex: factor to the standard unit and reference limits.

    Columns: ``a``, ``unit`` (null: no unit was recorded, the standard one is meant), ``sex``, ``factor``
    (text, null where the unit is the standard one), ``ORRESU``, ``STRESU``, ``ORNRLO``, ``ORNRHI`` (text, in
    the recorded unit), ``STNRLO``, ``STNRHI`` (in the standard unit).
    """
    rows = []
    for one in annotations:
        item = one.item
        known: dict[str | None, Decimal] = {None: Decimal(1), item.unit: Decimal(1)}
        known |= {unit.unit: unit.factor for unit in item.units}
        for unit, factor in known.items():
            for sex in _SEXES:
                limits = limits_for(item, sex)
                rows.append(
                    {
                        "a": one.index,
                        "unit": unit,
                        "sex": sex,
                        "factor": None if factor == 1 else str(factor),
                        "ORRESU": unit or item.unit,
                        "STRESU": item.unit,
                        "ORNRLO": _in_unit(limits.low, factor),
                        "ORNRHI": _in_unit(limits.high, factor),
                        "STNRLO": None if limits.low is None else float(limits.low),
                        "STNRHI": None if limits.high is None else float(limits.high),
                    }
                )
    texts = {
        name: pl.Categorical() for name in ("unit", "sex", "factor", "ORRESU", "STRESU", "ORNRLO", "ORNRHI")
    }
    schema = {"a": pl.UInt32(), **texts, "STNRLO": pl.Float64(), "STNRHI": pl.Float64()}
    order = ["a", "unit", "sex", "factor", "ORRESU", "STRESU", "ORNRLO", "ORNRHI", "STNRLO", "STNRHI"]
    return pl.DataFrame(rows, schema={name: schema[name] for name in order})


def _in_unit(limit: Decimal | None, factor: Decimal) -> str | None:
    if limit is None:
        return None
    return decimal_text(limit if factor == 1 else _SIX_DIGITS.divide(limit, factor))


def convert(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``STRESC`` and ``STRESN`` to rows with ``value`` (text) and ``factor`` (text, null = 1).

    Each distinct value and factor is multiplied once, as decimals; the product is exact.

    Raises:
        RecordError: SDTM-104 a value in another than the standard unit that is not a number.
    """
    other = frame.filter(pl.col("factor").is_not_null() & pl.col("value").is_not_null())
    pairs = other.select("value", "factor").unique().sort("value", pl.col("factor").cast(pl.String))
    products: list[str] = []
    faults: list[Fault] = []
    for value, factor in pairs.iter_rows():
        try:
            products.append(decimal_text(Decimal(value) * Decimal(factor)))
        except ArithmeticError:
            message = f"the value {value!r} has a unit to be converted but is not a number"
            faults.append(
                Fault(id="SDTM-104", message=message, place=f"value {value!r}", hint="record a number")
            )
    if faults:
        raise RecordError(faults[:_SHOWN])
    table = pairs.with_columns(product=pl.Series(products, dtype=pl.String))
    return (
        frame.join(table, on=["value", "factor"], how="left", maintain_order="left")
        .with_columns(STRESC=pl.coalesce("product", "value"))
        .with_columns(STRESN=pl.col("STRESC").cast(pl.Float64, strict=False))
        .drop("product")
    )
