"""SRI, BICLA, flare indices, numeric BILAG and glucocorticoids, row by row from the text of the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from naive_scoring import DOMAINS, Row, baseline_of, exact, yes, yn

Settings = Mapping[str, str]

NOT_EVALUABLE = {"responder": None, "state": "not evaluable"}
SEVERE_CRITERIA = (
    "sledai_severe",
    "pga_severe",
    "clinical_severe",
    "hospital_severe",
    "prednisone_severe",
    "drugs_severe",
)
MILD_CRITERIA = ("sledai_mild", "pga_mild", "clinical_mild", "prednisone_mild", "drugs_mild")
MILD_SIGNS = tuple(
    f"sfi_{sign}"
    for sign in (
        "discoid",
        "photosensitive",
        "profundus",
        "cutaneous_vasculitis",
        "bullous",
        "nasopharyngeal_ulcers",
        "pleuritis",
        "pericarditis",
        "arthritis",
        "fever",
    )
)
SEVERE_SIGNS = ("sfi_cns", "sfi_vasculitis", "sfi_nephritis", "sfi_myositis")


def new_grades(before: Row, now: Row) -> tuple[int, int]:
    """Return how many A and how many B are new."""
    new_a = new_b = 0
    for domain in DOMAINS:
        g0, g1 = before[f"grade_{domain}"], now[f"grade_{domain}"]
        if g1 == "A" and g0 != "A":
            new_a += 1
        if g1 == "B" and g0 in ("C", "D", "E"):
            new_b += 1
    return new_a, new_b


def pga_not_worse(before: Row, now: Row, settings: Settings) -> bool:
    """Return whether PGA rose by less than 0.3, or by the setting by not more."""
    rise = exact(now["pga"]) - exact(before["pga"])
    if settings.get("pga_worse_operator", ">=") == ">":
        return rise <= Fraction(3, 10)
    return rise < Fraction(3, 10)


def sri(points: int, rows: Sequence[Row], settings: Settings) -> list[Row]:
    """05-responder-indices, SRI-x."""
    base = baseline_of(rows)
    result: list[Row] = []
    failed = False
    for at, row in enumerate(rows):
        failed = failed or yes(row.get("treatment_failure"))
        if at <= base:
            result.append(dict(NOT_EVALUABLE))
            continue
        first = rows[base]
        new_a, new_b = new_grades(first, row)
        s = first["sledai"] - row["sledai"] >= points
        b = new_a == 0 and new_b <= int(settings.get("sri_max_new_b", "1"))
        p = pga_not_worse(first, row, settings)
        found: Row = {
            "sledai_ok": yn(s),
            "bilag_ok": yn(b),
            "pga_ok": yn(p),
            "n_new_a": new_a,
            "n_new_b": new_b,
        }
        responder = s and b and p and not failed
        if settings.get("sri_requires_no_steroid_increase", "no") == "yes" and yes(row["steroid_increase"]):
            responder = False
        found |= {"responder": yn(responder), "state": "responder" if responder else "non-responder"}
        if settings.get("sri_denominator", "all") != "all" and first["sledai"] < points:
            found |= NOT_EVALUABLE
        result.append(found)
    return result


def bicla(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """05-responder-indices, BICLA."""
    base = baseline_of(rows)
    result: list[Row] = []
    failed = False
    for at, row in enumerate(rows):
        failed = failed or yes(row.get("treatment_failure"))
        if at <= base:
            result.append(dict(NOT_EVALUABLE))
            continue
        first = rows[base]
        active = improved = 0
        for domain in DOMAINS:
            g0, g1 = first[f"grade_{domain}"], row[f"grade_{domain}"]
            if g0 == "A":
                active += 1
                improved += g1 in ("B", "C", "D", "E")
            elif g0 == "B":
                active += 1
                improved += g1 in ("C", "D", "E")
        new_a, new_b = new_grades(first, row)
        i = improved == active
        b = new_a == 0 and new_b <= 1
        s = row["sledai"] <= first["sledai"]
        p = pga_not_worse(first, row, settings)
        found: Row = {
            "bilag_improved_ok": yn(i),
            "bilag_ok": yn(b),
            "sledai_ok": yn(s),
            "pga_ok": yn(p),
            "n_new_a": new_a,
            "n_new_b": new_b,
        }
        responder = active > 0 and i and b and s and p and not failed
        found |= {"responder": yn(responder), "state": "responder" if responder else "non-responder"}
        if active == 0 and settings.get("bicla_no_ab_at_baseline", "not_evaluable") == "not_evaluable":
            found |= NOT_EVALUABLE
        result.append(found)
    return result


def sfi_severe_sign(before: Row, row: Row) -> bool:
    """Return whether a severe manifestation is new or worse and required action, from single answers."""
    sign = any(yes(row[code]) for code in SEVERE_SIGNS)
    if exact(row["platelets"]) < 60 and exact(row["platelets"]) < exact(before["platelets"]):
        sign = True
    if yes(row["haemolytic_anaemia"]):
        hb0, hb1 = exact(before["haemoglobin"]), exact(row["haemoglobin"])
        if hb1 < 7 or hb0 - hb1 > 3:
            sign = True
    if row.get("sfi_action") is not None:
        action = yes(row["sfi_action"])
    else:
        dose0, dose1 = exact(before["prednisone"]), exact(row["prednisone"])
        doubled = dose1 > dose0 and dose1 >= 2 * dose0
        high = dose1 > exact(row["weight_kg"]) / 2  # the reference does not ask that it was raised
        action = doubled or high or yes(row["hospital_for_lupus"])
    return sign and action


def sfi_visit(before: Row, row: Row, settings: Settings) -> Row:
    """07-flare, the classic index at one visit against the one before."""
    found: dict[str, bool] = {}
    rise = row["sledai"] - before["sledai"]
    least = int(settings.get("sfi_sledai12_min_rise", "3"))
    found["sledai_severe"] = row["sledai"] > 12 and rise >= least
    found["sledai_mild"] = rise >= 3 and not row["sledai"] > 12
    pga0, pga1 = exact(before["pga"]), exact(row["pga"])
    found["pga_severe"] = pga1 > Fraction(5, 2) and pga1 > pga0
    found["pga_mild"] = pga1 - pga0 >= 1 and pga1 <= Fraction(5, 2)
    dose0, dose1 = exact(before["prednisone"]), exact(row["prednisone"])
    per_kg = dose1 / exact(row["weight_kg"])
    raised = dose1 > dose0 and not yes(row.get("not_due_to_lupus_prednisone"))
    found["prednisone_severe"] = raised and per_kg > Fraction(1, 2)
    found["prednisone_mild"] = raised and per_kg <= Fraction(1, 2)
    if row.get("mild_clinical_item") is not None:
        found["clinical_mild"] = yes(row["mild_clinical_item"])
        found["clinical_severe"] = yes(row["severe_clinical_item_with_action"])
    else:
        found["clinical_mild"] = any(yes(row[code]) for code in MILD_SIGNS)
        found["clinical_severe"] = sfi_severe_sign(before, row)
    found["hospital_severe"] = yes(row["hospital_for_lupus"])
    found["drugs_severe"] = yes(row["new_cyc_aza_mtx"])
    if settings.get("sfi_mycophenolate", "no") == "yes" and yes(row["new_mycophenolate"]):
        found["drugs_severe"] = True
    found["drugs_mild"] = yes(row["added_nsaid_or_hcq"])

    counted = dict(found)
    if settings.get("sfi_modified", "no") == "yes":  # the columns keep to the facts
        counted["sledai_severe"] = False
        counted["sledai_mild"] = rise >= 3

    def state(*without: str) -> str:
        if any(counted[code] for code in SEVERE_CRITERIA if code not in without):
            return "severe"
        if any(counted[code] for code in MILD_CRITERIA if code not in without):
            return "mild_moderate"
        return "none"

    result: Row = {code: yn(met) for code, met in found.items()}
    result["state"] = state()
    result["state_clinical"] = state("prednisone_severe", "drugs_severe", "prednisone_mild", "drugs_mild")
    return result


def flare_visit(before: Row, row: Row, settings: Settings) -> Row:
    """07-flare, BILAG-2004 flare at one visit against the one before."""
    new_a = new_b = new_c = 0
    for domain in DOMAINS:
        g0, g1 = before[f"grade_{domain}"], row[f"grade_{domain}"]
        numeric = domain in ("renal", "haematological")
        asked = {
            "scored_domains": not numeric,
            "all_domains": True,
            "no_domain": False,
        }[settings.get("bilag_flare_deciding_item", "scored_domains")]
        decided = yes(row[f"deciding_{domain}"])
        if g1 == "A" and g0 != "A" and (decided or not asked):
            new_a += 1
        if g1 == g0 == "A" and settings.get("bilag_flare_still_a", "not_new") == "new" and asked and decided:
            new_a += 1
        if g1 == "B" and g0 in ("C", "D", "E") and (decided or not asked):
            new_b += 1
        if g1 == "C" and g0 in ("D", "E") and (decided or not asked):
            new_c += 1
    if new_a >= 1:
        state = "severe"
    elif new_b >= 2:
        state = "moderate"
    elif new_b == 1 or new_c >= 3:
        state = "mild"
    else:
        state = "none"
    return {"state": state, "n_new_a": new_a, "n_new_b": new_b, "n_new_c": new_c}


def flares(index: str, rows: Sequence[Row], settings: Settings) -> list[Row]:
    """Judge every visit against the one before, and find the first flare after baseline."""
    base = baseline_of(rows)
    result: list[Row] = []
    flared = {"flare": False, "severe_flare": False}
    for at, row in enumerate(rows):
        if at == 0:
            nothing = {"flare": None, "severe_flare": None}
            result.append({"state": "not evaluable", "state_clinical": "not evaluable", **nothing})
            if index == "bilag2004_flare":
                del result[0]["state_clinical"]
            continue
        visit = flare_visit if index == "bilag2004_flare" else sfi_visit
        found = visit(rows[at - 1], row, settings)
        facts = {"flare": found["state"] != "none", "severe_flare": found["state"] == "severe"}
        for name, fact in facts.items():
            found[name] = yn(fact)
            if at > base:
                found[f"first_{name}"] = yn(fact and not flared[name])
                flared[name] = flared[name] or fact
        found |= {"state_lower": found["state"], "state_upper": found["state"]}
        result.append(found)
    return result


def numeric_bilag(grades: Sequence[str], scheme: str) -> Row:
    """02-bilag2004 and 03-bilag-classic, summaries."""
    a, b, c = (int(part) for part in scheme.split("-"))
    total = 0
    for grade in grades:
        if grade == "A":
            total += a
        elif grade == "B":
            total += b
        elif grade == "C":
            total += c
    return {
        "numeric": total,
        "lower": total,
        "upper": total,
        "worst": min(grades),
        "active": "A" in grades or grades.count("B") >= 2,
    }


def steroid_reduction(rows: Sequence[Row], percent: int) -> list[Row]:
    """09-steroids, reduction by at least so many percent."""
    base = baseline_of(rows)
    result: list[Row] = []
    for at, row in enumerate(rows):
        d0, d1 = exact(rows[base]["dose"]), exact(row["dose"])
        if at <= base or d0 == 0:
            result.append({**NOT_EVALUABLE, "reduction": None})
            continue
        reduced = (d0 - d1) / d0 >= Fraction(percent, 100)
        result.append(
            {
                "responder": yn(reduced),
                "state": "responder" if reduced else "non-responder",
                "reduction": float((d0 - d1) / d0 * 100),
            }
        )
    return result


EQUIVALENTS = {
    "prednisone": "5",
    "prednisolone": "5",
    "methylprednisolone": "4",
    "triamcinolone": "4",
    "hydrocortisone": "20",
    "cortisone_acetate": "25",
    "dexamethasone": "0.75",
    "betamethasone": "0.6",
}


def steroid_equivalent(row: Row, settings: Settings) -> float | None:
    """09-steroids, prednisone equivalent of the drugs of a day; None where it is not known."""
    equal = {**EQUIVALENTS, "deflazacort": settings.get("deflazacort_mg", "6")}
    doses = {drug: row.get(drug) for drug in equal}
    if all(dose is None for dose in doses.values()):
        return None
    if settings.get("steroid_blank_drug", "not_taken") == "unknown" and None in doses.values():
        return None
    return float(sum(exact(d) * 5 / exact(equal[drug]) for drug, d in doses.items() if d is not None))
