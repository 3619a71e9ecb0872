"""The reasons of LLDAS: each criterion with the values it saw."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._lldas_inputs import DOSES
from lupustrial.instruments._lldas_rules import CEILINGS, DOSE_LIMIT, MAJOR, PGA_LIMIT, SLEDAI_LIMIT
from lupustrial.instruments._responder import verdict_word
from lupustrial.instruments._sledai import CODES
from lupustrial.instruments._state_inputs import DECIMALS, answered, listed, shown, span
from lupustrial.instruments._verdict import decimal, joined

_UNIT = 10**DECIMALS


def reasons_of(settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``SLEDAI-2K 4 (at most 4), major activity PROT, …: no; new activity none: yes; …``.

    Reads the inputs, ``lower``, ``upper``, ``before_<descriptor>``, ``_unjudged`` and the flags.
    """
    dose = shown("prednisolone_mg", " mg/day") + f" (at most {DOSE_LIMIT / _UNIT:g})"
    texts = {
        "activity": _activity(settings),
        "new": _new(settings),
        "pga": pl.lit("PGA ") + shown("pga") + f" (at most {PGA_LIMIT / _UNIT:g})",
        "dose": pl.lit("prednisolone ") + dose,
        "treatment": _treatment(settings),
    }
    parts = [text + verdict_word(pl.col(f"{name}_ok")) for name, text in texts.items()]
    undone = listed(CODES, {code: pl.col(code).is_null() & pl.col("sledai").is_null() for code in CODES})
    return joined([*parts, pl.lit("not done: ") + undone])


def _present(codes: tuple[str, ...]) -> pl.Expr:
    return listed(codes, {code: pl.col(code) == 1 for code in codes})


def _activity(settings: Mapping[str, str]) -> pl.Expr:
    stated = pl.when(pl.col("major_organ_activity").is_not_null()).then(answered("major_organ_activity"))
    major = pl.coalesce(_present(MAJOR), stated, pl.lit("none known"))
    total = pl.lit("SLEDAI-2K ") + span(pl.col("lower"), pl.col("upper")) + f" (at most {SLEDAI_LIMIT})"
    text = total + ", major activity " + major
    if settings["lldas_criterion1"] == "full":
        text = text + ", haemolytic anaemia " + answered("haemolytic_anaemia")
        text = text + ", gastrointestinal activity " + answered("gi_activity")
    return text


def _new(settings: Mapping[str, str]) -> pl.Expr:
    new = listed(CODES, {code: (pl.col(code) == 1) & (pl.col(f"before_{code}") == 0) for code in CODES})
    stated = pl.when(pl.col("new_activity").is_not_null()).then(answered("new_activity"))
    option = settings["lldas_criterion2"]
    seen = pl.lit("flare ") + answered("flare") if option == "no_flare" else new.fill_null("none known")
    if option == "no_new_sledai_item_and_no_new_bilag":
        seen = seen + ", new BILAG activity " + answered("new_bilag_activity")
    first = pl.when("_unjudged").then(pl.lit("no previous assessment"))
    return pl.lit("new activity ") + pl.coalesce(stated, first, seen)


def _treatment(settings: Mapping[str, str]) -> pl.Expr:
    if settings["lldas_criterion5"] == "stated":
        return pl.lit("treatment as criterion 5 asks ") + answered("criterion5_met")
    above = [
        pl.when(pl.col(code) > ceiling).then(
            pl.lit(f"{code} ") + decimal(pl.col(code), DECIMALS) + f" (at most {ceiling / _UNIT:g})"
        )
        for code, ceiling in CEILINGS.items()
    ]
    blank = listed(DOSES, {code: pl.col(code).is_null() for code in DOSES})
    return pl.concat_str(
        pl.lit("doses above their ceiling ") + joined(above, ", ").fill_null("none known"),
        pl.coalesce(pl.lit(" (not known: ") + blank + ")", pl.lit("")),
        pl.lit(", investigational drug ") + answered("investigational_drug"),
        pl.lit(", other treatment as asked ") + answered("other_treatment_ok"),
    )
