"""SRI-4 to SRI-8 from a frame of components: three component flags and a three-valued verdict.

Each rule is monotone in each component, so it is asked at two corners: every component that is not known
at its worst value (does it surely hold?) and at its best (can it hold?).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from lupustrial.instruments._components import BILAG_PART, SLEDAI_PART
from lupustrial.instruments._explained_responders import explains_sri
from lupustrial.instruments._responder import (
    FAILURE,
    STEROID_INCREASE,
    beside_baseline,
    bilag_not_worse,
    bound_inputs,
    component_inputs,
    domains_of,
    new_counts,
    new_told,
    pga_not_worse,
    pga_told,
    sledai_told,
    verdict_columns,
    verdict_word,
)
from lupustrial.instruments._responder_checks import component_checks
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import DOMAINS, Input, Instrument
from lupustrial.instruments._sri_rules import fell_by
from lupustrial.instruments._verdict import joined, scored_by, yes_no

_TEXT, _WHOLE = pl.String(), pl.Int32()

#: The eight domains of classic BILAG.
CLASSIC: tuple[str, ...] = (
    "general",
    "mucocutaneous",
    "neurological",
    "musculoskeletal",
    "cardiorespiratory",
    "vasculitis",
    "renal",
    "haematological",
)


def _inputs(domains: Sequence[str]) -> tuple[Input, ...]:
    return (*component_inputs(domains, source="S09"), FAILURE, STEROID_INCREASE, *bound_inputs(domains))


SRI = Instrument(
    id="sri",
    title="SLE responder index (SRI-4 to SRI-8)",
    version="1.0",
    summary="Responder: SLEDAI down by the points, no new BILAG A and at most one new B, PGA not worse.",
    inputs=_inputs(DOMAINS),
    settings=settings_of("sri"),
    outputs={
        "sledai_ok": _TEXT,
        "bilag_ok": _TEXT,
        "pga_ok": _TEXT,
        "n_new_a": _WHOLE,
        "n_new_b": _WHOLE,
        "responder": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S09", "S36"),
    parts=(SLEDAI_PART, BILAG_PART),
    checks=component_checks(DOMAINS),
    explains=explains_sri(DOMAINS),
)


def _of_points(points: int) -> Instrument:
    """Return SRI-4 to SRI-8 as an instrument of its own, whose required fall cannot be switched."""
    fixed = tuple(
        replace(one, allowed=(str(points),), default=str(points)) if one.name == "sri_points" else one
        for one in SRI.settings
    )
    return replace(SRI, id=f"sri{points}", title=f"SLE responder index, SRI-{points}", settings=fixed)


#: SRI-4 to SRI-8.
OF_POINTS: tuple[Instrument, ...] = tuple(_of_points(points) for points in (4, 5, 6, 7, 8))

#: The same over the grades of classic BILAG, as in the trials of belimumab; never mixed with BILAG-2004.
SRI_CLASSIC = replace(
    SRI,
    id="sri_classic",
    title="SLE responder index with classic BILAG",
    inputs=_inputs(CLASSIC),
    parts=(SLEDAI_PART,),
    checks=component_checks(CLASSIC),
    explains=explains_sri(CLASSIC),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    points = int(settings["sri_points"])
    fall = (
        fell_by(points, pl.col("base_sledai_low"), pl.col("sledai_high")),
        fell_by(points, pl.col("base_sledai_high"), pl.col("sledai_low")),
    )
    frame = beside_baseline(frame, domains_of(instrument))
    return judged(frame, instrument, settings, fall=fall, told=sledai_told() if reasons else None)


def judged(
    frame: pl.DataFrame,
    instrument: Instrument,
    settings: Mapping[str, str],
    *,
    fall: tuple[pl.Expr, pl.Expr],
    told: pl.Expr | None,
) -> pl.DataFrame:
    """Add the outputs to a frame that has the ends of each component.

    Args:
        frame: As ``beside_baseline`` returns it.
        instrument: SRI, or an index that differs from it in the first component.
        settings: Its resolved settings.
        fall: Where the first component surely holds and where it may hold.
        told: Text of the first component's values for ``reasons``; None where no reasons are asked for.
    """
    domains = domains_of(instrument)
    frame = frame.with_columns(_components(domains, settings, fall)).with_columns(_verdict(settings))
    why = pl.lit(None, dtype=pl.String) if told is None else _reasons(domains, settings, told)
    return frame.with_columns(
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings), shown=("sri_points",)),
    )


def _components(
    domains: tuple[str, ...], settings: Mapping[str, str], fall: tuple[pl.Expr, pl.Expr]
) -> list[pl.Expr]:
    """Return the flag of each component, and the numbers of new grades."""
    flags = {
        "sledai": fall,
        "bilag": bilag_not_worse(domains, int(settings["sri_max_new_b"])),
        "pga": pga_not_worse(settings["pga_worse_operator"]),
    }
    oks = (pl.when("_after").then(yes_no(*pair)).alias(f"{name}_ok") for name, pair in flags.items())
    return [*oks, *new_counts(domains)]


def _verdict(settings: Mapping[str, str]) -> list[pl.Expr]:
    oks = [pl.col(f"{name}_ok") for name in ("sledai", "bilag", "pga")]
    surely = [(ok == "Y").fill_null(value=False) for ok in oks] + [pl.col("_failed") == 0]
    possibly = [(ok != "N").fill_null(value=True) for ok in oks] + [pl.col("_failed") == 0]
    if settings["sri_requires_no_steroid_increase"] == "yes":
        surely.append((pl.col("steroid_increase") == 0).fill_null(value=False))
        possibly.append((pl.col("steroid_increase") == 0).fill_null(value=True))
    # Who cannot fall by the points may be left out; whether that is so can be open too.
    counted = may_count = pl.lit(value=True)
    if settings["sri_denominator"] == "baseline_sledai_at_least_x":
        counted, may_count = (
            pl.col(f"base_sledai_{end}") >= int(settings["sri_points"]) for end in ("low", "high")
        )
    evaluable = pl.col("_after") & may_count
    responder = yes_no(pl.all_horizontal(surely), pl.any_horizontal(pl.all_horizontal(possibly), ~counted))
    return verdict_columns(responder, evaluable)


def _reasons(domains: Sequence[str], settings: Mapping[str, str], told: pl.Expr) -> pl.Expr:
    """Return e.g. ``SLEDAI 12 to 8 (needs a fall of 4): yes; …; PGA 2 to 1: yes``."""
    needed = f" (needs a fall of {settings['sri_points']})"
    parts = [
        told + needed + verdict_word(pl.col("sledai_ok")),
        pl.lit("new BILAG A and B ") + new_told(domains) + verdict_word(pl.col("bilag_ok")),
        pga_told(),
        pl.when(pl.col("_failed") == 1).then(pl.lit("treatment failure: yes")),
    ]
    if settings["sri_requires_no_steroid_increase"] == "yes":
        parts.append(pl.when(pl.col("steroid_increase") == 1).then(pl.lit("glucocorticoid increased: yes")))
    return pl.when("_after").then(joined(parts)).otherwise(pl.lit("baseline or earlier"))
