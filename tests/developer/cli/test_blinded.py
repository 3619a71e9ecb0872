"""Without an allocation the road goes the whole way, blinded."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from lupustrial.cli import run_study

STUDY = Path(__file__).resolve().parents[3] / "studies" / "il2-sle"


def test_a_run_without_allocation_shows_all_participants_together_and_no_arm(
    il2_out: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copytree(il2_out / "source", tmp_path / "source"))
    (source / "allocation.csv").unlink()
    result = run_study(STUDY, source=source, out=tmp_path / "out")
    assert result.blinded
    assert result.header[1:] == ("All participants (n = 59)",)
    ard = pl.read_parquet(tmp_path / "out" / "results" / "ard.parquet")
    compared = ard.filter(
        pl.col("GROUP") != "all"
    )  # planned comparisons stand there, with why they have no value
    assert compared["VALUE"].null_count() == compared["ERROR"].count() == compared.height
    assert pl.read_parquet(tmp_path / "out" / "adam" / "adsl.parquet")["TRT01P"].null_count() == 65
