"""Under which name a column comes: its code, an alias, or either in other capitals."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lupustrial.instruments._spec import Input

#: Columns that are no items: they identify the row and are passed through.
KEYS: tuple[str, ...] = (
    "STUDYID",
    "SITEID",
    "USUBJID",
    "SUBJID",
    "VISITNUM",
    "VISIT",
    "AVISITN",
    "AVISIT",
    "ADT",
    "ADY",
    "ABLFL",
)


def with_declared_names(frame: pl.DataFrame, inputs: Sequence[Input]) -> pl.DataFrame:
    """Return the frame with every column that is known under another name renamed to its code.

    A column is known by its code, by an alias of an input, or by either in other capitals. Columns that are
    not known, or whose code is already taken, keep their name.
    """
    spelled = {key.casefold(): key for key in KEYS}
    for each in inputs:
        for name in (each.code, *each.aliases):
            spelled.setdefault(name.casefold(), each.code)
    taken = {*(each.code for each in inputs), *KEYS} & set(frame.columns)
    renamed = {}
    for column in frame.columns:
        code = spelled.get(column.casefold(), column)
        if column not in taken and code not in taken:
            renamed[column] = code
            taken.add(code)
    return frame.rename(renamed)
