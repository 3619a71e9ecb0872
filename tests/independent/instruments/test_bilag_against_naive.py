"""BILAG-2004 against a scorer written row by row from the text of the reference, with exact fractions.

Nothing is shared with the package: item grades are typed here as lists, thresholds as numbers.
Values are drawn at and around every threshold.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, score

A = """
MUC_RASH_SEV MUC_ANGIO_SEV MUC_ULC_SEV MUC_PANBUL_SEV MUC_CUTVASC_MAJ NPS_ASEPMEN NPS_CERVASC
NPS_DEMYEL NPS_MYELO NPS_ACS NPS_PSYCH NPS_AIDP NPS_MONO NPS_CRANIAL NPS_PLEX NPS_POLY NPS_STATUS
NPS_ATAXIA MSK_MYO_SEV MSK_ART_SEV CRS_CARDFAIL CRS_ARRHY CRS_VALVE CRS_TAMPON CRS_EFFUS
CRS_PULMHAEM CRS_ALVEOL CRS_SHRINK CRS_AORT CRS_CORVASC GIT_PERITON GIT_ENTERIT GIT_PSEUDO GIT_CHOLE
GIT_PANC OPH_ORBIT OPH_KER_SEV OPH_POST_SEV OPH_SCL_SEV OPH_VASOCC OPH_OPTNEU OPH_AION
""".split()  # noqa: SIM905  # codes read better as words
B = """
MUC_RASH_MILD MUC_PANBUL_MILD MUC_DIGINF MUC_ALOP_SEV NPS_SEIZ NPS_CVD NPS_COG NPS_MOVE NPS_AUTON
NPS_HEAD NPS_HEADICP MSK_MYO_MILD MSK_ART_MOD CRS_MYOC_MILD CRS_PLEUPERI GIT_SEROS GIT_MALABS
GIT_PLE GIT_HEPAT OPH_KER_MILD OPH_ANTUV OPH_POST_MILD OPH_SCL_MILD
""".split()  # noqa: SIM905  # codes read better as words
C = """
MUC_ANGIO_MILD MUC_ULC_MILD MUC_ALOP_MILD MUC_PERIUNG MUC_SPLINTER MSK_ART_MILD OPH_EPISC OPH_CWS
""".split()  # noqa: SIM905  # codes read better as words
PREFIX = dict(zip(DOMAINS, ("CON", "MUC", "NPS", "MSK", "CRS", "GIT", "OPH", "REN", "HAE"), strict=True))
CONSTITUTIONAL = ["CON_FEVER", "CON_WTLOSS", "CON_NODES", "CON_ANOREX"]

POOLS: dict[str, list[float]] = {
    "REN_SBP": [118, 140, 141, 148, 150],
    "REN_DBP": [70, 90, 91, 85, 105],
    "REN_DIP": [0, 1, 2, 3, 4],
    "REN_ACR": [10, 25, 26, 37.5, 50, 67, 75, 100, 101, 133],
    "REN_PCR": [10, 25, 26, 37.5, 50, 67, 75, 100, 101, 133],
    "REN_P24": [0, 0.15, 0.2, 0.25, 0.26, 0.45, 0.5, 0.6, 1.0, 1.01, 1.5, 2.0, 2.25, 3.0, 4.0],
    "REN_CREAT": [70, 100, 115, 130, 131, 149.5, 150, 169, 169.1, 195],
    "REN_GFR": [30, 33.5, 45, 49.9, 50, 53.6, 67, 79.9, 80, 100],
    "HAE_HB": [7.99, 8, 8.95, 9, 10.99, 11, 13],
    "HAE_WBC": [0.99, 1, 1.99, 2, 3.99, 4, 6],
    "HAE_NEUT": [0.49, 0.5, 0.99, 1, 1.99, 2, 4],
    "HAE_LYMPH": [0.99, 1, 2],
    "HAE_PLT": [24.9, 25, 49, 50, 149.9, 150, 250],
}
ASKED = ["REN_ACCHTN", "REN_NEPHROTIC", "REN_SEDIMENT", "REN_BIOPSY", "HAE_HAEMOL", "HAE_COOMBS"]
EXCUSABLE = [*POOLS, *ASKED, "HAE_TTP"]

Row = dict[str, Any]


def letter(grades: list[str]) -> str | None:
    return min(grades) if grades else None


def itemised(row: Row, prefix: str) -> str | None:
    grades = []
    for code in (*A, *B, *C):
        value = row.get(code)
        if not code.startswith(prefix) or not value:
            continue
        grades.append(("A" if value > 1 else "B") if code in A else "B" if code in B and value > 1 else "C")
    return letter(grades)


def constitutional(row: Row) -> str | None:
    fever, *others = (row.get(code) or 0 for code in CONSTITUTIONAL)
    n = sum(other in (2, 3, 4) for other in others)
    if fever in (2, 3, 4) and n >= 2:
        return "A"
    if fever in (2, 3, 4) or n >= 2:
        return "B"
    return "C" if fever == 1 or any(others) else None


def haematological(row: Row, settings: dict[str, str]) -> str | None:
    bands = {
        "HAE_HB": [("A", "0", "8"), ("B", "8", "9"), ("C", "9", "11")],
        "HAE_WBC": [("A", "0", "1"), ("B", "1", "2"), ("C", "2", "4")],
        "HAE_NEUT": [("A", "0", "0.5"), ("B", "0.5", "1"), ("C", "1", "2")],
        "HAE_LYMPH": [("C", "0", "1")],
        "HAE_PLT": [("A", "0", "25"), ("B", "25", "50"), ("C", "50", "150")],
    }
    one_band = {"single_b": "B", "single_c": "C"}.get(settings["bilag_wbc_bands"])
    if one_band:
        bands["HAE_WBC"] = [("A", "0", "1"), (one_band, "1", "4")]
    grades = []
    for code, ranges in bands.items():
        if row.get(code) is not None:
            value = Fraction(str(row[code]))
            grades += [grade for grade, low, high in ranges if Fraction(low) <= value < Fraction(high)]
    ttp = row.get("HAE_TTP") or 0
    grades += ["A"] if ttp > 1 else ["B"] if ttp == 1 else []
    grades += ["B"] if row.get("HAE_HAEMOL") == "Y" else []
    grades += ["C"] if row.get("HAE_COOMBS") == "Y" else []
    return letter(grades)


def renal(  # noqa: C901, PLR0912, PLR0915  # laid out as the reference text is
    row: Row, before: Row, settings: dict[str, str]
) -> str | None:
    def now(code: str) -> Fraction | None:
        return None if row.get(f"REN_{code}") is None else Fraction(str(row[f"REN_{code}"]))

    def last(code: str) -> Fraction | None:
        return None if before.get(f"REN_{code}") is None else Fraction(str(before[f"REN_{code}"]))

    legacy = settings["renal_first_visit"] == "legacy"
    quantity = any(now(code) is not None for code in ("P24", "PCR", "ACR"))
    dip, dip0 = now("DIP"), last("DIP")
    a1 = b2 = c1 = False

    def lasting(code: str) -> bool:
        value, old = now(code), last(code)
        if old is None:
            return True
        assert value is not None
        strict = settings["renal_fall25_inclusive"] == "yes" or code == "ACR"
        return value > old * Fraction(3, 4) if strict else value >= old * Fraction(3, 4)

    if settings["bilag_renal_rules"] == "2009":
        if not quantity and dip is not None:
            rise = None if dip0 is None else dip - dip0
            a1 = (rise is not None and rise >= 2) or (legacy and rise is None and dip >= 2)
            b2 = rise is not None and rise >= 1 and dip >= 2
            c1 = dip >= 1
        limits = {"P24": ("1", "0.5", "0.25"), "PCR": ("100", "50", "25"), "ACR": ("100", "50", "25")}
        for code, (severe, moderate, mild) in limits.items():
            value, old = now(code), last(code)
            if value is None:
                continue
            a1 |= value > Fraction(severe) and lasting(code)
            b2 |= value >= Fraction(moderate) and lasting(code)
            still = (
                settings["renal_c_requires_not_falling"] == "no"
                or code == "ACR"
                or old is None
                or value >= old
            )
            c1 |= value > Fraction(mild) and still
    else:
        if dip is not None:
            rise = None if dip0 is None else dip - dip0
            a1 = rise is not None and rise >= 2
            b2 = rise is not None and rise >= 1 and dip >= 2
            c1 = dip >= 1
        value, old = now("P24"), last("P24")
        if value is not None:
            a1 |= value > 1 and (old is None or old < Fraction("0.2") or (old > 1 and value >= 2 * old))
            b2 |= value > 1 and old is not None and value >= Fraction("1.5") * old
            c1 |= value > Fraction("0.25")
    creat, creat0, gfr, gfr0 = now("CREAT"), last("CREAT"), now("GFR"), last("GFR")
    a3 = b3 = False
    if creat is not None and creat > 130:
        if creat0 is None:
            a3 = legacy
        else:
            share = creat / creat0
            beyond = (
                share >= Fraction("1.3")
                if settings["renal_creat130_inclusive"] == "yes"
                else share > Fraction("1.3")
            )
            a3, b3 = beyond, not beyond and share >= Fraction("1.15")
    if gfr is not None:
        a3 |= gfr < 80 and (legacy if gfr0 is None else gfr < Fraction("0.67") * gfr0)
        a3 |= gfr < 50 and (gfr0 is None or gfr0 > 50)
    a2, a4, a5, a6 = (row.get(f"REN_{c}") == "Y" for c in ("ACCHTN", "SEDIMENT", "BIOPSY", "NEPHROTIC"))
    features = sum((a1, a2, a3, a4, a5, a6))
    if features >= 2 and (a1 or a4 or a5):
        return "A"
    if features or b2 or b3:
        return "B"
    sbp, sbp0, dbp, dbp0 = now("SBP"), last("SBP"), now("DBP"), last("DBP")
    c2 = (
        sbp is not None
        and dbp is not None
        and sbp0 is not None
        and dbp0 is not None
        and (sbp > 140 and dbp > 90 and sbp - sbp0 >= 30 and dbp - dbp0 >= 15)
    )
    return "C" if c1 or c2 else None


def without_excused(row: Row) -> Row:
    return {
        code: None if row.get(f"not_due_to_lupus_{code}") == "Y" else value for code, value in row.items()
    }


def naive(rows: list[Row], settings: dict[str, str]) -> list[dict[str, str]]:
    """Grade all visits of one participant."""
    result: list[dict[str, str]] = []
    involved: dict[str, bool] = {}
    before: Row = {}
    for given in rows:
        row = without_excused(given)
        found: dict[str, str | None] = {domain: itemised(row, PREFIX[domain]) for domain in DOMAINS}
        found["constitutional"] = constitutional(row)
        found["haematological"] = haematological(row, settings)
        found["renal"] = renal(row, before, settings)
        for domain, grade in found.items():
            involved[domain] = involved.get(domain, False) or given.get(f"prior_involvement_{domain}") == "Y"
            found[domain] = grade or ("D" if involved[domain] else "E")
            involved[domain] |= grade is not None
        result.append({domain: str(grade) for domain, grade in found.items()})
        before = row
    return result


def drawn(rng: random.Random, visits: int) -> list[Row]:
    """Visits of one participant; a participant has one habit of leaving things out and of being ill."""
    gaps, illness = rng.choice((0, 0.2, 0.7)), rng.choice((0.02, 0.1, 0.5))
    rows = []
    for _ in range(visits):
        row: Row = {}
        for code in (*A, *B, *C, *CONSTITUTIONAL, "HAE_TTP"):
            row[code] = rng.randint(1, 4) if rng.random() < illness / 4 else 0
        row |= {code: rng.choice(pool) for code, pool in POOLS.items()}
        row |= {code: "Y" if rng.random() < illness else "N" for code in ASKED}
        row = {code: None if rng.random() < gaps else value for code, value in row.items()}
        row |= {f"not_due_to_lupus_{code}": "Y" if rng.random() < 0.05 else None for code in EXCUSABLE}
        row |= {f"prior_involvement_{domain}": rng.choice(("Y", "N", "N", None)) for domain in DOMAINS}
        rows.append(row)
    return rows


DEFAULTS = {
    "bilag_renal_rules": "2009",
    "renal_fall25_inclusive": "yes",
    "renal_creat130_inclusive": "no",
    "renal_first_visit": "strict",
    "renal_c_requires_not_falling": "no",
    "bilag_wbc_bands": "split",
}
OTHERS: list[dict[str, str]] = [
    {},
    {"bilag_renal_rules": "2005"},
    {"renal_fall25_inclusive": "no"},
    {"renal_creat130_inclusive": "yes"},
    {"renal_first_visit": "legacy"},
    {"renal_c_requires_not_falling": "yes"},
    {"bilag_wbc_bands": "single_b"},
    {"bilag_wbc_bands": "single_c"},
]


@pytest.mark.parametrize(
    "other", OTHERS, ids=[next(iter(o.values()), "defaults") + "".join(o)[-12:] for o in OTHERS]
)
def test_every_domain_equals_the_naive_scorer(other: dict[str, str]) -> None:
    rng = random.Random(20200101)  # noqa: S311  # test data
    people = [drawn(rng, 3) for _ in range(400)]
    settings = {**DEFAULTS, **other}
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n:04d}", "VISITNUM": v, **row}
            for n, rows in enumerate(people)
            for v, row in enumerate(rows)
        ],
        infer_schema_length=None,
    )
    found = score("bilag2004", frame, settings=settings).rows(named=True)
    expected = [grades for rows in people for grades in naive(rows, settings)]
    for row, grades in zip(found, expected, strict=True):
        assert {domain: row[f"grade_{domain}"] for domain in DOMAINS} == grades
    seen = {grades["renal"] for grades in expected}
    assert seen == set("ABCDE"), "the drawn values must reach every grade"
