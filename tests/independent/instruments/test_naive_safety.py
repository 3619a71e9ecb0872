"""CTCAE grades, proposals for SLEDAI and doses from a log, against scorers written row by row from the text.

Nothing is shared with the package: limits are typed here, numbers are exact fractions. Values are drawn at
and around every limit; gaps of a CTCAE term are filled in every way.
"""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from naive_rows import Gap, Row, agreed, completions, exact, flag_baseline, scored, seeded

from lupustrial.instruments import steroid_doses

F = Fraction
COUNTS: dict[str, list[str]] = {
    "wbc": ["3.0", "2.0", "1.0"],
    "neut": ["1.5", "1.0", "0.5"],
    "lymph": ["0.8", "0.5", "0.2"],
    "plt": ["75", "50", "25"],
}
VALUES: dict[str, list[Any]] = {
    "wbc": [0, 0.9999, 1, 1.9, 2, 2.9, 3, 3.1, 3.4999, 3.5, 3.9, 4, 4.1, 9],
    "wbc_lln": [2.5, 3, 3.5, 4],
    "neut": [0, 0.49, 0.5, 0.99, 1, 1.49, 1.5, 1.7, 1.8, 1.9, 2, 5],
    "neut_lln": [1.2, 1.5, 1.8, 2],
    "lymph": [0, 0.19, 0.2, 0.49, 0.5, 0.79, 0.8, 0.9, 1, 1.1, 3],
    "lymph_lln": [0.7, 0.8, 1, 1.1],
    "plt": [0, 24.9, 25, 49.9, 50, 74.9, 75, 99.9, 100, 149, 150, 400],
    "plt_lln": [60, 75, 100, 150],
    "hb": [5, 7.9, 8, 8.1, 9.9, 10, 10.1, 11.9, 12, 15],
    "hb_lln": [9, 10, 12],
    "hb_life_threatening": ["N", "N", "N", "Y"],
    "hb_death": ["N", "N", "N", "N", "Y"],
    "temp": [36.6, 37.9, 38, 38.1, 39, 39.1, 40, 40.1],
    "temp_hours": [0, 23.9, 24, 24.1],
    "temp_death": ["N", "N", "N", "N", "Y"],
    "alt": [
        10,
        39.9,
        40,
        40.1,
        60,
        75,
        89.9,
        90,
        119.9,
        120,
        120.1,
        150,
        180,
        200,
        200.1,
        300,
        300.1,
        800,
        800.1,
        1201,
    ],
    "alt_uln": [30, 40],
    "creat": [
        60,
        79.9,
        80,
        80.1,
        90,
        90.1,
        100,
        120,
        120.1,
        150,
        150.1,
        180,
        180.1,
        240,
        240.1,
        300,
        480,
        480.1,
        600.1,
    ],
    "creat_uln": [80, 100],
    "eos": [0, 0.4, 0.5, 0.51, 0.6, 0.61, 2],
    "eos_uln": [0.5, 0.6],
    "eos_steroids": ["N", "N", "N", "Y"],
    "injection_site_reaction": [0, 1, 2, 3, 4, 5],
    "flu_like_symptoms": [0, 1, 2, 3],
}
CELLS: dict[str, list[str]] = {
    **{count: [count, f"{count}_lln"] for count in COUNTS},
    "hb": ["hb", "hb_lln", "hb_life_threatening", "hb_death"],
    "temp": ["temp", "temp_hours", "temp_death"],
    "alt": ["alt", "alt_uln"],
    "creat": ["creat", "creat_uln"],
    "eos": ["eos", "eos_uln", "eos_steroids"],
    "injection_site_reaction": ["injection_site_reaction"],
    "flu_like_symptoms": ["flu_like_symptoms"],
}
#: The ends of what is permitted, and values between at which something turns.
POOLS: dict[str, list[Any]] = {
    "wbc": [0, 1, 2, 3, 3.9, 500],
    "wbc_lln": [1, 2.95, 3.2, 8],
    "neut": [0, 0.5, 1, 1.5, 500],
    "neut_lln": [0.5, 1.6, 4],
    "lymph": [0, 0.2, 0.5, 0.8, 500],
    "lymph_lln": [0.2, 0.9, 4],
    "plt": [0, 25, 50, 75, 3000],
    "plt_lln": [50, 80, 300],
    "hb": [1, 8, 10, 25],
    "hb_lln": [7, 11, 18],
    "temp": [30, 38, 39, 39.1, 40, 40.1, 45],
    "temp_hours": [0, 24, 24.1, 1000],
    "alt": [1, 5.0001, 10, 20, 41, 60, 80, 100, 121, 201, 300, 801, 20000],
    "alt_uln": [5, 20, 40, 60, 100, 200],
    "creat": [10, 20, 40, 50, 79.9, 100, 121, 240, 241, 301, 480.1, 3000],
    "creat_uln": [20, 40, 80, 100, 200, 300],
    "eos": [0, 0.1, 0.4, 0.5001, 200],
    "eos_uln": [0.1, 0.5, 3],
    "injection_site_reaction": [0, 1, 2, 3, 4, 5],
    "flu_like_symptoms": [0, 1, 2, 3],
    **dict.fromkeys(["hb_life_threatening", "hb_death", "temp_death", "eos_steroids"], "NY"),
}
CTCAE = {
    "ctcae_alt_abnormal_baseline": "baseline_multiples",
    "ctcae_within_normal": "by_threshold",
    "ctcae_reports_missing": "no",
}


