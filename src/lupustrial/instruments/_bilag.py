"""BILAG-2004 from a frame of items: nine grades with bounds, numeric score, activity.

The rules stand in ``_bilag_rules`` and ``_bilag_renal``, how they are put to a visit in ``_bilag_block``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_

import numpy as np
import polars as pl

from lupustrial.instruments._bilag_block import measured
from lupustrial.instruments._bilag_checks import CHECKS
from lupustrial.instruments._bilag_items import ITEMS, RANK, inputs
from lupustrial.instruments._bilag_reasons import domain_reasons, renal_reasons
from lupustrial.instruments._by_block import (
    BlockScorer,
    Measured,
    Outputs,
    completeness,
    measured_rows,
    numbers,
    texts,
    unscored,
)
from lupustrial.instruments._narrow import Array
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import DOMAINS, Instrument, Open
from lupustrial.instruments._verdict import joined, letter, scored_by

#: Letters by rank.
_LETTERS: tuple[str, ...] = tuple(sorted(RANK, key=lambda letter: RANK[letter]))
_TEXT, _WHOLE = pl.String(), pl.Int32()

BILAG2004 = Instrument(
    id="bilag2004",
    title="BILAG-2004",
    version="1.0",
    summary="97 items in nine domains, each graded A (severe) to E (never involved); numeric score 0 to 108.",
    inputs=inputs(),
    settings=settings_of("bilag2004"),
    outputs={
        **{
            f"{prefix}_{domain}": _TEXT
            for prefix in ("grade", "lower", "upper", "completeness")
            for domain in DOMAINS
        },
        "worst": _TEXT,
        "numeric": _WHOLE,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "active": pl.Boolean(),
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    checks=CHECKS,
    sources=("S01", "S02", "S03", "S04", "S43", "S51"),
    open=(
        Open(
            rule="musculoskeletal and cardiorespiratory grades",
            tag="X?",
            question="Are the musculoskeletal and cardiorespiratory grades those of the licensed sheet? "
            "The open program has other item counts there (2, 3, 2 and 11, 3; here 2, 2, 1 and 10, 2).",
        ),
        Open(
            rule="haematological bands",
            tag="X?",
            question="Are the haematological bands those of the licensed sheet? They have no second source.",
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame.

    Items that are not due to lupus become null, and ``excused_<item>`` true. A positive biopsy is carried on
    for three months. ``rank_lower_<domain>`` and ``rank_upper_<domain>`` are the ends of each grade,
    ``before_<item>`` the compared value of the previous visit, ``feature_<name>`` the renal features.
    """
    if not frame.height:
        return unscored(frame, BILAG2004)
    found = measured_rows(frame, instrument, settings, BY_BLOCK, checked=True)
    frame = frame.with_columns(_seen(found))
    why = _reasons(frame, found, settings) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(**_outputs(found, instrument, settings), reasons=why)


def _seen(found: Measured) -> Iterator[pl.Expr | pl.Series]:
    """Return what reasons and checks look at."""
    for name, values in found.items():
        about, _, code = name.partition(":")
        match about:
            case "value":
                yield _known(code, values, found[f"known:{code}"]).alias(code)
            case "before":
                yield _known(code, values, found[f"had:{code}"]).alias(f"before_{code}")
            case "excused" | "feature":
                yield pl.Series(f"{about}_{code}", values)
            case _ if name.startswith("rank_"):
                yield pl.Series(name, values).cast(pl.Int32)


def _known(code: str, values: Array, known: Array) -> pl.Series:
    column = pl.Series(values).cast(pl.Int64 if ITEMS[code].kind == "num" else pl.Int32)
    return pl.select(pl.when(pl.Series(known)).then(column)).to_series()


def _outputs(found: Measured, instrument: Instrument, settings: Mapping[str, str]) -> Outputs:
    strict = settings["bilag_missing"] == "strict"
    grades: dict[str, Outputs] = {"grade": {}, "lower": {}, "upper": {}, "completeness": {}}
    sure = {}
    for domain in DOMAINS:
        low, high = found[f"rank_lower_{domain}"], found[f"rank_upper_{domain}"]
        sure[domain] = low == high
        for prefix, column in _letters(low, high, sure[domain], strict=strict).items():
            grades[prefix][f"{prefix}_{domain}"] = column
    totals = {
        name: (found[f"{name}_lower"], found[f"{name}_upper"]) for name in ("numeric", "worst", "active")
    }
    certain = {name: low == high if strict else None for name, (low, high) in totals.items()}
    active = pl.Series(totals["active"][0])
    if certain["active"] is not None:
        active = pl.select(pl.when(pl.Series(certain["active"])).then(active)).to_series()
    return {
        **grades["grade"],
        **grades["lower"],
        **grades["upper"],
        **grades["completeness"],
        "worst": _letters(*totals["worst"], totals["worst"][0] == totals["worst"][1], strict=strict)["grade"],
        "numeric": numbers(totals["numeric"][0], certain["numeric"]),
        "lower": numbers(totals["numeric"][0]),
        "upper": numbers(totals["numeric"][1]),
        "active": active,
        "completeness": completeness(reduce(and_, sure.values())),
        "scored_by": scored_by(
            instrument, settings, digest(instrument, settings), shown=("bilag_renal_rules",)
        ),
    }


def _letters(low: Array, high: Array, sure: Array, *, strict: bool) -> Outputs:
    """Return a grade with its ends and its completeness as texts; equal columns are written once."""
    lower = texts(low, _LETTERS)
    upper = lower if sure.all() else texts(high, _LETTERS)
    grade = texts(np.where(sure, low, len(_LETTERS)), (*_LETTERS, None)) if strict else lower
    return {"grade": grade, "lower": lower, "upper": upper, "completeness": completeness(sure)}


BY_BLOCK = BlockScorer(
    measure=measured, outputs=_outputs, fills={code: item.best for code, item in ITEMS.items()}, dated=True
)


def _reasons(frame: pl.DataFrame, found: Measured, settings: Mapping[str, str]) -> pl.Expr:
    """Return the reasons; clauses of domains that are active, or open, in no row are not built at all."""
    highest = frame.select(pl.col(list(ITEMS)).max()).row(0, named=True)
    seen = {
        code
        for code, value in highest.items()
        if value is not None and (value > 0 or ITEMS[code].kind == "num")
    }
    parts = []
    for domain in DOMAINS:
        rank = pl.col(f"rank_lower_{domain}")
        lower, upper = found[f"rank_lower_{domain}"], found[f"rank_upper_{domain}"]
        if (lower >= RANK["C"]).any():
            parts.append(
                renal_reasons(rank, settings)
                if domain == "renal"
                else domain_reasons(domain, rank, settings, seen)
            )
        if (lower != upper).any():
            high = pl.col(f"rank_upper_{domain}")
            gap = pl.lit(f"{domain} incomplete: ") + letter(rank) + pl.lit(" to ") + letter(high)
            parts.append(pl.when(rank != high).then(gap))
    return joined(parts) if parts else pl.lit(None, dtype=pl.String)
