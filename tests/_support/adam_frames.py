"""ADaM datasets made up for tests of analysis and report: the right shape, any size, no rule of the trial.

Numbers are drawn from a fixed generator. Counts that a test needs are put in by `with_counts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from lupustrial.study import Parameter, Study

_SCALE = {
    "SLEDAI": (12, 5),
    "PGA": (2, 0.6),
    "ALB": (36, 5),
    "PROT24": (1.4, 0.9),
    "NK": (8, 4),
    "AGE": (31, 9),
}


def adam_datasets(
    study: Study, *, per_arm: int = 30, seed: int = 1, blinded: bool = False
) -> dict[str, pl.DataFrame]:
    """Return ADSL and every BDS dataset that the plan names, for `per_arm` participants an arm.

    The last participant of each non-reference arm has no efficacy assessment (MITTFL and SAFFL 'N'), five
    people were screened and not randomised, every tenth left early.
    """
    adsl = _adsl(study, per_arm, blinded=blinded)
    randomised = adsl.filter(pl.col("RANDFL") == "Y")
    generator = np.random.default_rng(seed)
    parts: dict[str, list[pl.DataFrame]] = {}
    for parameter in study.plan.parameters:
        parts.setdefault(parameter.dataset, []).append(_parameter(study, parameter, randomised, generator))
    datasets = {"ADSL": adsl}
    for name, frames in parts.items():
        frame = pl.concat(frames)
        datasets[name] = frame.with_columns(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias("ASEQ")
        )
    return datasets


def with_counts(
    frame: pl.DataFrame, paramcd: str, counts: Mapping[tuple[str, int | None], int], *, flag: str = "MITTFL"
) -> pl.DataFrame:
    """Set a binary parameter to 1 for exactly so many of an arm at a week with the flag, else to 0."""
    for (arm, week), count in counts.items():
        at = (pl.col("PARAMCD") == paramcd) & (pl.col("TRT01P") == arm)
        at &= pl.col("AVISITN").is_null() if week is None else pl.col("AVISITN") == week
        order = pl.when(at & (pl.col(flag) == "Y")).then(1).otherwise(0).cum_sum()
        hit = (pl.col(flag) == "Y") & (order <= count)
        frame = frame.with_columns(pl.when(at).then(hit.cast(pl.Float64)).otherwise("AVAL").alias("AVAL"))
    return frame


def _adsl(study: Study, per_arm: int, *, blinded: bool) -> pl.DataFrame:
    rows = []
    number = 0
    for arm in study.arms:
        for place in range(per_arm):
            number += 1
            lost = place == per_arm - 1 and not arm.reference
            left = lost or place % 10 == 9
            rows.append(
                {
                    "STUDYID": study.id,
                    "USUBJID": f"{study.id}-01-{number:05d}",
                    "SUBJID": f"01-{number:05d}",
                    "SITEID": "01",
                    "AGE": 20 + place % 40,
                    "SEX": "M" if place % 10 == 0 else "F",
                    "RACE": "ASIAN",
                    "ARM": None if blinded else arm.name,
                    "ARMCD": None if blinded else arm.id,
                    "TRT01P": None if blinded else arm.label,
                    "TRT01PN": None if blinded else study.arms.index(arm) + 1,
                    "TRTSDT": "2015-07-01",
                    "TRTEDT": "2015-09-21",
                    "EOSSTT": "DISCONTINUED" if left else "COMPLETED",
                    "DCSREAS": ("WITHDRAWAL BY SUBJECT" if place % 20 == 9 or lost else "LACK OF EFFICACY")
                    if left
                    else None,
                    "EOTSTT": "DISCONTINUED" if left else "COMPLETED",
                    "NINJ": 7 if left else 21,
                    "LSTWEEK": 4 if left else 24,
                    "RANDFL": "Y",
                    "MITTFL": "N" if lost else "Y",
                    "PPROTFL": "N" if left else "Y",
                    "SAFFL": "N" if lost else "Y",
                }
            )
    for place in range(5):
        number += 1
        blank = dict.fromkeys(rows[0])
        rows.append(
            {
                **blank,
                "STUDYID": study.id,
                "USUBJID": f"{study.id}-01-{number:05d}",
                "SUBJID": f"01-{number:05d}",
                "SITEID": "01",
                "EOSSTT": "SCREEN FAILURE",
                "DCSREAS": "DID NOT MEET CRITERIA" if place < 3 else "WITHDREW CONSENT",
                "RANDFL": "N",
                "MITTFL": "N",
                "PPROTFL": "N",
                "SAFFL": "N",
            }
        )
    schema = {"TRT01P": pl.String, "ARM": pl.String, "ARMCD": pl.String, "TRT01PN": pl.Int64}
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def _weeks(study: Study, parameter: Parameter) -> list[int | None]:
    if parameter.derive.kind == "event":
        return [None]
    if parameter.dataset == "ADBL":
        return [0]
    return sorted({visit.week for visit in study.visits if visit.week >= 0})


def _parameter(
    study: Study, parameter: Parameter, people: pl.DataFrame, generator: np.random.Generator
) -> pl.DataFrame:
    if parameter.restrict is not None:
        people = people.filter(pl.int_range(pl.len()) % 5 < 2)
    size = people.height
    mean, sd = _SCALE.get(parameter.id, (50, 12))
    keep = ["STUDYID", "USUBJID", "SITEID", "TRT01P", "TRT01PN", "RANDFL", "MITTFL", "PPROTFL", "SAFFL"]
    frames = []
    base: np.ndarray | None = None
    for week in _weeks(study, parameter):
        if parameter.type == "number":
            step = 0 if week is None else week
            values = np.abs(np.round(generator.normal(mean * (1 - step / 60), sd, size), parameter.decimals))
        else:
            values = (generator.random(size) < 0.35).astype(float)
        base = values if week == 0 else base
        frames.append(
            people.select(
                *keep,
                pl.lit(parameter.id).alias("PARAMCD"),
                pl.lit(parameter.label).alias("PARAM"),
                pl.lit("Overall" if week is None else f"Week {week}").alias("AVISIT"),
                pl.lit(week, dtype=pl.Int32).alias("AVISITN"),
                pl.lit("2015-07-01").alias("ADT"),
                pl.lit(1, dtype=pl.Int32).alias("ADY"),
                pl.Series("AVAL", values),
                pl.lit(None, dtype=pl.String).alias("AVALC"),
                pl.Series("BASE", base if base is not None else np.full(size, np.nan)).fill_nan(None),
                pl.lit("Y" if week == 0 else None, dtype=pl.String).alias("ABLFL"),
                pl.lit("Y").alias("ANL01FL"),
                pl.lit(None, dtype=pl.String).alias("DTYPE"),
                pl.lit("QS").alias("SRCDOM"),
                pl.lit("QSSTRESN").alias("SRCVAR"),
                pl.lit("1").alias("SRCSEQ"),
            ).with_columns((pl.col("AVAL") - pl.col("BASE")).alias("CHG"))
        )
    return pl.concat(frames)
