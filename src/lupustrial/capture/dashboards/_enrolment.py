"""Enrolment over time by site, against the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from lupustrial.capture.charts import Chart, Series, line_chart
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.participants import state_seen
from lupustrial.capture.store import milestone_counts, state_counts

_MOST_LINES = 4  # sites that get a line of their own


def enrolment(asked: Asked) -> Panel:
    """Draw how many participants were registered and enrolled up to the end of each month."""
    registered = milestone_counts(asked.tx, "registered", asked.sites)
    enrolled = milestone_counts(asked.tx, "enrolled", asked.sites)
    months = months_of(month for counts in (registered, enrolled) for by in counts.values() for month in by)
    series = [
        Series(label=_("Screened"), values=_up_to(_all(registered), months)),
        Series(label=_("Enrolled"), values=_up_to(_all(enrolled), months)),
    ]
    planned = asked.study.design.planned_participants
    if asked.sites is None and months:
        series.append(Series(label=_("Planned in all"), values=(float(planned),) * len(months)))
    if 1 < len(enrolled) <= _MOST_LINES - 1:
        series += [
            Series(label=_("Enrolled at %(site)s") % {"site": site}, values=_up_to(by, months))
            for site, by in sorted(enrolled.items())
        ]
    chart = Chart(
        id="enrolment-chart",
        title=_("Participants up to the end of each month"),
        categories=tuple(months),
        series=tuple(series),
        x_label=_("Month"),
        y_label=_("Participants"),
    )
    return Panel(id="enrolment", title=_("Enrolment"), charts=(line_chart(chart),), grids=(_states(asked),))


def months_of(found: Iterable[str]) -> list[str]:
    """Return every month from the first to the last that was found, as ``2026-11``."""
    known = sorted(set(found))
    if not known:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (known[0], known[-1]))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]


def _all(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for by in counts.values():
        for month, n in by.items():
            total[month] = total.get(month, 0) + n
    return total


def _up_to(by: Mapping[str, int], months: list[str]) -> tuple[float, ...]:
    values, total = [], 0
    for month in months:
        total += by.get(month, 0)
        values.append(float(total))
    return tuple(values)


#: States in the order in which participants come into them; those of the end may be told as one ("ended").
_STATES = ("screening", "screen failure", "enrolled", "completed", "withdrawn", "ended")


def _states(asked: Asked) -> Grid:
    words = {
        "screening": _("In screening"),
        "screen failure": _("Screen failure"),
        "enrolled": _("Enrolled"),
        "completed": _("Completed"),
        "withdrawn": _("Withdrawn"),
        "ended": _("Ended"),
    }
    counts: dict[str, dict[str, int]] = {}
    for site, by in state_counts(asked.tx, asked.sites).items():
        mine = counts.setdefault(site, {})
        for state, n in by.items():
            shown = state_seen(asked.study, asked.acting, state)
            mine[shown] = mine.get(shown, 0) + n
    shown_states = [state for state in _STATES if any(state in by for by in counts.values())]
    return Grid(
        caption=_("Participants by site, now"),
        heads=(_("Site"), *(words[state] for state in shown_states), _("All")),
        rows=tuple(
            (site, *(by.get(state, 0) for state in shown_states), sum(by.values()))
            for site, by in sorted(counts.items())
        ),
    )