def count_grade(value: Fraction, lln: Fraction, steps: list[str], s: Row) -> int:
    if s["ctcae_within_normal"] == "grade_0" and value >= lln:
        return 0
    grade = 1 if value < lln else 0
    for place, step in enumerate(steps):
        if value < F(step):
            grade = 2 + place
    return grade


def multiples(value: Fraction, of: Fraction) -> int:
    """ALT above the normal limit, or above a multiple of what it is held against."""
    if value > 20 * of:
        return 4
    if value > 5 * of:
        return 3
    return 2 if value > 3 * of else 0


def alt_grade(row: Row, base: Row | None, s: Row) -> int:
    value, uln = exact(row["alt"]), exact(row["alt_uln"])
    if (
        base is not None
        and base["alt"] > base["alt_uln"]
        and s["ctcae_alt_abnormal_baseline"] == "baseline_multiples"
    ):
        before = exact(base["alt"])
        return multiples(value, before) or int(value >= before * F(3, 2))
    return multiples(value, uln) or int(value > uln)


def creat_grade(row: Row, base: Row | None) -> int:
    value, uln = exact(row["creat"]), exact(row["creat_uln"])
    grade = 0
    if value > uln:
        grade = 1
    if value > uln * F(3, 2):
        grade = 2
    if value > 3 * uln:
        grade = 3
    if value > 6 * uln:
        grade = 4
    if base is not None:
        before = exact(base["creat"])
        if value > before * F(3, 2):
            grade = max(grade, 2)
        if value > before * 3:
            grade = max(grade, 3)
    return grade


def grade(term: str, row: Row, base: Row | None, s: Row) -> int:  # noqa: C901, PLR0911  # one branch a term
    """Grade of one term; `base` is None at baseline and before."""
    if term in COUNTS:
        return count_grade(exact(row[term]), exact(row[f"{term}_lln"]), COUNTS[term], s)
    if term == "hb":
        if row["hb_death"] == "Y":
            return 5
        if row["hb_life_threatening"] == "Y":
            return 4
        return count_grade(exact(row["hb"]), exact(row["hb_lln"]), ["10.0", "8.0"], s)
    if term == "temp":
        value = exact(row["temp"])
        if row["temp_death"] == "Y":
            return 5
        if value > 40:
            return 4 if row["temp_hours"] > 24 else 3
        return 2 if value > 39 else 1 if value >= 38 else 0
    if term == "alt":
        return alt_grade(row, base, s)
    if term == "creat":
        return creat_grade(row, base)
    if term == "eos":
        if row["eos_steroids"] == "Y":
            return 3
        return int(row["eos"] > row["eos_uln"] and (base is None or row["eos"] > base["eos"]))
    return int(row[term])


