"""Label sheets as PDF, set by Typst: no date, fonts that come with the package, same labels same bytes."""

from __future__ import annotations

import dataclasses
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from lupustrial.allocation.kits._labels import CHILDREN, DIRECTIONS, USE_ONLY, Label, texts_of
from lupustrial.errors import AllocationError, Fault

Packaging = Literal["outer", "immediate"]

#: Seconds since 1970 that Typst writes as the date of making; a real one would change the bytes.
_EPOCH = 0
_FONTS = (".ttf", ".otf", ".ttc")
_QUIET = 4  # modules that have to be empty around a QR code

#: A4 sheets of labels, in mm: outer 99.1 x 67.7, eight a sheet; immediate 45.7 x 21.2, forty-eight.
SHEETS: Mapping[Packaging, Mapping[str, float]] = {
    "outer": {
        "columns": 2,
        "rows": 4,
        "width": 99.1,
        "height": 67.7,
        "left": 4.65,
        "top": 13.1,
        "gap": 2.5,
        "code": 18.0,
    },
    "immediate": {
        "columns": 4,
        "rows": 12,
        "width": 45.7,
        "height": 21.2,
        "left": 9.85,
        "top": 21.3,
        "gap": 2.5,
        "code": 12.0,
    },
}


def label_sheet(
    made: Sequence[Label],
    *,
    packaging: Packaging = "outer",
    skip: int = 0,
    guides: bool = True,
    fonts: Path | None = None,
) -> bytes:
    """Set labels on A4 sheets as PDF.

    Args:
        made: The labels; set in their order.
        packaging: ``outer``: one label a kit. ``immediate``: one for each unit in it.
        skip: Labels of the first sheet that are used already.
        guides: Whether thin lines show where to cut.
        fonts: Folder with further fonts, for scripts that the font of the package lacks.

    Raises:
        AllocationError: ALLOC-083, a character that no font has, or a text that does not fit its label.
    """
    return _set(made, "pdf", packaging, skip, fonts, guides=guides)[0]


def label_pages(
    made: Sequence[Label], *, packaging: Packaging = "outer", skip: int = 0, fonts: Path | None = None
) -> list[bytes]:
    """Return the sheets as PNG images of 300 dots an inch, to look at them; errors as `label_sheet`."""
    return _set(made, "png", packaging, skip, fonts, guides=True)


def _set(
    made: Sequence[Label], kind: str, packaging: Packaging, skip: int, fonts: Path | None, *, guides: bool
) -> list[bytes]:
    import typst

    _check_glyphs(made, fonts)
    sheet = SHEETS[packaging]
    content = {
        "sheet": sheet,
        "packaging": packaging,
        "skip": skip % int(sheet["columns"] * sheet["rows"]),
        "guides": guides,
        "only": USE_ONLY,
        "children": CHILDREN,
        "directions": DIRECTIONS,
        "labels": [{**dataclasses.asdict(label), **_code(label.code)} for label in made],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = resources.files("lupustrial.allocation.kits").joinpath("templates", "labels.typ")
        (folder / "labels.typ").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "labels.json").write_text(json.dumps(content, sort_keys=True), encoding="utf-8")
        set_pages: Any = typst.compile  # its types forbid what it does for PNG, a list of pages
        try:
            pages = set_pages(
                str(folder / "labels.typ"),
                root=str(folder),
                font_paths=[str(_fonts()), *([str(fonts)] if fonts is not None else [])],
                ignore_system_fonts=True,
                format=kind,
                ppi=300.0,
                timestamp=_EPOCH,
            )
        except typst.TypstError as error:
            raise _does_not_fit(error) from None
    return list(pages) if isinstance(pages, list) else [pages]


def _code(text: str) -> dict[str, Any]:
    """Return a QR code as SVG with its quiet zone, and its modules across with and without that."""
    import segno

    out, made = io.BytesIO(), segno.make_qr(text, error="m")
    made.save(out, kind="svg", border=_QUIET, xmldecl=False, omitsize=True, nl=False)
    inner = made.symbol_size(border=0)[0]
    return {"svg": out.getvalue().decode(), "inner": inner, "whole": inner + 2 * _QUIET}


def _fonts() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def _check_glyphs(made: Sequence[Label], fonts: Path | None) -> None:
    from matplotlib.ft2font import FT2Font

    files = [_fonts() / "DejaVuSans.ttf"]
    if fonts is not None:
        files += [
            path for path in sorted(fonts.rglob("*")) if path.suffix.lower() in (".ttf", ".otf", ".ttc")
        ]
    known = set().union(*(FT2Font(str(path)).get_charmap() for path in files))
    lacking = sorted({sign for sign in texts_of(made) if ord(sign) not in known})
    if lacking:
        raise AllocationError(
            Fault(
                id="ALLOC-083",
                message=f"no font has the characters {' '.join(lacking[:20])}",
                place="labels",
                hint="give a folder with a font of that script: --fonts FOLDER",
            )
        )


def _does_not_fit(error: Exception) -> AllocationError:
    if "does not fit" not in str(error):
        raise error
    return AllocationError(
        Fault(
            id="ALLOC-083",
            message="the text of a label does not fit, even in the smallest type that can be read",
            place="labels",
            hint="shorten `label`, the names of products or the short title in study.yaml",
        )
    )
