"""An export, made whole in a file of its own before a byte of it leaves."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import polars as pl

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.doors.export import _about, _codebook, _wide
from lupustrial.capture.doors.export._neutral import neutral
from lupustrial.capture.doors.export._records import frames, harmless
from lupustrial.capture.doors.export._selection import Selection
from lupustrial.capture.doors.export._xlsx import Workbook
from lupustrial.capture.doors.export._zip import Archive
from lupustrial.capture.store import write
from lupustrial.ledger import Transaction, head
from lupustrial.study import RECORD_SCHEMA, Study

_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Made:
    """An export.

    Attributes:
        file: The open file, at its beginning; it is gone once closed.
        name: What to call it.
        digest: Its SHA-256.
        rows: How many records (source) or pages (tables) it has.
        size: Its bytes.
    """

    file: IO[bytes]
    name: str
    digest: str
    rows: int
    size: int


def make_export(trial: Trial, acting: Acting, selection: Selection) -> Made:
    """Make an export and put it on the ledger, with its SHA-256, filters and number of rows.

    The same state of the data, role and selection give the same bytes.

    Raises:
        CaptureError: CAPT-066, a text that a workbook cannot hold.
    """
    study = trial.study
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is given to the caller, who closes it
    try:
        with trial.reading() as tx:
            state = head(tx)[0]
            rows = _KINDS[selection.format](tx, file, study, acting, selection, demo=trial.config.demo)
        digest, size = _measure(file)
        name = f"{study.id.lower()}-{selection.format}.{'xlsx' if selection.format == 'xlsx' else 'zip'}"
        data = {
            "format": selection.format,
            "filters": selection.chosen,
            "rows": rows,
            "sha256": digest,
            "file": name,
            "state": state,
        }
        with trial.writing() as tx:
            write(tx, study=study.id, kind="exported", by=acting.actor, data=data)
    except BaseException:
        file.close()
        raise
    return Made(file=file, name=name, digest=digest, rows=rows, size=size)


def _measure(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size


def _source(
    tx: Transaction, file: IO[bytes], study: Study, acting: Acting, selection: Selection, *, demo: bool
) -> int:
    archive = Archive(file)
    count, marked = 0, [pl.DataFrame(schema=RECORD_SCHEMA)]
    with archive.part("records.csv") as put:
        put((",".join(RECORD_SCHEMA) + "\n").encode())
        for frame in frames(tx, study, acting, selection):
            plain, others = harmless(frame)
            put(plain.write_csv(include_header=False).encode())
            marked.append(others)
            count += frame.height
    apart = pl.concat(marked)
    rows = {"records.csv": count - apart.height}
    if not apart.is_empty():
        buffer = io.BytesIO()
        apart.write_parquet(buffer, compression="zstd")
        with archive.part("records.parquet") as put:
            put(buffer.getvalue())
        rows["records.parquet"] = apart.height
    archive.text("stamp.json", _about.stamp(study, acting, demo=demo))
    _finish(archive, study, acting, selection, rows, _about.SOURCE)
    return count


def _csv(
    tx: Transaction, file: IO[bytes], study: Study, acting: Acting, selection: Selection, *, demo: bool
) -> int:
    del demo
    archive, rows = Archive(file), {}
    for form, items in selection.forms:
        name = f"forms/{form.id}.csv"
        pages = _wide.rows(tx, study, selection, form, items)
        rows[name] = archive.table(name, _wide.header(items), _neutral(pages))
    count = sum(rows.values())
    _finish(archive, study, acting, selection, rows, _about.TABLES)
    return count


def _xlsx(
    tx: Transaction, file: IO[bytes], study: Study, acting: Acting, selection: Selection, *, demo: bool
) -> int:
    archive, count = Archive(file), 0
    book = Workbook(archive)
    about = _about.facts(study, acting, selection, demo=demo)
    book.sheet("About", ("What", "Which"), [*about, ("Read me", _about.WORKBOOK)])
    book.sheet("Codebook", _codebook.HEADER, _codebook.codebook(study, selection))
    for form, items in selection.forms:
        count += book.sheet(form.id, _wide.header(items), _wide.rows(tx, study, selection, form, items))
    book.close()
    archive.close()
    return count


_KINDS = {"source": _source, "csv": _csv, "xlsx": _xlsx}


def _finish(
    archive: Archive,
    study: Study,
    acting: Acting,
    selection: Selection,
    rows: dict[str, int],
    text: str,
) -> None:
    """Write the codebook, the text that goes with the files, and what lists them."""
    book = _codebook.codebook(study, selection)
    rows["codebook.csv"] = archive.table("codebook.csv", _codebook.HEADER, _neutral(book))
    archive.text("README.txt", text)
    files = {
        name: {"sha256": digest, **({"rows": rows[name]} if name in rows else {})}
        for name, digest in sorted(archive.digests.items())
    }
    content = {
        "study": study.id,
        "version": study.version,
        "digest": study.digest,
        "role": acting.role.id,
        "format": selection.format,
        "filters": selection.chosen,
        "files": files,
    }
    archive.text("manifest.json", json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    archive.close()


def _neutral(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    return ([neutral(text) for text in row] for row in rows)
