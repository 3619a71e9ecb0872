"""The primary response of everybody together, by visit: blinded, never by arm.

It is shown to roles that see every item that goes into it, at every visit (``scores_seen``). A visit with
fewer than `FEWEST` results is not shown: the few that have come so far could be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from lupustrial.capture.charts import Chart, Series, line_chart
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.dashboards._primary import primary_of, use_of
from lupustrial.capture.dashboards._sliced import Sliced
from lupustrial.capture.scores import Use, outputs_of, scores_seen
from lupustrial.capture.store import participants_at
from lupustrial.ledger import Transaction
from lupustrial.study import Parameter, Study

#: Fewest results of a visit that are shown.
FEWEST = 5

_RESPONDED: Mapping[str, bool] = {"Y": True, "N": False}
_SLICED: dict[tuple[str, str, str], Sliced[Mapping[str, bool]]] = {}


def response(asked: Asked) -> Panel | None:
    """Draw the percentage of responders by visit; None without a response, or where an input is hidden."""
    found = _response_of(asked.study)
    if found is None:
        return None
    parameter, use, output = found
    study = asked.study
    visits = [visit for visit in study.visits if visit.week > 0]
    sights = (scores_seen(study, asked.acting, use.id, visit=visit.id, at=None) for visit in visits)
    if any(sight != "all" for sight in sights):
        return None
    people = participants_at(asked.tx, asked.sites, ("enrolled", "completed", "withdrawn"))
    known, left = _sliced(asked, use, output).look(asked.tx, people)
    counts = {visit.id: [0, 0] for visit in visits}
    for by in known.values():
        for visit_id, responded in by.items():
            if visit_id in counts:
                counts[visit_id][0] += responded
                counts[visit_id][1] += 1
    rates = [_rate(*counts[visit.id]) for visit in visits]
    chart = Chart(
        id="response-chart",
        title=_("Responders, percent of those with a result"),
        categories=tuple(visit.id for visit in visits),
        positions=tuple(float(visit.week) for visit in visits),
        series=(Series(label=parameter.label, values=tuple(rates)),),
        x_label=_("Visit"),
        y_label=_("Percent"),
        low=0,
        high=100,
        decimals=1,
    )
    return Panel(
        id="response",
        title=_("Response, whole trial together"),
        charts=(line_chart(chart),),
        grids=(_grid([(visit.name, counts[visit.id][0], counts[visit.id][1]) for visit in visits]),),
        notes=(
            _("Treatments are not told apart. A visit with fewer than %(n)s results is not shown.")
            % {"n": FEWEST},
        ),
        left=left,
    )


def _grid(rows: list[tuple[str, int, int]]) -> Grid:
    return Grid(
        caption=_("Responders by visit"),
        heads=(_("Visit"), _("Responders"), _("With a result")),
        rows=tuple(
            (name, responders, n) if n >= FEWEST else (name, "–", _("fewer than %(n)s") % {"n": FEWEST})
            for name, responders, n in rows
        ),
    )


def _rate(responders: int, n: int) -> float | None:
    return None if n < FEWEST else 100 * responders / n


def _response_of(study: Study) -> tuple[Parameter, Use, str] | None:
    """Return the primary parameter that is a response, the score behind it, and the output that tells it."""
    for parameter in primary_of(study).parameters:
        use = use_of(study, parameter)
        if parameter.derive.kind == "composite" and use is not None and parameter.derive.output is not None:
            return parameter, use, parameter.derive.output
    return None


def _sliced(asked: Asked, use: Use, output: str) -> Sliced[Mapping[str, bool]]:
    study = asked.study

    def make(tx: Transaction, participant: str) -> Mapping[str, bool]:
        told = outputs_of(tx, study, participant, use, output)
        return {visit: _RESPONDED[value] for visit, value in told.items() if value in _RESPONDED}

    key = (asked.trial.config.database, study.digest, use.id)
    return _SLICED.setdefault(key, Sliced(make=make))
