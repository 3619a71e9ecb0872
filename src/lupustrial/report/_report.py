"""ARD → tables, figures, page and PDF. Formats what the analysis computed; computes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.errors import Fault, UsageError, closest
from lupustrial.report._document import Displays, Document, build_document
from lupustrial.report._figures import RenderedFigure, render_figure, render_picture
from lupustrial.report._page import render_html, render_table_html
from lupustrial.report._pdf import render_pdf
from lupustrial.report._published import Published
from lupustrial.report._results import Results
from lupustrial.report._tables import Table, build_table
from lupustrial.study import Stamp, Study


def render_report(
    study: Study,
    ard: pl.DataFrame,
    stamp: Stamp,
    out: Path,
    *,
    published: Mapping[str, Published] | None = None,
    lineage_href: Callable[[Mapping[str, Any]], str | None] | None = None,
    commitment: str | None = None,
) -> list[Path]:
    """Write the report of a study.

    Args:
        study: The study; its displays say which tables and figures there are.
        ard: The results (``lupustrial.analysis.ARD_SCHEMA``).
        stamp: Where the records come from; synthetic ones are marked on every page.
        out: The folder to write to; made where it is missing.
        published: What was printed for each claim, by claim id; cells of it stay empty without.
        lineage_href: Gives for a row of the ARD the address of a page that traces it further, or None.
        commitment: Of the sealed allocation list that was revealed with the results, or None.

    Returns:
        The files written, in order: ``tables/ID.html`` and ``.csv``, ``figures/ID.svg``, ``report.html``,
        ``report.pdf``. The same arguments give the same bytes.
    """
    results = Results.of(study, ard)
    first = _displays(results, stamp, published or {})
    further = [
        _displays(results.under(name), stamp, published or {}, name=name) for name in study.further_plans
    ]
    document = build_document(first, further, stamp, lineage_href, commitment)
    tables = [table for part in (first, *further) for table in part.tables]
    files: dict[Path, bytes] = {}
    for name, text in _table_files(document, tables).items():
        files[out / "tables" / name] = text.encode()
    for part in (first, *further):
        for figure in part.figures:
            files[out / "figures" / f"{figure.display.id}.svg"] = _stamped(figure, document)
    files[out / "report.html"] = render_html(document).encode()
    files[out / "report.pdf"] = render_pdf(document)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(files)


def _displays(
    results: Results, stamp: Stamp, published: Mapping[str, Published], *, name: str = ""
) -> Displays:
    """Fill the displays of a plan."""
    mark = figure_mark(results, stamp, name)
    shells = results.study.plan.displays
    return Displays(
        results=results,
        tables=[build_table(results, one, published) for one in shells if one.kind == "table"],
        figures=[render_figure(results, one, mark=mark) for one in shells if one.kind == "figure"],
        name=name,
    )


def render_png(study: Study, ard: pl.DataFrame, stamp: Stamp, display_id: str, *, dpi: int = 200) -> bytes:
    """Draw one figure of a study as PNG, e.g. for a README.

    Raises:
        UsageError: REPORT-001: the study has no such figure.
    """
    results = Results.of(study, ard)
    plans = {"": results, **{name: results.under(name) for name in study.further_plans}}
    known = {
        display.id: (name, display)
        for name, one in plans.items()
        for display in one.study.plan.displays
        if display.kind == "figure"
    }
    if display_id not in known:
        hint = closest(display_id, list(known)) or f"figures: {', '.join(known)}"
        message = f"there is no figure {display_id!r}"
        raise UsageError(Fault(id="REPORT-001", message=message, place=f"study {study.id}", hint=hint))
    name, display = known[display_id]
    return render_picture(plans[name], display, mark=figure_mark(results, stamp, name), dpi=dpi)


def figure_mark(results: Results, stamp: Stamp, name: str = "") -> str:
    """Return the words that every figure carries inside: synthetic, blinded, of another plan, or none."""
    words = ["Synthetic data"] if stamp.synthetic else []
    words += ["blinded"] if results.blinded else []
    return ", ".join([*words, *([f"plan {name}"] if name else [])])


def _table_files(document: Document, tables: Sequence[Table]) -> dict[str, str]:
    """Return each table as a page and as CSV by file name."""
    further = [table for chapter in document.chapters for table in chapter["tables"]]
    laid = {table["id"]: table for table in (document.key, *document.tables, *further) if table is not None}
    files = {}
    for table in tables:
        name = table.display.id
        files[f"{name}.html"] = render_table_html(document, laid[name])
        apart = [laid[name]["apart"], document.banner]
        files[f"{name}.csv"] = table_csv(table, " ".join(text for text in apart if text))
    return files


def table_csv(table: Table, banner: str = "") -> str:
    """Write a table as CSV (RFC 4180): header, then one record a row; † marks what is not published."""
    title = ". ".join(text for text in (table.display.title, banner) if text)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(
        [title, *(f"{one.span}: {one.label}" if one.span else one.label for one in table.columns)]
    )
    for line in table.lines:
        writer.writerow([line.label, *(cell.marked for cell in line.cells)])
    return buffer.getvalue()


def _stamped(figure: RenderedFigure, document: Document) -> bytes:
    """Return the SVG with title, description and the stamp of synthetic data as words inside the file."""
    title = _escaped(f"{figure.display.number}: {figure.display.title}")
    words = _escaped(" ".join(text for text in (document.banner, figure.alternative) if text))
    start, mark, rest = figure.svg.decode().partition("<svg ")
    tag, end, body = rest.partition(">")
    said = f"\n <title>{title}</title>\n <desc>{words}</desc>"
    return f'{start}{mark}role="img" {tag}{end}{said}{body}'.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
