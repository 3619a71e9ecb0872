"""Adverse events of everybody together, never by arm; for roles that see all that is counted."""

from __future__ import annotations

from collections import Counter, defaultdict

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lupustrial.capture.charts import Chart, Series, stacked_chart
from lupustrial.capture.dashboards._annotated import annotated, seen_always
from lupustrial.capture.dashboards._follow import Row, follower
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.store import Place

_MOST_TERMS = 20


def safety(asked: Asked) -> Panel | None:
    """Count adverse events by term, severity and seriousness; None where something of it is hidden.

    A participant counts once a term. Terms are taken as they were written, letters made capitals.
    """
    study = asked.study
    marks = [annotated(study, "AE", name) for name in ("AETERM", "AESEV", "AESER")]
    if marks[0] is None:
        return None
    form = marks[0][0]
    found = [mark[1].id for mark in marks if mark is not None and mark[0].id == form.id]
    if not all(seen_always(study, asked.acting, form.id, item) for item in found):
        return None
    items = tuple(mark[1].id if mark and mark[0].id == form.id else "" for mark in marks)
    rows = follower(asked.trial, form.id, items).rows(asked.tx)
    mine = {place: row for place, row in rows.items() if asked.sites is None or row[0] in asked.sites}
    severity = None if marks[1] is None else marks[1][1].codelist
    words = [(entry.value, entry.decode) for entry in study.codelists.get(severity or "", ())]
    return Panel(
        id="safety",
        title=_("Adverse events, whole trial together"),
        charts=(_chart(mine, words),),
        grids=(_terms(mine),) if mine else (),
        notes=(_("Treatments are not told apart. Terms are counted as they were written."),),
    )


def _chart(rows: dict[Place, Row], words: list[tuple[str, str]]) -> SafeString:
    counts = Counter((values[1], values[2] == "Y") for _site, values in rows.values())
    categories = [*words, *([(None, _("Not recorded"))] if any(key[0] is None for key in counts) else [])]
    chart = Chart(
        id="safety-chart",
        title=_("Adverse events by severity"),
        categories=tuple(word for _value, word in categories),
        series=tuple(
            Series(label=label, values=tuple(float(counts[value, serious]) for value, _word in categories))
            for label, serious in ((_("Not serious"), False), (_("Serious"), True))
        ),
        x_label=_("Severity"),
        y_label=_("Events"),
    )
    return stacked_chart(chart)


def _terms(rows: dict[Place, Row]) -> Grid:
    events, serious = Counter[str](), Counter[str]()
    people: dict[str, set[str]] = defaultdict(set)
    for place, (_site, (term, _severity, is_serious)) in rows.items():
        name = (term or _("Not recorded")).upper()
        events[name] += 1
        serious[name] += is_serious == "Y"
        people[name].add(place.participant)
    most = sorted(events.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [(name, n, len(people[name]), serious[name]) for name, n in most[:_MOST_TERMS]]
    if most[_MOST_TERMS:]:
        rest = [name for name, _n in most[_MOST_TERMS:]]
        everybody = set().union(*(people[name] for name in rest))
        total, grave = sum(events[name] for name in rest), sum(serious[name] for name in rest)
        shown.append((_("%(n)s other terms") % {"n": len(rest)}, total, len(everybody), grave))
    return Grid(
        caption=_("By term, the most frequent first"),
        heads=(_("Term"), _("Events"), _("Participants"), _("Serious events")),
        rows=tuple(shown),
    )
