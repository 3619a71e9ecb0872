"""What is hidden from whom: unknown roles, hiding twice, and conditions that let it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.study import check_study, new_study


def changed(folder: Path, file: str, old: str, new: str) -> list[tuple[str, str]]:
    """Return id and severity of each fault after one place of a new study was changed."""
    new_study(folder, "TRIAL")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [(fault.id, fault.severity) for fault in check_study(folder)]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("forms/ae.yaml", "hidden_from: [assessor]", "hidden_from: [asessor]", ("STUDY-111", "error")),
        ("forms/pga.yaml", "earlier_from: [assessor]", "earlier_from: [judge]", ("STUDY-111", "error")),
        (
            "forms/pga.yaml",
            "    decimals: 2",
            "    decimals: 2\n    hidden_from: [x]",
            ("STUDY-111", "error"),
        ),
        ("forms/ae.yaml", "[assessor]", "[assessor, assessor]", ("STUDY-010", "error")),
        (
            "forms/ae.yaml",
            "hidden_from: [assessor]",
            "hidden_from: [assessor]\nhidden_earlier_from: [assessor]",
            ("STUDY-112", "warning"),
        ),
        (
            "study.yaml",
            "name: Efficacy assessor, may: [enter, answer, sign]}",
            "name: Efficacy assessor, clinical: false}",
            ("STUDY-112", "warning"),
        ),
        (
            "forms/ae.yaml",
            "hidden_from: [assessor]",
            "hidden_from: [assessor]\nentered_by: [assessor]",
            ("STUDY-114", "error"),
        ),
        (
            "forms/ae.yaml",
            "hidden_from: [assessor]",
            "hidden_from: [assessor]\nentered_by: [monitor]",
            ("STUDY-114", "error"),
        ),
        (
            "forms/ae.yaml",
            "hidden_from: [assessor]",
            "hidden_from: [assessor]\nentered_by: [nobody]",
            ("STUDY-111", "error"),
        ),
        (
            "forms/vitals.yaml",
            "when: planned.visit == 'SCR'",
            "when: planned.visit == 'SCR' || pga.PGA > 1.0",
            ("STUDY-113", "warning"),
        ),
    ],
)
def test_each_fault(tmp_path: Path, file: str, old: str, new: str, expected: tuple[str, str]) -> None:
    found = changed(tmp_path / "trial", file, old, new)
    assert set(found) == {expected}


def test_the_hint_names_the_role_that_was_meant(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    path = tmp_path / "trial" / "forms" / "ae.yaml"
    path.write_text(path.read_text("utf-8").replace("[assessor]", "[asessor]"), encoding="utf-8")
    (fault,) = check_study(tmp_path / "trial")
    assert fault.hint == "did you mean assessor?"
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "asessor" in text)
    assert fault.place.endswith(f"ae.yaml:{line}")


def test_a_leaking_condition_names_who_learns_what(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    path = tmp_path / "trial" / "forms" / "vitals.yaml"
    text = path.read_text("utf-8").replace("planned.visit == 'SCR'", "pga.PGA > 1.0")
    path.write_text(text, encoding="utf-8")
    (leak,) = [fault for fault in check_study(tmp_path / "trial") if fault.id == "STUDY-113"]
    assert leak.message == "`vitals.HEIGHT` tells assessor of `pga.PGA`, hidden from them"
