"""The design report as one HTML file: no script, no external resource."""

from __future__ import annotations

import base64
from importlib import resources

import jinja2

from lupustrial.allocation.design._figures import balance_figure, guess_figure
from lupustrial.allocation.design._result import DesignReport

_ROWS = 12  # of the table beside the figure of balance


def render_html(report: DesignReport) -> str:
    """Lay the report out as a page; the same report gives the same bytes."""
    return (
        _environment()
        .get_template("design.html.j2")
        .render(
            report=report,
            own=report.own,
            equal=len(set(report.arms.values())) == 1,
            ratio=":".join(str(share) for share in report.arms.values()),
            balance=_data_uri(balance_figure(report)),
            guess=_data_uri(guess_figure(report)),
            rows=accrual_rows(report.participants),
            css=_text("design.css"),
        )
    )


def accrual_rows(participants: int) -> list[int]:
    """Return the numbers of participants at which the table beside the figure shows the balance."""
    rows = min(_ROWS, participants)
    return sorted({max(1, round((row + 1) * participants / rows)) for row in range(rows)})


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = lambda value: f"{100 * value:.1f}"
    environment.filters["number"] = number
    return environment


def number(value: float) -> str:
    """Print an imbalance: whole where it is, else one digit."""
    return f"{value:.0f}" if abs(value - round(value)) < 1e-9 else f"{value:.1f}"  # noqa: PLR2004 - rounding


def _text(name: str) -> str:
    found = resources.files("lupustrial.allocation.design").joinpath("templates", name)
    return found.read_text(encoding="utf-8")


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
