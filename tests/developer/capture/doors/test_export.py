"""Exports: what is in them, for whom, and that they are the same bytes for the same state."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from capture_files import acting, export_of, fill, head_of, parts, report
from capture_site import CaptureSite

from lupustrial.errors import CaptureError
from lupustrial.study import read_source


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.requirement("REQ-DOORS-001")
def test_source_records_are_read_by_the_road_as_they_were_entered(site: CaptureSite) -> None:
    fill(site)
    found = parts(export_of(site.trial, acting(site.trial.study, "dmc"), "source"))
    folder = site.folder / "source"
    folder.mkdir()
    for name in ("records.csv", "records.parquet", "stamp.json"):
        (folder / name).write_bytes(found[name])
    source = read_source(site.trial.study, folder)
    values = {(row["form"], row["item"]): row["value"] for row in source.records.to_dicts()}
    assert values["cbc", "WBC"] == "5.10"
    assert values["cbc", "EOS"] == "0.31"
    assert values["ae", "AETERM"] == '=HYPERLINK("x","头痛")'
    assert source.allocation.is_empty()
    assert not source.stamp.synthetic


@pytest.mark.requirement("REQ-DOORS-002")
def test_a_role_gets_what_it_sees_and_no_more(site: CaptureSite) -> None:
    fill(site)
    study = site.trial.study
    blinded = _rows(parts(export_of(site.trial, acting(study, "data_manager"), "source"))["records.csv"])
    names = {(row["form"], row["item"]) for row in blinded}
    assert ("cbc", "WBC") in names
    assert ("cbc", "EOS") not in names
    whole = _rows(parts(export_of(site.trial, acting(study, "dmc"), "source"))["records.csv"])
    assert ("cbc", "EOS") in {(row["form"], row["item"]) for row in whole}
    tables = parts(export_of(site.trial, acting(study, "data_manager"), "csv"))
    assert "EOS" not in tables["forms/cbc.csv"].decode()
    assert "EOS" not in tables["codebook.csv"].decode()
    assert "forms/subsets.csv" not in tables


def test_a_role_at_another_site_gets_nobody(site: CaptureSite) -> None:
    fill(site)
    elsewhere = acting(site.trial.study, "auditor", frozenset({"99"}))
    assert _rows(parts(export_of(site.trial, elsewhere, "source"))["records.csv"]) == []


@pytest.mark.parametrize("format_", ["source", "csv", "xlsx"])
@pytest.mark.requirement("REQ-DOORS-003")
def test_the_same_state_gives_the_same_bytes(site: CaptureSite, format_: str) -> None:
    fill(site)
    who = acting(site.trial.study, "auditor")
    assert export_of(site.trial, who, format_) == export_of(site.trial, who, format_)


@pytest.mark.requirement("REQ-DOORS-004")
def test_an_export_is_on_the_ledger_with_hash_filters_and_rows(site: CaptureSite) -> None:
    from lupustrial.ledger import entries

    fill(site)
    before = head_of(site.trial)
    content = export_of(site.trial, acting(site.trial.study, "auditor"), "csv", visits=["SCR"], forms=["cbc"])
    with site.trial.reading() as tx:
        (entry,) = entries(tx, after=before)
    assert entry.kind == "exported"
    assert entry.by.role == "auditor"
    assert entry.data == {
        "format": "csv",
        "filters": {"sites": [], "visits": ["SCR"], "forms": ["cbc"]},
        "rows": 1,
        "sha256": hashlib.sha256(content).hexdigest(),
        "file": "il2-sle-csv.zip",
        "state": before,
    }


def test_the_manifest_names_every_file_with_its_hash(site: CaptureSite) -> None:
    fill(site)
    found = parts(export_of(site.trial, acting(site.trial.study, "auditor"), "csv"))
    listed = json.loads(found.pop("manifest.json"))["files"]
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == {
        name: one["sha256"] for name, one in listed.items()
    }


@pytest.mark.requirement("REQ-DOORS-005")
def test_a_formula_is_harmless_in_csv_and_comes_back_on_import(site: CaptureSite) -> None:
    fill(site)
    study = site.trial.study
    content = parts(export_of(site.trial, acting(study, "dmc"), "csv"))["forms/ae.csv"]
    (row,) = _rows(content)
    assert row["AETERM"] == '\'=HYPERLINK("x","头痛")'
    told = report(site.trial, acting(study, "investigator"), content, form="ae", neutral=True)
    assert told.faults == ()
    assert told.count("same") == 3
    assert told.pages == 0


def test_unknown_filters_are_all_told_at_once(site: CaptureSite) -> None:
    who = acting(site.trial.study, "data_manager", frozenset())
    with pytest.raises(CaptureError) as refused:
        export_of(site.trial, who, "doc", sites=["01"], visits=["W99"], forms=["subsets"])
    assert [fault.id for fault in refused.value.faults] == ["CAPT-065"] * 4


@pytest.mark.requirement("REQ-DOORS-002")
@pytest.mark.parametrize("role", ["investigator", "assessor", "monitor", "administrator", "pharmacist"])
def test_who_may_not_export_is_refused_and_nothing_is_written(site: CaptureSite, role: str) -> None:
    fill(site)
    client = site.client(role)
    before = head_of(site.trial)
    assert client.post("/doors/export", {"format": "csv"}).status_code == 403
    assert head_of(site.trial) == before


def test_a_page_sends_the_file(site: CaptureSite) -> None:
    fill(site)
    answer = site.client("data_manager").post("/doors/export", {"format": "csv", "form": "cbc"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it is a file
    answer.close()
    assert answer["X-Export-SHA256"] == hashlib.sha256(content).hexdigest()
    assert _rows(parts(content)["forms/cbc.csv"])[0]["HGB.unit"] == "g/dL"
    wrong = site.client("data_manager").post("/doors/export", {"format": "csv", "form": "nothing"})
    assert wrong.status_code == 400
    assert "CAPT-065" in wrong.content.decode()
