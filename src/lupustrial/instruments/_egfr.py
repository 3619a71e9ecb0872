"""Estimated glomerular filtration rate from serum creatinine: CKD-EPI 2021, without a term for ancestry."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._egfr_rules import ADULT, ckd_epi_2021


def estimate_gfr(creatinine: ArrayLike, *, age: ArrayLike, female: ArrayLike) -> NDArray[np.float64]:
    """Estimate the glomerular filtration rate of adults by CKD-EPI 2021.

    142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age, x 1.012 in women, with Scr in mg/dL, k = 0.7
    and a = -0.241 in women, k = 0.9 and a = -0.302 in men (Inker et al., N Engl J Med 2021;385:1737-1749).

    Args:
        creatinine: Serum creatinine, µmol/L; NaN stays NaN.
        age: Completed years on the day of the sample.
        female: Whether the participant is a woman.

    Returns:
        mL/min/1.73 m², not rounded, in the shape to which the arguments broadcast.

    Raises:
        InstrumentError: INSTR-007, an age below 18, for which another formula is needed.
    """
    years = np.asarray(age, dtype=np.float64)
    if bool(np.any(years < ADULT)):
        message = "CKD-EPI 2021 is for adults"
        hint = "below 18 years use the bedside Schwartz formula"
        raise InstrumentError(Fault(id="INSTR-007", message=message, place="age", hint=hint))
    now = {
        "creatinine": np.asarray(creatinine, dtype=np.float64),
        "age": years,
        "female": np.asarray(female, dtype=np.bool_),
    }
    rate: NDArray[np.float64] = ckd_epi_2021(now)
    return rate
