"""Keep the Chinese of the web application complete: extract messages, write the catalogue, compile it.

python scripts/translations.py            # renew django.po (new messages come in empty) and django.mo
python scripts/translations.py --check    # fail where a message is not translated or a file is out of date
python scripts/translations.py --missing  # print the messages that are not translated yet
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "lupustrial" / "capture"
FOLDER = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES"
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def extracted() -> Catalog:
    """Return all messages of the Python code and the templates."""
    catalog = Catalog()
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            lines = templatize(text, origin=path.name).splitlines()
            text = "\n".join(line.lstrip() for line in lines)  # what is left of the markup indents at random
        source = io.BytesIO(text.encode())
        options = {"encoding": "utf-8"}
        for _, message, _, context in extract("python", source, keywords=KEYWORDS, options=options):
            catalog.add(message, flags=_flags(message), context=context)
    return catalog


def _flags(message: str | tuple[str, ...]) -> list[str]:
    texts = (message,) if isinstance(message, str) else message
    return ["python-format"] if any("%(" in text for text in texts) else []


def renewed() -> Catalog:
    """Return the catalogue with the messages of today and the translations that are known."""
    path = FOLDER / "django.po"
    known = Catalog(locale="zh_Hans")
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale="zh_Hans")
    catalog = Catalog(
        locale="zh_Hans",
        project="lupustrial",
        version="1",
        fuzzy=False,
        copyright_holder="the lupustrial founders",
    )
    catalog.header_comment = "# Chinese of the web application; renewed by scripts/translations.py."
    for message in sorted(extracted(), key=lambda one: (str(one.id), one.context or "")):
        if message.id:
            old = known.get(message.id, context=message.context)
            catalog.add(message.id, old.string if old else None, flags=message.flags, context=message.context)
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """Return the messages without a translation."""
    return [str(message.id) for message in catalog if message.id and not _translated(message.string)]


def _translated(string: str | tuple[str, ...] | None) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def written(catalog: Catalog) -> dict[str, bytes]:
    """Return the two files; they hold no date, so that the same messages give the same bytes."""
    catalog.mime_headers  # noqa: B018 - made when first read
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, omit_header=False, no_location=True, sort_output=True, width=110)
    kept = [
        line
        for line in po.getvalue().decode().splitlines(keepends=True)
        if not line.startswith(
            (
                '"POT-Creation-Date',
                '"PO-Revision-Date',
                '"Generated-By',
                '"Last-Translator',
                '"Language-Team',
                '"Report-Msgid',
            )
        )
    ]
    text = "".join(kept).encode()
    compiled = read_po(io.BytesIO(text), locale="zh_Hans")
    compiled.creation_date = compiled.revision_date = _NO_DATE
    write_mo(mo, compiled)
    return {"django.po": text, "django.mo": mo.getvalue()}


def main() -> int:
    """Renew, check, or list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--missing", action="store_true")
    arguments = parser.parse_args()
    catalog = renewed()
    lacking = missing(catalog)
    files = written(catalog)
    if arguments.missing:
        print("\n".join(lacking))
        return 0
    if arguments.check:
        stale = [
            name
            for name, text in files.items()
            if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text
        ]
        for message in lacking:
            print(f"not translated: {message!r}")
        for name in stale:
            print(f"{name} is out of date: run scripts/translations.py")
        return 1 if lacking or stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (FOLDER / name).write_bytes(text)
    print(f"{len(list(catalog)) - 1} messages, {len(lacking)} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
