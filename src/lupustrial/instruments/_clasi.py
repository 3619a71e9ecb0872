"""CLASI of a frame of items: activity, its severity, damage, with bounds where items were not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._clasi_rules import (
    ACTIVITY,
    BANDS,
    DAMAGE,
    ITEMS,
    LASTING,
    MUCOSAL,
    VALUES,
    score_activity,
    score_damage,
    severity,
)
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._history import lost
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._verdict import completeness, joined, scored_by

_WHOLE, _TEXT = pl.Int32(), pl.String()


def _input(row: Mapping[str, str]) -> Input:
    values = VALUES[row["code"]]
    whole = len(values) == values[-1] + 1
    return Input(
        code=row["code"],
        label=row["label"],
        kind="ord",
        high=values[-1],
        values=() if whole else values,
        definition=row["definition"],
        source=row["source"],
        trust=row["trust"],
        aliases=tuple(row["aliases"].split(";")),
    )


def _checks() -> tuple[Check, ...]:
    areas = [row["area"] for row in ITEMS if row["group"] == "erythema"]
    thick = [
        Check(
            id="CLASI-Q01",
            item=f"{area}_scale_hypertrophy",
            when=(pl.col(f"{area}_scale_hypertrophy") == VALUES[f"{area}_scale_hypertrophy"][-1])
            & (pl.col(f"{area}_erythema") == 0),
            message="Verrucous or hypertrophic, yet without redness: verify both.",
            shows=(f"{area}_scale_hypertrophy", f"{area}_erythema"),
        )
        for area in areas
    ]
    healed = [
        Check(
            id="CLASI-Q02",
            item=row["code"],
            when=lost(row["code"]),
            message="Scarring is less than at an earlier visit, and scars stay: verify both visits.",
            shows=(row["code"],),
        )
        for row in ITEMS
        if row["group"] == "scarring"
    ]
    return (*thick, *healed)


CLASI = Instrument(
    id="clasi",
    title="Cutaneous lupus erythematosus disease area and severity index (CLASI)",
    version="1.0",
    summary="Skin activity 0 to 70 and skin damage 0 to 56, by the worst lesion of 13 areas.",
    inputs=(
        *(_input(row) for row in ITEMS),
        Input(
            code=LASTING,
            label="Dyspigmentation usually lasts 12 months or more, as the participant reports",
            kind="flag",
            item=False,
            source="S28",
            trust="X+",
            aliases=("dyspigmentation_lasting", "dyspigmentation_12m", "dyspigmentation_doubled"),
        ),
    ),
    settings=settings_of("clasi"),
    outputs={
        "score": _WHOLE,
        "activity": _WHOLE,
        "state": _TEXT,
        "change": _WHOLE,
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "damage": _WHOLE,
        "change_damage": _WHOLE,
        "completeness_damage": _TEXT,
        "lower_damage": _WHOLE,
        "upper_damage": _WHOLE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S28", "S35"),
    checks=_checks(),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    mucosal = settings["clasi_mucosal_dyspigmentation"]
    least = {code: pl.col(code).fill_null(0) for code in (*ACTIVITY, *DAMAGE, LASTING)}
    most = {code: pl.col(code).fill_null(VALUES.get(code, (1,))[-1]) for code in least}
    low, high = score_activity(least), score_activity(most)
    low_damage, high_damage = score_damage(least, mucosal), score_damage(most, mucosal)
    frame = in_order(frame).with_columns(
        lower=low,
        upper=high,
        lower_damage=low_damage,
        upper_damage=high_damage,
        activity=pl.when(low == high).then(low),
        damage=pl.when(low_damage == high_damage).then(low_damage),
    )
    after = pl.col("_after")
    return frame.with_columns(
        score="activity",
        state=_state(),
        change=pl.when(after).then(pl.col("activity") - at_baseline(pl.col("activity"))),
        change_damage=pl.when(after).then(pl.col("damage") - at_baseline(pl.col("damage"))),
        completeness=completeness(pl.col("activity").is_not_null()),
        completeness_damage=completeness(pl.col("damage").is_not_null()),
        reasons=_reasons(mucosal) if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument,
            settings,
            digest(instrument, settings),
            shown=("clasi_mucosal_dyspigmentation",),
        ),
    )


def _state() -> pl.Expr:
    """Return the severity of activity, or ``undecided`` where items not done could change it."""
    least, most = severity(pl.col("lower")), severity(pl.col("upper"))
    named = least.replace_strict(dict(enumerate(BANDS)), return_dtype=_TEXT)
    return pl.when(least == most).then(named).otherwise(pl.lit("undecided"))


def _reasons(mucosal: str) -> pl.Expr:
    """Return e.g. ``scalp_erythema 2; dyspigmentation doubled; not done: chest_erythema``."""
    counted = [code for code in DAMAGE if code != MUCOSAL or mucosal != "not_counted"]
    found = [
        pl.when(pl.col(code) > 0).then(pl.lit(f"{code} ") + pl.col(code).cast(_TEXT))
        for code in (*ACTIVITY, *counted)
    ]
    doubled = pl.when(pl.col(LASTING) == 1).then(pl.lit("dyspigmentation doubled"))
    asked = pl.when(pl.col(LASTING).is_null() & pl.col("damage").is_null()).then(pl.lit(LASTING))
    return joined([*found, doubled, _not_done(ACTIVITY, ()), _not_done(counted, (asked,))])


def _not_done(codes: Sequence[str], more: Sequence[pl.Expr]) -> pl.Expr:
    missed = [pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in codes]
    return pl.lit("not done: ") + joined([*missed, *more], ", ")