def term_results(term: str, row: Row, base: Row | None, s: Row) -> tuple[int, str, str]:
    """Grade, and after baseline shift and emergence."""
    if base is None:
        return grade(term, row, None, s), "", ""
    now, before = grade(term, row, base, s), grade(term, base, None, s)
    worse = now > before
    if term == "eos":
        worse = worse or (row["eos"] > row["eos_uln"] and row["eos"] > base["eos"])
    if term == "alt" and s["ctcae_alt_abnormal_baseline"] == "baseline_multiples":
        worse = worse or (base["alt"] > base["alt_uln"] and now > 0)
    return now, f"{before} to {now}", "Y" if worse else "N"


def blanks_as_no(rows: list[Row]) -> list[Row]:
    reports = ["hb_life_threatening", "hb_death", "temp_death", "eos_steroids"]
    return [{**row, **{code: row[code] or "N" for code in reports}} for row in rows]


CTC_OTHERS: list[Row] = [
    {},
    {"ctcae_alt_abnormal_baseline": "uln_multiples"},
    {"ctcae_within_normal": "grade_0"},
    {"ctcae_reports_missing": "unknown"},
]


@pytest.mark.parametrize("gaps", [0, 1])
@pytest.mark.parametrize(
    "other", CTC_OTHERS, ids=["".join(each.values()) or "defaults" for each in CTC_OTHERS]
)
def test_ctcae5_equals_the_naive_scorer_in_every_completion(other: Row, gaps: int) -> None:
    rng = seeded(5)
    s = {**CTCAE, **other}
    people = [
        [{code: rng.choice(pool) for code, pool in VALUES.items()} for _ in range(3)]
        for _ in range(15 if gaps else 120)
    ]
    places = [flag_baseline(rng, rows) for rows in people]
    missing: list[dict[str, list[Gap]]] = []
    for rows in people:
        cells: dict[str, list[Gap]] = {}
        for term, codes in CELLS.items():
            drawn = {
                (rng.randrange(3), rng.choice(codes))
                for _ in range(rng.choice([0, 1, 2] if term in {"alt", "creat"} else [0, 1, 2, 3]) * gaps)
            }
            cells[term] = sorted(drawn)
            for visit, code in drawn:
                rows[visit][code] = None
        missing.append(cells)
    for rows, found, base, cells in zip(
        people, scored("ctcae5", people, other, rng), places, missing, strict=True
    ):
        given = blanks_as_no(rows) if s["ctcae_reports_missing"] == "no" else rows
        bounds: list[list[set[int]]] = [[], [], []]
        for term, codes in CELLS.items():
            open_cells = {cell: POOLS[cell[1]] for cell in cells[term] if given[cell[0]][cell[1]] is None}
            narrow = [{code: row[code] for code in codes} for row in given]
            everyone = list(completions(narrow, with_turns(term, narrow, open_cells)))
            before = {grade(term, each[base], None, s) for each in everyone}
            for visit, row in enumerate(found):
                after = visit > base
                results = {
                    term_results(term, each[visit], each[base] if after else None, s) for each in everyone
                }
                grades = {each[0] for each in results}
                bounds[visit].append(grades)
                where = (term, visit, base, narrow, grades)
                assert (row[f"lower_{term}"], row[f"upper_{term}"]) == (min(grades), max(grades)), where
                assert row[f"grade_{term}"] == agreed(grades), where
                assert (row[f"completeness_{term}"] == "complete") == (len(grades) == 1), where
                if after:
                    assert row[f"baseline_{term}"] == agreed(before), where
                    assert row[f"shift_{term}"] == agreed({shift for _, shift, _ in results}), where
                    assert row[f"emergent_{term}"] == agreed({emergent for _, _, emergent in results}), where
        for row, each in zip(found, bounds, strict=True):
            low, high = max(map(min, each)), max(map(max, each))
            assert (row["lower"], row["upper"]) == (low, high)
            assert row["worst_grade"] == (low if low == high else None)


