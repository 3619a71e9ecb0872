"""One rule, every back end: what a rule returns on NumPy arrays it returns on every other kind of column."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

Arrays = dict[str, np.ndarray]


def agree(rule: Any, *columns: Arrays) -> None:
    """Call the rule with the same data on every back end and compare what it returns.

    `rule` takes one mapping of columns for each of `columns` and returns a column or a mapping of columns.
    """
    named = {f"{n}:{name}": values for n, group in enumerate(columns) for name, values in group.items()}
    expressions = [{name: pl.col(f"{n}:{name}") for name in group} for n, group in enumerate(columns)]
    by_array, by_expression = rule(*columns), rule(*expressions)
    if not isinstance(by_array, dict):
        by_array, by_expression = {"result": by_array}, {"result": by_expression}
    frame = pl.DataFrame(named).select(**by_expression)
    for name, values in by_array.items():
        np.testing.assert_array_equal(np.asarray(values), frame[name].to_numpy(), err_msg=name)
