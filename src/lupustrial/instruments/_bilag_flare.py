"""Flare by BILAG-2004 from a frame: every visit against the one before, three-valued.

What a domain adds to a flare grows with its grade, falls with its grade before, and grows with the deciding
item; the flare grows with what each domain adds. So two corners bound it: grades that are not known at
their least and at their most severe end.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl

from lupustrial.instruments._bilag_deciding import SCORED
from lupustrial.instruments._bilag_flare_rules import NUMERIC, STATES, flare_rank, new_counts, new_grade
from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._components import BILAG_PART
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._flare import (
    DATED,
    ONSET,
    OUTPUTS,
    at_previous,
    onset_check,
    with_days,
    with_verdict,
)
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import DOMAINS, Input, Instrument, Part
from lupustrial.instruments._verdict import joined, letter, scored_by

_grade = partial(Input, kind="grade", high=4)

#: Grades, bounds and deciding items from the items of BILAG-2004.
PART = Part(
    instrument="bilag2004_deciding",
    columns={**BILAG_PART.columns, **{f"deciding_{domain}": f"deciding_{domain}" for domain in SCORED}},
    defaults=BILAG_PART.defaults,
)

_WHOLE = pl.Int32()
_COUNTS = ("n_new_a", "n_new_b", "n_new_c")

BILAG2004_FLARE = Instrument(
    id="bilag2004_flare",
    title="BILAG-2004 flare",
    version="1.0",
    summary="Flare since the previous visit: new grades A, B and C in the nine domains.",
    inputs=(
        *(
            _grade(code=f"grade_{domain}", label=f"BILAG-2004 {domain}", source="S20", trust="S20")
            for domain in DOMAINS
        ),
        *(
            Input(
                code=f"deciding_{domain}",
                label=f"An item scored 3 (worse) or 4 (new) decides the grade of {domain}",
                kind="yn",
                source="S20",
                trust="S20",
                aliases=(f"item_3_or_4_{domain}", f"domain_has_item_3_or_4_{domain}"),
            )
            for domain in DOMAINS
        ),
        *(_grade(code=f"lower_{one}", label=f"Least severe possible {one}", item=False) for one in DOMAINS),
        *(_grade(code=f"upper_{one}", label=f"Most severe possible {one}", item=False) for one in DOMAINS),
        ONSET,
    ),
    settings=settings_of("bilag2004_flare"),
    outputs={
        **OUTPUTS,
        **dict.fromkeys(_COUNTS, _WHOLE),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S20", "S53"),
    open=(DATED,),
    parts=(PART,),
    checks=(onset_check("BILAGF"),),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; a visit without a previous one is not evaluable."""
    refuse_crossed(frame, [(f"lower_{domain}", f"upper_{domain}") for domain in DOMAINS])
    frame = _with_ends(with_days(in_order(frame)), settings)
    corners = {
        "least": {domain: _new(domain, "least", settings) for domain in DOMAINS},
        "most": {domain: _new(domain, "most", settings) for domain in DOMAINS},
    }
    frame = frame.with_columns(
        new.cast(pl.Int32).alias(f"new_{domain}_{end}")
        for end, by_domain in corners.items()
        for domain, new in by_domain.items()
    )
    ranks = {
        end: flare_rank(new_counts({domain: pl.col(f"new_{domain}_{end}") for domain in DOMAINS}))
        for end in corners
    }
    frame = with_verdict(frame, ranks["least"], ranks["most"], STATES, pl.col("_pos") > 0)
    why = _reasons() if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        *_told_counts(settings),
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings)),
    )


def _with_ends(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add for each domain ``now_``, ``before_``, ``decided_`` at the ends ``_least`` and ``_most`` severe."""
    now = {}
    for domain in DOMAINS:
        now[f"now_{domain}_least"] = pl.coalesce(f"grade_{domain}", f"lower_{domain}", pl.lit(RANK["E"]))
        now[f"now_{domain}_most"] = pl.coalesce(f"grade_{domain}", f"upper_{domain}", pl.lit(RANK["A"]))
    frame = frame.with_columns(**now)
    others = {}
    for domain in DOMAINS:
        told = pl.col(f"deciding_{domain}")
        by_change = _by_change(domain, settings)
        known = (pl.col(f"now_{domain}_least") > RANK["D"]) | (pl.col(f"now_{domain}_most") < RANK["A"])
        whole = {"least": RANK["E"], "most": RANK["A"]}
        for end, other, gap in (("least", "most", 0), ("most", "least", 1)):
            before = at_previous(f"now_{domain}_{other}", known, whole[other], settings)
            others[f"before_{domain}_{end}"] = before
            decided = pl.lit(value=True) if by_change else told.fill_null(gap) == 1
            others[f"decided_{domain}_{end}"] = decided
    return frame.with_columns(**others)


def _by_change(domain: str, settings: Mapping[str, str]) -> bool:
    """Tell whether a new grade of the domain is judged by the change of the grade alone."""
    asked = settings["bilag_flare_deciding_item"]
    return asked == "no_domain" or (asked == "scored_domains" and domain in NUMERIC)


def _still_a(domain: str, settings: Mapping[str, str]) -> bool:
    """Tell whether A after A can be new; it is no change, so an item must be asked for."""
    return settings["bilag_flare_still_a"] == "new" and not _by_change(domain, settings)


def _new(domain: str, end: str, settings: Mapping[str, str]) -> pl.Expr:
    columns = (pl.col(f"{side}_{domain}_{end}") for side in ("before", "now", "decided"))
    new: pl.Expr = new_grade(*columns, still_a=_still_a(domain, settings))
    return new


def _told_counts(settings: Mapping[str, str]) -> list[pl.Expr]:
    """Return the numbers of new A, B and C, null where what is not known leaves them open.

    A grade between the bounds counts too, so the corners do not tell how many there can be.
    """
    least = new_counts({domain: pl.col(f"new_{domain}_least") for domain in DOMAINS})
    told = []
    for name, lowest in least.items():
        rank = RANK[name[-1].upper()]
        sure = [_is_sure(domain, rank, settings) for domain in DOMAINS]
        certain = pl.all_horizontal(sure) & (pl.col("_pos") > 0)
        told.append(pl.when(certain).then(lowest).cast(pl.Int32).alias(name))
    return told


def _is_sure(domain: str, rank: int, settings: Mapping[str, str]) -> pl.Expr:
    """Return where it is certain whether a domain is new at this very rank."""
    low, high = pl.col(f"now_{domain}_least"), pl.col(f"now_{domain}_most")
    fixed = (low == high) & (pl.col(f"new_{domain}_least") == pl.col(f"new_{domain}_most"))
    before, decided = pl.col(f"before_{domain}_most"), pl.col(f"decided_{domain}_most")
    new: pl.Expr = new_grade(before, pl.lit(rank), decided, still_a=_still_a(domain, settings))
    can_be = new == rank
    return fixed | ~(can_be & (low <= rank) & (high >= rank))


def _reasons() -> pl.Expr:
    """Return e.g. ``new A: renal (C to A); no item scored 3 or 4: ophthalmic (E to B); not known: …``."""
    told: dict[str, list[pl.Expr]] = {"new A": [], "new B": [], "new C": [], "no item scored 3 or 4": []}
    open_ = []
    for domain in DOMAINS:
        new, before, now = (pl.col(f"{name}_{domain}_least") for name in ("new", "before", "now"))
        text = pl.lit(f"{domain} (") + letter(before) + pl.lit(" to ") + letter(now) + pl.lit(")")
        for name in "ABC":
            told[f"new {name}"].append(pl.when(new == RANK[name]).then(text))
        bare = (now > before) & (now >= RANK["C"]) & ~pl.col(f"decided_{domain}_most")
        told["no item scored 3 or 4"].append(pl.when(bare).then(text))
        open_.append(pl.when(new != pl.col(f"new_{domain}_most")).then(pl.lit(domain)))
    parts = [pl.lit(f"{name}: ") + joined(shown, ", ") for name, shown in told.items()]
    nothing = pl.when(pl.col("state") == "none").then(pl.lit("no new grade that makes a flare"))
    whole = joined([*parts, nothing, pl.lit("not known: ") + joined(open_, ", ")])
    return pl.when(pl.col("_pos") == 0).then(pl.lit("no previous visit")).otherwise(whole)