def with_turns(term: str, rows: list[Row], cells: dict[Gap, list[Any]]) -> dict[Gap, list[Any]]:
    """Add to the pools of ALT, creatinine and eosinophils the values at which a grade turns."""
    if term not in {"alt", "creat", "eos"} or len(cells) > 2:
        return cells
    told = [row[code] for row in rows for code in CELLS[term][:2] if row[code] is not None]
    turns = {
        round(value * share + step, 4) for value in told for share in (1, 1 / 1.5, 1.5) for step in (0, 1e-4)
    }
    within = {
        "alt": (1, 20000),
        "alt_uln": (5, 200),
        "creat": (10, 3000),
        "creat_uln": (20, 300),
        "eos": (0, 200),
        "eos_uln": (0.1, 3),
    }
    return {
        cell: values + [turn for turn in turns if within[cell[1]][0] <= turn <= within[cell[1]][1]]
        if cell[1] in within
        else values
        for cell, values in cells.items()
    }


LABS: dict[str, str] = {
    "upcr_half_gram_mgmmol": "50",
    "sledai_version": "selena",
    "proteinuria_rule": "version",
    "proteinuria_reference": "previous_visit",
    "proteinuria_without_previous": "adjudicate",
    "sledai2k_arthritis_min": "2",
}
LAB_OTHERS: list[Row] = [
    {},
    {"upcr_half_gram_mgmmol": "56.6"},
    {"sledai_version": "sledai2k"},
    {"sledai_version": "sledai2k", "sledai2k_arthritis_min": "3"},
    {"sledai_version": "1992"},
    {"proteinuria_rule": "original"},
    {"proteinuria_rule": "sledai2k"},
    {"sledai_version": "sledai2k", "proteinuria_rule": "selena"},
    {"proteinuria_reference": "baseline"},
    {"proteinuria_reference": "best_since_baseline"},
    {"proteinuria_without_previous": "present"},
    {"proteinuria_without_previous": "absent"},
]
SINGLE = {
    "HAEM": ("urine_rbc", [0, 4.9, 5, 5.1, 40], ">", 5),
    "PYUR": ("urine_wbc", [0, 4.9, 5, 5.1, 40], ">", 5),
    "FEVR": ("temperature", [36.6, 37.9, 38, 38.1], ">", 38),
    "PLT": ("platelets", [20, 99.9, 100, 100.1], "<", 100),
    "WBC": ("leukocytes", [1, 2.9, 3, 3.1], "<", 3),
    "ARTH": ("joints", [0, 1, 2, 3], ">", 2),
}
METHODS = {
    "protein24": [0, 0.4, 0.49, 0.5, 0.51, 0.9, 1, 1.01, 1.4, 1.5, 1.51, 2],
    "upcr": [0, 0.4, 0.49, 0.5, 0.51, 0.9, 1, 1.01, 1.4, 1.5, 1.51, 2],
    "upcr_mgmmol": [0, 40, 49.9, 50, 50.1, 56.6, 56.7, 90, 100, 100.1, 106.6, 150, 150.1, 157],
}


def single(item: str, row: Row, s: Row) -> str | None:
    code, _, side, limit = SINGLE[item]
    value = exact(row[code])
    if item == "ARTH" and s["sledai_version"] == "sledai2k":
        limit = int(s["sledai2k_arthritis_min"]) - 1
    if value is None:
        return None
    abnormal = value > limit if side == ">" else value < limit
    return "Y" if abnormal and row[f"not_due_to_lupus_{item}"] != "Y" else "N"


def complement(row: Row) -> str | None:
    measured = {
        code: row[code] < row[f"{code}_lln"] for code in ("c3", "c4", "ch50") if row[code] is not None
    }
    if any(measured.values()):
        return "N" if row["not_due_to_lupus_COMP"] == "Y" else "Y"
    return "N" if {"c3", "c4"} <= set(measured) else None


def dna(row: Row) -> str | None:
    if row["dsdna"] is None and row["farr"] is None and row["dsdna_positive"] is None:
        return None
    raised = row["dsdna"] is not None and row["dsdna"] > row["dsdna_uln"]
    raised = raised or (row["farr"] is not None and row["farr"] > 25) or row["dsdna_positive"] == "Y"
    return "Y" if raised and row["not_due_to_lupus_DNA"] != "Y" else "N"


