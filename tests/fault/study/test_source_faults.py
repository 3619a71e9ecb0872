"""A folder of source records that cannot be used says why, file by file, and nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from lupustrial.errors import RecordError
from lupustrial.study import (
    ALLOCATION_SCHEMA,
    RECORD_SCHEMA,
    Source,
    Stamp,
    Study,
    examine_source,
    load_study,
    new_study,
    read_source,
    write_source,
)

RECORDS = "site,participant,visit,form,item,value\n01,01-001,SCR,consent,ICDAT,2026-01-05\n"
STAMP = '{"synthetic": true, "origin": "made by hand"}'


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study") / "trial"
    new_study(folder, "TRIAL")
    return load_study(folder)


def write(folder: Path, **files: str | bytes) -> Path:
    """Write a source folder; a file is named by its stem."""
    folder.mkdir()
    names = {"records": "records.csv", "allocation": "allocation.csv", "stamp": "stamp.json"}
    for stem, content in {"records": RECORDS, "stamp": STAMP, **files}.items():
        data = content.encode() if isinstance(content, str) else content
        if data:
            (folder / names[stem]).write_bytes(data)
    return folder


CASES = [
    ("records", "", "RECORD-001", "source"),
    ("stamp", "", "RECORD-001", "source/stamp.json"),
    ("stamp", "{", "RECORD-060", "source/stamp.json:1"),
    ("stamp", '{"synthetic": "yes", "origin": "x"}', "RECORD-060", "source/stamp.json"),
    ("stamp", '{"synthetic": true, "origin": ""}', "RECORD-060", "source/stamp.json"),
    ("stamp", '{"synthetic": true, "origin": "x", "orign": 1}', "RECORD-060", "source/stamp.json"),
    ("stamp", '{"synthetic": true, "origin": "x", "published": [["A"]]}', "RECORD-060", "source/stamp.json"),
    ("stamp", "[1]", "RECORD-060", "source/stamp.json"),
    ("stamp", b'{"origin": "\xff"}', "RECORD-002", "source/stamp.json"),
    (
        "records",
        RECORDS.encode() + b"01,\xff,SCR,consent,ICDAT,x\n",
        "RECORD-002",
        "source/records.csv row 3",
    ),
    (
        "records",
        RECORDS + "01,01-002,SCR,consent,ICDAT,2026-01-05,more\n",
        "RECORD-003",
        "source/records.csv row 3",
    ),
    ("records", RECORDS + "01,01-002,SCR\n", "RECORD-003", "source/records.csv row 3"),
    (
        "records",
        RECORDS.replace("value", "value,repeat").replace("05\n", "05,one\n"),
        "RECORD-003",
        "source/records.csv row 2",
    ),
    ("records", RECORDS.replace("site", "value"), "RECORD-003", "source/records.csv row 1"),
    ("records", RECORDS.replace("site", "sitte"), "RECORD-004", "source/records.csv"),
    ("records", RECORDS.replace("site,", "").replace("01,01", "01"), "RECORD-005", "source/records.csv"),
    ("allocation", "participant,slot,arm\n01-001,1,ACTT\n", "RECORD-050", "source/allocation.csv row 2"),
    ("allocation", "participant,slot,arm\n01-002,1,ACT\n", "RECORD-051", "source/allocation.csv row 2"),
    (
        "allocation",
        "participant,slot,arm\n01-001,1,ACT\n01-001,2,PBO\n",
        "RECORD-052",
        "source/allocation.csv row 3",
    ),
    ("allocation", "participant,slot,arm\n01-001,,ACT\n", "RECORD-053", "source/allocation.csv row 2"),
    ("allocation", "participant,slot,armm\n01-001,1,ACT\n", "RECORD-004", "source/allocation.csv"),
]


@pytest.mark.parametrize(("stem", "content", "fault_id", "place"), CASES)
def test_a_file_at_fault_is_named_with_its_row(
    tmp_path: Path, study: Study, stem: str, content: str | bytes, fault_id: str, place: str
) -> None:
    folder = write(tmp_path / "source", **{stem: content})
    with pytest.raises(RecordError) as error:
        read_source(study, folder)
    places = {(fault.id, fault.place.replace(str(tmp_path) + "/", "")) for fault in error.value.faults}
    assert (fault_id, place) in places


def test_a_missing_folder_is_one_fault(tmp_path: Path, study: Study) -> None:
    source, faults = examine_source(study, tmp_path / "none")
    assert source is None
    assert [fault.id for fault in faults] == ["RECORD-001"]


def test_a_broken_parquet_file_is_one_fault(tmp_path: Path, study: Study) -> None:
    folder = write(tmp_path / "source", records="")
    (folder / "records.parquet").write_bytes(b"PAR1 not really")
    source, faults = examine_source(study, folder)
    assert source is None
    assert [(fault.id, fault.place) for fault in faults] == [("RECORD-003", "source/records.parquet")]


def test_a_folder_with_other_files_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("kept", encoding="utf-8")
    source = Source(
        records=pl.DataFrame(schema=RECORD_SCHEMA),
        allocation=pl.DataFrame(schema=ALLOCATION_SCHEMA),
        stamp=Stamp(synthetic=True, origin="none"),
    )
    with pytest.raises(RecordError) as error:
        write_source(source, tmp_path / "out")
    assert [fault.id for fault in error.value.faults] == ["RECORD-054"]
    assert [path.name for path in tmp_path.rglob("*.*")] == ["thesis.txt"]


def test_a_write_that_fails_leaves_the_former_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(
        records=pl.DataFrame(schema=RECORD_SCHEMA),
        allocation=pl.DataFrame(schema=ALLOCATION_SCHEMA),
        stamp=Stamp(synthetic=True, origin="first"),
    )
    write_source(source, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(RecordError):
        write_source(source, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
