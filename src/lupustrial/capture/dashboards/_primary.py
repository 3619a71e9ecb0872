"""What of the primary endpoint is missing: pages and items at baseline and at the visits that decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lupustrial.capture.access import sees_form
from lupustrial.capture.dashboards._annotated import seen_always
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.participants import date_item
from lupustrial.capture.scores import Use, inputs_of, uses_of
from lupustrial.capture.store import page_counts, unanswered_counts
from lupustrial.study import Parameter, Study, Visit


@dataclass(frozen=True, kw_only=True)
class Primary:
    """What the primary analyses look at.

    Attributes:
        parameters: Their parameters.
        items: Form and item of all that goes into these.
        visits: Visits that decide them, baseline first.
    """

    parameters: tuple[Parameter, ...]
    items: frozenset[tuple[str, str]]
    visits: tuple[Visit, ...]


def primary_of(study: Study) -> Primary:
    """Return what the analyses of the plan that are marked ``primary`` look at."""
    analyses = [one for one in study.plan.analyses if one.primary]
    names = {name for one in analyses for name in one.parameters}
    weeks = {week for one in analyses for week in one.weeks}
    parameters = tuple(one for one in study.plan.parameters if one.id in names)
    items: set[tuple[str, str]] = set()
    for one in parameters:
        use = use_of(study, one)
        if use is not None:
            items |= inputs_of(study, use)
        elif one.derive.form is not None and one.derive.item is not None:
            items.add((one.derive.form, one.derive.item))
    visits = tuple(visit for visit in study.visits if visit.baseline or visit.week in weeks)
    return Primary(parameters=parameters, items=frozenset(items), visits=visits)


def use_of(study: Study, parameter: Parameter) -> Use | None:
    """Return the score from which a parameter is derived; None where it is none."""
    return uses_of(study).get(parameter.derive.use or "")


def primary(asked: Asked) -> Panel | None:
    """Tell the missing pages and items of the primary endpoint; None where the role sees none of its forms.

    A form is listed where the role sees it, an item where it sees it at every visit.
    """
    study = asked.study
    looked_at = primary_of(study)
    forms = [
        form
        for form in study.forms
        if any(form.id == name for name, _item in looked_at.items)
        and not form.log
        and sees_form(study, asked.acting.role.id, form.id)
    ]
    if not forms or not looked_at.visits:
        return None
    return Panel(
        id="primary",
        title=_("Primary endpoint: what is missing"),
        grids=(_pages(asked, looked_at, [form.id for form in forms]), _items(asked, looked_at)),
        notes=(
            ", ".join(one.label for one in looked_at.parameters),
            _("An item that was recorded as not done, unknown or not applicable counts as missing."),
        ),
    )


def _pages(asked: Asked, looked_at: Primary, forms: Sequence[str]) -> Grid:
    study, place = asked.study, date_item(asked.study)
    counts = page_counts(asked.tx, asked.sites)
    rows = []
    for visit in looked_at.visits:
        there = sum(one.n for one in counts if place and one.form == place[0] and one.visit == visit.id)
        for name in forms:
            if visit.id not in study.form(name).visits:
                continue
            mine = [one for one in counts if one.form == name and one.visit == visit.id]
            complete = sum(one.n for one in mine if one.state == "complete")
            gaps = sum(one.n for one in mine if one.state == "started")
            title = f"{visit.name}: {study.form(name).title}"
            rows.append((title, there, complete, gaps, max(0, there - complete - gaps)))
    return Grid(
        caption=_("Pages, of visits that took place"),
        heads=(_("Visit and form"), _("Expected"), _("Complete"), _("With gaps"), _("Not entered")),
        rows=tuple(rows),
    )


def _items(asked: Asked, looked_at: Primary) -> Grid:
    study = asked.study
    shown = {pair for pair in looked_at.items if seen_always(study, asked.acting, *pair)}
    counts = unanswered_counts(
        asked.tx, {form for form, _item in shown}, {visit.id for visit in looked_at.visits}, asked.sites
    )
    found: dict[tuple[str, str, str], int] = {}
    for one in counts:
        if (one.form, one.item) in shown:
            key = (one.visit, one.form, one.item)
            found[key] = found.get(key, 0) + one.n
    return Grid(
        caption=_("Items without a value"),
        heads=(_("Visit and item"), _("Participants")),
        rows=tuple(
            (f"{study.visit(visit).name}: {study.form(form).title}, {study.form(form).item(item).label}", n)
            for (visit, form, item), n in sorted(found.items(), key=lambda pair: -pair[1])
        ),
    )
