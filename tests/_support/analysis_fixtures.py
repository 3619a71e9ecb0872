"""Fixtures that the tests of analysis and report share."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from adam_frames import adam_datasets, with_counts

from lupustrial.analysis import analyse
from lupustrial.study import AnalysisPlan, Stamp, Study, load_study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]
#: Printed counts of the trial: parameter, week, responders of 29 on IL-2 and of 30 on placebo.
PRINTED = {("SRI4", 12): (16, 9), ("SRI4", 24): (19, 11), ("PRED50", 24): (13, 10)}


@pytest.fixture(scope="session")
def whole_study() -> Study:
    """The trial with all its plans."""
    return load_study(ROOT / "studies" / "il2-sle")


@pytest.fixture(scope="session")
def study(whole_study: Study) -> Study:
    """The trial with the plan of its paper alone."""
    return dataclasses.replace(whole_study, further_plans={})


@pytest.fixture(scope="session")
def stamp() -> Stamp:
    published = frozenset({("SRI4", 12), ("SRI4", 24), ("SLEDAI", 0), ("SLEDAI", 12), ("SLEDAI", 24)})
    return Stamp(
        synthetic=True, origin="Made up for tests.", published=published, notes=("Followed table 1.",)
    )


@pytest.fixture(scope="session")
def datasets(study: Study) -> dict[str, pl.DataFrame]:
    """60 randomised and 5 screened participants with the printed counts of `PRINTED` in mITT."""
    made = adam_datasets(study)
    for (name, week), (arm, reference) in PRINTED.items():
        counts = {("IL-2", week): arm, ("placebo", week): reference}
        made["ADRESP"] = with_counts(made["ADRESP"], name, counts)
    counts = {("IL-2", None): 2, ("placebo", None): 6}
    made["ADAEEV"] = with_counts(made["ADAEEV"], "INFECT", counts, flag="SAFFL")
    return made


@pytest.fixture(scope="session")
def ard(study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp) -> pl.DataFrame:
    return analyse(study, datasets, stamp)


@pytest.fixture(scope="session")
def blinded_ard(study: Study, stamp: Stamp) -> pl.DataFrame:
    return analyse(study, adam_datasets(study, blinded=True), stamp)


@pytest.fixture
def with_plan(study: Study) -> Callable[..., Study]:
    """Return the study with parts of its analysis plan replaced."""

    def change(**parts: object) -> Study:
        plan: AnalysisPlan = dataclasses.replace(study.plan, **parts)  # type: ignore[arg-type]
        return dataclasses.replace(study, plan=plan)

    return change


@pytest.fixture
def number(ard: pl.DataFrame) -> Callable[[str], float]:
    """Return the value of a result by its id."""
    values: Mapping[str, float] = dict(ard.select("RESULT_ID", "VALUE").iter_rows())
    return values.__getitem__
