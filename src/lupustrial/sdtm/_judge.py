"""CEL conditions over a table of facts: each distinct combination of facts is judged once."""

from __future__ import annotations

import polars as pl

from lupustrial.study import Expression, Scalar


def judge(expression: Expression, facts: pl.DataFrame) -> pl.Series:
    """Evaluate a condition on every row of a table.

    Args:
        expression: The condition.
        facts: One column a fact, named ``form.ITEM``; null is missing. Other columns are ignored, and a fact
            without a column is missing in every row.

    Returns:
        Boolean, as long as `facts`; null where the missing facts leave the condition open.
    """
    names = [f"{form}.{item}" for form, item in expression.references]
    known = [name for name in names if name in facts.columns]
    if not known:
        return pl.Series("verdict", [expression.evaluate({})] * facts.height, dtype=pl.Boolean)
    cases = facts.select(known).unique(maintain_order=True)
    verdicts = [expression.evaluate(_context(known, row)) for row in cases.iter_rows()]
    judged = cases.with_columns(pl.Series("verdict", verdicts, dtype=pl.Boolean))
    return facts.select(known).join(judged, on=known, how="left", nulls_equal=True, maintain_order="left")[
        "verdict"
    ]


def seen_facts(expression: Expression, facts: pl.DataFrame) -> pl.Series:
    """Return the facts of a condition with the values seen, as text: ``"history.NYHA = 2; …"``."""
    parts = []
    for form, item in expression.references:
        name = f"{form}.{item}"
        value = pl.col(name).cast(pl.String) if name in facts.columns else pl.lit(None, dtype=pl.String)
        parts.append(pl.concat_str(pl.lit(f"{name} = "), value.fill_null("missing")))
    text = pl.concat_str(parts, separator="; ") if parts else pl.lit("")
    return facts.select(pl.repeat("", pl.len()).alias("facts") if not parts else text.alias("facts"))["facts"]


def _context(names: list[str], row: tuple[object, ...]) -> dict[str, dict[str, Scalar | None]]:
    context: dict[str, dict[str, Scalar | None]] = {}
    for name, value in zip(names, row, strict=True):
        form, _, item = name.partition(".")
        known = value if isinstance(value, str | int | float | bool) else None
        context.setdefault(form, {})[item] = known
    return context