def proteinuria(rows: list[Row], visit: int, base: int, s: Row) -> str | None:
    method = next(code for code in METHODS if code in rows[0])
    half = F(s["upcr_half_gram_mgmmol"]) if method == "upcr_mgmmol" else F(1, 2)
    rule = s["proteinuria_rule"]
    if rule == "version":
        rule = {"selena": "selena", "sledai2k": "sledai2k", "1992": "original"}[s["sledai_version"]]
    now = exact(rows[visit][method])
    if now is None:
        return None
    if rows[visit]["not_due_to_lupus_PROT"] == "Y" or now <= half:
        return "N"
    if rule == "sledai2k":
        return "Y"
    reference = s["proteinuria_reference"]
    if reference == "baseline":
        told = [exact(rows[base][method])] if visit > base else []
    else:
        told = [
            exact(row[method]) for row in rows[(base if reference == "best_since_baseline" else 0) : visit]
        ]
    told = [value for value in told if value is not None]
    if not told:
        return {"adjudicate": "adjudicate", "present": "Y", "absent": "N"}[s["proteinuria_without_previous"]]
    before = min(told) if reference == "best_since_baseline" else told[-1]
    if rule == "original":
        return "Y" if now > half and (before <= half or now - before > half) else "N"
    return "Y" if (now > half and before <= half) or now - before > half else "N"


def lab_visit(rng: random.Random, method: str) -> Row:
    row: Row = {code: rng.choice([None, *pool, *pool]) for code, pool, _, _ in SINGLE.values()}
    row[method] = rng.choice([None, *METHODS[method]])
    for code, lln in (("c3", 90), ("c4", 10), ("ch50", 40)):
        row[code] = rng.choice([None, lln - 0.1, lln, lln, lln + 1])
        row[f"{code}_lln"] = lln
    row["dsdna"] = rng.choice([None, 99.9, 100, 100.1])
    row |= {"dsdna_uln": 100, "farr": rng.choice([None, 24.9, 25, 25.1])}
    row["dsdna_positive"] = rng.choice(["Y", "N"]) if row["dsdna"] is None and rng.random() < 0.3 else None
    row["casts"] = rng.choice([None, "Y", "N"])
    for item in (*SINGLE, "CAST", "COMP", "DNA", "PROT"):
        row[f"not_due_to_lupus_{item}"] = "Y" if rng.random() < 0.1 else None
    return row


@pytest.mark.parametrize(
    "other", LAB_OTHERS, ids=["-".join(each.values()) or "defaults" for each in LAB_OTHERS]
)
@pytest.mark.parametrize("method", list(METHODS))
def test_proposals_equal_the_naive_rules(method: str, other: Row) -> None:
    rng = seeded(10)
    s = {**LABS, **other}
    people = [[lab_visit(rng, method) for _ in range(4)] for _ in range(250)]
    places = [flag_baseline(rng, rows) for rows in people]
    for rows, found, base in zip(people, scored("sledai_labs", people, other, rng), places, strict=True):
        for visit, (row, result) in enumerate(zip(rows, found, strict=True)):
            expected = {item: single(item, row, s) for item in SINGLE}
            expected |= {"COMP": complement(row), "DNA": dna(row), "PROT": proteinuria(rows, visit, base, s)}
            cast = row["casts"]
            expected["CAST"] = "N" if cast == "Y" and row["not_due_to_lupus_CAST"] == "Y" else cast
            for item, proposal in expected.items():
                if item == "COMP" and proposal is None and row["not_due_to_lupus_COMP"] == "Y":
                    continue  # one fraction, normal, and an attribution: the reference is silent
                assert result[f"{item}_proposed"] == proposal, (item, visit, base, rows)


FACTOR = {
    "prednisone": F(1),
    "prednisolone": F(1),
    "methylprednisolone": F(5, 4),
    "triamcinolone": F(5, 4),
    "hydrocortisone": F(1, 4),
    "cortisone acetate": F(1, 5),
    "dexamethasone": 5 / F("0.75"),
    "betamethasone": 5 / F("0.6"),
    "deflazacort": F(5, 6),
}
INTAKES: dict[str, Fraction | None] = {"QD": F(1), "BID": F(2), "TID": F(3), "QOD": F(1, 2), "PRN": None}
START = dt.date(2024, 1, 1)


