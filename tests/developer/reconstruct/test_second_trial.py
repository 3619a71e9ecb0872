"""What the engine makes of a trial that is not the founding one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from second_trial import figure, second_study

import lupustrial.reconstruct as room
from lupustrial.reconstruct import read_targets, reconstruct
from lupustrial.study import RECORD_SCHEMA, Source, Study, check_records

FIGURES = [
    figure(
        "SLEDAI", 0, {"ACT": {"median": 10, "min": 6, "max": 19}, "PBO": {"median": 9, "q1": 7.25, "q3": 12}}
    ),
    figure("SLEDAI", 12, {"ACT": {"median": 4, "min": 0, "max": 10}, "PBO": {"median": 7, "max": 14}}),
    figure("RASH", 0, {"ACT": {"count": 5}, "PBO": {"count": 4}}),
    figure("RASH", 12, {"ACT": {"count": 1}, "PBO": {"count": 3}}),
    figure("PGA", 0, {"ACT": {"mean": "1.72", "sd": "0.61"}, "PBO": {"mean": "1.70", "sd": "0.5"}}),
    figure("AESEV", None, {"ACT": {"count": 1}, "PBO": {"count": 2}}),
]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Source]:
    study = second_study(tmp_path_factory.mktemp("second") / "trial", FIGURES)
    return study, reconstruct(study)


def test_public_names() -> None:
    assert room.__all__ == [
        "Statistic",
        "Target",
        "Targets",
        "read_targets",
        "reconstruct",
        "reconstructed_list",
    ]


def test_every_figure_is_attained(trial: tuple[Study, Source]) -> None:
    study, source = trial
    n = len(read_targets(study).targets)
    first = f"Of {n} published figures {n} are reproduced to the printed digits, among them all 6 counts."
    assert source.stamp.notes == (first,)


def test_records_have_no_fault(trial: tuple[Study, Source]) -> None:
    study, source = trial
    assert source.records.schema == pl.Schema(RECORD_SCHEMA)
    assert check_records(study, source.records, origin="reconstructed") == []


def test_positions_are_numbered_in_order(trial: tuple[Study, Source]) -> None:
    records = trial[1].records
    assert records["position"].to_list() == list(range(1, records.height + 1))


def test_who_left_has_no_later_visit(trial: tuple[Study, Source]) -> None:
    records = trial[1].records
    left = records.filter((pl.col("item") == "DSDECOD") & (pl.col("value") == "LACK OF EFFICACY"))
    visits = records.filter(pl.col("participant").is_in(left["participant"].implode()))["visit"].unique()
    assert left.height == 1
    assert set(visits) == {"SCR", "W0", "W4", "W8"}


def test_blocks_are_balanced(trial: tuple[Study, Source]) -> None:
    arms = trial[1].allocation.sort("slot")["arm"].to_list()
    assert arms.count("ACT") == 9
    worst = max(abs(arms[:n].count("ACT") - arms[:n].count("PBO")) for n in range(len(arms) + 1))
    assert worst <= 3  # half of the larger block


def test_only_what_is_printed_for_every_arm_counts_as_published(trial: tuple[Study, Source]) -> None:
    stamp = trial[1].stamp
    assert stamp.synthetic
    assert stamp.provenance("SLEDAI", 12) == "published"
    assert stamp.provenance("SLEDAI", 4) == "not published"
    assert stamp.provenance("PGA", 12) == "not published"


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    reconstruct(second_study(tmp_path / "trial", FIGURES[2:3]), progress=said.append)
    assert said[0] == "reading the published figures"
    assert any("ACT" in line for line in said)


def test_a_figure_that_cannot_be_is_noted_with_the_nearest(tmp_path: Path) -> None:
    impossible = figure("PGA", 0, {"ACT": {"mean": "1.726"}, "PBO": {"mean": "1.7"}})
    notes = reconstruct(second_study(tmp_path / "trial", [impossible])).stamp.notes
    unmet = [note for note in notes if note.startswith("Not attained")]
    assert len(unmet) == 1
    assert "mean 1.726" in unmet[0]
    assert "no 9 values recorded in steps of 0.1" in unmet[0]


def test_the_earlier_of_two_contradicting_figures_is_followed(tmp_path: Path) -> None:
    first = figure("PGA", 0, {"ACT": {"max": 2.5}})
    second = figure("PGA", 0, {"ACT": {"max": 2.8}}, where="Table 9")
    study = second_study(tmp_path / "trial", [first, second])
    unmet = [note for note in reconstruct(study).stamp.notes if note.startswith("Not attained")]
    assert len(unmet) == 1
    assert "Table 9" in unmet[0]
    assert "since it excludes Table 1" in unmet[0]
