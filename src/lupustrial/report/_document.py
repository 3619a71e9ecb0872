"""The report as plain data, from which the HTML page and the PDF are laid out alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.report._appendix import LineageHref, appendix_entry, method_texts
from lupustrial.report._estimands import estimand_blocks, plan_blocks, settings
from lupustrial.report._figures import RenderedFigure
from lupustrial.report._randomisation import randomisation_lines
from lupustrial.report._results import DAGGER, Outcome, Results
from lupustrial.report._tables import Cell, Table
from lupustrial.study import Stamp, Study

SYNTHETIC = "Synthetic data: no record was observed in a real person."
BLINDED = "Blinded: no arm is known, results are for all participants together."
NOT_PUBLISHED = "not published; drawn within the known constraints"
_FIGURE_NUMBER = re.compile(r"(?P<group>.*?\d+)(?P<panel>[A-Z]?)")


@dataclass(frozen=True, kw_only=True)
class Document:
    """Everything that the report says."""

    study: Study
    stamp: Stamp
    blinded: bool
    key: Mapping[str, Any] | None
    flow: Mapping[str, Any] | None
    tables: Sequence[Mapping[str, Any]]
    figures: Sequence[Mapping[str, Any]]  # groups of panels
    estimands: Sequence[Mapping[str, Any]]
    chapters: Sequence[Mapping[str, Any]]  # one for each further plan
    randomisation: Sequence[tuple[str, str]]
    methods: Sequence[Mapping[str, str]]
    appendix: Sequence[Mapping[str, Any]]

    @property
    def banner(self) -> str:
        """What stands on every page, or nothing."""
        said = [SYNTHETIC] if self.stamp.synthetic else []
        return " ".join([*said, *([BLINDED] if self.blinded else [])])


@dataclass(frozen=True, kw_only=True)
class Displays:
    """The filled displays of one plan; `name` is that of a further plan."""

    results: Results
    tables: Sequence[Table]
    figures: Sequence[RenderedFigure]
    name: str = ""


def build_document(
    first: Displays,
    further: Sequence[Displays],
    stamp: Stamp,
    lineage_href: LineageHref | None,
    commitment: str | None = None,
) -> Document:
    """Lay out tables and figures of each plan, methods, and the appendix of the results that they show."""
    results = first.results
    study = results.study
    href = lineage_href or (lambda _row: None)
    laid = [_table(results, table, href) for table in first.tables]
    drawn = [_figure(results, figure, href) for figure in first.figures]
    estimands = _blocks(plan_blocks(results))
    chapters = [_chapter(one, href) for one in further]
    told = [
        *laid,
        *drawn,
        *(block for chapter in chapters for block in (*chapter["tables"], *chapter["drawn"])),
    ]
    counted = [
        count["outcome"]
        for blocks in (estimands, *(one["estimands"] for one in [*told, *chapters]))
        for block in blocks
        for event in block["events"]
        for count in event["counts"]
    ]
    shown = _shown([first, *further], counted)
    return Document(
        study=study,
        stamp=stamp,
        blinded=results.blinded,
        key=next((table for table in laid if table["id"] == "KEY"), None),
        flow=next((figure for figure in drawn if figure["kind"] == "consort"), None),
        tables=[table for table in laid if table["id"] != "KEY"],
        figures=_grouped([figure for figure in drawn if figure["kind"] != "consort"]),
        estimands=estimands,
        chapters=chapters,
        randomisation=randomisation_lines(study, commitment, synthetic=stamp.synthetic),
        methods=method_texts(
            {outcome.key.method for outcome in shown}, [one.results.study.plan for one in (first, *further)]
        ),
        appendix=[appendix_entry(outcome, href) for outcome in shown],
    )


def _chapter(part: Displays, href: LineageHref) -> dict[str, Any]:
    """Lay the displays of a further plan out, with what tells it apart from the first."""
    plan = part.results.study.plan
    file = f"analysis-{part.name}.yaml"
    drawn = [_figure(part.results, figure, href) for figure in part.figures]
    apart = f"Of another plan ({file}): not the plan of the protocol."
    tables = [_table(part.results, table, href) for table in part.tables]
    for table in tables:
        table["footnotes"].insert(0, apart)
        table["apart"] = apart
    return {
        "name": part.name,
        "file": file,
        "title": plan.title or file,
        "notes": list(plan.notes),
        "alpha": str(plan.alpha),
        "confidence": f"{plan.confidence * 100:.0f}",
        "tables": tables,
        "drawn": drawn,
        "figures": _grouped(drawn),
        "estimands": _blocks(plan_blocks(part.results)),
        "analyses": [
            {
                "id": one.id,
                "title": one.title,
                "primary": one.primary,
                "population": part.results.population(one.population).name,
                "estimand": one.estimand or "none",
                "settings": settings(plan, one),
                "note": one.note,
            }
            for one in plan.analyses
        ],
    }


def _blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each count of an intercurrent event its link."""
    for block in blocks:
        for event in block["events"]:
            for count in event["counts"]:
                outcome = count["outcome"]
                count["title"] = outcome.key.name
                count["href"] = f"#{outcome.key.anchor}"
    return blocks


