"""SLE-DAS as an instrument: what it reads and returns, its settings and consistency checks."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._sledas_rules import DECIMALS, TERMS, limit
from lupustrial.instruments._spec import Check, Input, Instrument, Open

#: Yes/no parameters, in the order of the table.
FLAGS: tuple[str, ...] = tuple(term["input"] for term in TERMS if term["kind"] in ("arthritis", "flag"))

#: Measured parameters, and of each the least and the most that is plausible, in units of the last decimal.
RANGES: Mapping[str, tuple[int, int]] = {
    "protein_mg": (0, limit("protein_most", DECIMALS)),
    "platelets": (limit("platelets_least", DECIMALS), limit("platelets_most", DECIMALS)),
    "leukocytes": (limit("leukocytes_least", DECIMALS), limit("leukocytes_most", DECIMALS)),
}

#: Lowest protein above 0 that is taken for milligrams.
PROTEIN_LEAST: int = limit("protein_least", DECIMALS)

#: Highest count of swollen joints.
JOINTS: int = limit("joints_most", 0)

_ALIASES = {
    "localised_rash": ("localized_rash",),
    "generalised_rash": ("generalized_rash",),
    "hypocomplementaemia": ("hypocomplementemia", "low_complement"),
    "anti_dsdna_raised": ("anti_dsdna", "raised_anti_dsdna"),
    "haemolytic_anaemia": ("hemolytic_anemia", "haemolytic_anemia", "hemolytic_anaemia"),
}


def _flags() -> tuple[Input, ...]:
    return tuple(
        Input(
            code=term["input"],
            label=term["label"],
            kind="yn",
            source=term["source"],
            trust="S16",
            aliases=_ALIASES.get(term["input"], ()),
        )
        for term in TERMS
        if term["input"] in FLAGS
    )


def _measured(code: str, label: str, unit: str, lookalike: str, aliases: tuple[str, ...]) -> Input:
    low, high = RANGES[code]
    return Input(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=DECIMALS,
        low=low,
        high=high,
        source="S16",
        trust="S16",
        lookalike=lookalike,
        aliases=aliases,
    )


_NUMBERS = (
    Input(
        code="swollen_joints",
        label="Swollen joints among 28",
        kind="ord",
        high=JOINTS,
        source="S16",
        trust="S16",
        aliases=("swollen_joint_count28", "swollen_joint_count", "sjc28"),
    ),
    _measured(
        "protein_mg",
        "Urine protein in 24 h, or protein-creatinine ratio",
        "mg/24 h or mg/g",
        "1 g is 1000 mg; 1 mg/mmol is 8.84 mg/g",
        ("proteinuria_mg", "protein_mg_24h", "upcr_mg_g"),
    ),
    _measured(
        "platelets",
        "Platelets",
        "10^9/L",
        "a count per microlitre is 1000 times too high",
        ("platelet_count",),
    ),
    _measured(
        "leukocytes",
        "Leukocytes",
        "10^9/L",
        "a count per microlitre is 1000 times too high",
        ("leucocytes", "leukocyte_count", "white_cells"),
    ),
)


def _checks() -> tuple[Check, ...]:
    def leaps(code: str) -> pl.Expr:
        now, before = pl.col(code), pl.col(code).shift(1).over("USUBJID")
        return (now >= 10 * before) | (before >= 10 * now)

    swollen, stated = pl.col("swollen_joints"), pl.col("arthritis")
    counts = tuple(
        Check(
            id=f"SLEDAS-Q0{n}",
            item=code,
            when=leaps(code),
            message=f"{code} changed tenfold or more since the previous visit: verify the unit.",
            shows=(code,),
        )
        for n, code in enumerate(("platelets", "leukocytes"), 3)
    )
    return (
        Check(
            id="SLEDAS-Q01",
            item="arthritis",
            when=(swollen > 0) & (stated == 0),
            message="Joints are swollen, yet arthritis is said to be absent: verify both.",
            shows=("arthritis", "swollen_joints"),
        ),
        Check(
            id="SLEDAS-Q02",
            item="arthritis",
            when=(swollen == 0) & (stated == 1),
            message="Arthritis is present, yet none of 28 joints is swollen: verify both.",
            shows=("arthritis", "swollen_joints"),
        ),
        *counts,
    )


_NUMBER, _TEXT = pl.Float64(), pl.String()

SLEDAS = Instrument(
    id="sledas",
    title="SLE Disease Activity Score (SLE-DAS)",
    version="1.0",
    summary="Weighted sum of 17 parameters, three of them by the logarithm of what was measured.",
    inputs=(*_flags(), *_NUMBERS),
    settings=settings_of("sledas"),
    outputs={
        "score": _NUMBER,
        "lower": _NUMBER,
        "upper": _NUMBER,
        "state": _TEXT,
        "change": _NUMBER,
        "worse": _TEXT,
        "improved": _TEXT,
        "change_baseline": _NUMBER,
        "worse_baseline": _TEXT,
        "improved_baseline": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S16", "S17", "S18", "S30"),
    open=(
        Open(
            rule="coefficients",
            tag="X?",
            question="Do the 22 coefficients agree with the authors' calculator? They are second-hand: "
            "public source code that quotes Figure 1 of the paper of 2019.",
        ),
        Open(
            rule="categories",
            tag="X?",
            question="Are 2.08 (remission) and 7.64 (mild) the published cut-offs? They are second-hand.",
        ),
        Open(
            rule="generalised rash",
            tag="X?",
            question="Is a rash below the neck alone generalised? The authors' calculator says yes (with or "
            "without rash above); Table 1 of the paper says above and below.",
        ),
    ),
    checks=_checks(),
)
