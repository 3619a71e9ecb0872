"""BILAG from grades alone: classic BILAG and BILAG-2004, entered as letters A to E.

Sums, worst grade and activity grow with every grade, so a grade that is not known at E and at A bounds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._bilag_classic_rules import CODES, DERIVED, LEAST_ACTIVE, grade_classic
from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._bilag_rules import SCHEMES, is_active, numeric_score, with_history, worst_grade
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._responder import domains_of
from lupustrial.instruments._settings import digest
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._verdict import completeness, joined, letter, scored_by

_HIGHEST_VALUE = 4


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    domains = domains_of(instrument)
    refuse_crossed(frame, [(f"lower_{domain}", f"upper_{domain}") for domain in domains])
    derives = settings.get("bilag_classic_derive") == "on"
    frame = _with_derived(in_order(frame), domains, derives=derives)
    ends = {
        f"rank_{end}_{domain}": pl.coalesce(f"grade_{domain}", f"{end}_{domain}", f"_{end}_{domain}")
        for end in ("lower", "upper")
        for domain in domains
    }
    frame = frame.with_columns(**ends)
    low = {domain: pl.col(f"rank_lower_{domain}") for domain in domains}
    high = {domain: pl.col(f"rank_upper_{domain}") for domain in domains}
    scheme = settings["bilag_numeric_scheme"]
    least, most = numeric_score(low, scheme), numeric_score(high, scheme)
    worst_low, worst_high = worst_grade(low), worst_grade(high)
    active_low, active_high = is_active(low), is_active(high)
    complete = pl.all_horizontal(low[domain] == high[domain] for domain in domains)
    why = _reasons(domains, scheme) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        pl.when(least == most).then(least).cast(pl.Int32).alias("numeric"),
        pl.when(worst_low == worst_high).then(letter(worst_low)).alias("worst"),
        pl.when(active_low == active_high).then(active_low).alias("active"),
        least.cast(pl.Int32).alias("lower"),
        most.cast(pl.Int32).alias("upper"),
        completeness(complete).alias("completeness"),
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings), shown=("bilag_numeric_scheme",)),
    )


def _with_derived(frame: pl.DataFrame, domains: Sequence[str], *, derives: bool) -> pl.DataFrame:
    """Add what a blank grade can be, ``_lower_<domain>`` and ``_upper_<domain>``: E to A, or from items.

    Adds also ``derived_<domain>``, the letter that the items give, where they are to be used.
    """
    ends: dict[str, pl.Expr] = {}
    for domain in domains:
        asked = derives and domain in DERIVED
        ends[f"_lower_{domain}"] = _graded(domain, 0) if asked else pl.lit(RANK["E"])
        ends[f"_upper_{domain}"] = _graded(domain, _HIGHEST_VALUE) if asked else pl.lit(RANK["A"])
    frame = frame.with_columns(**ends)
    told = []
    for domain in (domain for domain in DERIVED if domain in domains):
        low, high = pl.col(f"_lower_{domain}"), pl.col(f"_upper_{domain}")
        told.append(pl.when(low == high).then(letter(low)).alias(f"derived_{domain}"))
    return frame.with_columns(told)


def _graded(domain: str, gap: int) -> pl.Expr:
    """Return the rank of a domain from its items, with items not done at `gap`.

    Without activity it is D where the domain was involved: by the history, or by an earlier grade or items.
    """
    active = grade_classic(domain, {code: pl.col(code).fill_null(gap) for code in CODES[domain]})
    told = pl.col(f"prior_involvement_{domain}").fill_null(0).cum_max().over("USUBJID")
    entered = pl.col(f"grade_{domain}").fill_null(RANK["E"]).cum_max().over("USUBJID")
    # Where a grade is entered the items do not speak.
    seen = ((active >= LEAST_ACTIVE) & pl.col(f"grade_{domain}").is_null()).cum_max().over("USUBJID")
    ever = (told == 1) | (entered > RANK["E"]) | seen
    rank: pl.Expr = with_history(active, ever.cast(pl.Int32))
    return rank.cast(pl.Int32)


def _reasons(domains: Sequence[str], scheme: str) -> pl.Expr:
    """Return e.g. ``renal A 9; mucocutaneous B 3; not done: vasculitis``."""
    points = dict(zip("ABC", SCHEMES[scheme], strict=True))
    fired, open_ = [], []
    for domain in domains:
        low, high = pl.col(f"rank_lower_{domain}"), pl.col(f"rank_upper_{domain}")
        for grade, number in points.items():
            surely = (low == RANK[grade]) & (high == RANK[grade])
            fired.append(pl.when(surely).then(pl.lit(f"{domain} {grade} {number}")))
        gap = pl.lit(f"{domain} ") + letter(low) + pl.lit(" to ") + letter(high)
        open_.append(pl.when(low != high).then(gap))
    return joined([*fired, pl.lit("not known: ") + joined(open_, ", ")])
