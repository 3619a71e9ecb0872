"""What the two DORIS instruments read, their consistency checks, and their facts at a corner."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._sledai import CODES, SEROLOGY, WEIGHTS, score_sledai
from lupustrial.instruments._spec import Check, Input
from lupustrial.instruments._state_inputs import (
    DECIMALS,
    DESCRIPTORS,
    DOSE_HIGHEST,
    PGA_HIGHEST,
    dose_input,
    filled,
    pga_input,
)
from lupustrial.instruments._tables import scale

#: The 22 descriptors that are not serology, and the most points that they give.
CLINICAL_CODES: tuple[str, ...] = tuple(code for code in CODES if code not in SEROLOGY)
_HIGHEST = sum(WEIGHTS[code] for code in CLINICAL_CODES)

INPUTS: tuple[Input, ...] = (
    *DESCRIPTORS,
    Input(
        code="clinical_sledai",
        label="Clinical SLEDAI (without COMP and DNA), in place of its descriptors",
        kind="ord",
        high=_HIGHEST,
        source="S14",
        trust="S14",
        aliases=("csledai", "clinical_sledai_2k", "sledai_clinical"),
    ),
    pga_input("S14"),
    dose_input("S14"),
    Input(
        code="immunosuppressant_or_biologic",
        label="An immunosuppressant or biologic is taken (antimalarials do not count)",
        kind="yn",
        source="S15",
        trust="S15",
        aliases=("immunosuppressant", "immunosuppressants"),
    ),
    Input(
        code="background_stable",
        label="Background treatment is stable, at maintenance doses",
        kind="yn",
        definition="no antimalarial, immunosuppressant or biologic was lately started or changed",
        source="S14 S15",
        trust="S14",
        aliases=("stable_background", "background_treatment_stable"),
    ),
)

CHECKS: tuple[Check, ...] = (
    Check(
        id="DORIS-Q01",
        item="pga",
        when=(pl.col("upper") == 0) & (pl.col("pga") >= scale("1", DECIMALS)),
        message="PGA is 1 or more while no clinical descriptor of SLEDAI is present: verify both.",
        shows=("clinical_sledai", "pga"),
    ),
    Check(
        id="DORIS-Q02",
        item="pga",
        when=(pl.col("lower") > 0) & (pl.col("pga") == 0),
        message="PGA is 0 while clinical SLEDAI is above 0: verify both.",
        shows=("clinical_sledai", "pga"),
    ),
)


def facts(*, best: bool) -> dict[str, pl.Expr]:
    """Return what the rules read, what is not known at its best or at its worst."""
    bad = int(not best)
    items = filled(CODES, bad)
    return {
        "clinical_sledai": pl.coalesce("clinical_sledai", score_sledai(items)["clinical"]).cast(pl.Int32),
        "COMP": items["COMP"],
        "DNA": items["DNA"],
        "pga": pl.col("pga").fill_null(0 if best else PGA_HIGHEST),
        "prednisolone_mg": pl.col("prednisolone_mg").fill_null(0 if best else DOSE_HIGHEST),
        "immunosuppressant_or_biologic": pl.col("immunosuppressant_or_biologic").fill_null(bad),
        "background_stable": pl.col("background_stable").fill_null(int(best)),
    }
