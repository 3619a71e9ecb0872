"""How old the queries are that wait for somebody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from lupustrial.capture.access import items_seen
from lupustrial.capture.charts import Chart, Series, stacked_chart
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.store import QueryCount, query_counts

#: Bands of age: last day of each, and its words.
AGES: tuple[tuple[int, str], ...] = ((7, "0–7"), (14, "8–14"), (30, "15–30"), (60, "31–60"))
_OLDER = "61+"


def queries(asked: Asked) -> Panel:
    """Draw the open and answered queries by age, and count those of each site and form, as far as seen."""
    found = list(counted(asked))
    bands = [words for _last, words in AGES] + [_OLDER]
    by_age = Counter[tuple[str, int]]()
    by_form = Counter[tuple[str, str, str]]()
    for one in found:
        by_age[one.state, one.band] += one.n
        by_form[one.site, one.form, one.state] += one.n
    chart = Chart(
        id="queries-chart",
        title=_("Queries by days since they were opened"),
        categories=tuple(bands),
        series=tuple(
            Series(label=label, values=tuple(float(by_age[state, band]) for band in range(len(bands))))
            for state, label in (("open", _("Open")), ("answered", _("Answered, not closed")))
        ),
        x_label=_("Days"),
        y_label=_("Queries"),
    )
    places = sorted({(site, form) for site, form, _state in by_form})
    titles = {form.id: form.title for form in asked.study.forms}
    grid = Grid(
        caption=_("By site and form"),
        texts=2,
        heads=(_("Site"), _("Form"), _("Open"), _("Answered, not closed")),
        rows=tuple(
            (site, titles.get(form, form), by_form[site, form, "open"], by_form[site, form, "answered"])
            for site, form in places
        ),
    )
    return Panel(
        id="queries",
        title=_("Queries"),
        charts=(stacked_chart(chart),),
        grids=(grid,) if places else (),
    )


def counted(asked: Asked) -> Iterator[QueryCount]:
    """Give the numbers of open and answered queries that somebody may know of.

    A query on an item is counted where the role sees the item, one on a page as a whole where it sees all of
    the page.
    """
    now = dt.datetime.now(dt.UTC)
    since = [(now - dt.timedelta(days=last + 1)).isoformat(timespec="microseconds") for last, _words in AGES]
    forms = {form.id: form for form in asked.study.forms}
    seen: dict[tuple[str, str, bool], frozenset[str]] = {}
    for one in query_counts(asked.tx, since, asked.sites):
        form = forms.get(one.form)
        if form is None:
            continue
        key = (one.form, one.visit, one.at_hand)
        if key not in seen:
            at = one.visit if one.at_hand else None
            shown = items_seen(asked.study, asked.acting, one.form, visit=one.visit, at=at)
            seen[key] = frozenset(item.id for item in shown)
        if one.item in seen[key] or (not one.item and len(seen[key]) == len(form.items)):
            yield one
