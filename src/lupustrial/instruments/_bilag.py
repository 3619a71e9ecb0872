"""BILAG-2004 from a frame of items: nine grades with bounds, numeric score, activity.

The rules stand in ``_bilag_rules`` and ``_bilag_renal``; here each is asked twice: with every item that
was not done at its best value (lower bound) and at its worst (upper bound). All rules are monotone in
each item, so the two corners bound the grade exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._bilag_items import BY_DOMAIN, ITEMS, inputs
from lupustrial.instruments._bilag_reasons import domain_reasons, renal_reasons
from lupustrial.instruments._bilag_renal import COMPARED, METHODS, QUANTITATIVE, grade_renal, renal_features
from lupustrial.instruments._bilag_rules import (
    ITEMISED,
    grade_constitutional,
    grade_haematological,
    grade_itemised,
    is_active,
    numeric_score,
    with_history,
    worst_grade,
)
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import DOMAINS, Instrument, Open
from lupustrial.instruments._verdict import completeness, joined, letter, scored_by

Corner = Literal["lower", "upper"]

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
    """Add the outputs to a checked frame."""
    visits = _with_renal_history(_without_excused(in_order(frame)), settings)
    missing = _with_missing(visits, settings)
    if reasons:
        missing = missing.with_columns(
            flag.alias(f"feature_{name}") for name, flag in features_of("lower", settings).items()
        )
    for corner in ("lower", "upper"):
        missing = _graded(missing, corner, settings)
    return missing.with_columns(_outputs(instrument, settings, reasons=reasons))


def _without_excused(frame: pl.DataFrame) -> pl.DataFrame:
    """Blank the values that are not due to lupus, and keep in ``excused_<item>`` that they were seen."""
    coded = [item.code for item in ITEMS.values() if item.attribution]
    excused = {code: (pl.col(f"not_due_to_lupus_{code}") == 1).fill_null(value=False) for code in coded}
    return frame.with_columns(**{f"excused_{code}": flag for code, flag in excused.items()}).with_columns(
        pl.when(~pl.col(f"excused_{code}")).then(pl.col(code)).alias(code) for code in coded
    )


def _with_renal_history(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add the previous value of every compared item, and carry a positive biopsy on for three months."""
    frame = _with_carried_biopsy(frame)
    days = int(settings["renal_prev_min_days"])
    if days and "_date" not in frame.columns:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="needs dated visits",
                place="setting renal_prev_min_days of bilag2004",
                hint="give ADT, or set it to 0",
            )
        )
    if not days:
        return frame.with_columns(
            pl.col(code).shift(1).over("USUBJID").alias(f"before_{code}") for code in COMPARED
        )
    earlier = frame.select(
        pl.col("USUBJID"),
        pl.col("_date").alias("_at"),
        *(pl.col(code).alias(f"before_{code}") for code in COMPARED),
    ).sort("_at", maintain_order=True)
    wanted = frame.with_columns((pl.col("_date") - pl.duration(days=days)).alias("_at")).sort(
        "_at", maintain_order=True
    )
    joined_on = wanted.join_asof(earlier, on="_at", by="USUBJID", strategy="backward", check_sortedness=False)
    return joined_on.drop("_at").sort("USUBJID", "_pos")


def _with_carried_biopsy(frame: pl.DataFrame) -> pl.DataFrame:
    """Where all visits are dated, let a biopsy count for 3 months after the visit that reported it."""
    if "ADT" not in frame.columns or frame["ADT"].null_count():
        return frame
    date = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d")
    frame = frame.with_columns(date.alias("_date"))
    last = pl.when(pl.col("REN_BIOPSY") == 1).then(pl.col("_date")).forward_fill().over("USUBJID")
    recent = (last >= pl.col("_date").dt.offset_by("-3mo")) & ~pl.col("excused_REN_BIOPSY")
    return frame.with_columns(
        pl.when(recent).then(1).otherwise(pl.col("REN_BIOPSY")).cast(pl.Int32).alias("REN_BIOPSY")
    )


