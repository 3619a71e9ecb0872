"""BICLA from a frame of components: four criterion flags and a three-valued verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.instruments._bicla_rules import (
    MOST_NEW_B,
    domain_outcomes,
    must_be_not_improved,
    possible_verdicts,
    was_active,
)
from lupustrial.instruments._columns import any_of
from lupustrial.instruments._components import BILAG_PART, SLEDAI_PART
from lupustrial.instruments._explained_responders import explains_bicla
from lupustrial.instruments._responder import (
    FAILURE,
    beside_baseline,
    bilag_not_worse,
    bound_inputs,
    component_inputs,
    end_columns,
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
from lupustrial.instruments._spec import DOMAINS, Instrument
from lupustrial.instruments._verdict import joined, letter, scored_by, yes_no

_TEXT, _WHOLE = pl.String(), pl.Int32()
_FLAGS = ("bilag_improved_ok", "bilag_ok", "sledai_ok", "pga_ok")

BICLA = Instrument(
    id="bicla",
    title="BILAG-based composite lupus assessment (BICLA)",
    version="1.0",
    summary="Responder: each BILAG A and B of baseline better, at most one new B, SLEDAI and PGA not worse.",
    inputs=(*component_inputs(DOMAINS, source="S10"), FAILURE, *bound_inputs(DOMAINS)),
    settings=settings_of("bicla"),
    outputs={
        **dict.fromkeys(_FLAGS, _TEXT),
        "n_new_a": _WHOLE,
        "n_new_b": _WHOLE,
        "responder": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S10", "S36"),
    parts=(SLEDAI_PART, BILAG_PART),
    checks=component_checks(DOMAINS),
    explains=explains_bicla(DOMAINS),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    # In steps, since each uses the columns of the one before several times.
    frame = (
        beside_baseline(frame, DOMAINS)
        .with_columns(_outcomes())
        .with_columns(*_flags(settings["pga_worse_operator"]), *new_counts(DOMAINS))
        .with_columns(_verdict(settings))
    )
    why = _reasons() if reasons else pl.lit(None, dtype=_TEXT)
    return frame.with_columns(
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings), shown=("sledai_version",)),
    )


def _ends() -> list[dict[str, pl.Expr]]:
    """Return the ranks by domain: low and high at baseline, low and high now."""
    return [
        end_columns(DOMAINS, end, baseline=baseline) for baseline in (True, False) for end in ("low", "high")
    ]


def _outcomes() -> Iterator[pl.Expr]:
    """Return ``_<outcome>_<domain>``: whether the domain may be it; and ``_unimproved_<domain>``: surely."""
    start, end, low, high = _ends()
    for one in DOMAINS:
        for name, flag in domain_outcomes(start[one], end[one], low[one], high[one]).items():
            yield flag.alias(f"_{name}_{one}")
        yield must_be_not_improved(start[one], end[one], low[one]).alias(f"_unimproved_{one}")


def _by_domain(outcome: str) -> dict[str, pl.Expr]:
    return {domain: pl.col(f"_{outcome}_{domain}") for domain in DOMAINS}


def _flags(operator: str) -> Iterator[pl.Expr]:
    """Return the flag of each criterion."""
    may_fail, must_fail = (any_of(_by_domain(outcome).values()) for outcome in ("worse", "unimproved"))
    flags = {
        "bilag_improved_ok": (~may_fail, ~must_fail),
        "bilag_ok": bilag_not_worse(DOMAINS, MOST_NEW_B),
        "sledai_ok": (
            pl.col("sledai_high") <= pl.col("base_sledai_low"),
            pl.col("sledai_low") <= pl.col("base_sledai_high"),
        ),
        "pga_ok": pga_not_worse(operator),
    }
    for name, pair in flags.items():
        yield pl.when("_after").then(yes_no(*pair)).alias(name)


def _verdict(settings: Mapping[str, str]) -> list[pl.Expr]:
    """Combine what the grades allow with the criteria that share no facts with them."""
    others, failed = [pl.col("sledai_ok"), pl.col("pga_ok")], pl.col("_failed") == 1
    others_hold = pl.all_horizontal((flag == "Y").fill_null(value=False) for flag in others) & ~failed
    others_may = pl.all_horizontal((flag != "N").fill_null(value=True) for flag in others) & ~failed
    outcomes = {name: _by_domain(name) for name in ("better", "worse", "new_a", "new_b", "idle", "out")}
    grades_meet, grades_fail, may_be_out = possible_verdicts(outcomes)
    may_be_in = any_of(was_active(end) for end in _ends()[1].values())
    can_meet = grades_meet & others_may
    can_fail = grades_fail | (may_be_in & ~others_hold)
    if settings["bicla_no_ab_at_baseline"] == "non_responder":
        can_fail, may_be_out, may_be_in = can_fail | may_be_out, pl.lit(value=False), pl.lit(value=True)
    evaluable = pl.col("_after") & may_be_in
    return verdict_columns(yes_no(~can_fail & ~may_be_out, can_meet | may_be_out), evaluable)


def _not_improved_told() -> pl.Expr:
    """Return the domains that surely did not improve, ``renal B to B``; ``none`` where there is none."""
    _, end, low, _ = _ends()
    told = [
        pl.when(flag).then(pl.lit(f"{one} ") + letter(end[one]) + pl.lit(" to ") + letter(low[one]))
        for one, flag in _by_domain("unimproved").items()
    ]
    return joined(told, ", ").fill_null("none")


def _reasons() -> pl.Expr:
    """Return e.g. ``A and B of baseline not improved: none: yes; …; SLEDAI 12 to 8 (not above): yes; …``."""
    parts = [
        pl.lit("A and B of baseline not improved: ")
        + _not_improved_told()
        + verdict_word(pl.col("bilag_improved_ok")),
        pl.lit("new BILAG A and B ") + new_told(DOMAINS) + verdict_word(pl.col("bilag_ok")),
        sledai_told() + verdict_word(pl.col("sledai_ok")),
        pga_told(),
        pl.when(pl.col("_failed") == 1).then(pl.lit("treatment failure: yes")),
    ]
    return pl.when("_after").then(joined(parts)).otherwise(pl.lit("baseline or earlier"))
