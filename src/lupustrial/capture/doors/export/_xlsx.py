"""Workbooks (Office Open XML), written row by row: every cell is text as recorded, same rows same bytes.

A cell of text is never run as a formula. Those that a formula could be read into are marked as text for
good (`quotePrefix`, the apostrophe that a spreadsheet shows before such a cell), so that they stay so when
somebody edits the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from lupustrial.capture.doors.export._neutral import formula_like
from lupustrial.capture.doors.export._zip import Archive
from lupustrial.errors import CaptureError, Fault

ROWS = 1_048_576
LETTERS = 32_767  # of one cell
_WIDEST, _NARROWEST = 42, 9

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_PLAIN, _BOLD, _QUOTED = 0, 1, 2


class Workbook:
    """A workbook that is being written."""

    def __init__(self, archive: Archive) -> None:
        """Begin a workbook in an empty archive."""
        self._archive = archive
        self._names: list[str] = []

    def sheet(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
        """Write a sheet, and more of them where it is too long for one; return how many rows.

        Raises:
            CaptureError: CAPT-066, a text is too long for a cell.
        """
        count, pending = 0, iter(rows)
        while True:
            written, more = self._one(name, header, pending)
            count += written
            if not more:
                return count

    def close(self) -> None:
        """Write what names the sheets."""
        numbers = range(1, len(self._names) + 1)
        kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        relations = "application/vnd.openxmlformats-package.relationships+xml"
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kinds}.worksheet+xml"/>'
            for number in numbers
        )
        self._archive.text(
            "[Content_Types].xml",
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{relations}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>{overrides}</Types>',
        )
        self._archive.text("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        sheets = "".join(
            f'<sheet name="{_quoted(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, self._names, strict=True)
        )
        self._archive.text(
            "xl/workbook.xml",
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        )
        parts = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
        self._archive.text("xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")]))
        self._archive.text("xl/styles.xml", _STYLES)

    def _one(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[int, bool]:
        self._names.append(self._name(name))
        count = 0
        with self._archive.writer(f"xl/worksheets/sheet{len(self._names)}.xml") as write:
            write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">')
            write('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
            write("</sheetView></sheetViews><cols>")
            for column, title in enumerate(header, start=1):
                width = min(max(len(title) + 3, _NARROWEST), _WIDEST)
                write(f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>')
            write("</cols><sheetData>")
            write(_row(1, header, bold=True))
            for count, row in enumerate(rows, start=1):
                write(_row(count + 1, row))
                if count + 1 == ROWS:
                    break
            write("</sheetData></worksheet>")
        return count, count + 1 == ROWS

    def _name(self, wanted: str) -> str:
        """Return a name that a sheet may have: 31 signs, no brackets, colons or slashes, used once."""
        plain = re.sub(r"[\[\]:*?/\\]", "-", wanted).strip("'")[:31] or "sheet"
        taken = {name.casefold() for name in self._names}
        name, number = plain, 2
        while name.casefold() in taken:
            tail = f" ({number})"
            name, number = plain[: 31 - len(tail)] + tail, number + 1
        return name


def _row(number: int, cells: Sequence[str], *, bold: bool = False) -> str:
    made = []
    for column, text in enumerate(cells):
        if not text:
            continue
        if len(text) > LETTERS:
            raise CaptureError(
                Fault(
                    id="CAPT-066",
                    message=f"a text of {len(text)} signs is too long for a cell of a workbook ({LETTERS})",
                    place=f"row {number}, column {letters(column)}",
                    hint="export as CSV",
                )
            )
        style = _BOLD if bold else _QUOTED if formula_like(text) else _PLAIN
        made.append(
            f'<c r="{letters(column)}{number}" s="{style}" t="inlineStr">'
            f'<is><t xml:space="preserve">{_quoted(text)}</t></is></c>'
        )
    return f'<row r="{number}">{"".join(made)}</row>'


def letters(column: int) -> str:
    """Return the letters of a column; 0 is A."""
    name, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(65 + digit) + name
    return name


_BARRED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]|[\ud800-\udfff]")
_LOOKS_BARRED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _quoted(text: str) -> str:
    """Escape a text: signs that XML cannot hold as ``_xHHHH_`` (ECMA-376 part 1, 22.9.2.19)."""
    text = _LOOKS_BARRED.sub("_x005F_", text)
    text = _BARRED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(text, {'"': "&quot;"})


def _relations(parts: Sequence[tuple[str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'
