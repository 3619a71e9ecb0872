"""What is read off the records of an item: its value at each visit, its course, its dates, its entries.

Every function returns the same long table: ``participant``, ``order`` and ``name`` of the item, ``v`` (place
of the visit), ``where`` (what the column is), ``x`` (the value), ``otherwise`` (of all others; null: none).
"""

from __future__ import annotations

import polars as pl

from lupustrial.study import Study

#: A text is read as a code where so many participants have it; other texts say nothing about an arm.
_SHARED = 3

_LONG = ("participant", "order", "name", "v", "where", "x", "otherwise")
_NONE = pl.lit(None, dtype=pl.Float64).alias("otherwise")


def values_of(study: Study, plain: pl.DataFrame) -> pl.DataFrame:
    """Numbers in their standard unit, and one column of 0 and 1 for each code, by visit."""
    entered = plain.filter("entered")
    numbers = (
        entered.filter(pl.col("kind").is_in(["number", "integer", "decimal"]))
        .with_columns(x=pl.col("value").cast(pl.Float64, strict=False) * pl.col("factor"))
        .filter(pl.col("x").is_not_null())
        .with_columns(where=pl.col("visit"), otherwise=_NONE)
    )
    coded = _with_codes(entered)
    levels = coded.select("name", "code").unique().sort("name", "code")
    levels = levels.filter(pl.len().over("name") > 1)
    levels = _without_complements(study, levels)
    codes = coded.join(levels.rename({"code": "level"}), on="name").with_columns(
        x=(pl.col("code") == pl.col("level")).cast(pl.Float64),
        where=pl.format("{}: {}", "visit", "level"),
        otherwise=_NONE,
    )
    return pl.concat([numbers.select(_LONG), codes.select(_LONG)])


def _with_codes(entered: pl.DataFrame) -> pl.DataFrame:
    """Codes as they are; texts that several participants share, in capitals."""
    text = (
        pl.when(pl.col("kind") == "code")
        .then("value")
        .otherwise(pl.col("value").str.strip_chars().str.to_uppercase())
    )
    shared = (pl.col("participant").n_unique().over("name", "code") >= _SHARED) | (pl.col("kind") == "code")
    return entered.filter(pl.col("kind").is_in(["code", "text"])).with_columns(code=text).filter(shared)


def _without_complements(study: Study, levels: pl.DataFrame) -> pl.DataFrame:
    """Of two codes one suffices: the first of the codelist, e.g. yes."""
    first = {
        f"{form.id}.{item.id}": study.codelists[item.codelist][0].value
        for form in study.forms
        for item in form.items
        if item.codelist is not None
    }
    wanted = pl.col("name").replace_strict(first, default=None, return_dtype=pl.String)
    two = pl.len().over("name") == 2  # noqa: PLR2004 - a code and its complement
    return levels.filter(
        ~two
        | wanted.is_null()
        | (pl.col("code") == wanted)
        | ~((pl.col("code") == wanted).any().over("name"))
    )


def course_of(study: Study, values: pl.DataFrame) -> pl.DataFrame:
    """Mean of the visits after baseline less the baseline: what a reader sees of a course at a glance."""
    base = next(place for place, visit in enumerate(study.visits) if visit.baseline)
    keyed = values.with_columns(level=pl.col("where").str.extract(r"^[^:]*(.*)$"))
    keys = ["participant", "order", "name", "level"]
    before = keyed.filter(pl.col("v") == base).group_by(keys).agg(start=pl.col("x").mean())
    after = keyed.filter(pl.col("v") > base).group_by(keys).agg(mean=pl.col("x").mean(), visits=pl.len())
    joined = after.filter(pl.col("visits") > 1).join(before, on=keys)
    return joined.select(
        "participant",
        "order",
        "name",
        v=pl.lit(len(study.visits) + 1, dtype=pl.Int64),
        where=pl.lit("mean after baseline less baseline") + pl.col("level"),
        x=pl.col("mean") - pl.col("start"),
        otherwise=_NONE,
    )


def dates_of(study: Study, plain: pl.DataFrame) -> pl.DataFrame:
    """Complete dates as days since the first date at the baseline visit, or since 1970 where it has none."""
    days = (
        plain.filter(pl.col("entered") & (pl.col("kind") == "date"))
        .with_columns(day=pl.col("value").str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32))
        .filter(pl.col("day").is_not_null())
    )
    start = days.filter(pl.col("visit") == study.baseline_visit.id).group_by("participant")
    dated = days.join(start.agg(start=pl.col("day").min()), on="participant", how="left")
    return dated.with_columns(
        x=(pl.col("day") - pl.col("start").fill_null(0)).cast(pl.Float64),
        where=pl.format("{}: day", "visit"),
        otherwise=_NONE,
    ).select(_LONG)


def entries_of(many: pl.DataFrame) -> pl.DataFrame:
    """Of forms with several entries: how many entries, how many of each code, and the mean of numbers."""
    entered = many.filter("entered").with_columns(v=pl.lit(0, dtype=pl.Int64))
    zero = pl.lit(0.0).alias("otherwise")
    keys = ["participant", "order", "name", "v"]
    counts = (
        entered.group_by(keys).agg(x=pl.len().cast(pl.Float64)).with_columns(zero, where=pl.lit("entries"))
    )
    coded = _with_codes(entered)
    codes = (
        coded.group_by(*keys, "code")
        .agg(x=pl.len().cast(pl.Float64))
        .with_columns(zero, where=pl.format("entries: {}", "code"))
    )
    numbers = (
        entered.filter(pl.col("kind").is_in(["number", "integer", "decimal"]))
        .with_columns(x=pl.col("value").cast(pl.Float64, strict=False) * pl.col("factor"))
        .group_by(keys)
        .agg(pl.col("x").mean())
        .filter(pl.col("x").is_not_null())
        .with_columns(where=pl.lit("mean of entries"), otherwise=_NONE)
    )
    return pl.concat([counts.select(_LONG), codes.select(_LONG), numbers.select(_LONG)])
