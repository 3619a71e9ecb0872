"""The report as one HTML file: no script, no external resource, no arm of a participant."""

from __future__ import annotations

import base64
import textwrap
from importlib import resources

import jinja2

from lupustrial.blinding._evaluate import FEW, PENALTY
from lupustrial.blinding._figure import draw_areas
from lupustrial.blinding._results import BlindingReport
from lupustrial.blinding._words import LEVEL, Group, groups_of, p_text, stamps_of


def render_blinding(report: BlindingReport) -> str:
    """Lay the report out as a page that reads without a script, a network or a mouse.

    Args:
        report: Of `predictability`.

    Returns:
        HTML; the same report gives the same text. It is for the unblinded statistician and says so.
    """
    groups = groups_of(report)
    everything = report.roles[0].unhidden if report.roles else None
    rows = [(textwrap.fill(_short(group), 34), group.found.seen) for group in groups]
    rows.append(("If nothing were hidden", everything))
    svg = draw_areas(rows, " ".join(stamps_of(report)))
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["p"] = p_text
    hidden = {item for role in report.roles for item in role.hidden_items}
    return environment.from_string(_template()).render(
        report=report,
        groups=groups,
        everything=everything,
        hidden_from={
            item: [group.title for group in groups if item in group.found.hidden_items] for item in hidden
        },
        stamps=stamps_of(report),
        figure="data:image/svg+xml;base64," + base64.b64encode(svg).decode(),
        level=LEVEL,
        penalty=PENALTY,
        few=FEW,
    )


def _short(group: Group) -> str:
    """Name a group of many roles by its first and their number."""
    more = len(group.names) - 1
    return f"{group.names[0]} and {more} more" if more > 1 else group.title


def _template() -> str:
    folder = resources.files("lupustrial.blinding").joinpath("templates")
    return folder.joinpath("blinding.html.j2").read_text(encoding="utf-8")
