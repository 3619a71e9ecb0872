"""Lineage pages: for each analysis parameter, every row that the results rest on, one page a parameter.

A cell of the report links to the visit on such a page, so that the values behind it, the reasons of each
score and the place of each source row are one click away. No script, no external resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.report._page import render_lineage_html
from lupustrial.study import Stamp, Study

#: Above this many participants the pages would outgrow any browser; ``lupustrial explain`` shows the same.
MOST_PARTICIPANTS = 500
COLUMNS: Mapping[str, str] = {
    "USUBJID": "Participant",
    "TRT01P": "Arm",
    "VALUE": "Value",
    "BASE": "Baseline",
    "DTYPE": "Imputed by",
    "AVALNOTE": "Rules that fired and the values they saw",
    "SOURCE": "Source rows",
}


def render_lineage(
    study: Study, datasets: Mapping[str, pl.DataFrame], stamp: Stamp, out: Path
) -> Callable[[Mapping[str, Any]], str | None]:
    """Write a page for each parameter of the plan under ``out/lineage``.

    Args:
        study: The study.
        datasets: ADaM datasets by name.
        stamp: Where the records come from; printed on every page.
        out: The output folder.

    Returns:
        A function that gives for a row of the ARD the address of its rows, relative to ``out``; None where
        there is no page (results on ADSL, or more than `MOST_PARTICIPANTS` participants).
    """
    if datasets["ADSL"].height > MOST_PARTICIPANTS:
        return lambda _row: None
    folder = out / "lineage"
    folder.mkdir(parents=True)
    written: set[str] = set()
    for parameter in study.plan.parameters:
        rows = datasets[parameter.dataset].filter(pl.col("PARAMCD") == parameter.id, pl.col("ANL01FL") == "Y")
        page = render_lineage_html(study, parameter, stamp, tuple(COLUMNS.values()), _tables(rows))
        (folder / f"{parameter.id}.html").write_text(page, encoding="utf-8")
        written.add(parameter.id)

    def href(row: Mapping[str, Any]) -> str | None:
        if row["PARAMCD"] not in written:
            return None
        return f"lineage/{row['PARAMCD']}.html#week-{_week(row['AVISITN'])}"

    return href


def _week(week: int | None) -> str:
    return "overall" if week is None else str(week)


def _tables(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one table a visit: week, name of the visit, and the rows as texts under `COLUMNS`."""
    texts = (
        rows.sort("AVISITN", "USUBJID", nulls_last=True)
        .with_columns(
            VALUE=pl.coalesce(pl.col("AVALC"), pl.col("AVAL").cast(pl.String)),
            SOURCE=pl.concat_str("SRCDOM", pl.lit(" "), "SRCSEQ", ignore_nulls=True),
        )
        .select("AVISITN", "AVISIT", *(pl.col(name).cast(pl.String).fill_null("") for name in COLUMNS))
    )
    return [
        {"week": _week(week), "visit": visit or "Overall", "rows": part.select(*COLUMNS).rows()}
        for (week, visit), part in texts.group_by(["AVISITN", "AVISIT"], maintain_order=True)
    ]
