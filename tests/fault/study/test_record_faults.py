"""Each fault put into clean records is found, with its file, row, participant, visit and item."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lupustrial.errors import Fault, RecordError
from lupustrial.study import Site, Study, check_records, examine_source, load_study, new_study, read_source

Row = dict[str, str]
COLUMNS = [
    "site",
    "participant",
    "visit",
    "form",
    "item",
    "repeat",
    "value",
    "unit",
    "status",
    "at",
    "reason",
]

# visit, form, item, value, unit of one participant; the rest of a row is filled in by `rows`
ONE = [
    ("SCR", "visit", "VISDAT", "2026-01-05", ""),
    ("SCR", "consent", "ICDAT", "2026-01-05", ""),
    ("SCR", "demography", "BRTHDAT", "1990-02-28", ""),
    ("SCR", "demography", "SEX", "F", ""),
    ("SCR", "vitals", "HEIGHT", "165", "cm"),
    ("SCR", "vitals", "WEIGHT", "60.5", "kg"),
    ("W0", "visit", "VISDAT", "2026-01-12", ""),
    ("W0", "vitals", "WEIGHT", "133.2", "LB"),
    ("W0", "pga", "PGA", "1.25", ""),
    ("W0", "complement", "C3", "0.65", "g/L"),
    ("W0", "ae", "AETERM", "HEADACHE", ""),
    ("W0", "ae", "AESEV", "MILD", ""),
    ("W0", "ae", "AESER", "N", ""),
    ("W0", "ae", "AESTDAT", "2026-01-12", ""),
    ("W0", "ae", "AEENDAT", "2026-01-13", ""),
    ("W4", "visit", "VISDAT", "2026-02-09", ""),
    ("W4", "pga", "PGA", "0.5", ""),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study") / "trial"
    new_study(folder, "TRIAL")
    return load_study(folder)


def rows(participant: str = "01-001") -> list[Row]:
    """Return clean records."""
    return [
        {
            "site": "01",
            "participant": participant,
            "visit": visit,
            "form": form,
            "item": item,
            "repeat": "1",
            "value": value,
            "unit": unit,
            "status": "entered",
            "at": "2026-03-01T09:00:00Z",
            "reason": "",
        }
        for visit, form, item, value, unit in ONE
    ]


def row_number(records: list[Row], visit: str, item: str) -> int:
    """Return the row of the spreadsheet, the header being row 1."""
    return 2 + next(i for i, row in enumerate(records) if (row["visit"], row["item"]) == (visit, item))


def write(folder: Path, records: list[Row]) -> Path:
    folder.mkdir()
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS)
        writer.writeheader()
        writer.writerows(records)
    (folder / "stamp.json").write_text('{"synthetic": true, "origin": "made by hand"}', encoding="utf-8")
    return folder


def change(records: list[Row], visit: str, item: str, changes: Row) -> None:
    """Change fields of one record."""
    records[row_number(records, visit, item) - 2].update(changes)


def test_clean_records_have_no_fault(tmp_path: Path, study: Study) -> None:
    source, faults = examine_source(study, write(tmp_path / "source", rows()))
    assert faults == []
    assert source is not None
    assert source.records.height == len(ONE)


# fault, visit and item changed, the changes, a piece of the message, the hint
SINGLE = [
    ("RECORD-007", "W4", "PGA", {"site": "02"}, "`02`", "known: 01"),
    ("RECORD-008", "W4", "PGA", {"visit": "W44"}, "`W44`", "did you mean W4?"),
    ("RECORD-009", "W4", "PGA", {"form": "pgaa"}, "`pgaa`", "did you mean pga?"),
    ("RECORD-010", "SCR", "HEIGHT", {"item": "HIGHT"}, "no item `HIGHT`", "did you mean HEIGHT?"),
    ("RECORD-011", "SCR", "SEX", {"visit": "W4"}, "demography is not planned at visit W4", "SCR"),
    ("RECORD-012", "W4", "PGA", {"status": "done"}, "`done`", "did you mean not done?"),
    ("RECORD-013", "W4", "PGA", {"value": ""}, "no value", "not done"),
    ("RECORD-013", "W4", "PGA", {"status": "not done"}, "`not done` but value `0.5`", "entered"),
    ("RECORD-014", "W4", "PGA", {"repeat": "2"}, "repeat 2", "repeating: true"),
    ("RECORD-015", "W4", "PGA", {"participant": ""}, "`participant` is empty", "fill it in"),
    ("RECORD-020", "SCR", "SEX", {"value": "female"}, "`female` is not in codelist SEX", "choose F, M"),
    ("RECORD-020", "W0", "AESEV", {"value": "MILDE"}, "`MILDE`", "did you mean MILD?"),
    ("RECORD-021", "W4", "PGA", {"value": "0,5"}, "`0,5` is not a number", "point"),
    ("RECORD-021", "W4", "PGA", {"value": "nan"}, "`nan` is not a number", "point"),
    ("RECORD-021", "W4", "PGA", {"value": "1e0"}, "`1e0` is not a number", "point"),
    ("RECORD-021", "SCR", "HEIGHT", {"value": "165.5"}, "not a whole number", "digits"),
    ("RECORD-022", "W4", "PGA", {"value": "0.125"}, "more than 2 digits", "round"),
    ("RECORD-023", "W4", "PGA", {"value": "3.01"}, "outside", "0 to 3"),
    ("RECORD-023", "W0", "WEIGHT", {"value": "552"}, "552 LB is outside", "25 to 250 kg"),
    ("RECORD-024", "SCR", "WEIGHT", {"unit": ""}, "60.5 has no unit", "kg or LB"),
    ("RECORD-025", "SCR", "WEIGHT", {"unit": "Kg"}, "`Kg` is no unit of vitals.WEIGHT", "did you mean kg?"),
    ("RECORD-026", "W4", "VISDAT", {"value": "2026-02-30"}, "`2026-02-30` is not a date", "YYYY-MM-DD"),
    ("RECORD-026", "W4", "VISDAT", {"value": "9.2.2026"}, "`9.2.2026` is not a date", "YYYY-MM-DD"),
    ("RECORD-027", "W4", "PGA", {"unit": "points"}, "`points`", "empty"),
    ("RECORD-032", "SCR", "ICDAT", {"value": "1989-01-05"}, "before the date of birth, 1990-02-28", "mend"),
    ("RECORD-033", "W4", "VISDAT", {"value": "2026-03-02"}, "after the day on which it was recorded", "mend"),
    ("RECORD-034", "W0", "AEENDAT", {"value": "2026-01-11"}, "before the start, 2026-01-12", "mend"),
]


@pytest.mark.parametrize(("fault_id", "visit", "item", "changes", "message", "hint"), SINGLE)
def test_one_fault_is_found_at_its_row(
    tmp_path: Path, study: Study, fault_id: str, visit: str, item: str, changes: Row, message: str, hint: str
) -> None:
    records = rows()
    number = row_number(records, visit, item)
    change(records, visit, item, changes)
    with pytest.raises(RecordError) as error:
        read_source(study, write(tmp_path / "source", records))
    errors = [fault for fault in error.value.faults if fault.severity == "error"]
    (fault,) = errors
    assert fault.id == fault_id
    assert fault.place.startswith(f"source/records.csv row {number}, participant ")
    assert f".{changes.get('item', item)}" in fault.place
    assert message in fault.message
    assert hint in fault.hint


def faults_of(tmp_path: Path, study: Study, records: list[Row]) -> list[Fault]:
    return examine_source(study, write(tmp_path / "source", records))[1]


def test_a_duplicated_visit_is_found_once_for_each_form(tmp_path: Path, study: Study) -> None:
    records = rows()
    again = [dict(row) for row in records if row["visit"] == "W4"]
    faults = faults_of(tmp_path, study, records + again)
    assert [fault.id for fault in faults] == ["RECORD-030", "RECORD-030"]
    assert "visit W4, form visit is recorded twice: 1 item (VISDAT)" in faults[0].message
    assert f"row {row_number(records, 'W4', 'VISDAT')}" in faults[0].place
    assert f"row {len(records) + 2}" in faults[0].hint


def test_a_visit_with_two_dates_is_found(tmp_path: Path, study: Study) -> None:
    records = rows()
    again = [dict(row) for row in records if (row["visit"], row["form"]) == ("W4", "visit")]
    again[0]["value"] = "2026-02-10"
    faults = faults_of(tmp_path, study, records + again)
    assert [fault.id for fault in faults] == ["RECORD-030", "RECORD-031", "RECORD-031"]


def test_a_participant_with_two_birth_dates_is_found(tmp_path: Path, study: Study) -> None:
    records = rows()
    again = dict(records[row_number(records, "SCR", "BRTHDAT") - 2], value="1991-02-28")
    faults = faults_of(tmp_path, study, [*records, again])
    assert {fault.id for fault in faults} == {"RECORD-030", "RECORD-035"}


def test_a_participant_at_two_sites_is_found(study: Study) -> None:
    frame = pl.DataFrame(rows()).with_columns(
        pl.col("repeat").cast(pl.Int32),
        pl.when(pl.col("unit") != "").then("unit").alias("unit"),
        pl.when(pl.col("visit") == "W4").then(pl.lit("02")).otherwise("site").alias("site"),
        study=pl.lit("TRIAL"),
        by=pl.lit(None, dtype=pl.String),
        position=pl.int_range(pl.len()),
    )
    two = replace(study, sites=(*study.sites, Site(id="02", name="Second", country="CHN")))
    faults = check_records(two, frame, origin="memory")
    assert [fault.id for fault in faults] == ["RECORD-035", "RECORD-035"]
    assert [fault.place.split(",")[0] for fault in faults] == ["memory row 1", "memory row 16"]


def test_records_of_another_study_are_found(tmp_path: Path, study: Study) -> None:
    folder = write(tmp_path / "source", rows())
    text = (folder / "records.csv").read_text(encoding="utf-8").splitlines()
    lines = ["study," + text[0], *(f"TRIAL-2,{line}" for line in text[1:])]
    (folder / "records.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    faults = examine_source(study, folder)[1]
    assert {fault.id for fault in faults} == {"RECORD-006"}


def test_what_needs_a_look_is_a_warning_and_the_source_is_read(tmp_path: Path, study: Study) -> None:
    records = rows()
    # Height is asked at screening only; the severity of the event is missing; week 4 lies before week 0.
    height = dict(records[row_number(records, "SCR", "HEIGHT") - 2], visit="W0")
    severity = row_number(records, "W0", "AESEV") - 2
    change(records, "W4", "VISDAT", {"value": "2026-01-11"})
    records = [*records[:severity], *records[severity + 1 :], height]
    source, faults = examine_source(study, write(tmp_path / "source", records))
    assert source is not None
    assert [(fault.id, fault.severity) for fault in faults] == [
        ("RECORD-036", "warning"),
        ("RECORD-040", "warning"),
        ("RECORD-041", "warning"),
    ]
    assert "participant 01-001, visit W0, item ae.AESEV" in faults[2].place


def test_a_required_item_whose_condition_holds_is_missed(tmp_path: Path, study: Study) -> None:
    records = [row for row in rows() if row["item"] != "HEIGHT"]
    (fault,) = faults_of(tmp_path, study, records)
    assert (fault.id, fault.severity) == ("RECORD-041", "warning")
    assert "visit SCR, item vitals.HEIGHT" in fault.place


def test_an_item_that_was_not_done_is_not_missed(tmp_path: Path, study: Study) -> None:
    records = rows()
    not_done = {"value": "", "unit": "", "status": "not done", "reason": "in a wheelchair"}
    change(records, "SCR", "HEIGHT", not_done)
    assert faults_of(tmp_path, study, records) == []


def test_a_hard_edit_check_refuses_the_records(tmp_path: Path, study: Study) -> None:
    template = dict(rows()[0], form="randomisation", visit="W0")
    records = [
        *rows(),
        dict(template, item="RANDDAT", value="2026-01-04"),
        dict(template, item="RANDNO", value="17"),
    ]
    (fault,) = faults_of(tmp_path, study, records)
    assert (fault.id, fault.severity) == ("RECORD-043", "error")
    assert "randomisation.RANDDAT = 2026-01-04, consent.ICDAT = 2026-01-05" in fault.message


def test_very_many_equal_faults_are_counted(tmp_path: Path, study: Study) -> None:
    records = [row for number in range(30) for row in rows(f"01-{number:03d}")]
    for row in records:
        if row["item"] == "SEX":
            row["value"] = "X"
    faults = faults_of(tmp_path, study, records)
    assert len(faults) == 21
    assert {fault.id for fault in faults} == {"RECORD-020"}
    assert faults[-1].message == "and 10 more like these"


def test_all_faults_are_reported_at_once(tmp_path: Path, study: Study) -> None:
    records = rows()
    for visit, item, changes in (
        ("SCR", "HEIGHT", {"item": "HIGHT"}),
        ("SCR", "SEX", {"value": "female"}),
        ("SCR", "WEIGHT", {"unit": "stone"}),
        ("SCR", "ICDAT", {"value": "1989-01-05"}),
    ):
        change(records, visit, item, changes)
    again = [dict(row) for row in records if row["visit"] == "W4"]
    folder = write(tmp_path / "source", records + again)
    (folder / "stamp.json").unlink()
    with pytest.raises(RecordError) as error:
        read_source(study, folder)
    assert {fault.id for fault in error.value.faults if fault.severity == "error"} == {
        "RECORD-001",
        "RECORD-010",
        "RECORD-020",
        "RECORD-025",
        "RECORD-030",
        "RECORD-032",
    }


def test_a_frame_of_another_shape_is_refused(study: Study) -> None:
    frame = pl.DataFrame({"participant": ["01-001"], "valeu": ["1"]})
    faults = check_records(study, frame, origin="memory")
    assert ("RECORD-004", "did you mean value?") in {(fault.id, fault.hint) for fault in faults}
    assert "RECORD-005" in {fault.id for fault in faults}
