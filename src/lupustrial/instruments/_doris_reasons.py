"""The reasons of DORIS: each condition with the values it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._doris_inputs import CLINICAL_CODES
from lupustrial.instruments._doris_rules import CLINICAL, DOSE_LIMIT, DOSE_OFF, PGA_LIMIT
from lupustrial.instruments._responder import verdict_word
from lupustrial.instruments._sledai import SEROLOGY
from lupustrial.instruments._state_inputs import DECIMALS, answered, listed, shown, span
from lupustrial.instruments._verdict import joined

_UNIT = 10**DECIMALS
_WORDS = {"<": "below", "<=": "at most"}


def _told(name: str, text: pl.Expr) -> pl.Expr:
    return text + verdict_word(pl.col(f"{name}_ok"))


def _activity(settings: Mapping[str, str]) -> list[pl.Expr]:
    """Clinical SLEDAI with the descriptors that make it, and PGA."""
    present = listed(CLINICAL_CODES, {code: pl.col(code) == 1 for code in CLINICAL_CODES})
    by = pl.coalesce(pl.lit(" by ") + present, pl.lit(""))
    clinical = pl.lit("clinical SLEDAI ") + span(pl.col("lower"), pl.col("upper")) + by
    word = _WORDS[settings["doris_pga_operator"]]
    pga = pl.lit("PGA ") + shown("pga") + f" ({word} {PGA_LIMIT / _UNIT:g})"
    return [_told("clinical", clinical + f" (must be {CLINICAL})"), _told("pga", pga)]


def _undone(codes: Sequence[str]) -> pl.Expr:
    total = pl.col("clinical_sledai").is_not_null()
    blank = {code: pl.col(code).is_null() for code in codes}
    blank |= {code: blank[code] & ~total for code in codes if code in CLINICAL_CODES}
    return pl.lit("not done: ") + listed(codes, blank)


def _dose(settings: Mapping[str, str]) -> pl.Expr:
    word = _WORDS[settings["doris_prednisolone_operator"]]
    return pl.lit("prednisolone ") + shown("prednisolone_mg", " mg/day") + f" ({word} {DOSE_LIMIT / _UNIT:g})"


def reasons_2021(settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``clinical SLEDAI 2 by RASH (must be 0): no; PGA 0.4 (below 0.5): yes; …``."""
    treated = pl.lit("immunosuppressant or biologic ") + answered("immunosuppressant_or_biologic")
    stable = answered("background_stable")
    if settings["doris_background_missing"] == "stable":
        stable = pl.when(pl.col("background_stable").is_null()).then(pl.lit("not stated")).otherwise(stable)
    background = treated + ", background stable " + stable
    parts = [*_activity(settings), _told("dose", _dose(settings)), _told("background", background)]
    return joined([*parts, _undone(CLINICAL_CODES)])


def reasons_2017(settings: Mapping[str, str], possible: pl.Expr) -> pl.Expr:
    """Return the conditions with what they saw, and where the state is open, the states that are possible."""
    active = listed(SEROLOGY, {code: pl.col(code) == 1 for code in SEROLOGY})
    serology = pl.lit("serology ") + active.fill_null("none known")
    treated = pl.lit(", immunosuppressant or biologic ") + answered("immunosuppressant_or_biologic")
    off = pl.lit("off therapy: prednisolone ") + shown("prednisolone_mg", " mg/day")
    off = off + f" (must be {DOSE_OFF / _UNIT:g})" + treated
    on = pl.lit("on therapy: ") + _dose(settings) + ", background stable " + answered("background_stable")
    parts = [*_activity(settings), _told("serology", serology)]
    parts += [_told("off_therapy", off), _told("on_therapy", on)]
    still = pl.when(pl.col("met").is_null() | (pl.col("state") == "undecided")).then(
        pl.lit("possible: ") + possible
    )
    return joined([*parts, _undone((*CLINICAL_CODES, *SEROLOGY)), still])
