"""Each broken study folder gives exactly the fault that was put into it, at its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.errors import StudyError
from lupustrial.study import check_study, load_study, new_study

# id, file, text replaced, text put in its place, needle that stands in the line at fault
BREAKS = [
    # Keys and values
    ("STUDY-003", "study.yaml", "phase: ", "phase: a: ", "phase: a"),
    ("STUDY-003", "forms/pga.yaml", "    type: decimal", "\ttype: decimal", "\ttype"),
    ("STUDY-004", "forms/pga.yaml", "id: pga\n", "id: pga\ntitle: PGA\n", "title: Physician"),
    ("STUDY-005", "codelists.yaml", "format: 1\n", "", ""),
    ("STUDY-005", "codelists.yaml", "format: 1\n", "format: 2\n", "format: 2"),
    ("STUDY-006", "forms/pga.yaml", "    decimals: 2", "    decimal: 2", "decimal: 2"),
    ("STUDY-006", "study.yaml", "sponsor: ", "forms: []\nsponsor: ", "forms: []"),
    ("STUDY-006", "instruments.yaml", "instruments:", "instrument: []\ninstruments:", "instrument: []"),
    ("STUDY-007", "forms/ae.yaml", "title: Adverse events\n", "", "format: 1"),
    ("STUDY-008", "forms/ae.yaml", "    type: text", "    type: txt", "type: txt"),
    ("STUDY-008", "study.yaml", 'id: "01"', "id: 01", "id: 01"),
    (
        "STUDY-008",
        "study.yaml",
        "planned: 50\n    reference",
        "planned: many\n    reference",
        "planned: many",
    ),
    ("STUDY-008", "forms/complement.yaml", "[0.05, 5]", "[0.05, .inf]", "[0.05, .inf]"),
    # Ids
    ("STUDY-010", "study.yaml", "id: pharmacist", "id: investigator", "name: Pharmacist"),
    ("STUDY-010", "forms/ae.yaml", "id: AESDTH", "id: AETERM", "# second"),
    ("STUDY-010", "codelists.yaml", "value: ADVERSE EVENT", "value: COMPLETED", "decode: Adverse event"),
    ("STUDY-010", "study.yaml", "flag: SAFFL", "flag: MITTFL", "# last flag"),
    ("STUDY-011", "forms/ae.yaml", "id: AETERM", "id: aeTerm", "aeTerm"),
    ("STUDY-011", "study.yaml", "flag: SAFFL", "flag: SAFETY", "flag: SAFETY"),
    # Schedule, arms, randomisation
    (
        "STUDY-012",
        "study.yaml",
        "window: [-3, 3], epoch: TREATMENT}\n\n",
        "window: [-3, 3], epoch: TREATMNT}\n\n",
        "TREATMNT",
    ),
    ("STUDY-013", "study.yaml", "number: 4, week: 8, day: 57", "number: 4, week: 8, day: 28", "day: 28"),
    ("STUDY-014", "study.yaml", "day: 29, window: [-3, 3]", "day: 29, window: [-3, 25]", "name: Week 8"),
    ("STUDY-015", "study.yaml", ", baseline: true", "", "visits:"),
    (
        "STUDY-015",
        "study.yaml",
        "day: 29, window: [-3, 3]",
        "day: 29, window: [-3, 3], baseline: true",
        "day: 29",
    ),
    ("STUDY-016", "study.yaml", "    reference: true\n", "", "arms:"),
    ("STUDY-017", "study.yaml", "ratio: {ACT: 1, PBO: 1}", "ratio: {ACT: 1, PLB: 1, PBO: 1}", "PLB"),
    ("STUDY-017", "study.yaml", "randomised: true", "randomised: false", "method: permuted"),
    ("STUDY-018", "study.yaml", "[4, 6]", "[4, 5]", "[4, 5]"),
    ("STUDY-019", "study.yaml", "[4, 6]", "[2, 6]", "[2, 6]"),
    ("STUDY-020", "study.yaml", "product: PBO", "product: PLB", "product: PLB"),
    ("STUDY-020", "study.yaml", "matches: ACT", "matches: ACTIVE", "matches: ACTIVE"),
    ("STUDY-021", "study.yaml", "planned_participants: 100", "planned_participants: 90", "participants: 90"),
    ("STUDY-022", "forms/consent.yaml", "visits: [SCR]", "visits: [SRC]", "[SRC]"),
    ("STUDY-022", "study.yaml", "  at: SCR", "  at: W1", "at: W1"),
    ("STUDY-023", "study.yaml", "window: [-21, 6]", "window: [21, 6]", "[21, 6]"),
    # Forms and items
    ("STUDY-024", "forms/ae.yaml", "codelist: AESEV", "codelist: AESEVERITY", "AESEVERITY"),
    ("STUDY-024", "forms/demography.yaml", "    codelist: SEX\n", "", "id: SEX"),
    ("STUDY-025", "forms/vitals.yaml", "type: integer", "type: integer\n    decimals: 1", "    decimals: 1"),
    ("STUDY-026", "forms/pga.yaml", "[0, 3]", "[3, 0]", "[3, 0]"),
    ("STUDY-026", "forms/complement.yaml", "low: 0.7", "low: 1.7", "low: 1.7"),
    ("STUDY-026", "forms/consent.yaml", "type: date", "type: date\n    unit: days", "unit: days"),
    ("STUDY-027", "forms/vitals.yaml", "    unit: cm\n", "", "id: HEIGHT"),
    ("STUDY-028", "forms/vitals.yaml", "unit: LB", "unit: kg", "unit: kg, factor"),
    ("STUDY-028", "forms/vitals.yaml", "factor: 0.45359237", "factor: 0", "factor: 0"),
    ("STUDY-035", "forms/ae.yaml", "date: AESTDAT", "date: AESTDT", "date: AESTDT"),
    ("STUDY-037", "forms/visit.yaml", "visits: [SCR, W0, W4, W8, W12]", "visits: []", "visits: []"),
    # SDTM annotation
    ("STUDY-029", "forms/vitals.yaml", "testcd: HEIGHT", "testcd: HEIGHT_CM", "HEIGHT_CM"),
    ("STUDY-030", "forms/vitals.yaml", "test: Height}", f"test: {'Height ' * 6}}}", "Height Height"),
    ("STUDY-031", "forms/vitals.yaml", "testcd: WEIGHT", "testcd: HEIGHT", "test: Weight"),
    ("STUDY-032", "forms/ae.yaml", "variable: AESTDTC", "variable: CMSTDTC", "CMSTDTC"),
    ("STUDY-033", "forms/pga.yaml", "domain: RS", "domain: RX", "domain: RX"),
    ("STUDY-034", "forms/vitals.yaml", "testcd: WEIGHT, ", "", "test: Weight"),
    # Conditions
    ("STUDY-040", "forms/vitals.yaml", "planned.visit == 'SCR'", "planned.visit = 'SCR'", "when:"),
    ("STUDY-041", "study.yaml", "pga.PGA >= 1.0", "pga.PGAA >= 1.0", "PGAA"),
    ("STUDY-041", "study.yaml", "pga.PGA >= 1.0", "pg.PGA >= 1.0", "pg.PGA"),
    ("STUDY-041", "study.yaml", "pga.PGA >= 1.0", "PGA >= 1.0", "PGA >= 1.0"),
    ("STUDY-041", "study.yaml", "participant.injections > 0", "participant.injection > 0", "injection > 0"),
    ("STUDY-041", "study.yaml", "participant.injections > 0", "pga.PGA > 0", "pga.PGA > 0"),
    ("STUDY-042", "study.yaml", "sledai.OBS == 'Y'", "sledai.OBS == 'YES'", "'YES'"),
    ("STUDY-042", "study.yaml", "pga.PGA >= 1.0", "pga.PGA >= '1'", ">= '1'"),
    ("STUDY-042", "analysis.yaml", "ae.AESEV == 'SEVERE'", "ae.AESEV in ['SEVERE', 'FATAL']", "FATAL"),
    ("STUDY-043", "study.yaml", "pga.PGA >= 1.0", "pga.PGA + 1 >= 1.0", "PGA + 1"),
    ("STUDY-043", "study.yaml", "pga.PGA >= 1.0", "pga.PGA", "expression: pga.PGA"),
    ("STUDY-043", "study.yaml", "pga.PGA >= 1.0", "year(consent.ICDAT) > 2000", "year("),
    ("STUDY-045", "study.yaml", "pga.PGA >= 1.0", "randomisation.RANDNO >= 1.0", "RANDNO"),
    ("STUDY-046", "forms/vitals.yaml", "planned.visit == 'SCR'", "ae.AESEV == 'MILD'", "ae.AESEV"),
    # Instruments, parameters, analyses, displays
    ("STUDY-050", "instruments.yaml", "form: sledai", "form: sledia", "sledia"),
    (
        "STUDY-051",
        "instruments.yaml",
        "form: sledai",
        "form: sledai\n    items: {SEIZ: sledai.SEIZE}",
        "SEIZE",
    ),
    ("STUDY-051", "instruments.yaml", "form: sledai", "form: sledai\n    items: {SEIZ: SEIZ}", "{SEIZ"),
    ("STUDY-060", "analysis.yaml", "dataset: ADRESP", "dataset: RESPONSE", "dataset: RESPONSE"),
    ("STUDY-061", "analysis.yaml", ", percent: 50", "", "kind: reduction"),
    (
        "STUDY-061",
        "analysis.yaml",
        "kind: item, form: pga",
        "kind: item, use: SLEDAI, form: pga",
        "use: SLEDAI, form",
    ),
    ("STUDY-062", "analysis.yaml", "use: SLEDAI, output", "use: SLEDIA, output", "SLEDIA"),
    ("STUDY-062", "analysis.yaml", "item: C3}", "item: C33}", "C33"),
    (
        "STUDY-063",
        "analysis.yaml",
        "{kind: score, use: SLEDAI, output: score}",
        "{kind: resolved, parameter: SLEDRED}",
        "kind: resolved",
    ),
    ("STUDY-064", "analysis.yaml", "form: pga, item: PGA", "form: visit, item: VISDAT", "VISDAT"),
    (
        "STUDY-065",
        "analysis.yaml",
        "kind: within_limits, parameter: C3",
        "kind: within_limits, parameter: PGA",
        "within_limits",
    ),
    (
        "STUDY-070",
        "analysis.yaml",
        "population: MITT\n    parameters: [SLEDRED]",
        "population: MIT\n    parameters: [SLEDRED]",
        "population: MIT\n",
    ),
    ("STUDY-071", "analysis.yaml", "[SLEDAI, PGA]", "[SLEDAI, PGA, PAIN]", "PAIN"),
    ("STUDY-072", "analysis.yaml", "weeks: [12]", "weeks: [13]", "[13]"),
    ("STUDY-073", "analysis.yaml", "estimand: E-SLEDRED", "estimand: E-SLE", "estimand: E-SLE\n"),
    ("STUDY-074", "analysis.yaml", "plan: pearson", "plan: fisher", "plan: fisher"),
    ("STUDY-075", "analysis.yaml", "primary: true", "primary: true\n    claims: {SLEDRED-12: C1}", "C1"),
    ("STUDY-075", "analysis.yaml", "primary: true", 'primary: true\n    claims: {"SLEDRED@4": C1}', "C1"),
    (
        "STUDY-080",
        "analysis.yaml",
        "kind: table\n    population: MITT",
        "kind: table\n    population: ITT",
        "population: ITT",
    ),
    (
        "STUDY-081",
        "analysis.yaml",
        "parameter: SLEDAI\n    analysis",
        "parameter: SLEDAY\n    analysis",
        "SLEDAY",
    ),
    ("STUDY-082", "analysis.yaml", "analysis: A-SLEDRED", "analysis: A-SLE", "analysis: A-SLE\n"),
    ("STUDY-082", "analysis.yaml", "analysis: A-SLEDRED", "analysis: A-SLEDAI", "analysis: A-SLEDAI"),
    ("STUDY-083", "analysis.yaml", "    figure: median by visit\n", "", "id: F1"),
]
WARNINGS = {"STUDY-014", "STUDY-019", "STUDY-021", "STUDY-027"}


def line_of(text: str, needle: str) -> int:
    """Return the number of the first line that holds the needle (of the file's first line for none)."""
    return text[: text.index(needle)].count("\n") + 1


def broken(folder: Path, file: str, old: str, new: str) -> str:
    """Make a new study, change one place of it, and return the text of the changed file."""
    new_study(folder, "TRIAL")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return text


@pytest.mark.parametrize(("fault_id", "file", "old", "new", "needle"), BREAKS)
def test_a_broken_folder_gives_its_fault_at_file_and_line(
    tmp_path: Path, fault_id: str, file: str, old: str, new: str, needle: str
) -> None:
    text = broken(tmp_path / "trial", file, old, new)
    if needle.startswith("#"):
        needle = {"# second": "label: Did it result", "# last flag": "participant.injections"}[needle]
        line = line_of(text, needle) - 1
    else:
        line = line_of(text, needle)
    found = [fault for fault in check_study(tmp_path / "trial") if fault.id == fault_id]
    assert f"{file}:{line}" in {fault.place for fault in found}
    assert all(fault.hint for fault in found)
    severity = "warning" if fault_id in WARNINGS else "error"
    assert {fault.severity for fault in found} == {severity}


@pytest.mark.parametrize(("fault_id", "file", "old", "new", "needle"), BREAKS)
def test_a_broken_folder_gives_no_fault_besides(
    tmp_path: Path, fault_id: str, file: str, old: str, new: str, needle: str
) -> None:
    del needle
    broken(tmp_path / "trial", file, old, new)
    assert {fault.id for fault in check_study(tmp_path / "trial")} == {fault_id}


@pytest.mark.parametrize("name", ["study.yaml", "codelists.yaml", "instruments.yaml", "analysis.yaml"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    (tmp_path / "trial" / name).unlink()
    faults = check_study(tmp_path / "trial")
    assert [(fault.id, fault.place) for fault in faults] == [("STUDY-001", name)]


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as error:
        load_study(tmp_path / "none")
    assert [fault.id for fault in error.value.faults] == ["STUDY-001"]


def test_a_study_without_forms_is_at_fault(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    for path in (tmp_path / "trial" / "forms").iterdir():
        path.unlink()
    assert {fault.id for fault in check_study(tmp_path / "trial")} == {"STUDY-001"}


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    path = tmp_path / "trial" / "forms" / "pga.yaml"
    path.write_bytes(path.read_bytes().replace(b"Disease", "Maladie avérée".encode("latin-1")))
    faults = check_study(tmp_path / "trial")
    line = line_of(path.read_text(encoding="latin-1"), "Maladie")
    assert [(fault.id, fault.place) for fault in faults] == [("STUDY-002", f"forms/pga.yaml:{line}")]


def test_a_form_with_another_ending_is_not_passed_over(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    (tmp_path / "trial" / "forms" / "pain.yml").write_text("format: 1\n", encoding="utf-8")
    faults = check_study(tmp_path / "trial")
    assert [(fault.id, fault.place) for fault in faults] == [("STUDY-009", "forms/pain.yml")]


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    changes = [
        ("forms/pga.yaml", "type: decimal", "type: decimale"),
        ("forms/ae.yaml", "codelist: AESEV", "codelist: AESEVERITY"),
        ("study.yaml", "day: 57", "day: 28"),
        ("analysis.yaml", "weeks: [12]", "weeks: [13]"),
        ("instruments.yaml", "form: sledai", "form: sledia"),
    ]
    for file, old, new in changes:
        path = tmp_path / "trial" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_study(tmp_path / "trial")
    found = {(fault.id, fault.place.partition(":")[0]) for fault in error.value.faults}
    assert found == {
        ("STUDY-008", "forms/pga.yaml"),
        ("STUDY-024", "forms/ae.yaml"),
        ("STUDY-013", "study.yaml"),
        ("STUDY-072", "analysis.yaml"),
        ("STUDY-050", "instruments.yaml"),
    }


def test_a_misspelt_name_gets_a_suggestion(tmp_path: Path) -> None:
    broken(tmp_path / "trial", "study.yaml", "sledai.OBS", "sledai.OBSS")
    (fault,) = check_study(tmp_path / "trial")
    assert fault.hint == "did you mean OBS?"


def test_a_new_study_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        new_study(tmp_path, "TRIAL")
    assert [fault.id for fault in error.value.faults] == ["STUDY-093"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_new_study_refuses_an_id_that_is_not_a_name(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as error:
        new_study(tmp_path / "trial", "my trial\nx: 1")
    assert [fault.id for fault in error.value.faults] == ["STUDY-011"]
    assert not (tmp_path / "trial").exists()