def log_record(rng: random.Random, person: str) -> Row:
    start = START + dt.timedelta(days=rng.randrange(-20, 60))
    end = start + dt.timedelta(days=rng.randrange(40))
    route = rng.choice(["ORAL", "ORAL", "ORAL", "ORAL", "INTRAVENOUS", "INTRA-ARTICULAR"])
    return {
        "USUBJID": person,
        "CMTRT": rng.choice(list(FACTOR)),
        "CMDOSE": rng.choice([2.5, 5, 7.5, 10, 40, 0.75]),
        "CMDOSU": "mg",
        "CMDOSFRQ": rng.choice(
            ["QD", "QD", "QD", "BID", "TID", "QOD", "PRN" if rng.random() < 0.2 else "QD"]
        ),
        "CMROUTE": route,
        "CMSTDTC": start.isoformat() if rng.random() < 0.9 else None,
        "CMENDTC": end.isoformat() if rng.random() < 0.8 else None,
    }


def day_dose(
    records: list[Row], day: dt.date, routes: set[str], factor: dict[str, Fraction]
) -> Fraction | None:
    total = F(0)
    for record in records:
        if record["CMROUTE"] not in routes:
            continue
        if record["CMSTDTC"] and day < dt.date.fromisoformat(record["CMSTDTC"]):
            continue
        if record["CMENDTC"] and day > dt.date.fromisoformat(record["CMENDTC"]):
            continue
        intakes = INTAKES[record["CMDOSFRQ"]]
        if intakes is None:
            return None
        total += F(str(record["CMDOSE"])) * intakes * factor[record["CMTRT"]]
    return total


def total_dose(
    records: list[Row],
    first: dt.date,
    last: dt.date,
    routes: set[str],
    factor: dict[str, Fraction],
) -> Fraction | None:
    total: Fraction = F(0)
    for number in range((last - first).days + 1):
        dose = day_dose(records, first + dt.timedelta(days=number), routes, factor)
        if dose is None or not records:
            return None
        total += dose
    return total


@pytest.mark.parametrize("window", ["1", "7", "14", "28"])
@pytest.mark.parametrize("pulse", ["no", "yes"])
@pytest.mark.parametrize("deflazacort", ["6", "7.5"])
def test_mean_doses_equal_a_count_day_by_day(window: str, pulse: str, deflazacort: str) -> None:
    rng = seeded(9)
    factor = {**FACTOR, "deflazacort": 5 / F(deflazacort)}
    log, visits = [], []
    for number in range(80):
        person = f"{number:03d}"
        log += [log_record(rng, person) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        for week in (0, 1, 4, 8):
            day = START + dt.timedelta(days=7 * week + (rng.randrange(3) if week else 0))
            visits.append({"USUBJID": person, "ADT": day, "ABLFL": None if week else "Y", "TRTSDT": START})
    rng.shuffle(log)
    rng.shuffle(visits)
    settings = {"visit_dose_window": window, "include_pulse_in_mean": pulse, "deflazacort_mg": deflazacort}
    found = steroid_doses(
        pl.DataFrame(log, infer_schema_length=None),
        pl.DataFrame(visits, infer_schema_length=None),
        settings=settings,
    )
    routes = {"ORAL", "INTRAVENOUS"} if pulse == "yes" else {"ORAL"}
    known = 0
    for row in found.rows(named=True):
        records = [record for record in log if record["USUBJID"] == row["USUBJID"]]
        last = START - dt.timedelta(days=1) if row["ABLFL"] == "Y" else row["ADT"]
        first = last - dt.timedelta(days=int(window) - 1)
        total = total_dose(records, first, last, routes, factor)
        expected = None if total is None else total / int(window)
        assert row["dose"] == (None if expected is None else pytest.approx(float(expected))), (row, records)
        given = total_dose(records, first, last, {"INTRAVENOUS"}, factor)
        assert row["pulse"] == (None if given is None else pytest.approx(float(given))), (row, records)
        summed = total_dose(records, START, row["ADT"], routes, factor)
        assert row["cumulative"] == (None if summed is None else pytest.approx(float(summed))), (row, records)
        known += expected is not None
    assert known
