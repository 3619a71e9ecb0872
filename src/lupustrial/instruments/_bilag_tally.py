"""Systems tally of BILAG-2004: how many domains got worse, stayed active or got better [S47].

The categories are those of the reference; their cuts come from memory [X?]. A grade that is not known leaves
a domain open among the categories that its possible grades give.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._bilag_letters_inputs import grade_inputs
from lupustrial.instruments._columns import Column, Columns, any_of
from lupustrial.instruments._components import BILAG_PART
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import DOMAINS, Instrument, Open
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, letter, scored_by

_STEPS = read_table("bilag2004_tally")

#: Categories from the worst to the best.
CATEGORIES: tuple[str, ...] = (
    "major_deterioration",
    "minor_deterioration",
    "persistent_activity",
    "minimal",
    "minor_improvement",
    "major_improvement",
)

_TEXT, _WHOLE = pl.String(), pl.Int32()

BILAG2004_TALLY = Instrument(
    id="bilag2004_bst",
    title="BILAG-2004 systems tally",
    version="1.0",
    summary="How many of the nine domains deteriorated, stayed active, stayed quiet or improved.",
    inputs=grade_inputs(DOMAINS, "S47"),
    settings=settings_of("bilag2004_bst"),
    outputs={
        **dict.fromkeys((f"n_{name}" for name in CATEGORIES), _WHOLE),
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S47",),
    open=(
        Open(
            rule="categories of the systems tally",
            tag="X?",
            question="Are the cuts of the six categories those of the published tally (major: to A, or to B "
            "from D or E; A to C or D, or B to D)?",
        ),
    ),
    parts=(BILAG_PART,),
)


def can_be(before: Columns, now: Columns) -> dict[str, Column]:
    """Return for each category whether a domain can be in it.

    Args:
        before: Ranks ``low`` and ``high`` between which the grade lay before; both the same where known.
        now: Ranks ``low`` and ``high`` between which it lies.
    """
    return {
        name: any_of(
            _holds(before, RANK[step["from"]]) & _holds(now, RANK[step["to"]])
            for step in _STEPS
            if step["category"] == name
        )
        for name in CATEGORIES
    }


def _holds(ends: Columns, rank: int) -> Column:
    return (ends["low"] <= rank) & (ends["high"] >= rank)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; without an earlier visit to compare with it is not evaluable."""
    refuse_crossed(frame, [(f"lower_{domain}", f"upper_{domain}") for domain in DOMAINS])
    frame = _with_ends(in_order(frame), settings)
    by_baseline = settings["bst_reference"] == "baseline"
    evaluable = pl.col("_after") if by_baseline else pl.col("_pos") > 0
    for domain in DOMAINS:
        before = {end: pl.col(f"before_{domain}_{end}") for end in ("low", "high")}
        now = {end: pl.col(f"now_{domain}_{end}") for end in ("low", "high")}
        possible = can_be(before, now)
        frame = frame.with_columns(flag.alias(f"{domain}_{name}") for name, flag in possible.items())
    sure = pl.all_horizontal(_is_sure(domain) for domain in DOMAINS)
    complete = pl.when(evaluable).then(completeness(sure)).otherwise(pl.lit("not evaluable"))
    told = pl.when(evaluable).then(_reasons()).otherwise(pl.lit("nothing to compare with"))
    why = told if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        *(_told_count(name, evaluable).alias(f"n_{name}") for name in CATEGORIES),
        complete.alias("completeness"),
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings), shown=("bst_reference",)),
    )


def _with_ends(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add for each domain the ranks between which its grade lies now, and lay before."""
    ends = {}
    for domain in DOMAINS:
        ends[f"{domain}_low"] = pl.coalesce(f"grade_{domain}", f"lower_{domain}", pl.lit(RANK["E"]))
        ends[f"{domain}_high"] = pl.coalesce(f"grade_{domain}", f"upper_{domain}", pl.lit(RANK["A"]))
    frame = frame.with_columns(end.alias(f"now_{name}") for name, end in ends.items())
    if settings["bst_reference"] == "baseline":
        return frame.with_columns(at_baseline(pl.col(f"now_{name}")).alias(f"before_{name}") for name in ends)
    return frame.with_columns(
        pl.col(f"now_{name}").shift(1).over("USUBJID").alias(f"before_{name}") for name in ends
    )


def _is_sure(domain: str) -> pl.Expr:
    """Return where only one category is possible."""
    return pl.sum_horizontal(pl.col(f"{domain}_{name}").cast(pl.Int32) for name in CATEGORIES) == 1


def _told_count(name: str, evaluable: pl.Expr) -> pl.Expr:
    """Return how many domains are in a category, null where a domain may or may not be."""
    possible = {domain: pl.col(f"{domain}_{name}") for domain in DOMAINS}
    told = pl.all_horizontal(_is_sure(domain) | ~flag for domain, flag in possible.items())
    number = pl.sum_horizontal(flag.cast(pl.Int32) for flag in possible.values())
    return pl.when(evaluable & told).then(number).cast(pl.Int32)


def _reasons() -> pl.Expr:
    """Return e.g. ``major deterioration: renal (C to A); not known: ophthalmic``, without quiet domains."""
    parts = []
    for name in CATEGORIES:
        if name != "minimal":
            shown = [
                pl.when(_is_sure(domain) & pl.col(f"{domain}_{name}")).then(_change(domain))
                for domain in DOMAINS
            ]
            parts.append(pl.lit(f"{name.replace('_', ' ')}: ") + joined(shown, ", "))
    open_ = [pl.when(~_is_sure(domain)).then(pl.lit(domain)) for domain in DOMAINS]
    return joined([*parts, pl.lit("not known: ") + joined(open_, ", ")])


def _change(domain: str) -> pl.Expr:
    then, now = letter(pl.col(f"before_{domain}_low")), letter(pl.col(f"now_{domain}_low"))
    return pl.lit(f"{domain} (") + then + pl.lit(" to ") + now + pl.lit(")")
