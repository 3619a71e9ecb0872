"""How far comparison with source has come."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lupustrial.capture.access import sees_form
from lupustrial.capture.charts import Chart, Series, stacked_chart
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.store import verified_counts


def verification(asked: Asked) -> Panel | None:
    """Count the values that were compared with source, by form; of forms that the role sees."""
    forms = {
        form.id: form.title
        for form in asked.study.forms
        if sees_form(asked.study, asked.acting.role.id, form.id)
    }
    counts = verified_counts(asked.tx, asked.sites)
    by_site: dict[str, list[int]] = {}
    by_form: dict[str, list[int]] = {}
    for site, form, holds, lost in counts:
        if form in forms:
            for by, key in ((by_site, site), (by_form, form)):
                mine = by.setdefault(key, [0, 0])
                mine[0] += holds
                mine[1] += lost
    if not by_form:
        return None
    sites = sorted(by_site)
    chart = Chart(
        id="verification-chart",
        title=_("Values compared with source, by site"),
        categories=tuple(sites),
        series=(
            Series(label=_("Verified"), values=tuple(float(by_site[site][0]) for site in sites)),
            Series(
                label=_("Changed since, to be compared again"),
                values=tuple(float(by_site[site][1]) for site in sites),
            ),
        ),
        x_label=_("Site"),
        y_label=_("Values"),
    )
    grid = Grid(
        caption=_("By form"),
        heads=(_("Form"), _("Verified"), _("To be compared again")),
        rows=tuple((forms[form], *by_form[form]) for form in forms if form in by_form),
    )
    return Panel(
        id="verification", title=_("Source-data verification"), charts=(stacked_chart(chart),), grids=(grid,)
    )
