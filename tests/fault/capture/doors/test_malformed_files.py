"""Files that are broken, or made to harm: refused with their place, nothing kept, the server unharmed."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from capture_files import acting, head_of, report
from capture_site import CaptureSite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HEADER = ["participant", "visit", "WBC", "WBC.unit"]
ROW = ["01-001", "W0", "5.1", "10^9/L"]


def workbook(*rows: list[object], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Return a workbook with one sheet named as the form."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "cbc"
    for row in (HEADER, *rows):
        sheet.append(row)
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, text: bytes, *, instead: bool = False) -> bytes:
    """Return an archive with a part more, or with a part that is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if not (instead and part == name):
                new.writestr(part, old.read(part))
        new.writestr(name, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
START = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def sheet(rows: str, before: str = "") -> bytes:
    """Return a workbook whose sheet is written by hand."""
    text = f"{START}{before}<sheetData>{rows}</sheetData></worksheet>".encode()
    return with_part(workbook(list(ROW)), SHEET, text, instead=True)


def _set(cell: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        assert book.active is not None
        book.active[cell] = value

    return change


def _mac(book: openpyxl.Workbook) -> None:
    book.epoch = CALENDAR_MAC_1904


GOOD = workbook(list(ROW))
CSV = ",".join(HEADER) + "\n" + ",".join(ROW) + "\n"

#: Each with the rule that refuses it and a part of the place that is told.
CORPUS: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "CAPT-067", "f"),
    "blank": (b" \n\n", "CAPT-067", "f"),
    "header alone": (",".join(HEADER).encode(), "CAPT-068", "row 2"),
    "zero bytes": (CSV.replace("5.1", "5\0.1").encode(), "CAPT-068", "row 2"),
    "utf-16 without a mark": (CSV.encode("utf-16-le"), "CAPT-068", "row 1"),
    "utf-16 with a mark": (CSV.encode("utf-16"), "CAPT-068", "row 1"),
    "latin-1": (CSV.replace("01-001", "M\u00fcller").encode("latin-1"), "CAPT-068", "row 2, column 1"),
    "gb18030": (CSV.replace("01-001", "\u53d7\u8bd5\u8005").encode("gb18030"), "CAPT-068", "row 2"),
    "a quote left open": ((CSV + '"01-001,W0').encode(), "CAPT-068", "row 3"),
    "a quote in the middle": (CSV.replace("5.1", '"5"1').encode(), "CAPT-068", "row 2"),
    "a long row": ((CSV + "01-001,W2,5,10^9/L,,,x\n").encode(), "CAPT-068", "row 3, column 5"),
    "another delimiter": (CSV.replace(",", ";").encode(), "CAPT-069", "row 1"),
    "a million columns": (b"participant," * 800_000, "CAPT-068", "column 501"),
    "a column twice": (CSV.replace("WBC.unit", "WBC").encode(), "CAPT-069", "row 1"),
    "an unknown column": (CSV.replace("WBC.unit", "WBD").encode(), "CAPT-069", "row 1"),
    "a column without a name": (CSV.replace("visit", "").encode(), "CAPT-069", "row 1, column 2"),
    "a control sign": (CSV.replace("5.1", "5\x07").encode(), "CAPT-070", "row 2, column WBC"),
    "a field of a megabyte": (CSV.replace("5.1", "5" * 1_000_000).encode(), "CAPT-068", "row 2"),
    "a field of twenty thousand signs": (CSV.replace("5.1", "5" * 20_000).encode(), "CAPT-070", "column WBC"),
    "a formula as text": (CSV.replace("5.1", "=1+1").encode(), "RECORD-021", "row 2, column WBC"),
    "the same page twice": ((CSV + ",".join(ROW) + "\n").encode(), "CAPT-071", "row 3"),
    "nobody": (CSV.replace("01-001", "99-999").encode(), "CAPT-071", "row 2"),
    "no such visit": (CSV.replace("W0", "W99").encode(), "CAPT-071", "row 2"),
    "no zip": (b"PK\x03\x04" + b"x" * 200, "CAPT-067", "f"),
    "cut off": (GOOD[: len(GOOD) // 2], "CAPT-067", "f"),
    "cut off at the end": (GOOD[:-10], "CAPT-067", "f"),
    "a zip of something else": (with_part(b"PK\x05\x06" + b"\0" * 18, "a.txt", b"x"), "CAPT-067", "f"),
    "an encrypted workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "CAPT-067", "f"),
    "macros": (with_part(GOOD, "xl/vbaProject.bin", b"x"), "CAPT-067", "f"),
    "a link to another file": (
        with_part(GOOD, "xl/externalLinks/externalLink1.xml", b"<a/>"),
        "CAPT-067",
        "f",
    ),
    "an embedded object": (with_part(GOOD, "xl/embeddings/oleObject1.docx", b"x"), "CAPT-067", "f"),
    "a bomb": (with_part(GOOD, "xl/media/a.xml", b"\0" * 150_000_000), "CAPT-067", "f"),
    "entities": (with_part(GOOD, "xl/theme/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "CAPT-067", "f"),
    "no XML": (with_part(GOOD, SHEET, b"<worksheet", instead=True), "CAPT-067", "f"),
    "far away": (
        sheet('<row r="1"><c r="ZZZZZ1" t="inlineStr"><is><t>x</t></is></c></row>'),
        "CAPT-067",
        "f",
    ),
    "wide": (
        sheet('<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'),
        "CAPT-068",
        "row 1, column 501",
    ),
    "a size that is not so": (sheet("", '<dimension ref="A1:XFD1048576"/>'), "CAPT-068", "row 1"),
    "a text that is not there": (sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), "CAPT-067", "f"),
    "a formula": (workbook(list(ROW), change=_set("C2", "=1+1")), "CAPT-070", "sheet cbc row 2, column WBC"),
    "an error": (workbook(list(ROW), change=_set("C2", "#DIV/0!")), "CAPT-070", "row 2, column WBC"),
    "a truth value": (workbook(list(ROW), change=_set("C2", value=True)), "CAPT-070", "column WBC"),
    "a time": (
        workbook(list(ROW), change=_set("C2", dt.datetime(2026, 1, 1, 8, 30))),  # noqa: DTZ001 - spreadsheets know no zones
        "CAPT-070",
        "column WBC",
    ),
    "a day of 1900": (workbook(list(ROW), change=_set("C2", dt.date(1900, 1, 31))), "CAPT-070", "column WBC"),
    "an unknown sheet": (
        workbook(list(ROW), change=lambda book: setattr(book.active, "title", "other")),
        "CAPT-069",
        "sheet other",
    ),
}


@pytest.mark.requirement("REQ-DOORS-007", "REQ-DOORS-011")
def test_each_is_refused_with_its_place_and_nothing_is_kept(site: CaptureSite) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from lupustrial.capture.models import Draft
    from lupustrial.ledger import entries

    site.register()
    client = site.client("data_manager")
    wrong = []
    for name, (content, rule, place) in CORPUS.items():
        form = "" if name == "an unknown sheet" else "cbc"
        before = head_of(site.trial)
        given = {"file": SimpleUploadedFile("f", content), "layout": "form", "form": form}
        answer = client.post("/doors/import", given)
        page = answer.content.decode()
        with site.trial.reading() as tx:
            kinds = [entry.kind for entry in entries(tx, after=before)]
        told = answer.status_code == 422 and rule in page and place in page
        # A file of no bytes does not arrive as a file at all.
        kept = kinds not in (["import refused"], []) or (kinds == [] and name != "empty")
        if kept or Draft.objects.exists() or not (told or name == "empty"):
            wrong.append((name, answer.status_code, rule in page, place in page, kinds))
    assert not wrong, "\n".join(str(one) for one in wrong)


@pytest.mark.usefixtures("_capture_template")
def test_days_are_the_same_in_both_systems_of_spreadsheets() -> None:
    from lupustrial.capture.doors.intake._table import Faults
    from lupustrial.capture.doors.intake._xlsx import read_xlsx

    faults = Faults()
    day = dt.date(2026, 3, 1)
    rows = [
        read_xlsx(workbook(["01-001", "W0", day, 0.1]), "f", faults)[0].rows[0].cells,
        read_xlsx(workbook(["01-001", "W0", day, 0.1], change=_mac), "f", faults)[0].rows[0].cells,
    ]
    assert rows == [("01-001", "W0", "2026-03-01", "0.1")] * 2
    assert faults.found == []


FUZZ = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELLS = st.lists(
    st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(["01-001", "W0", "SCR", "5.1", "not done: x", "=1", "", "1e999", "NaN", "-0", "５"]),
    max_size=6,
)


@FUZZ
@given(
    rows=st.lists(CELLS, max_size=4), tail=st.binary(max_size=20), layout=st.sampled_from(["form", "records"])
)
@pytest.mark.requirement("REQ-DOORS-011")
def test_any_text_is_read_or_refused(
    site: CaptureSite, rows: list[list[str]], tail: bytes, layout: str
) -> None:
    header = HEADER if layout == "form" else ["participant", "visit", "form", "item", "value"]
    lines = "\n".join(",".join(row) for row in (header, *rows)).encode("utf-8")
    before = head_of(site.trial)
    told = report(site.trial, acting(site.trial.study, "data_manager"), lines + tail, "f.csv", layout=layout)
    assert told.faults
    assert all("f.csv" in fault.place for fault in told.faults)
    assert head_of(site.trial) == before


@FUZZ
@given(data=st.data())
@pytest.mark.requirement("REQ-DOORS-011")
def test_any_damage_of_a_workbook_is_read_or_refused(site: CaptureSite, data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    before = head_of(site.trial)
    told = report(site.trial, acting(site.trial.study, "data_manager"), bytes(content), "f.xlsx")
    assert told.faults  # nobody is registered, so that even a sound one is refused
    assert all("f.xlsx" in fault.place for fault in told.faults)
    assert head_of(site.trial) == before


@FUZZ
@given(data=st.data())
def test_any_damage_inside_the_sheet_is_read_or_refused(site: CaptureSite, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        part = data.draw(st.sampled_from(archive.namelist()))
        text = bytearray(archive.read(part))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    text[start:end] = data.draw(st.binary(max_size=8))
    broken = with_part(GOOD, part, bytes(text), instead=True)
    told = report(site.trial, acting(site.trial.study, "data_manager"), broken, "f.xlsx")
    assert told.faults
    assert all("f.xlsx" in fault.place for fault in told.faults)


@pytest.mark.usefixtures("_capture_template")
def test_a_size_in_the_archive_that_is_a_lie_is_found() -> None:
    from lupustrial.capture.doors.intake._table import Faults
    from lupustrial.capture.doors.intake._xlsx_guard import sound

    content = bytearray(GOOD)
    place = content.rindex(b"PK\x01\x02")  # the last entry of the directory
    struct.pack_into("<I", content, place + 24, 2**31)  # its size unpacked
    faults = Faults()
    assert not sound(bytes(content), "f", faults)
    assert [fault.id for fault in faults.found] == ["CAPT-067"]
