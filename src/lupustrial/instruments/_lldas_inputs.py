"""LLDAS as an instrument: what it reads and returns, its settings and consistency checks."""

from __future__ import annotations

from functools import partial

import polars as pl

from lupustrial.instruments._explained_states import explains_lldas
from lupustrial.instruments._lldas_rules import CEILINGS, MAJOR
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._sledai import HIGHEST
from lupustrial.instruments._spec import Check, Input, Instrument, Open
from lupustrial.instruments._state_inputs import DECIMALS, DESCRIPTORS, VISITS, dose_input, pga_input
from lupustrial.instruments._tables import read_table, scale

#: Components that may come in place of the 24 descriptors.
ITEMS_OR: tuple[str, ...] = ("sledai", "major_organ_activity", "new_activity")

#: The drugs of criterion 5 that have a ceiling.
DOSES: tuple[str, ...] = tuple(CEILINGS)

_answer = partial(Input, kind="yn", source="S11", trust="S11")

_QUESTIONS = (
    _answer(
        code="haemolytic_anaemia",
        label="Haemolytic anaemia from lupus",
        definition="not a descriptor of SLEDAI; asked for itself",
        aliases=("hemolytic_anemia", "haemolytic_anemia", "hemolytic_anaemia"),
    ),
    _answer(
        code="gi_activity",
        label="Gastrointestinal lupus activity",
        definition="not a descriptor of SLEDAI; asked for itself",
        aliases=("gastrointestinal_activity",),
    ),
    _answer(
        code="criterion5_met",
        label="Criterion 5: well-tolerated standard maintenance treatment, no investigational drug",
        definition="in a blinded trial the study drug does not count as investigational",
        aliases=("criterion_5_met", "maintenance_treatment_ok"),
    ),
)

_COMPONENTS = (
    Input(
        code="sledai",
        label="SLEDAI-2K, in place of its descriptors",
        kind="ord",
        high=HIGHEST,
        source="S11",
        trust="S11",
        aliases=("sledai_2k", "sledai2k", "sledai_total"),
    ),
    _answer(
        code="major_organ_activity",
        label="A descriptor of a major organ system is present, in place of the descriptors",
        definition=f"any of {', '.join(MAJOR)}",
        aliases=("major_activity",),
    ),
    _answer(
        code="new_activity",
        label="Criterion 2: new lupus activity since the previous assessment, however it was judged",
        aliases=("new_lupus_activity",),
    ),
    Input(
        code="flare",
        label="Flare, as the trial defines it (read by lldas_criterion2 = no_flare)",
        kind="yn",
        source="S12 S13",
        trust="S13",
    ),
    Input(
        code="new_bilag_activity",
        label="New BILAG activity since the previous assessment (read by the option that names it)",
        kind="yn",
        source="S12",
        trust="S12",
    ),
)

_TREATMENTS = (
    *(
        Input(
            code=row["code"],
            label=row["label"],
            kind="num",
            unit=row["unit"],
            decimals=DECIMALS,
            high=scale(row["high"], DECIMALS),
            definition="0 where it is not taken; read by lldas_criterion5 = dose_ceilings",
            source=row["source"],
            trust=row["trust"],
            aliases=tuple(row["aliases"].split(";")),
        )
        for row in read_table("lldas_treatments")
    ),
    _answer(
        code="investigational_drug",
        label="An investigational drug other than the study drug is taken",
        definition="read by lldas_criterion5 = dose_ceilings",
    ),
    _answer(
        code="other_treatment_ok",
        label="Every other immunosuppressant or biologic is approved and at a standard dose, all tolerated",
        definition="read by lldas_criterion5 = dose_ceilings",
    ),
)


def _checks() -> tuple[Check, ...]:
    above = pl.any_horizontal(pl.col(code) > ceiling for code, ceiling in CEILINGS.items())
    beyond = above | (pl.col("investigational_drug") == 1) | (pl.col("other_treatment_ok") == 0)
    major = pl.any_horizontal(pl.col(code) == 1 for code in (*MAJOR, "major_organ_activity"))
    present = pl.any_horizontal(pl.col(code) == 1 for code in ("major_organ_activity", "new_activity"))
    return (
        Check(
            id="LLDAS-Q01",
            item="criterion5_met",
            when=(pl.col("criterion5_met") == 1) & beyond,
            message="Criterion 5 is said to be met, yet a treatment goes beyond it: verify both.",
            shows=("criterion5_met", *DOSES, "investigational_drug", "other_treatment_ok"),
        ),
        Check(
            id="LLDAS-Q02",
            item="sledai",
            when=(pl.col("sledai") == 0) & present,
            message="SLEDAI is 0, yet active or new descriptors are reported: verify both.",
            shows=("sledai", "major_organ_activity", "new_activity"),
        ),
        Check(
            id="LLDAS-Q03",
            item="pga",
            when=(pl.col("pga") == 0) & major,
            message="PGA is 0 while a major organ system is active: verify both.",
            shows=("pga",),
        ),
        Check(
            id="LLDAS-Q04",
            item="flare",
            when=(pl.col("flare") == 1) & (pl.col("upper") == 0),
            message="A flare is recorded while no descriptor of SLEDAI is present: verify both.",
            shows=("flare",),
        ),
    )


LLDAS = Instrument(
    id="lldas",
    title="Lupus low disease activity state (LLDAS)",
    version="1.0",
    summary="In the state: SLEDAI-2K at most 4 without major or new activity, PGA at most 1, "
    "prednisolone at most 7.5 mg/day, standard treatment.",
    inputs=(
        *DESCRIPTORS,
        pga_input("S11"),
        dose_input("S11"),
        *_QUESTIONS,
        *_COMPONENTS,
        *_TREATMENTS,
    ),
    settings=settings_of("lldas"),
    outputs={
        **{f"{name}_ok": pl.String() for name in ("activity", "new", "pga", "dose", "treatment")},
        "sledai": pl.Int32(),
        "lower": pl.Int32(),
        "upper": pl.Int32(),
        "met": pl.String(),
        "state": pl.String(),
        **VISITS,
        "completeness": pl.String(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S11", "S12", "S13"),
    open=(
        Open(
            rule="study drug in criterion 5",
            tag="D",
            question="Does the blinded study drug count as investigational? Here it does not: taken "
            "literally, the wording would keep every participant of a blinded trial out of LLDAS.",
        ),
        Open(
            rule="assessed visits",
            tag="D",
            question="Which visits are the denominator of the percentage in LLDAS? Here those with a "
            "verdict: undecided visits, and a first visit that only criterion 2 leaves open, are left out.",
        ),
    ),
    checks=_checks(),
    explains=explains_lldas([each.code for each in DESCRIPTORS], ITEMS_OR, DOSES),
)
