"""What goes with an export in words: where it comes from, and how to read it."""

from __future__ import annotations

import json

from lupustrial.capture.access import Acting
from lupustrial.capture.doors.export._selection import Selection
from lupustrial.study import Study

_LAST = """\
There is no allocation in it: the database of the trial holds none. Struck pages are left out.
codebook.csv says what each item means; manifest.json lists the files with their SHA-256.
"""

SOURCE = f"""\
Source records, one row an item value, for `lupustrial run STUDY --source FOLDER`: unpack this
archive into FOLDER. Values are exactly as recorded. Records with a text that a spreadsheet could
take for a formula stand in records.parquet, which no spreadsheet opens; lupustrial reads both files.
{_LAST}"""

TABLES = f"""\
One table a form, one row a page (participant, visit, repeat). ITEM holds the value as recorded,
ITEM.unit its unit. ITEM.status is empty beside a value; else it says why there is none (not done,
unknown, not applicable), with the reason behind a colon. Files are UTF-8.
A text that a spreadsheet could take for a formula (it begins with = + - @, or such a sign stands
after a separator) has one apostrophe (') more before that sign. The import of lupustrial takes it
away again. Numbers are never changed.
{_LAST}"""

WORKBOOK = (
    "One sheet a form, one row a page. ITEM holds the value as recorded, ITEM.unit its unit. ITEM.status is "
    "empty beside a value; else it says why there is none, with the reason behind a colon. Every cell is "
    "text, exactly as recorded (5.10 stays 5.10). No cell is a formula; one that begins like one is marked "
    "as text. Struck pages are left out. There is no allocation in it: the database of the trial holds none."
)


def stamp(study: Study, acting: Acting, *, demo: bool) -> str:
    """Return ``stamp.json``: whether the records are of real people, and where they come from."""
    seen = f"exported from capture as {acting.role.name} sees it"
    content = {
        "notes": ["Demonstration: no record was observed in a real person."] if demo else [],
        "origin": f"{study.short_title}, version {study.version}, {seen}",
        "published": [],
        "synthetic": demo,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def facts(study: Study, acting: Acting, selection: Selection, *, demo: bool) -> list[tuple[str, str]]:
    """Return the first lines of a workbook: study, version, role, filters."""
    chosen = {name: ", ".join(names) or "all" for name, names in selection.chosen.items()}
    return [
        ("Study", f"{study.id}: {study.title}"),
        ("Version of the protocol", study.version),
        ("Digest of the study folder", study.digest),
        *([("Demonstration", "no record was observed in a real person")] if demo else []),
        ("Exported as", acting.role.name),
        ("Sites", chosen["sites"]),
        ("Visits", chosen["visits"]),
        ("Forms", chosen["forms"]),
    ]
