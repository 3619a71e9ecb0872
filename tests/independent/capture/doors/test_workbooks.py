"""Workbooks that we write, read by openpyxl."""

from __future__ import annotations

import io

import openpyxl
import pytest
from capture_files import acting, export_of, fill
from capture_site import CaptureSite


@pytest.mark.requirement("REQ-DOORS-005")
def test_a_workbook_holds_what_was_entered_and_no_formula(site: CaptureSite) -> None:
    fill(site)
    content = export_of(site.trial, acting(site.trial.study, "dmc"), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    cbc = list(book["cbc"].iter_rows(values_only=True))
    row = dict(zip(cbc[0], cbc[1], strict=True))
    assert (row["participant"], row["visit"], row["WBC"], row["WBC.unit"]) == (
        "01-001",
        "SCR",
        "5.10",
        "10^9/L",
    )
    term = next(cell for cell in book["ae"][2] if str(cell.value).startswith("="))
    assert (term.value, term.data_type, term.quotePrefix) == ('=HYPERLINK("x","头痛")', "s", True)
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert kinds <= {"s", "n"}  # n: an empty cell
    assert book["cbc"].freeze_panes == "A2"


@pytest.mark.usefixtures("_capture_template")
def test_names_of_sheets_and_signs_that_xml_lacks() -> None:
    from lupustrial.capture.doors.export._xlsx import Workbook
    from lupustrial.capture.doors.export._zip import Archive

    file = io.BytesIO()
    archive = Archive(file)
    book = Workbook(archive)
    book.sheet("a/b" * 20, ["x"], [["1\x0b2"], ["_x000B_"], ['<&">']])
    book.sheet("A-B" * 20, ["x"], [])
    book.close()
    archive.close()
    read = openpyxl.load_workbook(file)
    assert [len(name) <= 31 for name in read.sheetnames] == [True, True]
    assert len({name.casefold() for name in read.sheetnames}) == 2
    texts = [row[0] for row in read.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert texts == ["1_x000B_2", "_x005F_x000B_", '<&">']
