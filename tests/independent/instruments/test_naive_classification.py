"""Criteria, skin, joints and damage against scorers written row by row from the text of the reference.

Nothing is shared with the package: weights and limits are typed here. Gaps are filled in every way: the
bounds must be reached, and a verdict must be given exactly when every way agrees.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from naive_rows import Gap, Row, agreed, completions, flag_baseline, scored, seeded

ACR = [
    "MALAR",
    "DISCOID",
    "PHOTO",
    "ORAL",
    "ARTHRITIS",
    "SEROSITIS",
    "RENAL",
    "NEURO",
    "HAEM",
    "IMMUNO",
    "ANA",
]
CLINICAL = ["ACLE", "CCLE", "ULC", "ALOP", "SYNOV", "SEROS", "RENAL", "NEURO", "HAEMOL", "LEUKO", "THROMBO"]
IMMUNOLOGIC = ["ANA", "DSDNA", "SM", "APL", "COMP"]
SLICC = [*CLINICAL, *IMMUNOLOGIC, "COOMBS", "biopsy_nephritis"]
EULAR = {
    "constitutional": {"FEVER": 2},
    "haematologic": {"LEUKO": 3, "THROMBO": 4, "AIHA": 4},
    "neuropsychiatric": {"DELIR": 2, "PSYCH": 3, "SEIZ": 5},
    "mucocutaneous": {"ALOP": 2, "ULC": 2, "SCLE_DLE": 4, "ACLE": 6},
    "serosal": {"EFFUS": 5, "PERIC": 6},
    "musculoskeletal": {"JOINT": 6},
    "renal": {"PROT": 4, "LN25": 8, "LN34": 10},
    "antiphospholipid": {"APL": 2},
    "complement": {"LOW1": 3, "LOW2": 4},
    "sle_antibodies": {"DSDNA_SM": 6},
}
IMMUNE_DOMAINS = {"antiphospholipid", "complement", "sle_antibodies"}


def acr1997(row: Row) -> Row:
    score = sum(row[code] == "Y" for code in ACR)
    return {"score": score, "classified": "Y" if score >= 4 else "N"}


def slicc2012(row: Row) -> Row:
    clinical = sum(row[code] == "Y" for code in CLINICAL)
    immune = sum(row[code] == "Y" for code in IMMUNOLOGIC)
    if row["COOMBS"] == "Y" and row["HAEMOL"] == "N":
        immune += 1
    counted = clinical + immune >= 4 and clinical >= 1 and immune >= 1
    biopsy = row["biopsy_nephritis"] == "Y" and (row["ANA"] == "Y" or row["DSDNA"] == "Y")
    verdict = "Y" if counted or biopsy else "N"
    return {
        "score": clinical + immune,
        "n_clinical": clinical,
        "n_immunologic": immune,
        "classified": verdict,
    }


def eular_acr2019(row: Row) -> Row:
    domains = {}
    clinical = False
    for domain, weights in EULAR.items():
        met = [weight for code, weight in weights.items() if row[code] == "Y"]
        domains[f"domain_{domain}"] = max(met, default=0)
        clinical = clinical or (bool(met) and domain not in IMMUNE_DOMAINS)
    score = sum(domains.values())
    classified = row["ana_1_80"] == "Y" and score >= 10 and clinical
    return {"score": score, **domains, "classified": "Y" if classified else "N"}


CRITERIA = {
    "acr1997": (acr1997, ACR),
    "slicc2012": (slicc2012, SLICC),
    "eular_acr2019": (eular_acr2019, ["ana_1_80", *(code for each in EULAR.values() for code in each)]),
}


@pytest.mark.parametrize("name", list(CRITERIA))
@pytest.mark.parametrize("gaps", [0, 1, 2, 3])
def test_criteria_equal_the_naive_scorer_in_every_completion(name: str, gaps: int) -> None:
    scorer, codes = CRITERIA[name]
    rng = seeded(2012 + gaps)
    people, cells = [], []
    for _ in range(700):
        share = rng.choice([0.08, 0.2, 0.4])
        row: Row = {code: "Y" if rng.random() < share else "N" for code in codes}
        missing = rng.sample(codes, gaps)
        people.append([row | dict.fromkeys(missing)])
        cells.append([(0, code) for code in missing])
    seen = set()
    for rows, (found,), missing in zip(people, scored(name, people, {}, rng), cells, strict=True):
        results = [scorer(each[0]) for each in completions(rows, dict.fromkeys(missing, "YN"))]
        expected = {key: agreed({result[key] for result in results}) for key in results[0]}
        assert found["classified"] == expected["classified"], rows
        scores = [result["score"] for result in results]
        assert (found["lower"], found["upper"]) == (min(scores), max(scores)), rows
        for key in set(expected) - {"classified"}:
            if found[key] is not None or not gaps:
                assert found[key] == expected[key], (key, rows)
            elif key != "score" and name == "eular_acr2019":
                assert expected[key] is None, (key, rows)
        seen.add(expected["classified"])
    assert seen == ({"Y", "N"} if not gaps else {"Y", "N", None})


def test_the_score_is_withheld_without_ana() -> None:
    """By the setting; the verdict does not change."""
    rng = seeded(2019)
    codes = CRITERIA["eular_acr2019"][1]
    people = [[{code: rng.choice("YN") for code in codes}] for _ in range(200)]
    found = scored("eular_acr2019", people, {"eular_score_without_ana": "withheld"}, rng)
    for (row,), (result,) in zip(people, found, strict=True):
        expected = eular_acr2019(row)
        assert result["classified"] == expected["classified"]
        assert result["score"] == (expected["score"] if row["ana_1_80"] == "Y" else None)


TWICE = {5, 17, 23, 25, 33, 41}
SDI_DOMAINS = {
    "ocular": (1, 2),
    "neuropsychiatric": (3, 7),
    "renal": (8, 10),
    "pulmonary": (11, 15),
    "cardiovascular": (16, 20),
    "peripheral_vascular": (21, 24),
    "gastrointestinal": (25, 29),
    "musculoskeletal": (30, 35),
    "skin": (36, 38),
    "gonadal": (39, 39),
    "endocrine": (40, 40),
    "malignancy": (41, 41),
}


def sdi(row: Row) -> Row:
    points = {}
    for item in range(1, 42):
        events = row[f"SDI_{item:02d}"]
        points[item] = min(events, 2 if item in TWICE else 1)
    if points[10]:
        points |= {8: 0, 9: 0, 10: 3}
    domains = {
        f"domain_{name}": sum(points[item] for item in range(first, last + 1))
        for name, (first, last) in SDI_DOMAINS.items()
    }
    return {"score": sum(points.values()), **domains}


@pytest.mark.parametrize("gaps", [0, 1, 2, 3])
def test_sdi_equals_the_naive_scorer_in_every_completion(gaps: int) -> None:
    rng = seeded(1996 + gaps)
    codes = [f"SDI_{item:02d}" for item in range(1, 42)]
    often = [*codes[7:10] * 3, "SDI_05", "SDI_41", *codes]
    people, cells = [], []
    for _ in range(250):
        share = rng.choice([0.05, 0.3, 0.9])
        row: Row = {code: rng.choice([1, 2, 3]) if rng.random() < share else 0 for code in codes}
        missing = sorted({rng.choice(often) for _ in range(gaps)})
        people.append([row | dict.fromkeys(missing)])
        cells.append([(0, code) for code in missing])
    for rows, (found,), missing in zip(people, scored("sdi", people, {}, rng), cells, strict=True):
        results = [sdi(each[0]) for each in completions(rows, dict.fromkeys(missing, (0, 1, 2, 99)))]
        scores = [result["score"] for result in results]
        assert (found["lower"], found["upper"]) == (min(scores), max(scores)), rows
        for key in results[0]:
            assert found[key] == agreed({result[key] for result in results}), (key, rows)
        assert (found["completeness"] == "complete") == (min(scores) == max(scores))


AREAS = [
    "scalp",
    "ears",
    "nose_malar",
    "rest_of_face",
    "v_neck_front",
    "posterior_neck_shoulders",
    "chest",
    "abdomen",
    "back_buttocks",
    "arms",
    "hands",
    "legs",
    "feet",
]
ACTIVITY = {
    **{f"{area}_erythema": (0, 1, 2, 3) for area in AREAS},
    **{f"{area}_scale_hypertrophy": (0, 1, 2) for area in AREAS},
    "mucosal_lesion": (0, 1),
    "recent_hair_loss_30d": (0, 1),
    "nonscarring_alopecia": (0, 1, 2, 3),
}
DAMAGE: dict[str, Any] = {
    **{f"{area}_dyspigmentation": (0, 1) for area in AREAS},
    **{f"{area}_scarring_atrophy_panniculitis": (0, 1, 2) for area in AREAS[1:]},
    "mucosal_dyspigmentation": (0, 1),
    "scalp_scarring": (0, 3, 4, 5, 6),
    "dyspigmentation_12_months": ("N", "Y"),
}
CLASI = {**ACTIVITY, **DAMAGE}


def activity(row: Row) -> int:
    return sum(int(row[code]) for code in ACTIVITY)


def band(score: int) -> str:
    if score <= 9:
        return "mild"
    return "moderate" if score <= 20 else "severe"


def damage(row: Row, mucosa: str) -> int:
    spots = sum(row[f"{area}_dyspigmentation"] for area in AREAS)
    if mucosa == "counted_and_doubled":
        spots += row["mucosal_dyspigmentation"]
    if row["dyspigmentation_12_months"] == "Y":
        spots *= 2
    if mucosa == "counted":
        spots += row["mucosal_dyspigmentation"]
    scars = sum(row[f"{area}_scarring_atrophy_panniculitis"] for area in AREAS[1:])
    return int(spots + scars + row["scalp_scarring"])


def clasi50(base: int, now: int, least: int = 10) -> str:
    if base < least:
        return "not evaluable"
    return "responder" if Fraction(base - now, base) >= Fraction(1, 2) else "non-responder"


def skin(rng: random.Random, total: int) -> Row:
    """Draw a visit whose activity is as given."""
    row: Row = {
        code: rng.choice(values) if rng.random() < 0.3 else values[0] for code, values in DAMAGE.items()
    }
    row |= dict.fromkeys(ACTIVITY, 0)
    while activity(row) < total:
        code = rng.choice(list(ACTIVITY))
        row[code] = min(row[code] + 1, ACTIVITY[code][-1])
    return row


def clasi_people(rng: random.Random, gaps: int) -> tuple[list[list[Row]], list[list[Gap]], list[int]]:
    people, cells, places = [], [], []
    for _ in range(140):
        rows = [skin(rng, rng.choice([0, 5, 9, 10, 11, 19, 20, 21, 22, 35, 70])) for _ in range(3)]
        places.append(flag_baseline(rng, rows))
        missing = sorted({(rng.randrange(3), rng.choice(list(CLASI))) for _ in range(gaps)})
        for visit, code in missing:
            rows[visit][code] = None
        people.append(rows)
        cells.append(missing)
    return people, cells, places


@pytest.mark.parametrize("gaps", [0, 1, 3])
@pytest.mark.parametrize("mucosa", ["not_counted", "counted", "counted_and_doubled"])
def test_clasi_equals_the_naive_scorer_in_every_completion(gaps: int, mucosa: str) -> None:
    rng = seeded(28 + gaps)
    people, cells, places = clasi_people(rng, gaps)
    results = scored("clasi", people, {"clasi_mucosal_dyspigmentation": mucosa}, rng)
    for rows, found, missing, base in zip(people, results, cells, places, strict=True):
        everyone = list(completions(rows, {cell: CLASI[cell[1]] for cell in missing}))
        acts = [[activity(row) for row in each] for each in everyone]
        hurts = [[damage(row, mucosa) for row in each] for each in everyone]
        for visit, row in enumerate(found):
            now, hurt = {act[visit] for act in acts}, {each[visit] for each in hurts}
            assert row["activity"] == row["score"] == agreed(now)
            assert (row["lower"], row["upper"]) == (min(now), max(now))
            assert row["state"] == (agreed({band(value) for value in now}) or "undecided")
            assert row["damage"] == agreed(hurt), (rows[visit], hurt)
            assert (row["lower_damage"], row["upper_damage"]) == (min(hurt), max(hurt)), (rows[visit], hurt)
            assert (row["completeness_damage"] == "complete") == (len(hurt) == 1)
            if visit > base:
                assert row["change"] == agreed({act[visit] - act[base] for act in acts})
                assert row["change_damage"] == agreed({each[visit] - each[base] for each in hurts})


@pytest.mark.parametrize("gaps", [0, 1, 2, 3])
@pytest.mark.parametrize("least", [1, 8, 10])
def test_clasi50_equals_the_naive_scorer_in_every_completion(gaps: int, least: int) -> None:
    rng = seeded(50 + gaps)
    people, cells, places = clasi_people(rng, gaps)
    results = scored("clasi50", people, {"clasi50_baseline_min": least}, rng)
    seen = set()
    for rows, found, missing, base in zip(people, results, cells, places, strict=True):
        everyone = list(completions(rows, {cell: CLASI[cell[1]] for cell in missing}))
        acts = [[activity(row) for row in each] for each in everyone]
        for visit, row in enumerate(found):
            if visit <= base:
                assert row["state"] == "not evaluable"
                continue
            state = agreed({clasi50(act[base], act[visit], least) for act in acts}) or "undecided"
            assert row["state"] == state, (rows[base], rows[visit])
            assert row["responder"] == {"responder": "Y", "non-responder": "N"}.get(state)
            seen.add(state)
    assert {"responder", "non-responder", "not evaluable"} <= seen


JOINTS = [
    f"{side}_{joint}"
    for side in ("left", "right")
    for joint in (
        "shoulder",
        "elbow",
        "wrist",
        "knee",
        "mcp1",
        "mcp2",
        "mcp3",
        "mcp4",
        "mcp5",
        "thumb_ip",
        "pip2",
        "pip3",
        "pip4",
        "pip5",
    )
]
J28 = {
    "sledai2k_arthritis_min": "2",
    "joints_missing": "scale",
    "joint50_counts": "tender_and_swollen",
    "joint50_baseline_min": "4",
    "joints_outside_28": "none",
}


def joint_counts(row: Row) -> dict[str, tuple[int, int]]:
    """Of each count the sure ones and the unknown ones."""
    sure = dict.fromkeys(("tender", "swollen", "active"), 0)
    unknown = dict.fromkeys(sure, 0)
    for joint in JOINTS:
        tender, swollen = row[f"tender_{joint}"], row[f"swollen_{joint}"]
        if row[f"not_assessable_{joint}"] == "Y":
            tender = swollen = None
        both = "N" if "N" in (tender, swollen) else None if None in (tender, swollen) else "Y"
        for name, answer in (("tender", tender), ("swollen", swollen), ("active", both)):
            sure[name] += answer == "Y"
            unknown[name] += answer is None
    return {name: (sure[name], unknown[name]) for name in sure}


def scaled(sure: int, unknown: int, rule: str) -> Fraction | None:
    if unknown and (rule == "strict" or unknown * 5 > 28):
        return None
    return Fraction(sure * 28, 28 - unknown)


def ends(counts: dict[str, tuple[int, int]], rule: str) -> tuple[int, int]:
    names = ["active"] if rule == "tender_and_swollen" else ["tender", "swollen"]
    low = sum(counts[name][0] for name in names)
    return low, low + sum(counts[name][1] for name in names)


def joint50(base: Fraction | int, now: Fraction | int, least: int) -> str:
    if base < least:
        return "not evaluable"
    return "responder" if now * 2 <= base else "non-responder"


def joint_visit(rng: random.Random, share: float, gaps: float) -> Row:
    row: Row = {"other_active_joints": rng.choice([None, 0, 0, 1, 2, 3])}
    for joint in JOINTS:
        ill = rng.random() < share
        row[f"tender_{joint}"] = "Y" if ill or rng.random() < 0.05 else "N"
        row[f"swollen_{joint}"] = "Y" if ill or rng.random() < 0.05 else "N"
        row[f"not_assessable_{joint}"] = "Y" if rng.random() < gaps / 3 else None
        for part in ("tender", "swollen"):
            if rng.random() < gaps / 2:
                row[f"{part}_{joint}"] = None
    return row


JOINT_OTHERS = [
    {},
    {"sledai2k_arthritis_min": "3"},
    {"joints_missing": "strict"},
    {"joints_missing": "scale_all"},
    {"joint50_counts": "tender_plus_swollen"},
    {"joint50_baseline_min": "6"},
    {"joints_outside_28": "unknown"},
]


def arthritis(low: int, high: int, least: int, *, open_end: bool) -> str | None:
    if low >= least:
        return "Y"
    return None if open_end or high >= least else "N"


@pytest.mark.parametrize(
    "other", JOINT_OTHERS, ids=["".join(each.values()) or "defaults" for each in JOINT_OTHERS]
)
def test_joints_equal_the_naive_scorer(other: Row) -> None:
    rng = seeded(66)
    s = {**J28, **other}
    people = []
    for _ in range(200):
        gaps = rng.choice([0, 0, 0.03, 0.15, 0.3])
        people.append([joint_visit(rng, rng.choice([0.02, 0.1, 0.2, 0.5]), gaps) for _ in range(3)])
    places = [flag_baseline(rng, rows) for rows in people]
    for rows, found, base in zip(people, scored("joints28", people, other, rng), places, strict=True):
        counted = [joint_counts(row) for row in rows]
        for visit, row in enumerate(found):
            for name, (sure, unknown) in counted[visit].items():
                expected = scaled(sure, unknown, s["joints_missing"])
                assert row[name] == (None if expected is None else pytest.approx(float(expected))), (
                    name,
                    rows[visit],
                )
                assert (row[f"lower_{name}"], row[f"upper_{name}"]) == (sure, sure + unknown)
            assert row["score"] == row["active"]
            sure, unknown = counted[visit]["active"]
            outside = rows[visit]["other_active_joints"]
            open_end = outside is None and s["joints_outside_28"] == "unknown"
            low, high = sure + (outside or 0), sure + unknown + (outside or 0)
            assert row["sledai_arth_selena"] == arthritis(low, high, 3, open_end=open_end)
            assert row["sledai_arth_2k"] == arthritis(
                low, high, int(s["sledai2k_arthritis_min"]), open_end=open_end
            )
            if visit > base:
                assert row["state"] == joint_state(counted[base], counted[visit], s), (rows, base, visit)


def possible(counts: dict[str, tuple[int, int]], s: Row) -> list[Fraction]:
    """Every value of the count of joint-50; the scaled one alone where a response may rest on it."""
    estimate = scaled(*counts["active"], "scale") if s["joints_missing"] == "scale_all" else None
    if estimate is not None:
        return [estimate]
    low, high = ends(counts, s["joint50_counts"])
    return [Fraction(value) for value in range(low, high + 1)]


def joint_state(base: dict[str, tuple[int, int]], now: dict[str, tuple[int, int]], s: Row) -> str:
    least = int(s["joint50_baseline_min"])
    states = {joint50(first, last, least) for first in possible(base, s) for last in possible(now, s)}
    return agreed(states) or "undecided"
