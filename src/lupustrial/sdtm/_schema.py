"""The variables of each SDTM domain, in the order of SDTMIG 3.4, and what kind of domain each is.

``variables.csv`` beside this module holds name, label and type; it was made from the SDTMIG 3.4 metadata of
CDISC's open rules project (MIT licence). A domain that stands here can be the target of an annotation.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import polars as pl

Class = Literal["special purpose", "interventions", "events", "findings", "trial design", "relationship"]

_CLASSES: dict[Class, tuple[str, ...]] = {
    "special purpose": ("DM", "SV", "SE"),
    "interventions": ("CM", "EC", "EX", "PR"),
    "events": ("AE", "CE", "DS", "DV", "MH"),
    "trial design": ("TA", "TE", "TI", "TS", "TV"),
    "relationship": ("SUPPQUAL",),
}

#: Column that leads back to the source records: their ledger positions, ``"12"`` or ``"12;45"``. Not
#: submitted.
SRCPOS = "SRCPOS"

#: Variables that identify a row beyond STUDYID and USUBJID, per domain; ``--SEQ`` where a domain is not here.
KEYS: dict[str, tuple[str, ...]] = {
    "DM": ("USUBJID",),
    "SV": ("USUBJID", "VISITNUM"),
    "TA": ("ARMCD", "TAETORD"),
    "TE": ("ETCD",),
    "TI": ("IETESTCD",),
    "TS": ("TSPARMCD", "TSSEQ"),
    "TV": ("VISITNUM",),
}


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of an SDTM domain: `name`, `label` and `type` (``Char`` or ``Num``) of SDTMIG 3.4."""

    name: str
    label: str
    type: str


@cache
def _table() -> dict[str, tuple[Variable, ...]]:
    text = files("lupustrial.sdtm").joinpath("variables.csv").read_text(encoding="utf-8")
    table: dict[str, list[Variable]] = {}
    for row in csv.DictReader(text.splitlines()):
        variable = Variable(name=row["variable"], label=row["label"], type=row["type"])
        table.setdefault(row["domain"], []).append(variable)
    return {domain: tuple(variables) for domain, variables in table.items()}


def domains() -> tuple[str, ...]:
    """Return the domains whose variables are known, in alphabetical order."""
    return tuple(sorted(_table()))


def variables(domain: str) -> tuple[Variable, ...]:
    """Return the variables of `domain` in SDTMIG 3.4 order; all ``SUPP--`` domains share one list.

    Raises:
        KeyError: The domain is not one of `domains`.
    """
    return _table()["SUPPQUAL" if domain.startswith("SUPP") else domain]


def class_of(domain: str) -> Class:
    """Return the general observation class (or other kind) of a known domain."""
    return next((name for name, members in _CLASSES.items() if domain in members), "findings")


def keys(domain: str) -> tuple[str, ...]:
    """Return the variables that identify a row of `domain` (within one study)."""
    if domain.startswith("SUPP"):
        return ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    return KEYS.get(domain, ("USUBJID", f"{domain}SEQ"))


def conform(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Return `frame` with the variables of `domain` in SDTMIG order and `SRCPOS` last; other columns go.

    Char variables stay text (String or Categorical), Num variables become Float64, ``--SEQ`` Int64.
    """
    chosen: list[pl.Expr] = []
    for variable in variables(domain):
        if variable.name not in frame.columns:
            continue
        column = pl.col(variable.name)
        if variable.type == "Num":
            whole = variable.name in {f"{domain}SEQ", "TAETORD"}
            column = column.cast(pl.Int64 if whole else pl.Float64)
        elif frame.schema[variable.name] == pl.Null:
            column = column.cast(pl.String)
        chosen.append(column)
    return frame.select(*chosen, *([SRCPOS] if SRCPOS in frame.columns else []))
