"""The review of a run as a folder of pages that need neither script nor network, and the material."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from lupustrial.cytometry.review._batches import LEAST
from lupustrial.cytometry.review._charts import charts_of
from lupustrial.cytometry.review._control_draw import draw_control
from lupustrial.cytometry.review._doubt import Doubted
from lupustrial.cytometry.review._draw import Axes, axes_of, draw_view
from lupustrial.cytometry.review._material import pack
from lupustrial.cytometry.review._miflowcyt import miflowcyt
from lupustrial.cytometry.review._miflowcyt_told import Reagent
from lupustrial.cytometry.review._model import TubeReview
from lupustrial.cytometry.review._sheets import Sheet, sheets_of
from lupustrial.cytometry.review._tree import Found, found_in, tree_of
from lupustrial.cytometry.review._view import View

MATERIAL = "review-material.zip"

_FIRST = 3  # tubes named on the index for each gate


def write_review(
    folder: Path,
    tubes: Iterable[TubeReview],
    *,
    given: Mapping[str, str] | None = None,
    reagents: Sequence[Reagent] = (),
    targets: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Path, ...]:
    """Write the review of a run (`review_files`) into a folder; files of other names there stay.

    Returns:
        The files, in order.

    Raises:
        CytometryError: CYTO-087, there is no tube, or two have one code; CYTO-088, `given` has a key that is
            none of `FIELDS`.
    """
    written = []
    for name, content in sorted(review_files(tubes, given=given, reagents=reagents, targets=targets).items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return tuple(written)


def review_files(
    tubes: Iterable[TubeReview],
    *,
    given: Mapping[str, str] | None = None,
    reagents: Sequence[Reagent] = (),
    targets: Mapping[str, tuple[float, float]] | None = None,
    hashes: bool = True,
) -> dict[str, bytes]:
    """Return the review of a run, each file by its path.

    ``index.html``, ``gates/<gate>.html`` (a contact sheet each), ``tubes/<code>.html``, ``controls.html``,
    ``miflowcyt.html``, and ``review-material.zip`` for the web application. The same tubes give the same
    bytes, in whatever order they come.

    Args:
        tubes: Every tube of the run.
        given: Answers to MIFlowCyt that only people know (`FIELDS`).
        reagents: Those of the panels (`reagents_of`).
        targets: Mean and SD of the technical control by population, where they were laid down before.
        hashes: Whether the pages name the hash of each file: not where codes are made with a secret, which a
            hash beside the code would give away. The material has them always.

    Raises:
        CytometryError: As `write_review`.
    """
    ordered = sorted(tubes, key=lambda tube: tube.code)
    packed = pack(ordered)
    if not hashes:
        ordered = [replace(tube, file_sha256="") for tube in ordered]
    charts = charts_of(ordered, targets or {})
    environment = _environment()
    environment.globals["strategies"] = sorted({(tube.strategy, tube.strategy_hash) for tube in ordered})
    sheets = sheets_of(ordered)
    found = found_in(sheets)
    files = {f"gates/{sheet.slug}.html": _page(environment, "sheet", **_sheet(sheet)) for sheet in sheets}
    for tube in ordered:
        pictures = _pictures(tube)
        files[f"tubes/{tube.code}.html"] = _page(
            environment, "tube", tube=tube, tree=tree_of(tube, found), plots=pictures
        )
    drawn = [
        {"chart": one, "drawing": draw_control(one, ident=f"chart{at}")} for at, one in enumerate(charts)
    ]
    files["controls.html"] = _page(environment, "controls", charts=drawn)
    parts = miflowcyt(ordered, given=given, reagents=reagents)
    files["miflowcyt.html"] = _page(environment, "miflowcyt", parts=parts)
    files["index.html"] = _page(
        environment,
        "index",
        sheets=[_line(sheet) for sheet in sheets],
        tubes=[_tube_line(tube, found) for tube in ordered],
        charts=len(charts),
        rejected=sum(any(judged.rejected for judged in chart.points) for chart in charts),
    )
    return {name: text.encode() for name, text in files.items()} | {MATERIAL: packed}


def _page(environment: jinja2.Environment, name: str, **context: Any) -> str:
    return environment.get_template(f"{name}.html.j2").render(**context)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    axes, rows = _shared(sheet.rows), sheet.rows
    shown = [
        {
            "doubted": one,
            "drawings": _drawings(one, axes),
            "quality": ", ".join(f.check for f in one.tube.findings if f.verdict != "pass"),
            "reasons": _reasons(one),
            "next": rows[at + 1].tube.code if at + 1 < len(rows) else "",
        }
        for at, one in enumerate(rows)
    ]
    unjudged = sum(one.apart is None and not one.tube.control for one in rows)
    return {"sheet": sheet, "rows": shown, "unjudged": unjudged, "least": LEAST}


def _shared(rows: Sequence[Doubted]) -> dict[tuple[str, ...], Axes]:
    views: dict[tuple[str, ...], list[View]] = {}
    for one in rows:
        for view in one.gate.views:
            views.setdefault(view.columns, []).append(view)
    return {columns: axes_of(each) for columns, each in views.items()}


def _drawings(one: Doubted, axes: Mapping[tuple[str, ...], Axes]) -> list[str]:
    gate, parent = one.gate, one.gate.parent or "all events"
    percent = "no events in the parent" if gate.percent is None else f"{gate.percent:.2f} % of {parent}"
    title = (
        f"{gate.population} of tube {one.tube.code}: {gate.count} of {gate.parent_count} events, {percent}; "
        f"confidence {gate.confidence:.2f}, doubt {one.doubt:.2f}"
    )
    return [
        draw_view(view, gate.region, title=title, ident=f"v{one.tube.code}{at}", axes=axes[view.columns])
        for at, view in enumerate(gate.views)
    ]


def _reasons(one: Doubted) -> str:
    parts = sorted(one.parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {part:.2f}" for name, part in parts if part) or "nothing"


def _line(sheet: Sheet) -> dict[str, Any]:
    gates = [one.gate.percent for one in sheet.rows if not one.tube.control]
    percents = [percent for percent in gates if percent is not None]
    median = float(np.median(percents)) if percents else None
    return {"sheet": sheet, "median": median, "first": sheet.rows[:_FIRST]}


def _tube_line(tube: TubeReview, found: Found) -> dict[str, Any]:
    checks = [finding.check for finding in tube.findings if finding.verdict != "pass"]
    waiting = sum(found[tube.code, gate.population][1].look for gate in tube.gates)
    return {"tube": tube, "checks": ", ".join(checks) or "none", "waiting": waiting}


def _pictures(tube: TubeReview) -> list[tuple[str, str]]:
    head = "data:image/svg+xml;base64,"
    return [(title, head + base64.b64encode(svg.encode()).decode()) for title, svg in tube.plots]


def _environment() -> jinja2.Environment:
    folder = resources.files("lupustrial.cytometry.review").joinpath("templates")
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
