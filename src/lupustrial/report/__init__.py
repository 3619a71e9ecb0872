"""ARD → tables, figures, an HTML page and a PDF. Formats and draws; computes nothing."""

from lupustrial.report._figure_graph import GraphFigure, render_graph
from lupustrial.report._lineage import render_lineage
from lupustrial.report._published import Published
from lupustrial.report._report import render_png, render_report
from lupustrial.report._texts import table_texts

__all__ = [
    "GraphFigure",
    "Published",
    "render_graph",
    "render_lineage",
    "render_png",
    "render_report",
    "table_texts",
]
