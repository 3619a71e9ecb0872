"""BILAG-2004 grades of the domains that are graded item by item, of constitutional and of haematological.

Each rule returns the rank of present activity: 4 = A, 3 = B, 2 = C, 0 = none of these. Whether none means
D or E is history (`with_history`). The worst item decides, whatever the order of the items. Sources: file
``02-bilag2004`` of the reference, [S02][S03][S43] for items, [S51] for constitutional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lupustrial.instruments._bilag_items import BANDS, BY_DOMAIN, ITEMS, RANK
from lupustrial.instruments._columns import Column, Columns, any_of, count, number, total, where

#: Domains in which each ordinal item has its own grade.
ITEMISED: tuple[str, ...] = (
    "mucocutaneous",
    "neuropsychiatric",
    "musculoskeletal",
    "cardiorespiratory",
    "gastrointestinal",
    "ophthalmic",
)

#: Lowest value of an ordinal item that is not improving: 2 same, 3 worse, 4 new.
ACTIVE = 2

#: How many other features, or B grades, a rule asks for.
TWO = 2

#: Numbers that stand for A, B, C; D and E count 0.
SCHEMES: Mapping[str, tuple[int, int, int]] = {"12-8-1": (12, 8, 1), "9-3-1": (9, 3, 1), "12-5-1": (12, 5, 1)}


def worst(flags: Mapping[str, Iterable[Column]]) -> Column:
    """Return the rank of the worst grade of which a flag is true, 0 where none is."""
    grade_c = where(any_of(flags["C"]), RANK["C"], 0)
    return where(any_of(flags["A"]), RANK["A"], where(any_of(flags["B"]), RANK["B"], grade_c))


def grade_itemised(domain: str, values: Columns) -> Column:
    """Grade an ordinal domain: A-items 2-4 give A, 1 gives B; B-items B, C; C-items C, C."""
    flags: dict[str, list[Column]] = {"A": [], "B": [], "C": []}
    for item in BY_DOMAIN[domain]:
        letters = {rank: letter for letter, rank in RANK.items()}
        flags[letters[item.active]].append(values[item.code] >= ACTIVE)
        flags[letters[item.improving]].append(values[item.code] >= 1)
    return worst(flags)


def grade_constitutional(values: Columns) -> Column:
    """Grade the constitutional domain: fever and two others A; fever or two others B; any activity C."""
    fever = values["CON_FEVER"]
    others = [values[code] for code in ("CON_WTLOSS", "CON_NODES", "CON_ANOREX")]
    feverish = fever >= ACTIVE
    two = count(other >= ACTIVE for other in others) >= TWO
    return worst(
        {"A": [feverish & two], "B": [feverish | two], "C": [value >= 1 for value in (fever, *others)]}
    )


def grade_haematological(values: Columns, *, bands: str) -> Column:
    """Grade the haematological domain from bands of blood counts, TTP, haemolysis and Coombs test.

    Args:
        values: The eight items; counts as scaled integers, an ignored item at its best value.
        bands: Which white-cell bands: ``split``, ``single_b`` or ``single_c``.
    """
    flags: dict[str, list[Column]] = {"A": [], "B": [], "C": []}
    letters = {rank: letter for letter, rank in RANK.items()}
    for band in BANDS:
        if band.bands in ("", bands):
            value = values[band.item]
            flags[letters[band.rank]].append((value >= band.start) & (value < band.below))
    for code in ("HAE_TTP", "HAE_HAEMOL", "HAE_COOMBS"):
        item = ITEMS[code]
        if item.kind == "yn":
            flags[letters[item.active]].append(values[code] >= 1)
        else:
            flags[letters[item.active]].append(values[code] >= ACTIVE)
            flags[letters[item.improving]].append(values[code] >= 1)
    return worst(flags)


def with_history(activity: Column, involved: Column) -> Column:
    """Return the rank of the domain: its activity, else D (1) when involved before, else E (0)."""
    return where(activity > 0, activity, number(involved >= 1))


def numeric_score(ranks: Columns, scheme: str) -> Column:
    """Return the numeric score of all domains given, e.g. 12/8/1 for the nine of BILAG-2004 [S01]."""
    a, b, c = SCHEMES[scheme]
    return total(
        where(rank == RANK["A"], a, where(rank == RANK["B"], b, where(rank == RANK["C"], c, 0)))
        for rank in ranks.values()
    )


def is_active(ranks: Columns) -> Column:
    """Return whether disease is active as trials ask at entry: one A or two B, at least [S34][S25]."""
    grades = list(ranks.values())
    return any_of(grade == RANK["A"] for grade in grades) | (
        count(grade == RANK["B"] for grade in grades) >= TWO
    )


def worst_grade(ranks: Columns) -> Column:
    """Return the rank of the worst domain."""
    result, *others = ranks.values()
    for rank in others:
        result = where(rank > result, rank, result)
    return result
