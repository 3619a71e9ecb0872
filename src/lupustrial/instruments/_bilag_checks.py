"""Consistency checks of BILAG-2004: pairs of mild and severe items, and values against the previous visit.

Which items are pairs, and why, stands in ``tables/bilag2004_pairs.csv``. No pairs, although one sounds milder
than the other: digital infarcts and major vasculitis, seizures and status epilepticus, pleurisy or
pericarditis and tamponade or effusion, serositis and peritonitis, mild myocarditis and its complications.
Each is a finding of its own on the form, and either occurs alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.instruments._bilag_items import ITEMS
from lupustrial.instruments._bilag_rules import ACTIVE
from lupustrial.instruments._bilag_value_checks import VALUE_CHECKS
from lupustrial.instruments._spec import DOMAINS, Check
from lupustrial.instruments._tables import read_table

#: Values of an ordinal item.
IMPROVING, WORSE, NEW = 1, 3, 4

#: Mild and severe items of one manifestation.
PAIRS: tuple[tuple[str, str], ...] = tuple(
    (row["severe"], row["mild"]) for row in read_table("bilag2004_pairs")
)

#: Items answered 0 to 4.
ORDINAL: tuple[str, ...] = tuple(
    item.code for item in ITEMS.values() if item.kind == "ord" and item.code != "REN_DIP"
)

#: Items that the other excludes by its definition.
_EXCLUSIVE = (
    ("CRS_MYOC_MILD", "CRS_CARDFAIL", "mild myocarditis is without heart failure"),
    ("CRS_MYOC_MILD", "CRS_ARRHY", "mild myocarditis is without arrhythmia"),
    ("CRS_MYOC_MILD", "CRS_VALVE", "mild myocarditis is without valve dysfunction"),
    ("GIT_SEROS", "GIT_PERITON", "abdominal serositis is without an acute abdomen"),
)


def _before(code: str) -> pl.Expr:
    return pl.col(code).shift(1).over("USUBJID")


def _pair_checks(severe: str, mild: str) -> Iterator[Check]:
    one, other = pl.col(severe), pl.col(mild)
    yield Check(
        id="BILAG-Q01",
        item=severe,
        when=(one >= ACTIVE) & (other == 0),
        message="the severe item is active and its mild twin is 0: verify both",
        shows=(severe, mild),
    )
    yield Check(
        id="BILAG-Q02",
        item=mild,
        when=(one == NEW) & other.is_between(IMPROVING, ACTIVE),
        message="the severe item is new and its mild twin improves or is the same: a mild item that became "
        "severe is recorded as severe 4, mild 3",
        shows=(severe, mild),
    )
    yield Check(
        id="BILAG-Q03",
        item=severe,
        when=(other == WORSE) & (one == 0),
        message="the mild item is worse and its severe twin is 0: verify that it did not become severe",
        shows=(severe, mild),
    )
    yield Check(
        id="BILAG-Q04",
        item=mild,
        when=(_before(severe) >= ACTIVE) & (one <= IMPROVING) & (other == NEW),
        message="the severe item was active and is not any more, and its mild twin is new: what falls below "
        "the severe grade is mild 1 (improving) or 2 (same)",
        shows=(severe, mild),
        before=(severe, mild),
    )


def _history_checks(code: str) -> Iterator[Check]:
    now, before = pl.col(code), _before(code)
    yield Check(
        id="BILAG-Q05",
        item=code,
        when=(now == NEW) & (before >= ACTIVE),
        message="recorded as new or recurrent, and it was active at the previous visit: verify that it had "
        "gone in between; what persists is 2, what deteriorates 3",
        shows=(code,),
        before=(code,),
    )
    yield Check(
        id="BILAG-Q06",
        item=code,
        when=now.is_between(ACTIVE, WORSE) & (before == 0),
        message="recorded as the same or worse, and it was absent at the previous visit: verify; what began "
        "since is 4",
        shows=(code,),
        before=(code,),
    )


def _involvement_check(domain: str) -> Check:
    flag, grade = f"prior_involvement_{domain}", f"grade_{domain}"
    # D is given where involvement was answered before, so that grades A to D say all of it.
    involved = pl.col(grade).is_in(["A", "B", "C", "D"]).cast(pl.Int32)
    earlier = involved.cum_max().forward_fill().shift(1).over("USUBJID")
    return Check(
        id="BILAG-Q07",
        item=flag,
        when=(pl.col(flag) == 0) & (earlier == 1),
        message=f"earlier {domain} involvement is answered no, and the domain was A to D before: once "
        "involved is always involved",
        shows=(flag, grade),
    )


def _exclusive_check(mild: str, severe: str, why: str) -> Check:
    return Check(
        id="BILAG-Q08",
        item=mild,
        when=pl.col(mild).is_in([ACTIVE, NEW]) & (pl.col(severe) >= ACTIVE),
        message=f"both are active, and {why}: verify which holds",
        shows=(mild, severe),
    )


#: Every consistency check of BILAG-2004.
CHECKS: tuple[Check, ...] = (
    *(check for pair in PAIRS for check in _pair_checks(*pair)),
    *(check for code in ORDINAL for check in _history_checks(code)),
    *(_involvement_check(domain) for domain in DOMAINS),
    *(_exclusive_check(*row) for row in _EXCLUSIVE),
    *VALUE_CHECKS,
)
