"""Renal remission as He et al. 2020 define it (Ann Rheum Dis 79:141, Methods, Outcomes).

Complete: serum creatinine within the normal range and not more than 15 % above baseline, inactive urinary
sediment, proteinuria below 0.3 g/24 h. The paper reports partial remission and does not define it, and
does not say what an inactive sediment is: both are settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from lupustrial.instruments._columns import any_of
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._he2020_rules import (
    DECIMALS,
    complete_parts,
    is_complete,
    is_partial,
    limit,
    percent,
)
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import scale
from lupustrial.instruments._units import looks_like
from lupustrial.instruments._verdict import decimal, joined, scored_by, yes_no

_LOW_CREATININE, _HIGH_CREATININE = scale("10", DECIMALS), scale("3000", DECIMALS)
_HIGH_PROTEIN, _HIGH_CELLS = scale("50", DECIMALS), scale("10000", DECIMALS)

_TEXT = pl.String()


def _number(code: str, label: str, unit: str, high: int, *, low: int = 0, hint: str = "") -> Input:
    return Input(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=DECIMALS,
        low=low,
        high=high,
        source="he-2020",
        trust="S25",
        lookalike=hint,
    )


def _creatinine(code: str, label: str) -> Input:
    hint = looks_like("creatinine", "umol/L", "mg/dL")
    return _number(code, label, "umol/L", _HIGH_CREATININE, low=_LOW_CREATININE, hint=hint)


HE2020_RENAL = Instrument(
    id="he2020_renal",
    title="Renal remission (He et al. 2020)",
    version="1.1",
    summary="Complete or partial remission of lupus nephritis against baseline.",
    inputs=(
        replace(_creatinine("creatinine", "Serum creatinine"), required=True),
        replace(_creatinine("creatinine_uln", "Upper limit of normal of creatinine"), required=True),
        _creatinine("creatinine_lln", "Lower limit of normal of creatinine"),
        _number(
            "protein24",
            "Urine protein",
            "g/24 h",
            _HIGH_PROTEIN,
            hint=looks_like("protein24", "g/24 h", "mg/24 h"),
        ),
        _number("urine_rbc", "Red cells in urine", "/hpf", _HIGH_CELLS),
        _number("urine_wbc", "White cells in urine", "/hpf", _HIGH_CELLS),
        Input(
            code="casts", label="Red-cell or haem-granular casts", kind="yn", source="08-renal", trust="X+"
        ),
        Input(
            code="active_sediment",
            label="Active urinary sediment, as judged (stands in place of cells and casts)",
            kind="yn",
            source="08-renal",
            trust="X+",
        ),
    ),
    settings=settings_of("he2020_renal"),
    outputs=dict.fromkeys(
        ("complete", "partial", "any", "state", "completeness", "reasons", "scored_by"), _TEXT
    ),
    sources=("S25", "S56"),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    frame = in_order(sediment_as_judged(frame)).with_columns(
        at_baseline(pl.col(name)).alias(f"base_{name}") for name in ("creatinine", "protein24")
    )
    after = pl.col("_after")
    verdicts = {name: pl.when(after).then(yes_no(*pair)) for name, pair in _verdicts(settings).items()}
    return (
        frame.with_columns(**verdicts)
        .with_columns(
            _state().alias("state"),
            (_reasons(settings) if reasons else pl.lit(None, dtype=pl.String)).alias("reasons"),
            scored_by(instrument, settings, digest(instrument, settings), shown=("he2020_partial",)),
        )
        .with_columns(
            pl.when(pl.col("state") == "not evaluable")
            .then(pl.lit("not evaluable"))
            .when(pl.col("state") == "undecided")
            .then(pl.lit("incomplete"))
            .otherwise(pl.lit("complete"))
            .alias("completeness")
        )
    )


def sediment_as_judged(frame: pl.DataFrame) -> pl.DataFrame:
    """Let a judgement of the sediment stand in place of cells and casts."""
    judged = pl.col("active_sediment")
    return frame.with_columns(
        casts=pl.coalesce(judged, "casts"),
        urine_rbc=pl.when(judged.is_null()).then("urine_rbc").otherwise(0),
        urine_wbc=pl.when(judged.is_null()).then("urine_wbc").otherwise(0),
    )


def _verdicts(settings: Mapping[str, str]) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """Return where complete, partial and any remission surely hold, and where they can hold."""
    complete, can_complete = (is_complete(*_corner(settings, best=best), settings) for best in (False, True))
    partial = is_partial(*_corner(settings, best=False), settings)
    # For partial remission alone a creatinine below its lower limit is no harm.
    now, base = _corner(settings, best=True)
    now["creatinine"] = pl.col("creatinine").fill_null(_LOW_CREATININE)
    can_partial = is_partial(now, base, settings)
    return {
        "complete": (complete, can_complete),
        "partial": (partial & ~can_complete, any_of(_only_partial(now, base, settings))),
        "any": (complete | partial, can_complete | can_partial),
    }


def _only_partial(
    now: Mapping[str, pl.Expr], base: Mapping[str, pl.Expr], settings: Mapping[str, str]
) -> Iterator[pl.Expr]:
    """Yield, for each way to miss complete remission, where partial remission can still hold.

    `now` and `base` are at their best for partial remission. Each way sets what is missing so that one
    condition of complete remission just fails, which is where partial remission is likeliest.
    """
    creatinine, uln = pl.col("creatinine"), pl.col("creatinine_uln").fill_null(_LOW_CREATININE)
    stable = percent("creatinine_stable_percent")
    # Of a baseline creatinine that is not known, the highest that makes the rise too big, if there is one
    # that can be; else the lowest.
    too_big = pl.max_horizontal((100 * creatinine - 1) // stable, pl.lit(_LOW_CREATININE))
    lower = pl.coalesce("base_creatinine", too_big)
    ways: tuple[tuple[dict[str, pl.Expr], dict[str, pl.Expr]], ...] = (
        ({name: _corner(settings, best=False)[0][name] for name in ("casts", "urine_rbc", "urine_wbc")}, {}),
        ({"protein24": pl.col("protein24").fill_null(limit("protein_complete_below"))}, {}),
        ({"creatinine_uln": uln, "creatinine": pl.coalesce(creatinine, uln + 1)}, {}),
        ({"creatinine": creatinine.fill_null(_LOW_CREATININE)}, {}),
        ({"creatinine": pl.coalesce(creatinine, stable * lower // 100 + 1)}, {"creatinine": lower}),
    )
    for changed, changed_base in ways:
        there, then = {**now, **changed}, {**base, **changed_base}
        yield is_partial(there, then, settings) & ~is_complete(there, then, settings)


def _state() -> pl.Expr:
    return (
        pl.when(~pl.col("_after")).then(pl.lit("not evaluable"))
        .when(pl.col("complete") == "Y").then(pl.lit("complete"))
        .when(pl.col("partial") == "Y").then(pl.lit("partial"))
        .when(pl.col("any") == "N").then(pl.lit("none"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip


def _corner(settings: Mapping[str, str], *, best: bool) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return the values now and at baseline, what is missing at the best or worst end for remission.

    A lower limit of normal binds where it is given and the setting asks for it.
    """
    binds = settings["he2020_creatinine_normal"] == "within_range"
    lln = pl.col("creatinine_lln").fill_null(0) if binds else pl.lit(0)
    lowest = pl.max_horizontal(lln, pl.lit(_LOW_CREATININE))
    now = {
        "creatinine": pl.coalesce("creatinine", lowest if best else pl.lit(_HIGH_CREATININE)),
        "creatinine_uln": pl.col("creatinine_uln").fill_null(_HIGH_CREATININE if best else _LOW_CREATININE),
        "creatinine_lln": lln,
        "protein24": pl.col("protein24").fill_null(0 if best else _HIGH_PROTEIN),
        "urine_rbc": pl.col("urine_rbc").fill_null(0 if best else _HIGH_CELLS),
        "urine_wbc": pl.col("urine_wbc").fill_null(0 if best else _HIGH_CELLS),
        "casts": pl.col("casts").fill_null(0 if best else 1),
    }
    base = {
        "creatinine": pl.col("base_creatinine").fill_null(_HIGH_CREATININE if best else _LOW_CREATININE),
        "protein24": pl.col("base_protein24").fill_null(_HIGH_PROTEIN if best else 0),
    }
    return now, base


def _reasons(settings: Mapping[str, str]) -> pl.Expr:
    def shown(code: str) -> pl.Expr:
        return decimal(pl.col(code), DECIMALS).fill_null("not done")

    surely = complete_parts(*_corner(settings, best=False), settings)
    possibly = complete_parts(*_corner(settings, best=True), settings)
    values = {
        "creatinine normal": pl.lit("creatinine ")
        + shown("creatinine")
        + ", upper limit "
        + shown("creatinine_uln"),
        "creatinine stable": pl.lit("baseline ") + shown("base_creatinine"),
        "sediment inactive": pl.lit("red cells ")
        + shown("urine_rbc")
        + ", white cells "
        + shown("urine_wbc"),
        "protein normal": pl.lit("protein ") + shown("protein24") + ", baseline " + shown("base_protein24"),
    }
    parts = []
    for name, text in values.items():
        verdict = yes_no(surely[name], possibly[name]).replace({"Y": "yes", "N": "no"}).fill_null("undecided")
        parts.append(pl.lit(f"{name} (") + text + "): " + verdict)
    return pl.when("_after").then(joined(parts)).otherwise(pl.lit("baseline or earlier"))
