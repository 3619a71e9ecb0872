"""SLICC/ACR damage index: 41 items of damage since the onset of lupus, of any cause, 0 to 47 [S29][S30].

Items are given as numbers of events. Some count twice at most, end-stage renal disease counts three and
replaces the other renal items. Damage stays, so the score cannot fall: a fall is queried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total, where
from lupustrial.instruments._history import highest_before, lost
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by

ITEMS = read_table("sdi_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in ITEMS)
DOMAINS: tuple[str, ...] = tuple(dict.fromkeys(row["domain"] for row in ITEMS))
POINTS: Mapping[str, int] = {row["code"]: int(row["points"]) for row in ITEMS}
MOST_POINTS: Mapping[str, int] = {row["code"]: int(row["max_points"]) for row in ITEMS}
#: End-stage renal disease, and the renal items that it replaces.
END_STAGE = next(row["code"] for row in ITEMS if row["replaces"])
REPLACED: tuple[str, ...] = tuple(next(row["replaces"] for row in ITEMS if row["replaces"]).split(";"))

#: Events of one item that are still believed.
_MOST_EVENTS = 99


def score_sdi(events: Columns) -> dict[str, Column]:
    """Return the total and the points of each domain.

    Args:
        events: For each of the 41 codes, how many events, integers from 0.
    """
    points = {code: _capped(POINTS[code] * events[code], MOST_POINTS[code]) for code in CODES}
    for code in REPLACED:
        points[code] = where(events[END_STAGE] >= 1, 0, points[code])
    domains = {
        f"domain_{domain}": total(points[row["code"]] for row in ITEMS if row["domain"] == domain)
        for domain in DOMAINS
    }
    return {"score": total(domains.values()), **domains}


def _capped(points: Column, most: int) -> Column:
    return where(points > most, most, points)


def _input(row: Mapping[str, str]) -> Input:
    number = int(row["order"])
    return Input(
        code=row["code"],
        label=row["label"],
        kind="ord",
        unit="events",
        high=_MOST_EVENTS,
        definition=f"{row['points']} for an event, at most {row['max_points']}",
        source=row["source"],
        trust=row["trust"],
        aliases=(
            str(number),
            f"{number:02d}",
            f"SDI{number}",
            f"SDI{number:02d}",
            f"SDI_{number}",
            f"item_{number}",
            f"item_{number:02d}",
            f"item{number}",
        ),
    )


def _checks() -> Iterator[Check]:
    yield Check(
        id="SDI-Q01",
        item="score",
        when=pl.col("upper") < highest_before(pl.col("lower")),
        message="The damage score is below that of an earlier visit, and damage stays: verify both visits.",
    )
    for row in ITEMS:
        code = row["code"]
        replaced = pl.col(END_STAGE) >= 1 if code in REPLACED else pl.lit(value=False)
        yield Check(
            id="SDI-Q02",
            item=code,
            when=lost(code) & ~replaced.fill_null(value=False),
            message="Fewer events than at an earlier visit, and events stay: verify both visits.",
            shows=(code,),
        )
        events = int(row["max_points"]) // int(row["points"])
        yield Check(
            id="SDI-Q03",
            item=code,
            when=pl.col(code) > events,
            message=f"More events than the index counts ({events}): verify the number.",
            shows=(code,),
        )


SDI = Instrument(
    id="sdi",
    title="SLICC/ACR damage index",
    version="1.0",
    summary="41 items of irreversible damage since the onset of lupus, in 12 domains; range 0 to 47.",
    inputs=tuple(_input(row) for row in ITEMS),
    settings=settings_of("sdi"),
    outputs={
        "score": pl.Int32(),
        **{f"domain_{domain}": pl.Int32() for domain in DOMAINS},
        "completeness": pl.String(),
        "lower": pl.Int32(),
        "upper": pl.Int32(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S29", "S30"),
    checks=tuple(_checks()),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; each row is judged by itself."""
    least = score_sdi({code: pl.col(code).fill_null(0) for code in CODES})
    most = score_sdi({code: pl.col(code).fill_null(MOST_POINTS[code]) for code in CODES})
    scores = {name: pl.when(low == most[name]).then(low) for name, low in least.items()}
    return frame.with_columns(
        **scores,
        lower=least["score"],
        upper=most["score"],
        completeness=completeness(least["score"] == most["score"]),
        reasons=_reasons() if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings)),
    )


def _reasons() -> pl.Expr:
    """Return e.g. ``SDI_17 +2; SDI_08 replaced by SDI_10; not done: SDI_41``."""
    ended = (pl.col(END_STAGE) >= 1).fill_null(value=False)
    fired = []
    for code in CODES:
        points = _capped(POINTS[code] * pl.col(code), MOST_POINTS[code])
        text = pl.lit(f"{code} +") + points.cast(pl.String)
        if code in REPLACED:
            text = pl.when(ended).then(pl.lit(f"{code} replaced by {END_STAGE}")).otherwise(text)
        fired.append(pl.when(pl.col(code) >= 1).then(text))
    missed = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in CODES], ", ")
    return joined([*fired, pl.lit("not done: ") + missed])
