"""Pages for tests of scores: saved by the gateway, and cards read from the page as a person gets it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from capture_site import SYSTEM, CaptureSite

from lupustrial.capture.store import Answer, Held, Page, Place, Visited, VisitHeld, page_at, save_page
from lupustrial.study import Study

DATES = {"SCR": "2024-01-02", "W0": "2024-01-10", "W2": "2024-01-24", "W4": "2024-02-07"}


def save(
    site: CaptureSite,
    participant: str,
    visit: str,
    form: str,
    values: Mapping[str, str | None],
    *,
    repeat: int = 1,
) -> None:
    """Save a page; a value of None is "not done". The date of a visit is that of `DATES`."""
    study = site.trial.study
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    answers = {
        item: Answer(value=value, status="not done" if value is None else "entered")
        for item, value in values.items()
    }
    visited = None
    if form == "visit":
        planned = study.visit(visit)
        visited = Visited(date=values["VISDAT"], number=str(planned.number), baseline=planned.baseline)
    with site.trial.writing() as tx:
        held = page_at(tx, place)
        save_page(
            tx, study=study.id, place=place, site="01", version=study.version, state="complete",
            answers=answers, by=SYSTEM, revision=0 if held is None else held.revision, visited=visited,
        )  # fmt: skip


def begun(site: CaptureSite, participant: str, visits: Iterable[str] = ("SCR", "W0", "W2")) -> str:
    """Register a participant who came to visits."""
    site.register(participant)
    save(site, participant, "SCR", "demography", {"SEX": "F"})
    for visit in visits:
        save(site, participant, visit, "visit", {"VISDAT": DATES[visit]})
    return participant


def quiet(study: Study, form: str, but: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
    """Return "no" or 0 for every coded item of a form, but for some."""
    none = {
        item.id: "N" if item.codelist == "NY" else "0" for item in study.form(form).items if item.codelist
    }
    return {**none, **(but or {})}


@dataclass(kw_only=True)
class Read:
    """A card as it stands on the page."""

    headline: str = ""
    badges: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    text: str = ""


def card(client: Any, participant: str, visit: str, use: str) -> Read | None:
    """Read a card from the page of scores; None where it is not there."""
    response = client.get(f"/participants/{participant}/visits/{visit}/scores")
    assert response.status_code == 200, response.status_code
    found = re.search(
        rf'<article class="card score" aria-labelledby="score-{use}-{visit}">(.*?)</article>',
        response.content.decode(),
        re.DOTALL,
    )
    if found is None:
        return None
    body = found[1]
    head = re.search(r'<p class="score-headline">(.*?)</p>', body, re.DOTALL)
    strong = re.search(r"<strong>(.*?)</strong>", head[1], re.DOTALL) if head else None
    return Read(
        headline=_plain(strong[1]) if strong else "",
        badges=[
            _plain(one)
            for one in re.findall(r'<span class="badge[^>]*>(.*?)</span>', head[1] if head else "")
        ],
        rows=[
            [_plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        ],
        text=_plain(body),
    )


def _plain(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", fragment)).split())


def pages_from(records: pl.DataFrame) -> list[Page]:
    """Return pages of one participant from source records."""
    found: dict[Place, dict[str, Held]] = {}
    for row in records.iter_rows(named=True):
        place = Place(
            participant=row["participant"], visit=row["visit"], form=row["form"], repeat=row["repeat"]
        )
        found.setdefault(place, {})[row["item"]] = Held(
            value=row["value"], unit=row["unit"], status=row["status"], at="", by="", reason="", position=1
        )
    return [
        Page(place=place, site="01", version="1.0", state="complete", removed=False, revision=1, items=items)
        for place, items in found.items()
    ]


def visits_from(study: Study, pages: Iterable[Page]) -> list[VisitHeld]:
    """Return the visits that pages of the form `visit` tell."""
    return [
        VisitHeld(
            participant=page.place.participant,
            visit=page.place.visit,
            number=str(study.visit(page.place.visit).number),
            date=page.items["VISDAT"].value,
            version="1.0",
        )
        for page in pages
        if page.place.form == "visit" and "VISDAT" in page.items
    ]
