"""The report as PDF (tagged, PDF/UA-1), set by Typst from the same data as the page; no date, same bytes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from lupustrial.report._document import Document
from lupustrial.report._page import template_text

#: Seconds since 1970 that Typst writes as the date of making; a real one would change the bytes.
_EPOCH = 0


def render_pdf(document: Document) -> bytes:
    """Set the report as PDF.

    The template reads one JSON file, so no text of a study is ever taken for markup. Fonts are those that
    come with Typst and Matplotlib; the machine's own are not looked at.
    """
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.typ").write_text(template_text("report.typ"), encoding="utf-8")
        content = json.dumps(_content(document), ensure_ascii=False, sort_keys=True)
        (folder / "report.json").write_text(content, encoding="utf-8")
        for figure in _figures(document):
            (folder / f"{figure['id']}.svg").write_bytes(figure["svg"])
        made: bytes = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=[str(_fonts())],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=_EPOCH,
            pdf_standards=["ua-1"],
        )
    return made


def _fonts() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def _figures(document: Document) -> list[Any]:
    flow = [document.flow] if document.flow else []
    groups = [*document.figures, *(group for one in document.chapters for group in one["figures"])]
    return [*flow, *(panel for group in groups for panel in group["panels"])]


def _content(document: Document) -> dict[str, Any]:
    study, plan = document.study, document.study.plan
    return {
        "banner": document.banner,
        "synthetic": document.stamp.synthetic,
        "origin": document.stamp.origin,
        "notes": list(document.stamp.notes),
        "study": {
            "id": study.id,
            "title": study.title,
            "short": study.short_title,
            "version": study.version,
            "phase": study.phase,
            "sponsor": study.sponsor,
            "digest": study.digest,
            "indication": study.design.indication,
            "registers": "; ".join(f"{one.register} {one.id}" for one in study.registrations),
        },
        "key": None if document.key is None else _plain(document.key),
        "tables": [_plain(table) for table in document.tables],
        "flow": None if document.flow is None else _plain(document.flow),
        "figures": _groups(document.figures),
        "chapters": [
            {
                **_without(chapter, {"drawn"}),
                "tables": [_plain(table) for table in chapter["tables"]],
                "figures": _groups(chapter["figures"]),
                "estimands": [_estimand(block) for block in chapter["estimands"]],
            }
            for chapter in document.chapters
        ],
        "populations": [
            {"name": one.name, "flag": one.flag, "definition": one.definition, "source": one.source}
            for one in study.populations
        ],
        "estimands": [_estimand(block) for block in document.estimands],
        "planned": list(plan.notes),
        "randomisation": [list(line) for line in document.randomisation],
        "methods": list(document.methods),
        "alpha": str(plan.alpha),
        "confidence": f"{plan.confidence * 100:.0f}",
        "quantile": plan.quantile,
    }


def _groups(groups: Any) -> list[dict[str, Any]]:
    return [
        {
            **group,
            "panels": [_plain(panel) for panel in group["panels"]],
            "estimands": _named(block for panel in group["panels"] for block in panel["estimands"]),
        }
        for group in groups
    ]


def _estimand(block: Any) -> dict[str, Any]:
    """Return the attributes of an estimand as names and texts."""
    events = [f"{event['text']}{_counted(event)}." for event in block["events"]]
    parts = [*block["parts"], ["Intercurrent events", " ".join(events)]]
    return {
        "id": block["id"],
        "parts": [*parts, ["Summary", block["summary"]], ["Source", block["source"]]],
    }


def _counted(event: Any) -> str:
    counts = ", ".join(count["text"] for count in event["counts"])
    return f" ({counts})" if counts else ""


def _plain(shown: Any) -> dict[str, Any]:
    """Return a table or figure with its estimands named in one line; their attributes stand with the plan."""
    return {**_without(shown, {"svg", "rows", "header"}), "estimands": _named(shown["estimands"])}


def _named(blocks: Any) -> str:
    analyses: dict[str, dict[str, None]] = {}
    for block in blocks:
        analyses.setdefault(block["id"], {}).update(dict.fromkeys(block["analyses"]))
    without = ", ".join(analyses.pop("", ()))
    named = ", ".join(f"{name} ({', '.join(of)})" for name, of in analyses.items())
    said = [f"Estimands: {named}; their attributes stand with the plan."] if named else []
    return " ".join([*said, *([f"The plan names no estimand of {without}."] if without else [])])


def _without(figure: Any, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in figure.items() if name not in names}
