"""Renal remission as He et al. 2020 define it (Ann Rheum Dis 79:141, Methods, Outcomes).

Complete: serum creatinine within the normal range and not more than 15 % above baseline, inactive urinary
sediment, proteinuria below 0.3 g/24 h. The paper reports partial remission and does not define it, and
does not say what an inactive sediment is: both are settings.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._verdict import decimal, joined, scored_by, yes_no

_DECIMALS = 4
_LIMITS: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("he2020_renal")}
_LOW_CREATININE, _HIGH_CREATININE = scale("10", _DECIMALS), scale("3000", _DECIMALS)
_HIGH_PROTEIN, _HIGH_CELLS = scale("50", _DECIMALS), scale("10000", _DECIMALS)

_TEXT = pl.String()


def _number(code: str, label: str, unit: str, high: int, *, low: int = 0, required: bool = True) -> Input:
    return Input(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=_DECIMALS,
        low=low,
        high=high,
        required=required,
        source="he-2020",
        trust="S25",
    )


HE2020_RENAL = Instrument(
    id="he2020_renal",
    title="Renal remission (He et al. 2020)",
    version="1.0",
    summary="Complete or partial remission of lupus nephritis against baseline.",
    inputs=(
        _number("creatinine", "Serum creatinine", "umol/L", _HIGH_CREATININE, low=_LOW_CREATININE),
        _number(
            "creatinine_uln",
            "Upper limit of normal of creatinine",
            "umol/L",
            _HIGH_CREATININE,
            low=_LOW_CREATININE,
        ),
        _number(
            "creatinine_lln",
            "Lower limit of normal of creatinine",
            "umol/L",
            _HIGH_CREATININE,
            low=_LOW_CREATININE,
            required=False,
        ),
        _number("protein24", "Urine protein", "g/24 h", _HIGH_PROTEIN),
        _number("urine_rbc", "Red cells in urine", "/hpf", _HIGH_CELLS),
        _number("urine_wbc", "White cells in urine", "/hpf", _HIGH_CELLS),
        Input(
            code="casts",
            label="Red-cell or haem-granular casts",
            kind="yn",
            required=True,
            source="08-renal",
            trust="X+",
        ),
    ),
    settings=settings_of("he2020_renal"),
    outputs={
        "complete": _TEXT,
        "partial": _TEXT,
        "any": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S25", "S56"),
)


def _limit(name: str) -> int:
    return scale(_LIMITS[name], _DECIMALS)


def _percent(name: str) -> int:
    return int(_LIMITS[name])


def is_sediment_inactive(now: Columns, setting: str) -> Column:
    """Return where there are no casts and few cells per high-power field."""
    no_casts = now["casts"] == 0
    if setting == "rbc_below_5":
        return no_casts & (now["urine_rbc"] < _limit("sediment_rbc_below"))
    cells = _limit("sediment_cells_at_most")
    return no_casts & (now["urine_rbc"] <= cells) & (now["urine_wbc"] <= cells)


def complete_parts(now: Columns, base: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return the four conditions of complete remission."""
    normal = now["creatinine"] <= now["creatinine_uln"]
    if settings["he2020_creatinine_normal"] == "within_range":
        normal = normal & (now["creatinine"] >= now["creatinine_lln"])
    return {
        "creatinine normal": normal,
        "creatinine stable": 100 * now["creatinine"]
        <= _percent("creatinine_stable_percent") * base["creatinine"],
        "sediment inactive": is_sediment_inactive(now, settings["he2020_sediment"]),
        "protein normal": now["protein24"] < _limit("protein_complete_below"),
    }


def is_complete(now: Columns, base: Columns, settings: Mapping[str, str]) -> Column:
    """Return where all four conditions of complete remission hold."""
    first, *others = complete_parts(now, base, settings).values()
    for part in others:
        first = first & part
    return first


def is_partial(now: Columns, base: Columns, settings: Mapping[str, str]) -> Column:
    """Return where the chosen definition of partial remission holds (complete remission or not)."""
    option = settings["he2020_partial"]
    halved = (base["protein24"] > 0) & (
        100 * now["protein24"] <= _percent("protein_partial_percent") * base["protein24"]
    )
    below = _limit("protein_partial_below_3" if option == "halved_below_3" else "protein_partial_below")
    stable = 100 * now["creatinine"] <= _percent("creatinine_stable_percent") * base["creatinine"]
    if option == "halved_creatinine_25":
        risen = 100 * now["creatinine"] <= _percent("creatinine_partial_percent") * base["creatinine"]
        stable = risen | (now["creatinine"] <= now["creatinine_uln"])
    return halved & (now["protein24"] < below) & stable


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    frame = in_order(frame).with_columns(
        at_baseline(pl.col(name)).alias(f"base_{name}") for name in ("creatinine", "protein24")
    )
    worst, best = _corner(best=False), _corner(best=True)
    surely, possibly = is_complete(*worst, settings), is_complete(*best, settings)
    any_surely = surely | is_partial(*worst, settings)
    any_possibly = possibly | is_partial(*best, settings)
    after = pl.col("_after")
    return (
        frame.with_columns(
            pl.when(after).then(yes_no(surely, possibly)).alias("complete"),
            pl.when(after).then(yes_no(any_surely, any_possibly)).alias("any"),
        )
        .with_columns(
            pl.when((pl.col("complete") == "Y") | (pl.col("any") == "N"))
            .then(pl.lit("N"))
            .when((pl.col("complete") == "N") & (pl.col("any") == "Y"))
            .then(pl.lit("Y"))
            .alias("partial"),
        )
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


def _state() -> pl.Expr:
    return (
        pl.when(~pl.col("_after")).then(pl.lit("not evaluable"))
        .when(pl.col("complete") == "Y").then(pl.lit("complete"))
        .when(pl.col("partial") == "Y").then(pl.lit("partial"))
        .when(pl.col("any") == "N").then(pl.lit("none"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip


def _corner(*, best: bool) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return the values now and at baseline, what is missing at the best or worst end for remission.

    A lower limit of normal that is not given does not bind.
    """
    lln = pl.col("creatinine_lln").fill_null(0)
    lowest = pl.max_horizontal(lln, pl.lit(_LOW_CREATININE))
    now = {
        "creatinine": pl.coalesce("creatinine", lowest if best else pl.lit(_HIGH_CREATININE * 10)),
        "creatinine_uln": pl.col("creatinine_uln").fill_null(_HIGH_CREATININE if best else 0),
        "creatinine_lln": lln,
        "protein24": pl.col("protein24").fill_null(0 if best else _HIGH_PROTEIN),
        "urine_rbc": pl.col("urine_rbc").fill_null(0 if best else _HIGH_CELLS),
        "urine_wbc": pl.col("urine_wbc").fill_null(0 if best else _HIGH_CELLS),
        "casts": pl.col("casts").fill_null(0 if best else 1),
    }
    base = {
        "creatinine": pl.col("base_creatinine").fill_null(_HIGH_CREATININE if best else 0),
        "protein24": pl.col("base_protein24").fill_null(_HIGH_PROTEIN if best else 0),
    }
    return now, base


def _reasons(settings: Mapping[str, str]) -> pl.Expr:
    def shown(code: str) -> pl.Expr:
        return decimal(pl.col(code), _DECIMALS).fill_null("not done")

    surely = complete_parts(*_corner(best=False), settings)
    possibly = complete_parts(*_corner(best=True), settings)
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
