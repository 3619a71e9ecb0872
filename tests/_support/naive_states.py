"""SLEDAI scores, LLDAS, DORIS and SLE-DAS, row by row from the text of the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from naive_scoring import Row, baseline_of, exact, yes, yn

Settings = Mapping[str, str]

WEIGHTS = {
    **dict.fromkeys(("SEIZ", "PSYC", "OBS", "VIS", "CRAN", "HEAD", "CVA", "VASC"), 8),
    **dict.fromkeys(("ARTH", "MYOS", "CAST", "HAEM", "PROT", "PYUR"), 4),
    **dict.fromkeys(("RASH", "ALOP", "MUCO", "PLEU", "PERI", "COMP", "DNA"), 2),
    **dict.fromkeys(("FEVR", "PLT", "WBC"), 1),
}
CLINICAL = [code for code in WEIGHTS if code not in ("COMP", "DNA")]
MAJOR = (
    *("CAST", "HAEM", "PROT", "PYUR"),
    *("SEIZ", "PSYC", "OBS", "VIS", "CRAN", "HEAD", "CVA"),
    *("PLEU", "PERI", "VASC", "FEVR"),
)
CEILINGS = {
    "hydroxychloroquine_mg": 400,
    "methotrexate_mg_week": 30,
    "azathioprine_mg": 200,
    "mycophenolate_mofetil_mg": 3000,
    "mycophenolic_acid_mg": 2160,
    "leflunomide_mg": 20,
}


def total(row: Row, codes: Sequence[str]) -> int:
    """Return the sum of weights of descriptors that are present."""
    return sum(WEIGHTS[code] for code in codes if yes(row[code]))


def clinical_sledai(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """01-sledai, clinical SLEDAI, missing items included."""
    rule = settings.get("sledai_missing", "strict")
    last: Row = {}
    result: list[Row] = []
    for given in rows:
        row = {code: given[code] for code in CLINICAL}
        last |= {code: answer for code, answer in row.items() if answer is not None}
        if rule == "locf_item":
            row = {code: last.get(code) for code in row}
        least = total(row, CLINICAL)
        most = least + sum(WEIGHTS[code] for code in CLINICAL if row[code] is None)
        known = rule == "as_absent" or None not in row.values()
        result.append({"score": least if known else None, "lower": least, "upper": most})
    return result


def s2k_ri50(rows: Sequence[Row]) -> list[Row]:
    """01-sledai, S2K RI-50."""
    base = baseline_of(rows)
    result: list[Row] = []
    for at, row in enumerate(rows):
        plain = total(row, list(WEIGHTS))
        if at < base:
            result.append({"score": None, "change": None, "sledai": plain})
            continue
        score = Fraction(0)
        for code, weight in WEIGHTS.items():
            if yes(row[code]):
                better = at > base and yes(rows[base][code]) and yes(row[f"{code}_half"])
                score += Fraction(weight, 2) if better else weight
        change = float(score - total(rows[base], list(WEIGHTS))) if at > base else None
        found: Row = {"score": float(score), "change": change, "sledai": plain}
        result.append(found | {"lower": float(score), "upper": float(score)})
    return result


def sums(result: list[Row]) -> list[Row]:
    """Add how many visits were in the state so far."""
    held = assessed = in_a_row = 0
    for row in result:
        in_a_row = in_a_row + 1 if row["met"] == "Y" else 0
        held += row["met"] == "Y"
        assessed += row["met"] is not None
        row |= {"visits_in_state": held, "visits_assessed": assessed, "visits_in_a_row": in_a_row}
        row["percent_in_state"] = 100 * held / assessed if assessed else None
    return result


def lldas_new_activity(before: Row | None, row: Row, settings: Settings) -> bool | None:
    """Return whether there is new activity; None where nothing answers it."""
    if row.get("new_activity") is not None:
        return yes(row["new_activity"])
    reading = settings.get("lldas_criterion2", "no_new_sledai_item")
    if reading == "no_flare":
        return yes(row["flare"])
    bilag = reading == "no_new_sledai_item_and_no_new_bilag" and yes(row["new_bilag_activity"])
    if before is None:
        if bilag:
            return True
        return False if settings.get("lldas_first_visit", "not_evaluable") == "met" else None
    return bilag or any(yes(row[code]) and not yes(before[code]) for code in WEIGHTS)


def lldas(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """06-states, LLDAS."""
    result: list[Row] = []
    for at, row in enumerate(rows):
        items = row.get("SEIZ") is not None
        sledai = total(row, list(WEIGHTS)) if items else row["sledai"]
        major = any(yes(row[code]) for code in MAJOR) if items else yes(row["major_organ_activity"])
        activity = sledai <= 4 and not major
        if settings.get("lldas_criterion1", "full") == "full":
            activity = activity and not yes(row["haemolytic_anaemia"]) and not yes(row["gi_activity"])
        new = lldas_new_activity(rows[at - 1] if at else None, row, settings)
        pga = exact(row["pga"]) <= 1
        dose = exact(row["prednisolone_mg"]) <= Fraction(15, 2)
        if settings.get("lldas_criterion5", "stated") == "stated":
            treatment = yes(row["criterion5_met"])
        else:
            treatment = (
                all(exact(row[code]) <= ceiling for code, ceiling in CEILINGS.items())
                and not yes(row["investigational_drug"])
                and yes(row["other_treatment_ok"])
            )
        found: Row = {
            "activity_ok": yn(activity),
            "new_ok": None if new is None else yn(not new),
            "pga_ok": yn(pga),
            "dose_ok": yn(dose),
            "treatment_ok": yn(treatment),
            "sledai": sledai,
        }
        others = activity and pga and dose and treatment
        if not others or new:
            met, state = "N", "not LLDAS"
        elif new is None:
            met, state = None, "not evaluable"
        else:
            met, state = "Y", "LLDAS"
        result.append(found | {"met": met, "state": state})
    return sums(result)


def lldas_with_skipped_visits(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """06-states, criterion 2 and verdict by default readings, where whole assessments of SLEDAI are missing.

    "Previous assessment": a visit at which nothing was assessed is none, unless the setting says otherwise.
    """
    result: list[Row] = []
    before: Row | None = None
    for row in rows:
        done = row["SEIZ"] is not None
        fails = yes(row["haemolytic_anaemia"]) or yes(row["gi_activity"]) or exact(row["pga"]) > 1
        fails = fails or exact(row["prednisolone_mg"]) > Fraction(15, 2) or not yes(row["criterion5_met"])
        new: bool | None = None
        if done:
            present = [code for code in WEIGHTS if yes(row[code])]
            fails = fails or total(row, present) > 4 or any(code in MAJOR for code in present)
            if before is not None and before["SEIZ"] is not None:
                new = any(not yes(before[code]) for code in present)
            elif before is not None and not present:
                new = False
        if fails or new:
            met, state = "N", "not LLDAS"
        elif before is None:
            met, state = None, "not evaluable"
        elif not done or new is None:
            met, state = None, "undecided"
        else:
            met, state = "Y", "LLDAS"
        result.append({"new_ok": None if new is None else yn(not new), "met": met, "state": state})
        if done or settings.get("lldas_previous", "last_assessed") == "preceding_row":
            before = row
    return sums(result)


def doris_common(row: Row, settings: Settings) -> tuple[int, bool, bool, bool]:
    """Return clinical SLEDAI, and whether it, PGA and dose allow remission."""
    clinical = total(row, CLINICAL) if row.get("SEIZ") is not None else row["clinical_sledai"]
    pga = exact(row["pga"])
    pga_ok = pga < Fraction(1, 2) or (settings.get("doris_pga_operator") == "<=" and pga == Fraction(1, 2))
    dose = exact(row["prednisolone_mg"])
    dose_ok = dose < 5 or (settings.get("doris_prednisolone_operator", "<=") == "<=" and dose == 5)
    return clinical, clinical == 0, pga_ok, dose_ok


def doris2021(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """06-states, DORIS 2021."""
    result: list[Row] = []
    for row in rows:
        clinical, clinical_ok, pga_ok, dose_ok = doris_common(row, settings)
        rule = settings.get("doris_stable_background", "all")
        background = (
            rule == "nothing"
            or yes(row["background_stable"])
            or (rule == "immunosuppressant_or_biologic" and not yes(row["immunosuppressant_or_biologic"]))
        )
        met = clinical_ok and pga_ok and dose_ok and background
        result.append(
            {
                "clinical_sledai": clinical,
                "clinical_ok": yn(clinical_ok),
                "pga_ok": yn(pga_ok),
                "dose_ok": yn(dose_ok),
                "background_ok": yn(background),
                "met": yn(met),
                "state": "remission" if met else "no remission",
            }
        )
    return sums(result)


def doris2017(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """06-states, the four states of 2017."""
    result: list[Row] = []
    for row in rows:
        clinical, clinical_ok, pga_ok, dose_ok = doris_common(row, settings)
        drug = yes(row["immunosuppressant_or_biologic"])
        serology = not yes(row["COMP"]) and not yes(row["DNA"])
        off = exact(row["prednisolone_mg"]) == 0 and not drug
        on = dose_ok and (not drug or yes(row["background_stable"]))
        state = "none"
        if clinical_ok and pga_ok:
            if serology and off:
                state = "complete_off"
            elif off:
                state = "clinical_off"
            elif serology and on:
                state = "complete_on"
            elif on:
                state = "clinical_on"
        result.append(
            {
                "clinical_sledai": clinical,
                "clinical_ok": yn(clinical_ok),
                "pga_ok": yn(pga_ok),
                "serology_ok": yn(serology),
                "off_therapy_ok": yn(off),
                "on_therapy_ok": yn(on),
                "met": yn(state != "none"),
                "state": state,
                "possible_states": state,
            }
        )
    return sums(result)


PRESENT = {
    "mucocutaneous_vasculitis": "4.408",
    "localised_rash": "3.138",
    "generalised_rash": "3.887",
    "alopecia": "0.973",
    "mucosal_ulcers": "2.769",
    "hypocomplementaemia": "0.754",
    "anti_dsdna_raised": "0.956",
    "neuropsychiatric": "18",
    "systemic_vasculitis": "18",
    "cardiac_pulmonary": "18",
    "myositis": "9",
    "serositis": "6",
    "haemolytic_anaemia": "9",
}


def sledas_score(row: Row, settings: Settings) -> Decimal:
    """06-states, SLE-DAS, to 40 digits."""
    with localcontext() as context:
        context.prec = 40
        score = Decimal("0.366")
        arthritis = {
            "joints_or_clinician": yes(row["arthritis"]) or row["swollen_joints"] > 0,
            "clinician": yes(row["arthritis"]),
            "joints": row["swollen_joints"] > 0,
        }[settings.get("sledas_arthritis", "joints_or_clinician")]
        if arthritis:
            score += Decimal("3.132")
        score += Decimal("0.454") * row["swollen_joints"]
        for code, coefficient in PRESENT.items():
            if yes(row[code]):
                score += Decimal(coefficient)
        protein, platelets, leukocytes = (
            Decimal(str(row[code])) for code in ("protein_mg", "platelets", "leukocytes")
        )
        if protein > 500:
            score += Decimal("-17.584") + Decimal("3.811") * protein.ln()
        if platelets < 100:
            score += Decimal("26.105") - Decimal("5.577") * platelets.ln()
        if leukocytes < 3:
            score += Decimal("6.118") - Decimal("5.058") * leukocytes.ln()
        return score


def sledas(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """06-states, SLE-DAS with categories and change."""
    base = baseline_of(rows)
    full = [sledas_score(row, settings) for row in rows]
    shown = [score.quantize(Decimal("0.01"), ROUND_HALF_UP) for score in full]
    judged = shown if settings.get("sledas_rounding", "rounded") == "rounded" else full
    result: list[Row] = []
    for at, score in enumerate(judged):
        if score <= Decimal("2.08"):
            state = "remission"
        elif score <= Decimal("7.64"):
            state = "mild"
        else:
            state = "moderate_severe"
        found: Row = {"score": float(shown[at]), "state": state}
        for name, since in (("", at - 1 if at else None), ("_baseline", base if at > base else None)):
            if since is None:
                found |= {f"change{name}": None, f"worse{name}": None, f"improved{name}": None}
                continue
            change = score - judged[since]
            found[f"worse{name}"] = yn(change >= Decimal("1.72"))
            found[f"improved{name}"] = yn(change <= Decimal("-1.72"))
            if judged is shown:
                found[f"change{name}"] = float(change)
        result.append(found)
    return result
