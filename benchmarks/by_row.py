"""SELENA-SLEDAI and BILAG-2004 scored in plain Python, one row at a time, as a script or a spreadsheet would.

Written from the reference text for the default settings and complete rows, and apart from the package: only
the tables of items are shared. The benchmark checks that both give the same scores before it times them.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

Row = dict[str, Any]

_TABLES = files("lupustrial.instruments") / "tables"


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


SLEDAI = _table("sledai_items")
BILAG = _table("bilag2004_items")
DOMAINS = list(dict.fromkeys(item["domain"] for item in BILAG))
ORDINAL = {
    domain: [
        (item["code"], item["grade_active"], item["grade_improving"])
        for item in BILAG
        if item["domain"] == domain and item["kind"] == "ord" and item["grade_active"]
    ]
    for domain in DOMAINS
}
NUMBERS = [item["code"] for item in BILAG if item["kind"] == "num"]

#: Blood counts: below the first limit A, the second B, the third C; 0 where there is no such band.
COUNTS = {
    "HAE_HB": (8, 9, 11),
    "HAE_WBC": (1, 2, 4),
    "HAE_NEUT": (0.5, 1, 2),
    "HAE_LYMPH": (0, 0, 1),
    "HAE_PLT": (25, 50, 150),
}
#: Numbers are compared in ten thousandths, so that shares of the previous value are exact.
UNIT = 10_000
POINTS = {"A": 12, "B": 8, "C": 1, "D": 0, "E": 0}
LIMITS = {"REN_P24": (1, 0.5, 0.25), "REN_PCR": (100, 50, 25), "REN_ACR": (100, 50, 25)}


def score_sledai(row: Row) -> Row:
    """Return total, clinical, serological and organ scores."""
    result: Row = {"score": 0, "clinical": 0, "serology": 0}
    for item in SLEDAI:
        points = int(item["weight"]) if row[item["code"]] == "Y" else 0
        result["score"] += points
        result["clinical" if item["clinical"] == "Y" else "serology"] += points
        organ = f"organ_{item['organ']}"
        result[organ] = result.get(organ, 0) + points
    return result | {"lower": result["score"], "upper": result["score"], "completeness": "complete"}


def score_bilag(rows: list[Row]) -> list[Row]:
    """Return grades, numeric score and activity at the visits of one participant, in order of time."""
    results, before = [], None
    involved = dict.fromkeys(DOMAINS, False)
    for given in rows:
        row = dict(given)
        for item in BILAG:
            if item["attribution"] == "Y" and row[f"not_due_to_lupus_{item['code']}"] == "Y":
                row[item["code"]] = None
        grades = {}
        for domain in DOMAINS:
            grade = _graded(domain, row, before)
            involved[domain] |= row[f"prior_involvement_{domain}"] == "Y"
            grades[domain] = grade or ("D" if involved[domain] else "E")
            involved[domain] |= grade is not None
        results.append(_summed(grades))
        before = row
    return results


def _graded(domain: str, row: Row, before: Row | None) -> str | None:
    if domain == "constitutional":
        return _constitutional(row)
    if domain == "renal":
        return _renal(row, before)
    found = []
    for code, active, improving in ORDINAL[domain]:
        value = row[code] or 0
        if value:
            found.append(active if value > 1 else improving)
    if domain == "haematological":
        found += _blood(row)
    return min(found) if found else None


def _constitutional(row: Row) -> str | None:
    fever = row["CON_FEVER"]
    others = [row[code] for code in ("CON_WTLOSS", "CON_NODES", "CON_ANOREX")]
    several = sum(other > 1 for other in others) > 1
    if fever > 1 and several:
        return "A"
    if fever > 1 or several:
        return "B"
    return "C" if fever or any(others) else None


def _blood(row: Row) -> list[str]:
    found = []
    for code, limits in COUNTS.items():
        if row[code] is not None:
            found += [grade for grade, limit in zip("ABC", limits, strict=True) if row[code] < limit][:1]
    found += ["B"] if row["HAE_HAEMOL"] == "Y" else []
    return found + (["C"] if row["HAE_COOMBS"] == "Y" else [])


def _renal(row: Row, before: Row | None) -> str | None:
    now = {code: None if row[code] is None else round(row[code] * UNIT) for code in (*NUMBERS, "REN_DIP")}
    last = dict.fromkeys(now)
    if before is not None:
        last = {code: None if before[code] is None else round(before[code] * UNIT) for code in now}
    severe, moderate, mild = _protein(now, last)
    loss, some_loss = _loss(now, last)
    others = [row[code] == "Y" for code in ("REN_ACCHTN", "REN_NEPHROTIC", "REN_SEDIMENT", "REN_BIOPSY")]
    if sum([severe, loss, *others]) > 1 and (severe or others[2] or others[3]):
        return "A"
    if any([severe, loss, *others, moderate, some_loss]):
        return "B"
    return "C" if mild or _pressure(now, last) else None


def _protein(now: Row, last: Row) -> tuple[bool, bool, bool]:
    severe = moderate = mild = False
    if all(now[code] is None for code in LIMITS):
        level, earlier = now["REN_DIP"], last["REN_DIP"]
        if level is not None:
            rise = -1 if earlier is None else level - earlier
            severe, mild = rise >= 2 * UNIT, level >= 1 * UNIT
            moderate = rise >= 1 * UNIT and level >= 2 * UNIT
        return severe, moderate, mild
    for code, limits in LIMITS.items():
        value, earlier = now[code], last[code]
        if value is not None:
            a, b, c = (limit * UNIT for limit in limits)
            lasting = earlier is None or 100 * value > 75 * earlier
            severe |= value > a and lasting
            moderate |= value >= b and lasting
            mild |= value > c
    return severe, moderate, mild


def _loss(now: Row, last: Row) -> tuple[bool, bool]:
    severe = moderate = False
    value, earlier = now["REN_CREAT"], last["REN_CREAT"]
    if value is not None and earlier is not None and value > 130 * UNIT:
        severe = 100 * value > 130 * earlier
        moderate = not severe and 100 * value >= 115 * earlier
    value, earlier = now["REN_GFR"], last["REN_GFR"]
    if value is not None:
        severe |= earlier is not None and value < 80 * UNIT and 100 * value < 67 * earlier
        severe |= value < 50 * UNIT and (earlier is None or earlier > 50 * UNIT)
    return severe, moderate


def _pressure(now: Row, last: Row) -> bool:
    for code, limit, rise in (("REN_SBP", 140, 30), ("REN_DBP", 90, 15)):
        value, earlier = now[code], last[code]
        if value is None or earlier is None or value <= limit * UNIT or value - earlier < rise * UNIT:
            return False
    return True


def _summed(grades: dict[str, str]) -> Row:
    numeric = sum(POINTS[grade] for grade in grades.values())
    letters = list(grades.values())
    result: Row = {
        f"{prefix}_{domain}": grade
        for prefix in ("grade", "lower", "upper")
        for domain, grade in grades.items()
    }
    result |= {f"completeness_{domain}": "complete" for domain in grades}
    return result | {
        "worst": min(letters),
        "numeric": numeric,
        "lower": numeric,
        "upper": numeric,
        "active": "A" in letters or letters.count("B") > 1,
        "completeness": "complete",
    }
