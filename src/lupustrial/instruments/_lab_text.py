"""Laboratory results as laboratories write them: ``12``, ``>50``, ``<0.5``, ``5-10``, ``positive``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl

#: What stands before a number: below, at most, exactly, at least, above; and a range of two numbers.
BELOW, AT_MOST, EXACT, AT_LEAST, ABOVE, RANGE = -2, -1, 0, 1, 2, 3

#: The sign as it is written, by its number.
WRITTEN: Mapping[int, str] = MappingProxyType({BELOW: "<", AT_MOST: "<=", AT_LEAST: ">=", ABOVE: ">"})

_SIGNS = {sign: number for number, sign in WRITTEN.items()} | {"≤": AT_MOST, "≥": AT_LEAST}
_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_RESULT = rf"^(<=|>=|<|>|≤|≥)?\s*({_NUMBER})(?:\s*(?:-|–|to)\s*({_NUMBER}))?(?:\s*/\s*hpf)?$"
_POSITIVE = ("y", "yes", "true", "positive", "pos", "present", "detected", "+")
_NEGATIVE = ("n", "no", "false", "negative", "neg", "absent", "not detected", "-")


def number_of(text: pl.Expr) -> pl.Expr:
    """Return the number of a result, the lower one of a range, as text; null where the text is no result."""
    low, high = _group(text, 2), _group(text, 3)
    reversed_ = (high.cast(pl.Float64) < low.cast(pl.Float64)).fill_null(value=False)
    signed_range = high.is_not_null() & _group(text, 1).is_not_null()
    return pl.when(~(reversed_ | signed_range)).then(low)


def sign_of(text: pl.Expr) -> pl.Expr:
    """Return the number of the sign before a result (``ABOVE`` …), or ``RANGE``."""
    signed = _group(text, 1).replace_strict(_SIGNS, return_dtype=pl.Int32)
    return pl.when(_group(text, 3).is_not_null()).then(RANGE).otherwise(signed.fill_null(EXACT))


def end_of(text: pl.Expr) -> pl.Expr:
    """Return the upper number of a range; null where the result is none."""
    return _group(text, 3).cast(pl.Float64)


def answer_of(text: pl.Expr) -> pl.Expr:
    """Return ``Y`` for a positive answer, ``N`` for a negative one, else the text as it is."""
    bare = text.str.strip_chars().str.to_lowercase()
    said = pl.when(bare.is_in(_POSITIVE)).then(pl.lit("Y")).when(bare.is_in(_NEGATIVE)).then(pl.lit("N"))
    return said.otherwise(text)


def _group(text: pl.Expr, number: int) -> pl.Expr:
    return text.str.strip_chars().str.to_lowercase().str.extract(_RESULT, number)


def with_signs(frame: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    """Split the results that come as text into number, ``<code>_sign`` and, of a range, ``<code>_to``.

    Text that is no result is left as it is, so that checking refuses it. Columns of numbers are left alone.
    """
    for code in codes:
        if frame.schema.get(code) == pl.String and f"{code}_sign" not in frame.columns:
            text = pl.col(code)
            number = number_of(text)
            frame = frame.with_columns(
                pl.coalesce(number, pl.when(text.str.strip_chars() != "").then(text)).alias(code),
                pl.when(number.is_not_null()).then(sign_of(text)).alias(f"{code}_sign"),
                pl.when(number.is_not_null()).then(end_of(text)).alias(f"{code}_to"),
            )
    return frame
