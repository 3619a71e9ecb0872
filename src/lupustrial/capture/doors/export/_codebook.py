"""The codebook: what every exported column means."""

from __future__ import annotations

from collections.abc import Iterator

from lupustrial.capture.doors.export._selection import Selection
from lupustrial.study import Form, Item, Study

HEADER = (
    "form",
    "title",
    "visits",
    "repeating",
    "item",
    "label",
    "type",
    "unit",
    "further units",
    "codes",
    "lowest",
    "highest",
    "decimals",
    "required",
    "asked when",
    "SDTM",
    "note",
)


def codebook(study: Study, selection: Selection) -> Iterator[list[str]]:
    """Give a row for each exported item, in order of the study."""
    for form, items in selection.forms:
        for item in items:
            yield _row(study, form, item)


def _row(study: Study, form: Form, item: Item) -> list[str]:
    low, high = item.range if item.range is not None else ("", "")
    codes = study.codelists[item.codelist] if item.codelist else ()
    return [
        form.id,
        form.title,
        " ".join(form.visits),
        "yes" if form.repeating else "no",
        item.id,
        item.label,
        item.type,
        item.unit or "",
        "; ".join(f"{unit.unit} (x {unit.factor})" for unit in item.units),
        "; ".join(f"{entry.value} = {entry.decode}" for entry in codes),
        str(low),
        str(high),
        "" if item.decimals is None else str(item.decimals),
        "yes" if item.required else "no",
        item.when or "",
        annotation(form, item),
        " ".join(item.note.split()),
    ]


def annotation(form: Form, item: Item) -> str:
    """Return the SDTM annotation of an item as an annotated form prints it; empty where it has none."""
    target, shared = item.sdtm, form.sdtm
    if target is None:
        return ""
    domain = target.domain or (shared.domain if shared else None) or ""
    if target.variable is not None:
        return f"{domain}.{target.variable}"
    if target.supp is not None:
        return f"SUPP{domain}.QVAL where QNAM = {target.supp}"
    return f"{domain}.{domain}ORRES where {domain}TESTCD = {target.testcd}"
