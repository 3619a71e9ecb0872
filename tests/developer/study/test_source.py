"""Source records are read with their defaults, from one file or many, and written as stable bytes."""

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
    check_source,
    load_study,
    new_study,
    read_source,
    write_source,
)

SHORT = "site,participant,visit,form,item,value\n01,01-001,SCR,consent,ICDAT,2026-01-05\n"
MORE = (
    "participant,site,visit,form,item,value,unit\r\n"
    "01-001,01,SCR,vitals,WEIGHT,60.5,kg\r\n"
    "01-001,01,SCR,vitals,HEIGHT,165,cm\r\n"
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study") / "trial"
    new_study(folder, "TRIAL")
    return load_study(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "records_1.csv").write_text(SHORT, encoding="utf-8-sig")
    (tmp_path / "source" / "records_2.csv").write_text(MORE, encoding="utf-8", newline="")
    (tmp_path / "source" / "stamp.json").write_text(
        '{"synthetic": true, "origin": "made by hand", "published": [["SRI4", 12]], "notes": ["one"]}',
        encoding="utf-8",
    )
    return tmp_path / "source"


def test_columns_that_a_file_lacks_get_their_defaults(study: Study, folder: Path) -> None:
    source = read_source(study, folder)
    assert source.records.schema == pl.Schema(RECORD_SCHEMA)
    first = source.records.row(0, named=True)
    assert first == {
        "study": "TRIAL",
        "site": "01",
        "participant": "01-001",
        "visit": "SCR",
        "form": "consent",
        "repeat": 1,
        "item": "ICDAT",
        "value": "2026-01-05",
        "unit": None,
        "status": "entered",
        "at": None,
        "by": None,
        "reason": None,
        "position": 1,
    }
    assert source.records["position"].to_list() == [1, 2, 3]
    assert source.records["item"].to_list() == ["ICDAT", "WEIGHT", "HEIGHT"]


def test_a_blinded_source_has_an_empty_allocation(study: Study, folder: Path) -> None:
    assert read_source(study, folder).allocation.is_empty()


def test_the_stamp_tells_what_is_published(study: Study, folder: Path) -> None:
    stamp = read_source(study, folder).stamp
    assert stamp.provenance("SRI4", 12) == "published"
    assert stamp.provenance("SRI4", 24) == "not published"
    assert stamp.notes == ("one",)
    assert Stamp(synthetic=False, origin="observed").provenance("SRI4", 24) == "observed"


def test_what_was_written_is_read_again(study: Study, folder: Path, tmp_path: Path) -> None:
    (folder / "allocation.csv").write_text("participant,slot,arm\n01-001,1,ACT\n", encoding="utf-8")
    source = read_source(study, folder)
    write_source(source, tmp_path / "out")
    again = read_source(study, tmp_path / "out")
    assert again.records.equals(source.records)
    assert again.allocation.rows() == [("01-001", 1, "ACT")]
    assert again.stamp == source.stamp


def test_the_same_source_in_another_order_gives_the_same_bytes(
    study: Study, folder: Path, tmp_path: Path
) -> None:
    source = read_source(study, folder)
    reversed_ = Source(
        records=source.records.reverse().select(sorted(RECORD_SCHEMA)),
        allocation=source.allocation,
        stamp=source.stamp,
    )
    write_source(source, tmp_path / "a")
    write_source(reversed_, tmp_path / "b")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["allocation.csv", "records.parquet", "stamp.json"]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_source_in_memory_is_checked_like_one_on_disk(study: Study, folder: Path) -> None:
    source = read_source(study, folder)
    assert check_source(study, source) == []
    tall = pl.when(pl.col("item") == "HEIGHT").then(pl.lit("1650")).otherwise("value").alias("value")
    allocation = pl.DataFrame(
        {"participant": ["01-009"], "slot": [1], "arm": ["ACT"]}, schema=ALLOCATION_SCHEMA
    )
    bad = Source(records=source.records.with_columns(tall), allocation=allocation, stamp=source.stamp)
    with pytest.raises(RecordError) as error:
        check_source(study, bad)
    assert [fault.id for fault in error.value.faults] == ["RECORD-023", "RECORD-051"]
    assert error.value.faults[0].place.startswith("records row 3, participant 01-001")


def test_writing_again_replaces_the_whole_folder(study: Study, folder: Path, tmp_path: Path) -> None:
    source = read_source(study, folder)
    write_source(source, tmp_path / "out")
    write_source(
        Source(records=source.records.head(1), allocation=source.allocation, stamp=source.stamp),
        tmp_path / "out",
    )
    assert read_source(study, tmp_path / "out").records.height == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]
