"""BILAG-2004 as tables: items, bands and thresholds, read from the CSV files beside the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.instruments._spec import DOMAINS, Input
from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._units import looks_like

_ROWS = read_table("bilag2004_items")

#: Rank of a grade: 4 = A (worst) to 0 = E.
RANK: Mapping[str, int] = {"E": 0, "D": 1, "C": 2, "B": 3, "A": 4}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One of the 97 items.

    `best` and `worst` are the values that make the grade least and most severe, in units of the last decimal.
    `active` is the rank given by values 2 to 4 (or yes), `improving` that given by 1; 0 where the item is
    graded by an algorithm of its own.
    """

    code: str
    domain: str
    kind: str
    decimals: int
    best: int
    worst: int
    active: int
    improving: int
    attribution: bool


def _item(row: Mapping[str, str]) -> Item:
    decimals = int(row["decimals"])
    ends = scale(row["low"], decimals), scale(row["high"], decimals)
    best, worst = ends if row["best"] == "min" else ends[::-1]
    return Item(
        code=row["code"],
        domain=row["domain"],
        kind=row["kind"],
        decimals=decimals,
        best=best,
        worst=worst,
        active=RANK.get(row["grade_active"], 0),
        improving=RANK.get(row["grade_improving"], 0),
        attribution=row["attribution"] == "Y",
    )


#: The 97 items by code, in form order.
ITEMS: Mapping[str, Item] = {row["code"]: _item(row) for row in _ROWS}

#: Items by domain.
BY_DOMAIN: Mapping[str, tuple[Item, ...]] = {
    domain: tuple(item for item in ITEMS.values() if item.domain == domain) for domain in DOMAINS
}


@dataclass(frozen=True, kw_only=True)
class Band:
    """Half-open interval [start, below) of a blood count that gives a grade; `bands` names its variant."""

    item: str
    start: int
    below: int
    rank: int
    bands: str


#: Bands of the haematological domain.
BANDS: tuple[Band, ...] = tuple(
    Band(
        item=row["item"],
        start=scale(row["from"] or "0", ITEMS[row["item"]].decimals),
        below=scale(row["below"], ITEMS[row["item"]].decimals),
        rank=RANK[row["grade"]],
        bands=row["bands"],
    )
    for row in read_table("bilag2004_haematology")
)

#: Renal thresholds as written in the table.
RENAL_TEXT: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("bilag2004_renal")}


def renal_limit(name: str, item: str) -> int:
    """Return a renal threshold in units of the last decimal of the item that it is compared with."""
    return scale(RENAL_TEXT[name], ITEMS[item].decimals)


def renal_percent(name: str) -> int:
    """Return a renal threshold that is a percentage of the previous value."""
    return int(RENAL_TEXT[name])


#: What a value out of range most often is: quantity, declared unit, and the unit it was given in.
_SLIPS: Mapping[str, tuple[str, str, str]] = {
    "REN_P24": ("protein24", "g/24 h", "mg/24 h"),
    "REN_CREAT": ("creatinine", "umol/L", "mg/dL"),
    "HAE_HB": ("haemoglobin", "g/dL", "g/L"),
    "HAE_WBC": ("leukocytes", "10^9/L", "/uL"),
    "HAE_NEUT": ("neutrophils", "10^9/L", "/uL"),
    "HAE_LYMPH": ("lymphocytes", "10^9/L", "/uL"),
    "HAE_PLT": ("platelets", "10^9/L", "/uL"),
}


def inputs() -> tuple[Input, ...]:
    """Return every column that BILAG-2004 reads: the items, earlier involvement, attribution flags."""
    items = tuple(
        Input(
            code=row["code"],
            label=row["label"],
            kind="yn" if row["kind"] == "yn" else "num" if row["kind"] == "num" else "ord",
            unit=row["unit"],
            decimals=int(row["decimals"]),
            low=scale(row["low"], int(row["decimals"])),
            high=scale(row["high"], int(row["decimals"])),
            definition=row["hint"],
            source=row["source"],
            trust=row["trust"],
            lookalike=looks_like(*_SLIPS[row["code"]]) if row["code"] in _SLIPS else "",
        )
        for row in _ROWS
    )
    involved = tuple(
        Input(
            code=f"prior_involvement_{domain}", label=f"Earlier {domain} involvement", kind="flag", item=False
        )
        for domain in DOMAINS
    )
    excused = tuple(
        Input(
            code=f"not_due_to_lupus_{item.code}",
            label=f"{item.code} is not due to lupus",
            kind="flag",
            item=False,
        )
        for item in ITEMS.values()
        if item.attribution
    )
    return items + involved + excused
