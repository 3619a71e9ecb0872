"""Bad files in ``published/``: all faults at once, each with its place and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from second_trial import figure, second_study

from lupustrial.errors import ReconstructError
from lupustrial.reconstruct import read_targets, reconstruct
from lupustrial.study import Study, load_study, new_study

GOOD = figure("RASH", 0, {"ACT": {"count": 5}, "PBO": {"count": 4}})


def _faults(study: Study) -> list[tuple[str, str, str, str]]:
    with pytest.raises(ReconstructError) as caught:
        read_targets(study)
    return [(fault.id, fault.message, fault.place, fault.hint) for fault in caught.value.faults]


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    new_study(tmp_path / "bare", "BARE")
    found = _faults(load_study(tmp_path / "bare"))
    assert [(fault[0], fault[2]) for fault in found] == [
        ("RECON-001", "published/targets.yaml"),
        ("RECON-001", "published/model.yaml"),
        ("RECON-001", "published/drawing.yaml"),
    ]


@pytest.mark.parametrize(
    ("line", "fault_id", "words", "hint"),
    [
        (
            figure("RASHH", 0, {"ACT": {"count": 5}}),
            "RECON-010",
            "unknown parameter `RASHH`",
            "did you mean RASH?",
        ),
        (figure("SLEDRED", 12, {"ACT": {"count": 5}}), "RECON-019", "no way to make `SLEDRED`", "numbers"),
        (figure("RASH", 0, {"ACTT": {"count": 5}}), "RECON-012", "unknown arm `ACTT`", "did you mean ACT?"),
        (figure("RASH", 5, {"ACT": {"count": 5}}), "RECON-013", "no visit at week 5", "0, 4, 8, 12"),
        (figure("RASH", 0, {"ACT": {"count": 12}}), "RECON-022", "12 of 9 participants", "denominator"),
        (
            figure("PGA", 0, {"ACT": {"min": 2, "median": 1}}),
            "RECON-023",
            "min 2 lies above median 1",
            "paper",
        ),
        (figure("PGA", 0, {"ACT": {"mean": 2, "sd": -1}}), "RECON-023", "negative", "paper"),
        (figure("PGA", 0, {"ACT": {"max": 3.5}}), "RECON-024", "outside the grid", "widen"),
        (
            GOOD.replace("everyone", "everybody"),
            "RECON-011",
            "unknown set `everybody`",
            "did you mean everyone?",
        ),
        (GOOD.replace("count: 5", ""), "RECON-020", "no figure", "write"),
        (GOOD, "RECON-021", "stands already at published/targets.yaml:8", "keep one"),
    ],
)
def test_a_figure_that_cannot_be(tmp_path: Path, line: str, fault_id: str, words: str, hint: str) -> None:
    found = _faults(second_study(tmp_path / "trial", [GOOD, line]))
    fault = next(each for each in found if each[0] == fault_id)
    assert words in fault[1]
    assert re.fullmatch(r"published/targets\.yaml:9", fault[2])
    assert hint in fault[3]


@pytest.mark.parametrize(
    ("old", "new", "fault_id", "file"),
    [
        ("activity: SLEDAI", "activity: SLEDAY", "RECON-014", "model"),
        ("RASH: {}, ALOP", "RASHES: {}, ALOP", "RECON-015", "model"),
        ("  PGA: {grid", "  PGB: {grid", "RECON-010", "model"),
        ("last: W8", "last: W9", "RECON-017", "drawing"),
        ("  pga: {PGA", "  pgi: {PGA", "RECON-016", "drawing"),
        ("C3: {number: C3}", "C3: {number: C4}", "RECON-018", "drawing"),
        ("fact: visit date", "fact: visit day", "RECON-018", "drawing"),
        ("VASC: {sign: [VASC]}", "VASC: {sign: [VASCU]}", "RECON-015", "drawing"),
        ("sledai.SEIZ", "sledai.SEIZE", "RECON-016", "drawing"),
        ("contacted: 18", "contacted: 19", "RECON-025", "targets"),
        ("seed: 7", "seeds: 7", "RECON-003", "drawing"),
        ("step: 0.1", "stepp: 0.1", "RECON-003", "model"),
        ("step: 0.1}", "step: 0}", "RECON-003", "model"),
        ("{fact: slot}", "{fact: slot, value: 3}", "RECON-003", "drawing"),
        ("contacted: 18", "contacted: eighteen", "RECON-003", "targets"),
        ("format: 1\nseed", "seed", "RECON-002", "drawing"),
        ("seed: 7", "seed: [7", "RECON-002", "drawing"),
        ("seed: 7", "seed: 7\nseed: 8", "RECON-003", "drawing"),
    ],
)
def test_a_file_that_does_not_fit(tmp_path: Path, old: str, new: str, fault_id: str, file: str) -> None:
    found = _faults(second_study(tmp_path / "trial", [GOOD], {old: new}))
    fault = next(each for each in found if each[0] == fault_id)
    assert re.fullmatch(rf"published/{file}\.yaml:\d+", fault[2])
    assert fault[3]


def test_a_misspelt_key_suggests_the_right_one(tmp_path: Path) -> None:
    found = _faults(second_study(tmp_path / "trial", [GOOD], {"seed: 7": "seeds: 7"}))
    assert any(hint == "did you mean seed?" for _, _, _, hint in found)


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    wrong = [figure("RASHH", 0, {"ACT": {"count": 5}}), figure("RASH", 0, {"ACT": {"count": 99}})]
    found = _faults(
        second_study(tmp_path / "trial", wrong, {"last: W8": "last: W9", "fact: slot": "fact: slots"})
    )
    assert {"RECON-010", "RECON-017", "RECON-018", "RECON-022"} <= {fault[0] for fault in found}


def test_a_set_that_does_not_match_the_withdrawals(tmp_path: Path) -> None:
    stays = {"everyone: {label: everyone,": "everyone: {label: everyone, stays: 12,"}
    found = _faults(second_study(tmp_path / "trial", [GOOD], stays))
    assert [fault[0] for fault in found] == ["RECON-025"]
    assert "8 participants, 7 by the withdrawals" in found[0][1]


def test_counts_that_no_participants_can_have_are_refused(tmp_path: Path) -> None:
    """Everyone has vasculitis (8 points), and nobody more than 2."""
    lines = [
        figure("RASH", 0, {"ACT": {"count": 9}}),
        figure("ARTH", 0, {"ACT": {"count": 9}}),
        figure("SLEDAI", 0, {"ACT": {"max": 4}}),
    ]
    with pytest.raises(ReconstructError) as caught:
        reconstruct(second_study(tmp_path / "trial", lines))
    assert [fault.id for fault in caught.value.faults] == ["RECON-031"]
    assert "SLEDAI" in caught.value.faults[0].message


def test_events_that_cannot_make_up_a_count_are_refused(tmp_path: Path) -> None:
    line = figure("AESEV", None, {"ACT": {"count": 2}})
    with pytest.raises(ReconstructError) as caught:
        reconstruct(
            second_study(tmp_path / "trial", [GOOD, line], {"AESEV: SEVERE, AESER": "AESEV: MILD, AESER"})
        )
    assert [fault.id for fault in caught.value.faults] == ["RECON-036"]
