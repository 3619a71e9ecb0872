"""BILAG from grades alone: the instruments, their columns and queries.

Classic BILAG has eight domains (vasculitis; no gastrointestinal, no ophthalmic) and counts 9/3/1 [S07][S08];
BILAG-2004 has nine and counts 12/8/1 [S01]. A column of the other index is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from lupustrial.instruments._bilag_classic_rules import DERIVED, ITEMS
from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._spec import DOMAINS, Check, Input, Instrument, Open
from lupustrial.instruments._sri import CLASSIC

_grade = partial(Input, kind="grade", high=4)
_TEXT, _WHOLE = pl.String(), pl.Int32()

_OUTPUTS: Mapping[str, pl.DataType] = {
    "numeric": _WHOLE,
    "worst": _TEXT,
    "active": pl.Boolean(),
    "lower": _WHOLE,
    "upper": _WHOLE,
    "completeness": _TEXT,
    "reasons": _TEXT,
    "scored_by": _TEXT,
}


def grade_inputs(domains: Sequence[str], source: str) -> tuple[Input, ...]:
    """Return the grades of the domains, read in `source`, and their bounds where they are not known."""
    return (
        *(
            _grade(code=f"grade_{domain}", label=f"Grade of {domain}", source=source, trust=source)
            for domain in domains
        ),
        *(_grade(code=f"lower_{one}", label=f"Least severe possible {one}", item=False) for one in domains),
        *(_grade(code=f"upper_{one}", label=f"Most severe possible {one}", item=False) for one in domains),
    )


def _checks(prefix: str, domains: Sequence[str]) -> tuple[Check, ...]:
    """Return the queries on the history of each domain: E after A to D, and D after nothing but E."""
    found = []
    for domain in domains:
        grade = pl.col(f"grade_{domain}")
        worst = grade.fill_null(RANK["E"]).cum_max().shift(1).over("USUBJID")
        last = grade.forward_fill().shift(1).over("USUBJID")
        found += [
            Check(
                id=f"{prefix}-Q01",
                item=f"grade_{domain}",
                when=(grade == RANK["E"]) & (worst >= RANK["D"]),
                message="E (never involved) after an earlier A to D: verify both grades",
                shows=(f"grade_{domain}",),
                before=(f"grade_{domain}",),
            ),
            Check(
                id=f"{prefix}-Q02",
                item=f"grade_{domain}",
                when=(grade == RANK["D"]) & (last == RANK["E"]) & (worst == RANK["E"]),
                message="D (involved before) after nothing but E (never involved): verify the history",
                shows=(f"grade_{domain}",),
                before=(f"grade_{domain}",),
            ),
        ]
    return tuple(found)


def _differs(domain: str) -> Check:
    """Return the query on a grade that is not the one its items give."""
    derived = pl.col(f"derived_{domain}").replace_strict(RANK, return_dtype=pl.Int32)
    return Check(
        id="BILAGC-Q03",
        item=f"grade_{domain}",
        when=pl.col(f"grade_{domain}") != derived,
        message="the items give another grade than the one entered: verify them",
        shows=(f"grade_{domain}", f"derived_{domain}"),
    )


_derived = partial(Input, kind="ord", high=4)

BILAG_CLASSIC = Instrument(
    id="bilag_classic",
    title="Classic BILAG (grade entry)",
    version="1.0",
    summary="Eight domains graded A (severe) to E (never involved); numeric score 9/3/1, 0 to 72.",
    inputs=(
        *grade_inputs(CLASSIC, "S07"),
        *(
            _derived(
                code=row["code"],
                label=row["label"],
                definition="0 absent, 1 improving, 2 same, 3 worse, 4 new",
                source=row["source"],
                trust=row["trust"],
            )
            for row in ITEMS
        ),
        *(
            Input(
                code=f"prior_involvement_{one}", label=f"Earlier {one} involvement", kind="flag", item=False
            )
            for one in DERIVED
        ),
    ),
    settings=settings_of("bilag_classic"),
    outputs={**dict.fromkeys((f"derived_{domain}" for domain in DERIVED), _TEXT), **_OUTPUTS},
    sources=("S07", "S08", "S06", "S39"),
    open=(
        Open(
            rule="grades of classic BILAG",
            tag="X?",
            question="Were the grades given by a certified program or rater? Cardiorespiratory, "
            "haematological and other domains are not derived here: their scoring sheet is not known to us.",
        ),
    ),
    checks=(*_checks("BILAGC", CLASSIC), *(_differs(domain) for domain in DERIVED)),
)

BILAG2004_NUMERIC = Instrument(
    id="bilag2004_numeric",
    title="BILAG-2004 (grade entry)",
    version="1.0",
    summary="Nine domains graded A (severe) to E (never involved); numeric score 12/8/1, 0 to 108.",
    inputs=grade_inputs(DOMAINS, "S01"),
    settings=settings_of("bilag2004_numeric"),
    outputs=_OUTPUTS,
    sources=("S01",),
    checks=_checks("BILAGN", DOMAINS),
)
