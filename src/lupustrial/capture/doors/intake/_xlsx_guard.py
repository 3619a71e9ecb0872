"""Workbooks that are not what they say: looked through before anything reads them."""

from __future__ import annotations

import io
import re
import zipfile

from lupustrial.capture.doors.intake._table import Faults

_OLE = b"\xd0\xcf\x11\xe0"
PARTS = 400
UNPACKED = 200 * 1024 * 1024  # bytes of all parts
RATIO = 200  # of a part, unpacked to packed; a sheet of equal rows packs 100 to 1
_SMALL = 1024 * 1024  # a part that is small unpacked may pack as well as it likes
_CHUNK = 1 << 20
_OVERLAP = 64

#: Parts that can act, or reach outside the file.
_REFUSED = (
    (re.compile(r"vbaproject|\.bin$|/macrosheets/|/dialogsheets/", re.IGNORECASE), "macros or binary parts"),
    (re.compile(r"/externallinks/|/connections\.xml$|/querytables/", re.IGNORECASE), "links to other files"),
    (re.compile(r"/embeddings/|/activex/|/ctrlprops/", re.IGNORECASE), "embedded objects"),
)
#: Text that no sheet needs: entities, in either width of sign, and cells beyond the last column.
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY", b"<\x00!\x00D\x00", b"\x00<\x00!\x00D", b"<\x00!\x00E\x00")
_FAR = re.compile(rb'\br\s*=\s*["\'](?:\$?[A-Za-z]{4,}|[A-Za-z]*\$?[0-9]{8,})')


def sound(content: bytes, name: str, faults: Faults) -> bool:
    """Whether a workbook can be read: a ZIP of its kind, not too large, without what acts (else CAPT-067)."""
    before = len(faults.found)
    if content.startswith(_OLE):
        hint = "save it as .xlsx without a password"
        faults.add("CAPT-067", "the workbook is encrypted, or of a format before 2007", name, hint)
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _parts(archive, name, faults)
            if len(faults.found) == before:
                _contents(archive, name, faults)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        _broken(name, faults, error)
    except (EOFError, OSError, ValueError, OverflowError, MemoryError) as error:
        _broken(name, faults, error)
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # zipfile imports it
        _broken(name, faults, error)
    return len(faults.found) == before


def _broken(name: str, faults: Faults, error: BaseException) -> None:
    del error  # its text may quote the file
    hint = "open it in a spreadsheet and save it as .xlsx again"
    faults.add("CAPT-067", "the workbook is damaged or not complete", name, hint)


def _parts(archive: zipfile.ZipFile, name: str, faults: Faults) -> None:
    parts = archive.infolist()
    if len(parts) > PARTS:
        faults.add(
            "CAPT-067", f"the workbook has {len(parts)} parts", name, f"at most {PARTS}: leave out sheets"
        )
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        faults.add("CAPT-067", "two parts of the workbook have one name", name, "save it anew")
    if "xl/workbook.xml" not in names:
        faults.add("CAPT-067", "it is no workbook (.xlsx)", name, "save it as .xlsx or CSV")
    for pattern, what in _REFUSED:
        if any(pattern.search(part) for part in names):
            hint = "copy the values into a new workbook, or save it as CSV"
            faults.add("CAPT-067", f"the workbook holds {what}, which are refused", name, hint)
    if sum(part.file_size for part in parts) > UNPACKED:
        faults.add("CAPT-067", "the workbook is too large when unpacked", name, "bring it in in parts")


def _contents(archive: zipfile.ZipFile, name: str, faults: Faults) -> None:
    """Unpack every part, counting what really comes out; look for what XML of a workbook never needs."""
    total = 0
    for part in archive.infolist():
        size, tail = 0, b""
        with archive.open(part) as file:
            while chunk := file.read(_CHUNK):
                size, total = size + len(chunk), total + len(chunk)
                if total > UNPACKED or (size > _SMALL and size > RATIO * max(part.compress_size, 1)):
                    message = "the workbook is packed so tightly that it would fill the memory"
                    faults.add("CAPT-067", message, name, "save it as CSV")
                    return
                looked = tail + chunk
                if any(sign in looked for sign in _DECLARED):
                    faults.add("CAPT-067", "the workbook declares XML entities", name, "save it anew")
                    return
                if part.filename.startswith("xl/worksheets/") and _FAR.search(looked):
                    faults.add("CAPT-067", "a cell lies beyond the last column or row", name, "save it anew")
                    return
                tail = looked[-_OVERLAP:]
