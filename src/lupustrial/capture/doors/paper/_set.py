"""Paper set by Typst: no date, fonts that come with the package, same content same bytes."""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from lupustrial.capture.doors.export import annotation
from lupustrial.errors import CaptureError, Fault
from lupustrial.study import Form, Item, Study

#: Seconds since 1970 that Typst writes as the date of making; a real one would change the bytes.
_EPOCH = 0
_FONTS = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A print: its bytes, their SHA-256, how it is called, and how many pages of forms it holds."""

    content: bytes
    digest: str
    name: str
    forms: int


def set_paper(study: Study, content: Mapping[str, Any], name: str) -> Paper:
    """Set content as PDF (tagged, PDF/UA-1).

    Signs that no font has are printed as ``[U+4E2D]``, and a line on the first page says so: nothing is lost.
    Fonts of further scripts are taken from the folder ``fonts`` of the study.

    Raises:
        CaptureError: CAPT-077, the text cannot be set.
    """
    import typst

    extra = study.folder / "fonts"
    fonts = tuple(path for path in sorted(extra.glob("*")) if path.suffix.lower() in _FONTS)
    whole, lacking = _printable(dict(content), _known(fonts))
    whole["lacking"] = lacking
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        template = resources.files("lupustrial.capture.doors.paper").joinpath("crf.typ")
        (folder / "crf.typ").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "crf.json").write_text(json.dumps(whole, sort_keys=True), encoding="utf-8")
        try:
            made: bytes = typst.compile(
                str(folder / "crf.typ"),
                root=str(folder),
                font_paths=[str(_own()), *([str(extra)] if fonts else [])],
                ignore_system_fonts=True,
                format="pdf",
                timestamp=_EPOCH,
                pdf_standards=["ua-1"],
            )
        except typst.TypstError:
            raise CaptureError(
                Fault(
                    id="CAPT-077",
                    message="the form cannot be set on paper",
                    place=name,
                    hint="tell whoever runs the server: texts of the study or the fonts in its folder",
                )
            ) from None
    digest = hashlib.sha256(made).hexdigest()
    return Paper(content=made, digest=digest, name=name, forms=len(whole["forms"]))


def study_of(study: Study, *, demo: bool) -> dict[str, Any]:
    """Return what every print says of the study."""
    return {
        "id": study.id,
        "title": study.title,
        "short": study.short_title,
        "version": study.version,
        "demo": demo,
    }


def item_of(study: Study, form: Form, item: Item, *, annotated: bool) -> dict[str, Any]:
    """Return an item as it is printed, unanswered."""
    codes = study.codelists[item.codelist] if item.codelist else ()
    return {
        "id": item.id,
        "label": item.label,
        "type": item.type,
        "units": [item.unit, *(unit.unit for unit in item.units)] if item.unit else [],
        "codes": [[entry.value, entry.decode] for entry in codes],
        "when": item.when or "",
        "note": " ".join(item.note.split()),
        "annotation": annotation(form, item) if annotated else "",
        "answered": False,
        "value": "",
        "unit": "",
        "status": "",
        "why": "",
    }


def form_of(
    study: Study, form: Form, items: list[dict[str, Any]], *, annotated: bool, visit: str = ""
) -> dict[str, Any]:
    """Return a form as it is printed."""
    domain = form.sdtm.domain if annotated and form.sdtm is not None else None
    return {
        "id": form.id,
        "title": form.title,
        "visit": visit,
        "visits": [study.visit(name).name for name in form.visits],
        "repeating": form.repeating,
        "note": " ".join(form.note.split()),
        "domain": domain or "",
        "items": items,
        "signatures": [],
        "state": "",
        "version": "",
        "repeat": 0,
        "reference": form.id,
    }


def _own() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@functools.cache
def _known(fonts: tuple[Path, ...]) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    files = (_own() / "DejaVuSans.ttf", *fonts)
    return frozenset().union(*(FT2Font(str(path)).get_charmap() for path in files))


def _printable(content: dict[str, Any], known: frozenset[int]) -> tuple[dict[str, Any], bool]:
    """Replace the signs that no font has; tell whether there were any."""
    signs = {sign for text in _texts(content) for sign in text if ord(sign) not in known and sign != "\n"}
    if not signs:
        return content, False
    table = {ord(sign): f"[U+{ord(sign):04X}]" for sign in signs}
    replaced: dict[str, Any] = _replaced(content, table)
    return replaced, True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _replaced(value: Any, table: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {name: _replaced(each, table) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, table) for each in value]
    return value
