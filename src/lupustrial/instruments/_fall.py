"""Response as a fall by a share of baseline among those whose baseline is high enough, with bounds.

The fall is easier the higher the baseline and the lower the visit, so the verdict is exact at two corners.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.instruments._steroids import is_reduced
from lupustrial.instruments._verdict import responder_state, yes_no


@dataclass(frozen=True, kw_only=True)
class Span:
    """The lowest and the highest possible value of a count; both the same where it is known."""

    low: pl.Expr
    high: pl.Expr


def fall_verdict(
    base: Span, now: Span, *, percent: int, least: pl.Expr | int, after: pl.Expr
) -> dict[str, pl.Expr]:
    """Return ``responder``, ``state`` and ``completeness`` of a fall by `percent` from a baseline of `least`.

    Not evaluable: at baseline and before it, and where baseline is surely below `least`. Undecided: where
    possible values of baseline and visit give more than one of responder, non-responder, not evaluable.
    """
    evaluable = after & (base.high >= least)
    enough = base.low >= least
    surely = enough & is_reduced(base.low, now.high, percent)
    possibly = ~enough | is_reduced(base.high, now.low, percent)
    responder = pl.when(evaluable).then(yes_no(surely, possibly))
    state = responder_state(responder, evaluable)
    undecided = pl.when(responder.is_null()).then(pl.lit("incomplete")).otherwise(pl.lit("complete"))
    complete = pl.when(evaluable).then(undecided).otherwise(pl.lit("not evaluable"))
    return {"responder": responder, "state": state, "completeness": complete}