def _shown(parts: Iterable[Displays], counted: Iterable[Outcome]) -> list[Outcome]:
    """Return the results that tables, figures and estimands show, each once, in their order of appearance."""
    outcomes = [
        outcome
        for part in parts
        for shown in (
            [one for table in part.tables for one in table.outcomes],
            [one for figure in part.figures for one in figure.outcomes],
        )
        for outcome in shown
    ]
    return list({outcome.key: outcome for outcome in [*outcomes, *counted]}.values())


def _how(table: Table) -> list[str]:
    """Say of the estimates of a table how they came about, where a method tells more than its definition."""
    from lupustrial.analysis import METHODS

    said = {
        f"{one.key.analysis} ({METHODS[one.key.method].label}): {text}.": None
        for one in table.outcomes
        for text in one.texts
    }
    return list(said)


def _table(results: Results, table: Table, href: LineageHref) -> dict[str, Any]:
    notes = _how(table)
    notes += [f"{DAGGER} {NOT_PUBLISHED[0].upper()}{NOT_PUBLISHED[1:]}."] if table.not_published else []
    return {
        "id": table.display.id,
        "number": table.display.number,
        "title": table.display.title,
        "spans": _spans(table),
        "columns": [{"label": column.label, "text": column.cell == "verdict"} for column in table.columns],
        "lines": _marked_once(
            [
                {
                    "label": line.label,
                    "indent": line.indent,
                    "heading": not line.cells,
                    "cells": [_cell(table, place, cell, href) for place, cell in enumerate(line.cells)],
                }
                for line in table.lines
            ]
        ),
        "footnotes": [*table.footnotes, *notes],
        "notes": [{"letter": letter, "reason": reason} for letter, reason in table.notes],
        "estimands": _blocks(estimand_blocks(results, table.outcomes)),
        "apart": "",
    }


def _marked_once(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave the id of a cell to the first of those that print the same result, as ids must be unique."""
    seen: set[str] = set()
    for cell in (cell for line in lines for cell in line["cells"]):
        cell["id"] = None if cell["id"] in seen else cell["id"]
        seen |= {cell["id"]} - {None}
    return lines


def _spans(table: Table) -> list[dict[str, Any]]:
    """Return the spanning headers as label and number of columns; empty where there are none."""
    if not any(column.span for column in table.columns):
        return []
    spans: list[dict[str, Any]] = []
    for column in table.columns:
        label = column.span or ""
        if spans and spans[-1]["label"] == label:
            spans[-1]["width"] += 1
        else:
            spans.append({"label": label, "width": 1})
    return spans


def _cell(table: Table, place: int, cell: Cell, href: LineageHref) -> dict[str, Any]:
    first = cell.outcomes[0] if cell.outcomes else None
    return {
        "text": cell.text,
        "dagger": cell.not_published,
        "note": cell.note or "",
        "left": table.columns[place].cell == "verdict",
        "id": None if first is None else f"{table.display.id}-{place}-{first.key.anchor}",
        "title": None if first is None else first.key.name,
        "href": None if first is None else href(first.rows[0]) or f"#{first.key.anchor}",
    }


def _figure(results: Results, figure: RenderedFigure, href: LineageHref) -> dict[str, Any]:
    match = _FIGURE_NUMBER.match(figure.display.number)
    notes = list(figure.footnotes)
    if figure.not_published:
        mark = DAGGER if figure.display.figure == "consort" else "Hollow marks and dashed outlines"
        notes.append(f"{mark}: {NOT_PUBLISHED}.")
    rows = [] if figure.data is None else figure.data.rows
    return {
        "id": figure.display.id,
        "kind": figure.display.figure,
        "number": figure.display.number,
        "group": match["group"] if match else figure.display.number,
        "panel": match["panel"] if match else "",
        "title": figure.display.title,
        "alternative": figure.alternative,
        "svg": figure.svg,
        "header": [] if figure.data is None else list(figure.data.header),
        "rows": [
            {
                "texts": list(texts),
                "title": outcome.key.name,
                "href": href(outcome.rows[0]) or f"#{outcome.key.anchor}",
            }
            for texts, outcome in rows
        ],
        "sentences": list(figure.sentences),
        "estimands": _blocks(estimand_blocks(results, figure.outcomes)),
        "footnotes": notes,
    }


def _grouped(figures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put panels of one figure together; a footnote that several panels share is said once."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for figure in figures:
        groups.setdefault(figure["group"], []).append(figure)
    return [
        {"number": number, "panels": panels, "footnotes": _shared_notes(panels)}
        for number, panels in groups.items()
    ]


def _shared_notes(panels: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return each footnote once, led by the panels that it is about where it is not about all."""
    about: dict[str, list[str]] = {}
    for panel in panels:
        for note in panel["footnotes"]:
            about.setdefault(note, []).append(panel["panel"])
    return [
        note if len(letters) == len(panels) or not all(letters) else f"{', '.join(letters)}: {note}"
        for note, letters in about.items()
    ]
