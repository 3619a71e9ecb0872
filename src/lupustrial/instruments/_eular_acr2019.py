"""EULAR/ACR 2019 classification criteria: the highest weight of each domain, ANA first [S46][S55]."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, any_of, total
from lupustrial.instruments._criteria import NEEDED, criterion, not_done, stays_met
from lupustrial.instruments._ladder import highest_reached
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by, yes_no

ITEMS = read_table("eular_acr2019_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in ITEMS)
CLINICAL: tuple[str, ...] = tuple(row["code"] for row in ITEMS if row["group"] == "clinical")
DOMAINS: tuple[str, ...] = tuple(dict.fromkeys(row["domain"] for row in ITEMS))
WEIGHTS: Mapping[str, int] = {row["code"]: int(row["weight"]) for row in ITEMS}
ENTRY = "ana_1_80"

_TEXT, _WHOLE = pl.String(), pl.Int32()


def score_domains(met: Columns) -> dict[str, Column]:
    """Return the score, and by domain the highest weight of its criteria that are met (1) or not (0)."""
    domains = {
        f"domain_{domain}": highest_reached(
            (WEIGHTS[row["code"]], met[row["code"]] == 1) for row in ITEMS if row["domain"] == domain
        )
        for domain in DOMAINS
    }
    return {"score": total(domains.values()), **domains}


def is_classified(met: Columns) -> Column:
    """Return who is classified; `met` also has ``ana_1_80`` as 1 or 0."""
    enough = score_domains(met)["score"] >= NEEDED["eular_acr2019_needed"]
    return (met[ENTRY] == 1) & enough & any_of(met[code] == 1 for code in CLINICAL)


EULAR_ACR2019 = Instrument(
    id="eular_acr2019",
    title="EULAR/ACR 2019 classification criteria",
    version="1.0",
    summary="Classified: ANA 1:80 or more ever, and 10 points or more with at least one clinical criterion.",
    inputs=(
        Input(
            code=ENTRY,
            label="ANA of 1:80 or more on HEp-2 cells or an equivalent test, at least once",
            kind="yn",
            source="S54",
            trust="S54",
            aliases=("ana", "ana_entry", "ana_180"),
        ),
        *(criterion(row) for row in ITEMS),
    ),
    settings=settings_of("eular_acr2019"),
    outputs={
        "score": _WHOLE,
        **{f"domain_{domain}": _WHOLE for domain in DOMAINS},
        "classified": _TEXT,
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S46", "S54", "S55"),
    checks=(
        *stays_met("EULAR-Q01", (ENTRY, *CODES)),
        Check(
            id="EULAR-Q02",
            item=ENTRY,
            when=(pl.col(ENTRY) == 0) & (pl.col("lower") >= NEEDED["eular_acr2019_needed"]),
            message="Enough points, yet ANA never reached 1:80, so not classified: verify the titre.",
            shows=(ENTRY,),
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; each row is judged by itself."""
    least = {code: pl.col(code).fill_null(0) for code in (ENTRY, *CODES)}
    most = {code: pl.col(code).fill_null(1) for code in (ENTRY, *CODES)}
    low, high = score_domains(least), score_domains(most)
    scores = {name: pl.when(points == high[name]).then(points) for name, points in low.items()}
    shown = pl.lit(value=True) if settings["eular_score_without_ana"] == "shown" else least[ENTRY] == 1
    done = pl.col(ENTRY).is_not_null() & (low["score"] == high["score"])
    return frame.with_columns(
        **{name: pl.when(shown).then(points) for name, points in scores.items()},
        classified=yes_no(is_classified(least), is_classified(most)),
        completeness=completeness(done),
        lower=low["score"],
        upper=high["score"],
        reasons=_reasons() if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument, settings, digest(instrument, settings), shown=("eular_score_without_ana",)
        ),
    )


def _reasons() -> pl.Expr:
    """Return e.g. ``ALOP 2 not counted beside ACLE; ACLE 6; LOW2 4; no ANA of 1:80; not done: APL``."""
    met = []
    for row in ITEMS:
        code, weight = row["code"], WEIGHTS[row["code"]]
        domain = [other["code"] for other in ITEMS if other["domain"] == row["domain"]]
        higher = [one for one in domain if WEIGHTS[one] > weight]
        same = [one for one in domain[: domain.index(code)] if WEIGHTS[one] == weight]
        # The highest of the domain counts; of two that weigh the same, the first.
        counted = [
            pl.when(pl.col(one) == 1).then(pl.lit(f"{code} {weight} not counted beside {one}"))
            for one in (*sorted(higher, key=lambda one: -WEIGHTS[one]), *same)
        ]
        met.append(pl.when(pl.col(code) == 1).then(pl.coalesce(*counted, pl.lit(f"{code} {weight}"))))
    stopped = pl.when(pl.col(ENTRY) == 0).then(pl.lit("no ANA of 1:80"))
    return joined([*met, stopped, not_done([ENTRY, *CODES])])
