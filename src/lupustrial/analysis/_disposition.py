"""The flow of participants (CONSORT) as results: screened, excluded, randomised, treated, analysed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from lupustrial.study import Study

#: Steps of the flow that are counted in every arm: PARAMCD, label, condition on ADSL.
_ARM_STEPS = (
    ("ALLOCATED", "Allocated", "RANDFL = 'Y'"),
    ("TREATED", "Received at least one dose", "RANDFL = 'Y' AND TRTSDT IS NOT NULL"),
    ("COMPLETED", "Completed the study", "RANDFL = 'Y' AND EOSSTT = 'COMPLETED'"),
    ("DISCONTINUED", "Discontinued the study", "RANDFL = 'Y' AND EOSSTT = 'DISCONTINUED'"),
)
_TRIAL_STEPS = (
    ("SCREENED", "Screened", "USUBJID IS NOT NULL"),
    ("EXCLUDED", "Excluded before randomisation", "EOSSTT = 'SCREEN FAILURE'"),
    ("RANDOMISED", "Randomised", "RANDFL = 'Y'"),
)
_BY_REASON = ("EXCLUDED", "DISCONTINUED")
NO_REASON = "REASON NOT RECORDED"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One count of the flow: the step, the group, and the participants that are counted."""

    paramcd: str
    param: str
    group: str
    stat: str
    text: str | None
    rows: pl.DataFrame
    query: str


def steps(study: Study, adsl: pl.DataFrame, *, blinded: bool) -> Iterator[Step]:
    """Yield every count of the flow: the trial's, then each arm's (all together when blinded)."""
    for paramcd, param, condition in _TRIAL_STEPS:
        yield from _counts(adsl, paramcd, param, "all", condition)
    arms = [None] if blinded else [arm.label for arm in study.arms]
    populations = tuple(
        (f"POP-{population.id}", f"Analysed: {population.name}", f"{population.flag} = 'Y'")
        for population in study.populations
    )
    for arm in arms:
        for paramcd, param, condition in (*_ARM_STEPS, *populations):
            within = condition if arm is None else f"{condition} AND {_arm(arm)}"
            yield from _counts(adsl, paramcd, param, arm or "all", within)


def _arm(label: str) -> str:
    return "TRT01P = '" + label.replace("'", "''") + "'"


def _counts(adsl: pl.DataFrame, paramcd: str, param: str, group: str, condition: str) -> Iterator[Step]:
    rows, query = _select(adsl, condition)
    yield Step(paramcd=paramcd, param=param, group=group, stat="n", text=None, rows=rows, query=query)
    if paramcd not in _BY_REASON:
        return
    for reason in rows["DCSREAS"].unique().sort().to_list():
        test = "DCSREAS IS NULL" if reason is None else "DCSREAS = '" + reason.replace("'", "''") + "'"
        some, its_query = _select(adsl, f"{condition} AND {test}")
        text = reason or NO_REASON
        yield Step(
            paramcd=paramcd, param=param, group=group, stat=f"n:{text}", text=text, rows=some, query=its_query
        )


def _select(adsl: pl.DataFrame, condition: str) -> tuple[pl.DataFrame, str]:
    query = f"SELECT * FROM ADSL WHERE {condition}"  # noqa: S608 - runs on a frame in memory
    return pl.SQLContext({"ADSL": adsl}, eager=True).execute(query), query
