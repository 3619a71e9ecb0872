"""Why a BILAG-2004 domain has its grade: the rules that fired, with the values that they saw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from lupustrial.instruments._bilag_items import BANDS, BY_DOMAIN, ITEMS, RANK, Item
from lupustrial.instruments._bilag_renal import MILD, MODERATE, QUANTITATIVE, SEVERE
from lupustrial.instruments._bilag_rules import ACTIVE
from lupustrial.instruments._verdict import decimal, joined, letter

#: Items whose values are shown with a renal feature.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "severe proteinuria": ("REN_P24", "REN_PCR", "REN_ACR", "REN_DIP"),
    "severe loss of function": ("REN_CREAT", "REN_GFR"),
    "moderate proteinuria": ("REN_P24", "REN_PCR", "REN_ACR", "REN_DIP"),
    "moderate loss of function": ("REN_CREAT",),
    "mild proteinuria": ("REN_P24", "REN_PCR", "REN_ACR", "REN_DIP"),
    "raised blood pressure": ("REN_SBP", "REN_DBP"),
}


def domain_reasons(domain: str, rank: pl.Expr, settings: Mapping[str, str], seen: Collection[str]) -> pl.Expr:
    """Return e.g. ``mucocutaneous B: MUC_RASH_MILD=3``, or null where the domain is not active.

    Items that are not in `seen` are 0 or not done in every row: they decide nothing and are not looked at.
    """
    items = [item for item in BY_DOMAIN[domain] if item.code in seen]
    if domain == "constitutional":
        fired = [_ordinal(item, pl.col(item.code) > 0) for item in items]
    else:
        fired = [_graded_item(item, rank, settings) for item in items]
    return _sentence(domain, rank, fired)


def renal_reasons(rank: pl.Expr, settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``renal A: severe proteinuria (REN_P24=2, previous 1.8), active sediment``."""
    deciding = {**dict.fromkeys((*SEVERE, *MODERATE), RANK["B"]), **dict.fromkeys(MILD, RANK["C"])}
    fired = []
    for name, least in deciding.items():
        values = [_now_and_before(code, settings) for code in _SHOWN.get(name, ())]
        text = pl.lit(name) + pl.lit(" (") + joined(values, ", ") + pl.lit(")") if values else pl.lit(name)
        counts = rank == RANK["C"] if least == RANK["C"] else rank >= RANK["B"]
        fired.append(pl.when(pl.col(f"feature_{name}") & counts).then(text))
    return _sentence("renal", rank, fired)


def _sentence(domain: str, rank: pl.Expr, fired: Sequence[pl.Expr]) -> pl.Expr:
    text = pl.lit(f"{domain} ") + letter(rank) + pl.lit(": ") + joined(fired, ", ")
    return pl.when(rank >= RANK["C"]).then(text)


def _ordinal(item: Item, fired: pl.Expr) -> pl.Expr:
    return pl.when(fired).then(pl.lit(f"{item.code}=") + pl.col(item.code).cast(pl.String))


def _graded_item(item: Item, rank: pl.Expr, settings: Mapping[str, str]) -> pl.Expr:
    """Show the item where its own grade is the grade of the domain."""
    value = pl.col(item.code)
    if item.kind == "num":
        bands = [b for b in BANDS if b.item == item.code and b.bands in ("", settings["bilag_wbc_bands"])]
        inside = [(value >= band.start) & (value < band.below) & (rank == band.rank) for band in bands]
        shown = pl.lit(f"{item.code}=") + decimal(value, item.decimals)
        return pl.when(pl.any_horizontal(inside)).then(shown)
    if item.kind == "yn":
        return pl.when((value == 1) & (rank == item.active)).then(pl.lit(f"{item.code}=Y"))
    active = (value >= ACTIVE) & (rank == item.active)
    return _ordinal(item, active | ((value == 1) & (rank == item.improving)))


def _now_and_before(code: str, settings: Mapping[str, str]) -> pl.Expr:
    """Return ``REN_P24=2 (previous 1.8)`` where measured and used; null where not."""
    places = ITEMS[code].decimals
    now = pl.lit(f"{code}=") + (decimal(pl.col(code), places) if places else pl.col(code).cast(pl.String))
    before = pl.col(f"before_{code}")
    known = decimal(before, places) if places else before.cast(pl.String)
    previous = (
        pl.when(before.is_not_null()).then(pl.lit(" (previous ") + known + pl.lit(")")).otherwise(pl.lit(""))
    )
    used = pl.col(code).is_not_null()
    if code == "REN_DIP" and settings["bilag_renal_rules"] == "2009":
        used = used & pl.all_horizontal(pl.col(method).is_null() for method in QUANTITATIVE)
    return pl.when(used).then(now + previous)
