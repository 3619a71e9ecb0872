"""A study folder is read exactly as it is written."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from lupustrial.errors import StudyError
from lupustrial.study import check_study, examine_study, load_study, new_study
from lupustrial.study._check_derivations import _FIELDS
from lupustrial.study._model import Study
from lupustrial.study._plan import Derivation
from lupustrial.study._schema import fields_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_study(tmp_path / "trial", "TRIAL-1")
    return tmp_path / "trial"


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_new_study_has_no_fault(folder: Path) -> None:
    assert check_study(folder) == []
    study = load_study(folder)
    assert study.id == "TRIAL-1"
    assert study.reference_arm.id == "PBO"
    assert study.baseline_visit.id == "W0"
    assert study.form("vitals").item("WEIGHT").units[0].unit == "LB"
    assert len(study.form("sledai").items) == 24


def test_a_new_study_may_be_made_in_an_empty_folder(tmp_path: Path) -> None:
    new_study(tmp_path, "TRIAL-1")
    assert check_study(tmp_path) == []


def test_decimals_are_exact(folder: Path) -> None:
    edit(folder, "forms/complement.yaml", "[0.05, 5]", "[0.1, 0.30000000000000004]")
    edit(folder, "forms/complement.yaml", "{low: 0.7, high: 1.4}", "{low: 0.29, high: 1e-1}")
    edit(folder, "forms/complement.yaml", "high: 1e-1", "high: 1.40")
    study = load_study(folder)
    item = study.form("complement").item("C3")
    assert item.range == (Decimal("0.1"), Decimal("0.30000000000000004"))
    assert item.normal[0].low == Decimal("0.29")
    assert str(item.normal[0].high) == "1.40"
    assert study.form("vitals").item("WEIGHT").units[0].factor == Decimal("0.45359237")
    assert study.plan.alpha == Decimal("0.05")


@pytest.mark.parametrize("value", ["N", "NO", "Y", "YES", "ON", "OFF", "no", "y"])
def test_words_that_yaml_1_1_took_for_booleans_stay_texts(folder: Path, value: str) -> None:
    edit(folder, "codelists.yaml", "value: COMPLETED", f"value: {value}")
    assert load_study(folder).codelists["DSDECOD"][0].value == value


def test_both_forms_of_a_codelist_are_the_same(folder: Path) -> None:
    short = load_study(folder).codelists["NY"]
    edit(
        folder,
        "codelists.yaml",
        'NY: {Y: "Yes", N: "No"}',
        "NY:\n  - {value: Y, decode: Yes}\n  - {value: N, decode: No}",
    )
    assert load_study(folder).codelists["NY"] == short


def test_settings_keep_their_types(folder: Path) -> None:
    edit(
        folder,
        "instruments.yaml",
        "form: sledai",
        "form: sledai\n    settings: {a: 4, b: 0.3, c: true, d: no}",
    )
    settings = load_study(folder).instruments[0].settings
    assert settings == {"a": 4, "b": 0.3, "c": True, "d": "no"}
    assert [type(value) for value in settings.values()] == [int, float, bool, str]


def test_the_digest_follows_the_content_and_not_the_place(folder: Path, tmp_path: Path) -> None:
    new_study(tmp_path / "again", "TRIAL-1")
    first = load_study(folder).digest
    assert load_study(tmp_path / "again").digest == first
    (folder / "data").mkdir()
    (folder / "data" / "notes.yaml").write_text("anything", encoding="utf-8")
    assert load_study(folder).digest == first
    edit(folder, "study.yaml", "# Keys:", "# keys:")
    assert load_study(folder).digest != first


def test_warnings_do_not_refuse_a_study(folder: Path) -> None:
    edit(folder, "study.yaml", "planned_participants: 100", "planned_participants: 90")
    study, faults = examine_study(folder)
    assert study is not None
    assert [(fault.id, fault.severity) for fault in faults] == [("STUDY-021", "warning")]
    assert load_study(folder).design.planned_participants == 90


def test_a_refusal_carries_warnings_too(folder: Path) -> None:
    edit(folder, "study.yaml", "planned_participants: 100", "planned_participants: 90")
    edit(folder, "study.yaml", "at: SCR", "at: W1")
    with pytest.raises(StudyError) as error:
        load_study(folder)
    assert [fault.id for fault in error.value.faults] == ["STUDY-021", "STUDY-022"]


def test_what_refers_to_a_part_at_fault_is_not_reported_again(folder: Path) -> None:
    edit(folder, "forms/pga.yaml", "type: decimal", "type: decimale")
    edit(folder, "study.yaml", "id: MITT", "ident: MITT")
    assert [fault.id for fault in check_study(folder)] == ["STUDY-008", "STUDY-006", "STUDY-007"]


def test_every_kind_of_derivation_has_its_fields() -> None:
    kinds = dataclasses.fields(Derivation)[0].type
    assert isinstance(kinds, str)
    assert all(f"'{kind}'" in kinds or f'"{kind}"' in kinds for kind in _FIELDS)
    assert kinds.count(",") + 1 == len(_FIELDS) + kinds.rstrip("]").rstrip().endswith(",")


@pytest.mark.parametrize(
    ("location", "key"),
    [
        (("visits", 0), "window"),
        (("forms", 0, "items", 3), "codelist"),
        (("forms", 0, "items", 3, "sdtm"), "testcd"),
        (("plan", "analyses", 0), "methods"),
        (("eligibility", "inclusion", 1), "expression"),
        (("codelists", "NY", 0), "decode"),
        ((), "visits"),
    ],
)
def test_the_keys_allowed_at_a_place_are_those_of_its_class(
    location: tuple[str | int, ...], key: str
) -> None:
    assert key in fields_at(location)
    assert "folder" not in fields_at(location)


def test_the_study_is_immutable(folder: Path) -> None:
    study: Study = load_study(folder)
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.id = "other"  # type: ignore[misc]  # that is the point
