"""From a responder and from a cell of the report down to the records."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lupustrial.cli import main
from lupustrial.cli._explain_participant import _instrument_prose
from lupustrial.cli._finished import open_finished

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that succeeds; return what it printed."""

    def call(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["lupustrial", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        assert stop.value.code == 0, printed.err
        return printed.out

    return call


@pytest.fixture(scope="module")
def responders(il2_out: Path) -> pl.DataFrame:
    rows = pl.read_parquet(il2_out / "adam" / "adresp.parquet")
    return rows.filter(PARAMCD="SRI4", AVISITN=12, ANL01FL="Y", MITTFL="Y").sort("USUBJID")


def _participant(rows: pl.DataFrame, **wanted: str | None) -> str:
    for name, value in wanted.items():
        rows = rows.filter(pl.col(name).eq_missing(value))
    return str(rows["USUBJID"][0]).removeprefix("IL2-SLE-")


@pytest.mark.parametrize(
    ("answer", "word", "opposite"), [("Y", "yes", "a non-responder"), ("N", "no", "a responder")]
)
def test_a_responder_is_explained_with_the_deciding_facts_and_the_nearest_change(
    run: Run, il2_out: Path, responders: pl.DataFrame, answer: str, word: str, opposite: str
) -> None:
    participant = _participant(responders, AVALC=answer, DTYPE=None)
    printed = run("explain", participant, "--endpoint", "SRI4", "--visit", "W12", "--out", il2_out)
    assert f"SRI-4 response, Week 12: {word}" in printed
    assert "What decides: " in printed
    assert f"Nearest change that makes {opposite}" in printed
    assert "record " in printed  # down to the source records
    assert "W12 sledai." in printed or "W0 sledai." in printed


def test_any_composite_that_can_be_explained_is(il2_out: Path, responders: pl.DataFrame) -> None:
    """The same components judged by BICLA instead of SRI; what cannot be explained says nothing."""
    finished = open_finished(il2_out)
    (parameter,) = [one for one in finished.study.plan.parameters if one.id == "SRI4"]
    row = responders.filter(pl.col("DTYPE").is_null()).row(0, named=True)

    def prose(instrument: str, settings: dict[str, str]) -> str | None:
        uses = [
            replace(use, instrument=instrument, settings=settings) if use.id == parameter.derive.use else use
            for use in finished.study.instruments
        ]
        study = replace(finished.study, instruments=tuple(uses))
        return _instrument_prose(replace(finished, study=study), parameter, row)

    told = prose("bicla", {})
    assert told is not None
    assert told.startswith(f"{row['USUBJID']}, visit Week 12, BICLA: ")
    assert prose("he2020_renal", {}) is None


def test_an_imputed_response_says_that_it_is_imputed_and_when_the_participant_left(
    run: Run, il2_out: Path, responders: pl.DataFrame
) -> None:
    participant = _participant(responders, DTYPE="NRI")
    printed = run("explain", participant, "--endpoint", "SRI4", "--visit", "W12", "--out", il2_out)
    assert "non-responder imputation" in printed
    assert "left the trial" in printed


def test_a_cell_rests_on_the_rows_that_the_report_used(run: Run, il2_out: Path) -> None:
    printed = run("explain", il2_out, "A-SRI4|SRI4|12|IL-2|count")
    assert "rests on 29 rows" in printed
    assert "the same rows" in printed


def test_words_name_a_cell_too(run: Run, il2_out: Path) -> None:
    printed = run("explain", il2_out, "A-RENAL RENCR 24 placebo count")
    assert "A-RENAL|RENCR|24|placebo|count" in printed


def test_a_cell_is_walked_down_to_one_participant(run: Run, il2_out: Path, responders: pl.DataFrame) -> None:
    participant = _participant(responders, AVALC="Y", TRT01P="IL-2")
    printed = run("explain", il2_out, "A-SRI4|SRI4|12|IL-2|count", "--participant", participant)
    assert "SLEDAI" in printed
    assert "record " in printed


def test_a_changed_row_is_noticed(run: Run, il2_out: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(il2_out, tmp_path / "out"))
    path = copy / "adam" / "adresp.parquet"
    rows = pl.read_parquet(path)
    flip = (pl.col("PARAMCD") == "SRI4") & (pl.col("AVISITN") == 12) & (pl.col("AVALC") == "N")
    rows.with_columns(AVAL=pl.when(flip).then(1.0).otherwise("AVAL")).write_parquet(path)
    printed = run("explain", copy, "A-SRI4|SRI4|12|IL-2|count")
    assert "THE ROWS HAVE CHANGED" in printed
