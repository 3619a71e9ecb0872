"""Formulas of the filtration rate, on columns of numbers; every coefficient stands in a table.

CKD-EPI 2021 [X+]: Inker et al., N Engl J Med 2021;385:1737-1749. MDRD with six variables: the glossary of
BILAG-2004. Bedside Schwartz: children.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, where
from lupustrial.instruments._tables import read_table

_VALUES: Mapping[tuple[str, str], float] = {
    (row["formula"], row["name"]): float(row["value"]) for row in read_table("egfr")
}

#: Creatinine, umol/L, in 1 mg/dL; youngest age of an adult.
UMOL_PER_MG_DL: float = _VALUES["any", "umol_per_mg_dl"]
ADULT: int = int(_VALUES["any", "adult"])


def ckd_epi_2021(now: Columns) -> Column:
    """Return 142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age, x 1.012 in women.

    `now` has ``creatinine`` in umol/L, ``age`` in years and ``female``, a Boolean.
    """

    def of(name: str) -> float:
        return _VALUES["ckd_epi_2021", name]

    woman = now["female"]
    kappa = where(woman, of("kappa_female"), of("kappa_male"))
    alpha = where(woman, of("alpha_female"), of("alpha_male"))
    ratio = now["creatinine"] / UMOL_PER_MG_DL / kappa
    # Not a minimum and a maximum: a value that is not a number must stay one.
    below, above = where(ratio >= 1.0, 1.0, ratio), where(ratio <= 1.0, 1.0, ratio)
    shape = below**alpha * above ** of("power")
    return of("factor") * shape * of("age") ** now["age"] * where(woman, of("female"), 1.0)


def mdrd6(now: Columns) -> Column:
    """Return 170 x Scr^-0.999 x age^-0.176 x urea^-0.170 x albumin^0.318 x 0.762 (women) x 1.180 (African).

    `now` has ``creatinine`` in umol/L, ``age``, ``urea`` in mmol/L, ``albumin`` in g/L, ``female`` and
    ``african_ancestry``.
    """

    def of(name: str) -> float:
        return _VALUES["mdrd6", name]

    creatinine = now["creatinine"] / of("umol_per_mg_dl")
    urea, albumin = now["urea"] * of("mg_dl_per_mmol"), now["albumin"] / 10.0
    blood = creatinine ** of("creatinine") * urea ** of("urea") * albumin ** of("albumin")
    people = where(now["female"], of("female"), 1.0) * where(
        now["african_ancestry"], of("african_ancestry"), 1.0
    )
    return of("factor") * blood * now["age"] ** of("age") * people


def schwartz(now: Columns) -> Column:
    """Return 0.413 x height / Scr; `now` has ``creatinine`` in umol/L and ``height`` in cm."""
    return _VALUES["schwartz", "factor"] * now["height"] / (now["creatinine"] / UMOL_PER_MG_DL)


def filtration_rate(now: Columns, settings: Mapping[str, str]) -> Column:
    """Return the rate by the formulas that the settings name, mL/min/1.73 m2, not rounded."""
    adult = mdrd6(now) if settings["egfr_formula"] == "mdrd6" else ckd_epi_2021(now)
    if settings["egfr_children"] == "refuse":
        return adult
    return where(now["age"] < ADULT, schwartz(now), adult)
