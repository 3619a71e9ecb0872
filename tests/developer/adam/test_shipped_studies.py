"""Every study in the repository goes the road: its annotations, instruments and plan fit together."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from lupustrial.adam import derive
from lupustrial.sdtm import tabulate
from lupustrial.study import ALLOCATION_SCHEMA, RECORD_SCHEMA, Source, Stamp, load_study

_STUDIES = sorted(
    path
    for path in (Path(__file__).resolve().parents[3] / "studies").iterdir()
    if (path / "study.yaml").exists()
)


@pytest.mark.parametrize("folder", _STUDIES, ids=lambda folder: folder.name)
def test_a_shipped_study_goes_the_road_without_records(folder: Path) -> None:
    study = load_study(folder)
    source = Source(
        records=pl.DataFrame(schema=RECORD_SCHEMA),
        allocation=pl.DataFrame(schema=ALLOCATION_SCHEMA),
        stamp=Stamp(synthetic=True, origin="none"),
    )
    datasets = derive(study, tabulate(study, source), source.stamp)
    assert {parameter.dataset for parameter in study.plan.parameters} <= set(datasets)
