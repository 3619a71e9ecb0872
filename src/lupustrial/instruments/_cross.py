"""Cross-checks as an instrument: every instrument's columns of one visit, and queries where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.instruments._bilag import BILAG2004
from lupustrial.instruments._bilag import score_frame as score_bilag
from lupustrial.instruments._cross_checks import ALSO, CROSS_CHECKS, DAMAGE
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._names import KEYS
from lupustrial.instruments._pga import PGA
from lupustrial.instruments._settings import digest, resolve, settings_of
from lupustrial.instruments._sledai import CODES, HIGHEST, SELENA, score_sledai
from lupustrial.instruments._sledai_labs import read_results
from lupustrial.instruments._sledai_labs_frame import with_proposals
from lupustrial.instruments._sledai_labs_inputs import INPUTS, PROPOSED
from lupustrial.instruments._sledai_labs_rules import lab_rules
from lupustrial.instruments._spec import DOMAINS, Input, Instrument
from lupustrial.instruments._verdict import joined, letter, scored_by

_TEXT = pl.String()
_MOST_JOINTS, _CLASI_HIGHEST = 68, 70


def _others() -> Iterator[Input]:
    source, trust = "13-software-and-errors", "D"
    for domain in DOMAINS:
        yield Input(
            code=f"grade_{domain}",
            label=f"BILAG-2004 grade, {domain}",
            kind="grade",
            high=4,
            source=source,
            trust=trust,
        )
    yield Input(
        code="sledai_total",
        label="SLEDAI total as it was written",
        kind="ord",
        high=HIGHEST,
        source=source,
        trust=trust,
        aliases=("sledai", "sledai_score"),
    )
    yield Input(
        code="clasi_activity",
        label="CLASI activity",
        kind="ord",
        high=_CLASI_HIGHEST,
        source=source,
        trust=trust,
    )
    for sign in ("tender", "swollen"):
        yield Input(
            code=f"{sign}_joints",
            label=f"Number of {sign} joints",
            kind="ord",
            high=_MOST_JOINTS,
            source=source,
            trust=trust,
            aliases=(sign,),
        )
    for code in DAMAGE:
        yield Input(code=code, label=f"Damage, {code}", kind="ord", high=3, source=source, trust=trust)


CROSS = Instrument(
    id="cross_checks",
    title="Cross-checks between instruments",
    version="1.0",
    summary="Queries where SLEDAI, BILAG-2004, PGA, CLASI, joints, damage and laboratory values disagree.",
    inputs=(*SELENA.inputs, *BILAG2004.inputs, *_others(), *PGA.inputs, *INPUTS),
    settings=settings_of("cross_checks"),
    outputs={
        "queries": pl.Int32(),
        "state": _TEXT,
        **{f"bilag_{domain}": _TEXT for domain in DOMAINS},
        "sledai_sum": pl.Int32(),
        "descriptors": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S19", "S31", "S32"),
    checks=CROSS_CHECKS,
    prepare=read_results,
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame: how many checks ask for something, and what was compared."""
    frame = in_order(frame)
    frame = frame.with_columns(_grades(frame)).with_columns(_totals())
    proposed = with_proposals(_with_bilag_results(frame), lab_rules(settings["sledai_version"], settings))
    added = [f"{item}_proposed" for item in PROPOSED]
    added += [name for name in proposed.columns if name.startswith("_outside_")]
    frame = frame.hstack(proposed.select(added))
    fired = {check: check.when.fill_null(value=False) for check in CROSS_CHECKS}
    count = pl.sum_horizontal(fired.values()).cast(pl.Int32)
    named = [pl.when(flag).then(pl.lit(f"{check.id} {check.item}")) for check, flag in fired.items()]
    return frame.with_columns(
        queries=count,
        state=pl.when(count > 0).then(pl.lit("to verify")).otherwise(pl.lit("consistent")),
        reasons=joined(named) if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("sledai_version",)),
    )


def _grades(frame: pl.DataFrame) -> list[pl.Series]:
    """Return ``bilag_<domain>``: the grade that is given, else the one that the items decide."""
    codes = [each.code for each in BILAG2004.inputs]
    given = {domain: letter(pl.col(f"grade_{domain}")) for domain in DOMAINS}
    if all(frame[code].null_count() == frame.height for code in codes):
        return frame.select(one.alias(f"bilag_{domain}") for domain, one in given.items()).get_columns()
    keys = [key for key in frame.columns if key in KEYS]
    strict = resolve(BILAG2004, {"bilag_missing": "strict"})
    scored = score_bilag(frame.select("_row", *keys, *codes), BILAG2004, strict, reasons=False)
    derived = scored.select("_row", *(pl.col(f"grade_{domain}").alias(f"_{domain}") for domain in DOMAINS))
    joined_on = frame.join(derived, on="_row", how="left", maintain_order="left")
    return joined_on.select(
        pl.coalesce(one, f"_{domain}").alias(f"bilag_{domain}") for domain, one in given.items()
    ).get_columns()


def _totals() -> list[pl.Expr]:
    """Return the sum of the 24 descriptors, null where one is not done, and those present as text."""
    done = pl.all_horizontal(pl.col(code).is_not_null() for code in CODES)
    total = score_sledai({code: pl.col(code) for code in CODES})["score"]
    present = joined([pl.when(pl.col(code) == 1).then(pl.lit(code)) for code in CODES], ", ")
    return [pl.when(done).then(total).cast(pl.Int32).alias("sledai_sum"), present.alias("descriptors")]


def _with_bilag_results(frame: pl.DataFrame) -> pl.DataFrame:
    """Let a result of BILAG stand in for one that is not given, with what it is attributed to."""
    taken = {name: pl.col(name).is_null() & pl.col(other).is_not_null() for name, other in ALSO.items()}
    return frame.with_columns(
        *(pl.coalesce(name, other).alias(name) for name, other in ALSO.items()),
        *(
            pl.when(taken[name]).then(pl.col(f"not_due_to_lupus_{other}"))
            .otherwise(pl.col(f"excluded_{name}")).alias(f"excluded_{name}")
            for name, other in ALSO.items()
        ),
    )  # fmt: skip