def _with_missing(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Say in ``missing_<item>`` what is not done: no value, not excused, no other method instead."""
    methods = METHODS[settings["bilag_renal_rules"]]
    assessed = pl.any_horizontal(pl.col(code).is_not_null() | pl.col(f"excused_{code}") for code in methods)
    unread = {"REN_P24", "REN_PCR", "REN_ACR", "REN_DIP"}.difference(methods)
    flags = []
    for item in ITEMS.values():
        missing = pl.lit(value=False) if item.code in unread else pl.col(item.code).is_null()
        if item.attribution:
            missing = missing & ~pl.col(f"excused_{item.code}")
        if item.code in methods:
            missing = missing & ~assessed
        flags.append(missing.alias(f"missing_{item.code}"))
    return frame.with_columns(flags)


def _value(code: str, corner: Corner) -> pl.Expr:
    """Return an item without gaps: what does not count at its best, what is missing at the corner's end."""
    item = ITEMS[code]
    filled = pl.col(code).fill_null(item.best)
    if corner == "lower":
        return filled
    return pl.when(pl.col(f"missing_{code}")).then(pl.lit(item.worst)).otherwise(filled)


def _activity(domain: str, corner: Corner, settings: Mapping[str, str]) -> pl.Expr:
    values = {item.code: _value(item.code, corner) for item in BY_DOMAIN[domain]}
    if domain in ITEMISED:
        rank: pl.Expr = grade_itemised(domain, values)
    elif domain == "constitutional":
        rank = grade_constitutional(values)
    elif domain == "haematological":
        rank = grade_haematological(values, bands=settings["bilag_wbc_bands"])
    else:
        rank = grade_renal(features_of(corner, settings))
    return rank.cast(pl.Int32)


def features_of(corner: Corner, settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return the renal features at one corner of what is not done."""
    now = {item.code: _value(item.code, corner) for item in BY_DOMAIN["renal"]}
    known = {code: pl.col(code).is_not_null() for code in QUANTITATIVE}
    if corner == "upper":
        known = {code: flag | pl.col(f"missing_{code}") for code, flag in known.items()}
    before = {code: pl.col(f"before_{code}").fill_null(0) for code in COMPARED}
    had = {code: pl.col(f"before_{code}").is_not_null() for code in COMPARED}
    return renal_features(now, known, before, had, settings)


def _graded(frame: pl.DataFrame, corner: Corner, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add ``rank_<corner>_<domain>``: activity at this visit, else D or E by history up to it."""
    ranks = {domain: f"rank_{corner}_{domain}" for domain in DOMAINS}
    frame = frame.with_columns(
        _activity(domain, corner, settings).alias(name) for domain, name in ranks.items()
    )
    unknown = 1 if corner == "upper" and settings["bilag_prior_missing"] == "unknown" else 0
    history = []
    for domain, name in ranks.items():
        told = pl.col(f"prior_involvement_{domain}")
        ever = told.cum_max().over("USUBJID").forward_fill().over("USUBJID").fill_null(unknown) == 1
        seen = (pl.col(name) > 0).cum_max().over("USUBJID")
        history.append((ever | seen).cast(pl.Int32).alias(f"ever_{domain}"))
    frame = frame.with_columns(history)
    return frame.with_columns(
        with_history(pl.col(name), pl.col(f"ever_{domain}")).cast(pl.Int32).alias(name)
        for domain, name in ranks.items()
    ).drop(f"ever_{domain}" for domain in DOMAINS)


def _outputs(instrument: Instrument, settings: Mapping[str, str], *, reasons: bool) -> list[pl.Expr]:
    low = {domain: pl.col(f"rank_lower_{domain}") for domain in DOMAINS}
    high = {domain: pl.col(f"rank_upper_{domain}") for domain in DOMAINS}
    sure = {domain: low[domain] == high[domain] for domain in DOMAINS}
    strict = settings["bilag_missing"] == "strict"
    scheme = settings["bilag_numeric_scheme"]
    least, most = numeric_score(low, scheme), numeric_score(high, scheme)
    all_sure = pl.all_horizontal(sure.values())

    def told(value: pl.Expr, certain: pl.Expr) -> pl.Expr:
        return pl.when(certain).then(value) if strict else value

    outputs = {
        **{f"grade_{domain}": told(letter(low[domain]), sure[domain]) for domain in DOMAINS},
        **{f"lower_{domain}": letter(low[domain]) for domain in DOMAINS},
        **{f"upper_{domain}": letter(high[domain]) for domain in DOMAINS},
        **{f"completeness_{domain}": completeness(sure[domain]) for domain in DOMAINS},
        "worst": told(letter(worst_grade(low)), worst_grade(low) == worst_grade(high)),
        "numeric": told(least, least == most).cast(pl.Int32),
        "lower": least.cast(pl.Int32),
        "upper": most.cast(pl.Int32),
        "active": told(is_active(low), is_active(low) == is_active(high)),
        "completeness": completeness(all_sure),
        "reasons": _reasons(settings) if reasons else pl.lit(None, dtype=pl.String),
    }
    named = [expression.alias(name) for name, expression in outputs.items()]
    return [
        *named,
        scored_by(instrument, settings, digest(instrument, settings), shown=("bilag_renal_rules",)),
    ]


def _reasons(settings: Mapping[str, str]) -> pl.Expr:
    parts = []
    for domain in DOMAINS:
        rank = pl.col(f"rank_lower_{domain}")
        if domain == "renal":
            parts.append(renal_reasons(rank, settings))
        else:
            parts.append(domain_reasons(domain, rank, settings))
        high = pl.col(f"rank_upper_{domain}")
        gap = pl.lit(f"{domain} incomplete: ") + letter(rank) + pl.lit(" to ") + letter(high)
        parts.append(pl.when(rank != high).then(gap))
    return joined(parts)
