"""SRCDOM, SRCVAR, SRCSEQ: which rows a derived value came from, written short and read back.

``SRCSEQ`` lists sequence numbers, ranges with a hyphen: ``"12"``, ``"12-35"``, ``"12;45-47"``. Where the rows
lie in more than one dataset, SRCDOM names them and SRCSEQ has a part for each: ``"LB | VS"`` and ``"12-15 |
3"``.
"""

from __future__ import annotations

import polars as pl

BETWEEN = " | "


def compress(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Write the source rows of each key as SRCDOM, SRCVAR and SRCSEQ.

    Args:
        rows: One row a source row: `keys`, ``SRCDOM``, ``SRCVAR``, ``SEQ`` (null for a dataset with one row a
            participant).
        keys: Columns that identify the derived row.

    Returns:
        `keys`, SRCDOM, SRCVAR, SRCSEQ; one row a key.
    """
    where = [*keys, "SRCDOM", "SRCVAR"]
    apart = (pl.col("SEQ").diff() != 1) | pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name).shift(1)) for name in where
    )
    first, last = pl.col("SEQ").first().cast(pl.String), pl.col("SEQ").last().cast(pl.String)
    runs = (
        rows.select(*where, "SEQ")
        .unique()
        .sort(*where, "SEQ")
        .with_columns(run=apart.fill_null(value=True).cum_sum())
        .group_by(*where, "run", maintain_order=True)
        .agg(text=pl.when(pl.len() == 1).then(first).otherwise(first + "-" + last))
    )
    datasets = runs.group_by(where, maintain_order=True).agg(
        SRCSEQ=pl.when(pl.col("text").is_null().all()).then(None).otherwise(pl.col("text").str.join(";"))
    )
    return datasets.group_by(keys, maintain_order=True).agg(
        pl.col("SRCDOM").str.join(BETWEEN),
        pl.col("SRCVAR").str.join(BETWEEN),
        SRCSEQ=pl.when(pl.col("SRCSEQ").is_null().all())
        .then(None)
        .otherwise(pl.col("SRCSEQ").fill_null("").str.join(BETWEEN)),
    )


def expand(domains: str | None, sequences: str | None) -> list[tuple[str, list[int]]]:
    """Read SRCDOM and SRCSEQ back: the datasets with the sequence numbers in each.

    An empty list of numbers means the one row that the participant has there.
    """
    if not domains:
        return []
    names = domains.split(BETWEEN)
    parts = (sequences or "").split(BETWEEN) if sequences else [""] * len(names)
    return [(name, _numbers(part)) for name, part in zip(names, parts, strict=True)]


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.split(";") if text else []:
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers
