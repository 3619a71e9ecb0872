"""BILAG-2004 with the deciding items: whether an item scored 3 (worse) or 4 (new) decides a domain's grade.

An item decides where its own grade is the grade of the domain. In the constitutional domain the items of
the condition that is met decide: for A fever and the others, for B fever alone or the others alone [D].
Renal and haematological grades come from numbers and have no such item [D].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from lupustrial.instruments._bilag import BILAG2004
from lupustrial.instruments._bilag import score_frame as score_bilag
from lupustrial.instruments._bilag_items import BY_DOMAIN
from lupustrial.instruments._bilag_rules import ACTIVE, ITEMISED, TWO, grade_itemised
from lupustrial.instruments._columns import Column, Columns, any_of, count
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._verdict import yes_no

#: Lowest value of an item that got worse or is new.
WORSE = 3

_HIGHEST = 4

_FEVER = "CON_FEVER"

#: Domains whose grade is decided by items scored 0 to 4.
SCORED: tuple[str, ...] = ("constitutional", *ITEMISED)

BILAG2004_DECIDING = replace(
    BILAG2004,
    id="bilag2004_deciding",
    title="BILAG-2004 with deciding items",
    outputs={**BILAG2004.outputs, **{f"deciding_{domain}": pl.String() for domain in SCORED}},
)


def is_decided(domain: str, values: Columns) -> Column:
    """Return where an item scored 3 or 4 decides the grade of the domain; items without gaps."""
    if domain == "constitutional":
        return _constitutional(values)
    grade = grade_itemised(domain, values)
    return any_of((values[item.code] >= WORSE) & (grade == item.active) for item in BY_DOMAIN[domain])


def _constitutional(values: Columns) -> Column:
    """Fever 2-4 with fewer than two others 2-4 makes B by itself; else the others take part."""
    others = [values[item.code] for item in BY_DOMAIN["constitutional"] if item.code != _FEVER]
    two = count(other >= ACTIVE for other in others) >= TWO
    counted = two | (values[_FEVER] < ACTIVE)
    return (values[_FEVER] >= WORSE) | (counted & any_of(other >= WORSE for other in others))


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs of BILAG-2004 and ``deciding_<domain>`` to a checked frame."""
    scored = score_bilag(frame, instrument, settings, reasons=reasons)
    absent = settings["bilag_missing"] == "as_absent"
    flags = frame.select(
        "_row", *(_told(domain, absent=absent).alias(f"deciding_{domain}") for domain in SCORED)
    )
    return scored.join(flags, on="_row", how="left", maintain_order="left")


def _told(domain: str, *, absent: bool) -> pl.Expr:
    """Return Y, N, or null where items not done leave it open.

    It surely holds where it does with every item not done at 2: a severe item at 2 takes the decision from
    milder ones, and decides without being worse. Among the constitutional items it is fever at 2 and none of
    the others. It can hold where it does with every item not done at 4.
    """
    codes = [item.code for item in BY_DOMAIN[domain]]
    aside = {code: ACTIVE if domain != "constitutional" or code == _FEVER else 0 for code in codes}
    least, most = (dict.fromkeys(codes, 0),) * 2 if absent else (aside, dict.fromkeys(codes, _HIGHEST))
    surely, possibly = (
        is_decided(domain, {code: pl.col(code).fill_null(gaps[code]) for code in codes})
        for gaps in (least, most)
    )
    return yes_no(surely, possibly)
