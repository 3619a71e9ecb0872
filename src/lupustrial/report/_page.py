"""The report as one HTML file: no script, no external resource."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2

from lupustrial.report._document import Document
from lupustrial.study import Parameter, Stamp, Study

_TEMPLATES = "templates"


def render_html(document: Document) -> str:
    """Lay the report out as a page that reads without a script, a network or a mouse."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            document=document, study=document.study, plan=document.study.plan, css=template_text("report.css")
        )
    )


def render_table_html(document: Document, table: object) -> str:
    """Lay one table out as a page of its own."""
    return (
        _environment()
        .get_template("table.html.j2")
        .render(document=document, study=document.study, table=table, css=template_text("report.css"))
    )


def render_lineage_html(
    study: Study,
    parameter: Parameter,
    stamp: Stamp,
    columns: Sequence[str],
    tables: Sequence[Mapping[str, Any]],
) -> str:
    """Lay the rows behind a parameter's results out as a page: a table a visit."""
    template = _environment().get_template("lineage.html.j2")
    css = template_text("report.css")
    return template.render(
        study=study, parameter=parameter, stamp=stamp, columns=columns, tables=tables, css=css
    )


def template_text(name: str) -> str:
    """Return a file of the templates folder."""
    return resources.files("lupustrial.report").joinpath(_TEMPLATES, name).read_text(encoding="utf-8")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["data_uri"] = _data_uri
    environment.filters["unbroken"] = _unbroken
    return environment


def _unbroken(text: str) -> str:
    """Keep ``n = 29`` and ``95 % CI`` on one line."""
    nbsp = "\N{NO-BREAK SPACE}"
    return text.replace(" = ", f"{nbsp}={nbsp}").replace(" % ", f"{nbsp}%{nbsp}")


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
