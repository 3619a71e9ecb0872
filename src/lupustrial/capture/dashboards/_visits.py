"""Visits due and overdue, and pages: how many of those expected are there, and how late they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lupustrial.capture.access import forms_seen
from lupustrial.capture.charts import Chart, Series, bar_chart, stacked_chart
from lupustrial.capture.dashboards._due import waiting
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.participants import date_item
from lupustrial.capture.store import PageCount, lag_counts, page_counts

#: Bands of the days from a visit to the first saving of its page: last day of each, and its words.
_LAGS: tuple[tuple[int, str], ...] = ((1, "0–1"), (3, "2–3"), (7, "4–7"), (14, "8–14"), (60, "15+"))


def visits(asked: Asked) -> Panel:
    """Draw the visits that are due and overdue, by visit."""
    found = waiting(asked)
    planned = [visit.id for visit in asked.study.visits]
    late = [sum(one.overdue and one.visit == visit for one in found) for visit in planned]
    due = [sum(not one.overdue and one.visit == visit for one in found) for visit in planned]
    chart = Chart(
        id="visits-chart",
        title=_("Visits due and overdue today"),
        categories=tuple(planned),
        series=(
            Series(label=_("Due"), values=tuple(map(float, due))),
            Series(label=_("Overdue"), values=tuple(map(float, late))),
        ),
        x_label=_("Visit"),
        y_label=_("Participants"),
    )
    sites = sorted({one.site for one in found})
    grid = Grid(
        caption=_("By site"),
        heads=(_("Site"), _("Due"), _("Overdue")),
        rows=tuple(
            (
                site,
                sum(one.site == site and not one.overdue for one in found),
                sum(one.site == site and one.overdue for one in found),
            )
            for site in sites
        ),
    )
    return Panel(
        id="visits", title=_("Visits"), charts=(stacked_chart(chart),), grids=(grid,) if sites else ()
    )


def pages(asked: Asked) -> Panel:
    """Tell how many of the expected pages are complete, have gaps or are lacking, of forms that are seen.

    A form that is planned at a visit is expected once the visit has a date; logs are not, for nobody knows
    how many entries there are to be.
    """
    counts = page_counts(asked.tx, asked.sites)
    expected = _expected(asked, counts)
    forms = [form for form in forms_seen(asked.study, asked.acting) if not form.log]
    rows = []
    for form in forms:
        due = sum(n for visit, n in expected.items() if visit in form.visits)
        mine = [one for one in counts if one.form == form.id and one.visit in form.visits]
        complete = sum(one.n for one in mine if one.state == "complete")
        gaps = sum(one.n for one in mine if one.state == "started")
        if due:
            rows.append((form.title, due, complete, gaps, max(0, due - complete - gaps)))
    grid = Grid(
        caption=_("Pages by form, of visits that took place"),
        heads=(_("Form"), _("Expected"), _("Complete"), _("With gaps"), _("Not entered")),
        rows=tuple(rows),
    )
    return Panel(
        id="pages",
        title=_("Completeness"),
        charts=(_lag_chart(asked),),
        grids=(grid,) if rows else (),
        notes=(_("Logs (adverse events, drugs and the like) are left out: how many are due is not known."),),
    )


def _expected(asked: Asked, counts: Sequence[PageCount]) -> dict[str, int]:
    """Return how many participants had each visit: the pages that hold its date."""
    place = date_item(asked.study)
    found: dict[str, int] = defaultdict(int)
    for one in counts:
        if place is not None and one.form == place[0]:
            found[one.visit] += one.n
    return found


def _lag_chart(asked: Asked) -> SafeString:
    by_site = lag_counts(asked.tx, asked.sites)
    bands = [0] * len(_LAGS)
    for counts in by_site.values():
        for days, n in counts.items():
            bands[next(place for place, (last, _words) in enumerate(_LAGS) if days <= last)] += n
    chart = Chart(
        id="lag-chart",
        title=_("Days from the visit to the first saving of a page"),
        categories=tuple(words for _last, words in _LAGS),
        series=(Series(label=_("Pages"), values=tuple(map(float, bands))),),
        x_label=_("Days"),
        y_label=_("Pages"),
    )
    return bar_chart(chart)
