"""The report as one HTML file: no script, no external resource, no arm of a participant."""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass
from importlib import resources

import jinja2

from lupustrial.blinding._evaluate import FEW, PENALTY
from lupustrial.blinding._figure import draw_areas
from lupustrial.blinding._results import BlindingReport, Prediction, RolePrediction

#: Below it an area is called more than chance.
LEVEL = 0.05
DUMMY = "Dummy labels: arms were given by lot. These figures mean nothing; they show that the report works."
SYNTHETIC = "Synthetic records: no real participant."


@dataclass(frozen=True, kw_only=True)
class Group:
    """Roles that see the same, and what was found for them."""

    names: tuple[str, ...]
    found: RolePrediction

    @property
    def title(self) -> str:
        """Their names in one line."""
        return ", ".join(self.names)

    @property
    def verdict(self) -> str:
        """One sentence on what was found."""
        return verdict_of(self.found.seen)


def groups_of(report: BlindingReport) -> tuple[Group, ...]:
    """Put roles together that see the same."""
    names: dict[tuple[object, ...], list[RolePrediction]] = {}
    for role in report.roles:
        key = (role.shown, role.at_hand, role.hidden_items, role.seen)
        names.setdefault(key, []).append(role)
    return tuple(Group(names=tuple(role.name for role in roles), found=roles[0]) for roles in names.values())


def verdict_of(prediction: Prediction | None) -> str:
    """Say in one sentence whether the arm can be told."""
    if prediction is None:
        return "sees nothing that could tell the arm"
    if prediction.p_value < LEVEL:
        return "can tell the arm better than by chance"
    single = prediction.singles[0] if prediction.singles else None
    if single is not None and single.p_value < LEVEL:
        return f"sees one item that tells more than chance ({single.item})"
    return "was not shown to tell the arm better than by chance"


def p_text(value: float) -> str:
    """Return e.g. ``0.012``, or ``<0.001``."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"  # noqa: PLR2004 - three digits


def stamps_of(report: BlindingReport) -> tuple[str, ...]:
    """Return what every page made of this report must say."""
    dummy = (DUMMY,) if report.labels == "dummy" else ()
    return (*dummy, *((SYNTHETIC,) if report.stamp.synthetic else ()))


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
