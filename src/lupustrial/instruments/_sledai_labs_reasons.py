"""What a proposal saw: the results, their limits, the earlier protein, and what they are attributed to."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._lab_text import RANGE, WRITTEN
from lupustrial.instruments._sledai_labs_frame import no_earlier
from lupustrial.instruments._sledai_labs_inputs import BY_ITEM, NUMBERS, PROPOSED, highest
from lupustrial.instruments._sledai_labs_rules import DECIMALS, METHODS, ROWS, LabRules
from lupustrial.instruments._verdict import decimal, joined

_ROW = {row["input"]: row for row in ROWS}
_BOUND = {row["input"]: row["limit"] or row["factor"] for row in ROWS}
_EARLIER = {
    "previous_visit": "previous",
    "baseline": "baseline",
    "best_since_baseline": "best since baseline",
}


def with_reasons(rows: pl.DataFrame, rules: LabRules, *, explained: bool = False) -> pl.DataFrame:
    """Add ``reasons``, e.g. ``PROT Y: protein24=1.25, previous 0.3; PLT N: platelets=80, not due to lupus``.

    Args:
        rows: Frame with proposals.
        rules: The rules that were applied.
        explained: Whether the frame has in ``_why_<code>`` what a result is attributed to.
    """
    # In two steps: one expression with all the texts takes the query optimiser many times longer.
    seen = [code for item in PROPOSED for code in BY_ITEM[item] if rows[code].null_count() < rows.height]
    told = {code: joined(_told(code, rules, explained=explained), ", ") for code in seen}
    texts = rows.hstack(rows.select(text.alias(f"_told_{code}") for code, text in told.items()))
    parts = []
    for item in PROPOSED:
        excused = pl.when(pl.col(f"not_due_to_lupus_{item}") == 1).then(pl.lit("not due to lupus"))
        values = [pl.col(f"_told_{code}") for code in BY_ITEM[item] if code in told]
        parts.append(
            pl.lit(f"{item} ") + pl.col(f"{item}_proposed") + ": " + joined([*values, excused], ", ")
        )
    return rows.hstack(texts.select(joined(parts).alias("reasons")))


def _told(code: str, rules: LabRules, *, explained: bool) -> list[pl.Expr]:
    if code not in NUMBERS:
        told = (
            pl.when(pl.col(code) == 1).then(pl.lit("present")).when(pl.col(code) == 0).then(pl.lit("absent"))
        )
        texts = [pl.lit(f"{code} ") + told]
    else:
        texts = [_result(code)]
    done = pl.col(code).is_not_null()
    if _BOUND.get(code):
        limit = pl.lit(f"{_BOUND[code]}=") + decimal(pl.col(_BOUND[code]), DECIMALS)
        texts.append(pl.when(done).then(limit.fill_null(f"no {_BOUND[code]}")))
    if code in METHODS:
        texts.append(pl.when(done).then(_before(code, rules)))
        texts.append(pl.when(no_earlier(code, rules)).then(pl.lit("no earlier value")))
    why = pl.lit(None, dtype=pl.String)
    if explained:
        why = pl.when(pl.col(f"_why_{code}") != "").then(pl.lit(" (") + pl.col(f"_why_{code}") + ")")
    away = pl.lit("not due to lupus") + why.fill_null("")
    texts.append(pl.when(done & (pl.col(f"excluded_{code}") == 1)).then(away))
    return texts


def _result(code: str) -> pl.Expr:
    """Return ``platelets=80``, ``urine_rbc>50`` or ``urine_rbc=5-10``."""
    sign, value = pl.col(f"{code}_sign").fill_null(0), decimal(pl.col(code), DECIMALS)
    written = sign.replace_strict(dict(WRITTEN), default="=", return_dtype=pl.String)
    end = (
        pl.when(sign == RANGE)
        .then(pl.lit("-") + decimal(pl.col(f"{code}_to"), DECIMALS))
        .otherwise(pl.lit(""))
    )
    return pl.lit(code) + written + value + end


def _before(method: str, rules: LabRules) -> pl.Expr:
    low, high = pl.col(f"_before_low_{method}"), pl.col(f"_before_high_{method}")
    told, end = decimal(low, DECIMALS), decimal(high, DECIMALS)
    told = (
        pl.when(low == high).then(told)
        .when(high > highest(_ROW[method])).then(pl.lit("at least ") + told)
        .otherwise(told + pl.lit(" to ") + end)
    )  # fmt: skip
    return pl.lit(f"{_EARLIER[rules.reference]} ") + told
