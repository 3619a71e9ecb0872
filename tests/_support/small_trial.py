"""A trial of a handful of participants for tests of analyses: ADaM rows that are written down value by value.

Visits are at weeks 0, 2, 4 and 8 (days 1, 15, 29, 57). The arms are `ARMS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import tiny_trial

from lupustrial.study import (
    Analysis,
    AnalysisPlan,
    Derivation,
    Estimand,
    EventRule,
    IntercurrentEvent,
    Parameter,
    Population,
    Stamp,
    Stratum,
    Study,
)

ARMS = ("active", "control")
STAMP = Stamp(synthetic=False, origin="made up for tests")
#: Week by value; None is a row without a value.
Rows = Mapping[int, float | None]


def parameter(code: str, kind: str = "number", **more: Any) -> Parameter:
    """Return a parameter of the dataset ADX."""
    derive = Derivation(kind="item", form="x", item=code)
    return Parameter(id=code, label=code.title(), dataset="ADX", derive=derive, type=kind, **more)  # type: ignore[arg-type]


def event(name: str, strategy: str, kind: str | None = None, **rule: Any) -> IntercurrentEvent:
    """Return an intercurrent event, with a rule where a kind is given."""
    found = None if kind is None else EventRule(kind=kind, **rule)  # type: ignore[arg-type]
    return IntercurrentEvent(event=name, strategy=strategy, rule=found)  # type: ignore[arg-type]


def trial(
    *analyses: Analysis,
    events: Sequence[IntercurrentEvent] = (),
    strata: Sequence[Stratum] = (),
    parameters: Sequence[Parameter] = (),
) -> Study:
    """Return a study with one estimand E, which has these events, and parameters X, R (binary), D, S."""
    study = tiny_trial.study()
    more = tuple(parameters) or (
        parameter("X"),
        parameter("R", "binary"),
        parameter("D"),
        parameter("S", "binary"),
    )
    estimand = Estimand(
        id="E",
        treatment="active against control",
        population="all",
        variable="X",
        intercurrent_events=tuple(events),
        summary="difference",
    )
    everybody = Population(
        id="ALL", name="All", flag="ALLFL", expression="participant.randomised", definition=""
    )
    plan = AnalysisPlan(
        parameters=more, estimands=(estimand,), analyses=analyses, displays=(), strata=tuple(strata)
    )
    return dataclasses.replace(study, plan=plan, populations=(everybody,))


def analysis(parameters: Sequence[str], methods: Sequence[str], **more: Any) -> Analysis:
    """Return the analysis A of the estimand E, between arms, at weeks 2, 4 and 8."""
    given = {"weeks": (2, 4, 8), "contrast": "between arms", "estimand": "E", **more}
    return Analysis(
        id="A", title="A", population="ALL", parameters=tuple(parameters), methods=tuple(methods), **given
    )


def subjects(
    arms: Mapping[str, str], left: Mapping[str, int] | None = None, stopped: Mapping[str, int] | None = None
) -> pl.DataFrame:
    """Return ADSL.

    Args:
        arms: Arm by participant.
        left: Week of the last visit attended, of those who left the study.
        stopped: Study day of the last dose, of those who stopped treatment.
    """
    left, stopped = left or {}, stopped or {}
    rows = [
        {
            "USUBJID": name,
            "TRT01P": arm,
            "ALLFL": "Y",
            "RANDFL": "Y",
            "DCSREAS": "WITHDRAWAL BY SUBJECT" if name in left else None,
            "EOSSTT": "DISCONTINUED" if name in left else "COMPLETED",
            "LSTWEEK": left.get(name, 8),
            "EOTSTT": "DISCONTINUED" if name in stopped else "COMPLETED",
            "TRTSDT": "2020-01-01",
            "TRTEDT": f"2020-01-{stopped.get(name, 29):02d}",
        }
        for name, arm in arms.items()
    ]
    return pl.DataFrame(rows, schema_overrides={"TRT01P": pl.String, "DCSREAS": pl.String})


def datasets(adsl: pl.DataFrame, values: Mapping[str, Mapping[str, Rows]]) -> dict[str, pl.DataFrame]:
    """Return ADSL and ADX: by parameter and participant the values; week 0 is the baseline."""
    arms = dict(adsl.select("USUBJID", "TRT01P").iter_rows())
    rows = [
        {
            "USUBJID": name,
            "TRT01P": arms[name],
            "ALLFL": "Y",
            "PARAMCD": code,
            "AVISITN": week,
            "ASEQ": week + 1,
            "AVAL": value,
            "BASE": weeks.get(0),
            "ANL01FL": "Y",
            "DTYPE": None,
        }
        for code, of_parameter in values.items()
        for name, weeks in of_parameter.items()
        for week, value in weeks.items()
    ]
    schema = {
        "USUBJID": pl.String,
        "TRT01P": pl.String,
        "ALLFL": pl.String,
        "PARAMCD": pl.String,
        "AVISITN": pl.Int32,
        "ASEQ": pl.Int32,
        "AVAL": pl.Float64,
        "BASE": pl.Float64,
        "ANL01FL": pl.String,
        "DTYPE": pl.String,
    }
    return {"ADSL": adsl, "ADX": pl.DataFrame(rows, schema=schema)}


def numbers(ard: pl.DataFrame) -> dict[str, float | None]:
    """Return the values of results by their ids."""
    return dict(ard.select("RESULT_ID", "VALUE").iter_rows())
