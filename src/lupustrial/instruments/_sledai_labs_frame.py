"""From a frame of laboratory results to proposals: Y, N, ``adjudicate`` (ask), or null (not done)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import at_baseline
from lupustrial.instruments._sledai_labs_inputs import BY_ITEM, NUMBERS, PROPOSED, RESULTS, highest
from lupustrial.instruments._sledai_labs_rules import (
    DECIMALS,
    METHODS,
    ROWS,
    LabRules,
    extent,
    is_abnormal,
    scores_protein,
)

_ROW = {row["input"]: row for row in ROWS}


def with_proposals(rows: pl.DataFrame, rules: LabRules) -> pl.DataFrame:
    """Add ``<ITEM>_proposed`` for the ten descriptors to a checked and ordered frame.

    A result whose date lies outside the window is blanked, and ``_outside_<code>`` tells so.

    Raises:
        InstrumentError: INSTR-011 where results are dated and visits are not.
    """
    rows = _inside_window(rows, rules.window)
    ends = [end for code in NUMBERS for end in extent_of(code, rules)]
    rows = rows.with_columns(ends)
    rows = rows.with_columns(
        _earlier(f"_{end}_{method}", rules.reference).alias(f"_before_{end}_{method}")
        for method in METHODS
        for end in ("low", "high")
    )
    return rows.with_columns(_proposal(item, rules).alias(f"{item}_proposed") for item in PROPOSED)


def _inside_window(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    dated = [code for code in RESULTS if rows[f"{code}_date"].null_count() < rows.height]
    if dated and "ADT" not in rows.columns:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="needs dated visits",
                place=f"column {dated[0]}_date",
                hint="give ADT, or leave out the dates of results",
            )
        )
    visit = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d") if dated else pl.lit(None, dtype=pl.Date)
    inside = {}
    for code in RESULTS:
        age = (visit - pl.col(f"{code}_date")).dt.total_days()
        within = ((age >= 0) & (age < days)).fill_null(value=False)
        inside[code] = within | pl.col(f"{code}_date").is_null()
    return rows.with_columns(
        *((pl.col(code).is_not_null() & ~flag).alias(f"_outside_{code}") for code, flag in inside.items()),
        *(pl.when(flag).then(pl.col(code)).alias(code) for code, flag in inside.items()),
    )


def extent_of(code: str, rules: LabRules) -> tuple[pl.Expr, pl.Expr]:
    """Return ``_low_<code>`` and ``_high_<code>``: what a result can stand for; null where not done."""
    value, sign = pl.col(code), pl.col(f"{code}_sign").fill_null(0)
    end = pl.col(f"{code}_to").fill_null(value)
    low, high = extent(value, sign, end, highest(_ROW[code]) + 1, asks_ranges=rules.asks_ranges)
    done = value.is_not_null()
    return pl.when(done).then(low).alias(f"_low_{code}"), pl.when(done).then(high).alias(f"_high_{code}")


def _earlier(name: str, reference: str) -> pl.Expr:
    """Return the earlier value against which an increase is judged; null where there is none."""
    value = pl.col(name)
    if reference == "previous_visit":
        return value.forward_fill().shift(1).over("USUBJID")
    if reference == "baseline":
        return pl.when("_after").then(at_baseline(value))
    since = pl.when(pl.col("_base") | pl.col("_after")).then(value)
    return since.cum_min().forward_fill().shift(1).over("USUBJID")


def abnormal(code: str, rules: LabRules) -> tuple[pl.Expr, pl.Expr]:
    """Return where a result is surely and where it can be abnormal; a result that is not done is neither.

    A result without the limit or the factor of its laboratory cannot be judged, so that it can be either.
    """
    if code not in NUMBERS:
        present = (pl.col(code) == 1).fill_null(value=False)
        return present, present
    row = _ROW[code]
    ends = pl.col(f"_low_{code}"), pl.col(f"_high_{code}")
    near, far = ends if row["side"] == "above" else ends[::-1]
    limit: pl.Expr | int = pl.col(row["limit"]) if row["limit"] else rules.limits[code]
    possible = pl.lit(value=True)
    if row["factor"]:
        limit = rules.limits[code] * 10**DECIMALS
        possible = ends[1] > 0  # none is none, whatever the factor
        near, far = (end * pl.col(row["factor"]) for end in (near, far))
    done = pl.col(code).is_not_null()
    surely = is_abnormal(row["side"], near, limit).fill_null(value=False)
    possibly = is_abnormal(row["side"], far, limit).fill_null(value=True)
    return done & surely, done & possible & possibly


def _proposal(item: str, rules: LabRules) -> pl.Expr:
    codes = BY_ITEM[item]
    measured = pl.any_horizontal(pl.col(code).is_not_null() for code in codes)
    answer = _protein(rules) if item == "PROT" else _any_abnormal(item, codes, rules)
    excused = (pl.col(f"not_due_to_lupus_{item}") == 1).fill_null(value=False)
    return pl.when(excused & measured).then(pl.lit("N")).otherwise(answer)


def _any_abnormal(item: str, codes: Sequence[str], rules: LabRules) -> pl.Expr:
    """Any abnormal result decides; complement is normal only where C3 and C4 were both measured."""
    flags = [abnormal(code, rules) for code in codes]
    counts = [~excluded(code) for code in codes]
    surely = pl.any_horizontal(flag[0] & own for flag, own in zip(flags, counts, strict=True))
    possibly = pl.any_horizontal(flag[1] & own for flag, own in zip(flags, counts, strict=True))
    done = [pl.col(code).is_not_null() for code in codes]
    enough = pl.all_horizontal(done[:2]) if item == "COMP" else pl.any_horizontal(done)
    return (
        pl.when(surely).then(pl.lit("Y"))
        .when(possibly).then(pl.lit("adjudicate"))
        .when(enough).then(pl.lit("N"))
    )  # fmt: skip


def excluded(code: str) -> pl.Expr:
    """Return where a result is known not to be due to lupus."""
    return (pl.col(f"excluded_{code}") == 1).fill_null(value=False)


def _protein(rules: LabRules) -> pl.Expr:
    """The first method that decides; only values of one method and unit are compared."""
    answers = [_by_method(method, rules) for method in METHODS]
    decided = [pl.when(answer != "adjudicate").then(answer) for answer in answers]
    return pl.coalesce(*decided, *answers)


def _by_method(method: str, rules: LabRules) -> pl.Expr:
    low, high = pl.col(f"_low_{method}"), pl.col(f"_high_{method}")
    before = pl.col(f"_before_low_{method}"), pl.col(f"_before_high_{method}")
    limit = rules.limits[method]
    if rules.protein == "sledai2k":
        answer = _asked(low > limit, high > limit, "Y")
    else:
        surely = scores_protein(low, before[1].fill_null(0), rules.protein, limit)
        possibly = scores_protein(high, before[0].fill_null(0), rules.protein, limit)
        first = _asked(low > limit, high > limit, rules.first)
        answer = pl.when(before[0].is_null()).then(first).otherwise(_asked(surely, possibly, "Y"))
    answer = pl.when(excluded(method)).then(pl.lit("N")).otherwise(answer)
    return pl.when(low.is_not_null()).then(answer)


def _asked(surely: pl.Expr, possibly: pl.Expr, yes: str) -> pl.Expr:
    """Return `yes` where it surely holds, N where it cannot, and ``adjudicate`` between."""
    between = "N" if yes == "N" else "adjudicate"
    return (
        pl.when(surely).then(pl.lit(yes)).when(possibly).then(pl.lit(between)).otherwise(pl.lit("N"))
    )  # fmt: skip


def no_earlier(method: str, rules: LabRules) -> pl.Expr:
    """Return where protein can be above the limit and there is no earlier value to compare it with."""
    if rules.protein == "sledai2k":
        return pl.lit(value=False)
    missing = pl.col(f"_before_low_{method}").is_null()
    above: pl.Expr = pl.col(f"_high_{method}") > rules.limits[method]
    return missing & above
