"""Which criteria those did not meet who failed at screening."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from lupustrial.capture.access import Acting
from lupustrial.capture.dashboards._annotated import seen_always
from lupustrial.capture.dashboards._panel import Asked, Grid, Panel
from lupustrial.capture.dashboards._sliced import Sliced
from lupustrial.capture.participants import eligibility_of
from lupustrial.capture.store import participants_at
from lupustrial.ledger import Transaction
from lupustrial.study import Criterion, Expression, Study

_SLICED: dict[tuple[str, str], Sliced[frozenset[str]]] = {}


def screening(asked: Asked) -> Panel | None:
    """Count screening failures by criterion; a criterion is listed where the role sees all that it refers to.

    Somebody who did not meet two criteria counts at both. None where the role sees none of the criteria.
    """
    study = asked.study
    criteria = [*study.eligibility.inclusion, *study.eligibility.exclusion]
    shown = [one for one in criteria if _seen(study, asked.acting, one)]
    if not shown:
        return None
    people = participants_at(asked.tx, asked.sites, ("screen failure",))
    known, left = _sliced(asked).look(asked.tx, people)
    counts = Counter(criterion for failed in known.values() for criterion in failed)
    rows = [(f"{one.id} {one.text}", counts[one.id]) for one in shown if counts[one.id]]
    if len(shown) == len(criteria):
        others = sum(not failed for failed in known.values())
        rows += [(_("No criterion: another reason, or not decided"), others)] if others else []
    return Panel(
        id="screening",
        title=_("Screening failures"),
        grids=(
            Grid(
                caption=_("By criterion, of %(n)s participants who failed") % {"n": len(people)},
                heads=(_("Criterion"), _("Participants")),
                rows=tuple(sorted(rows, key=lambda row: -row[1])),
            ),
        ),
        notes=(_("Criteria are judged by what is held now."),),
        left=left,
    )


def _seen(study: Study, acting: Acting, criterion: Criterion) -> bool:
    forms = {form.id for form in study.forms}
    references = Expression.compile(criterion.expression).references
    return all(seen_always(study, acting, form, item) for form, item in references if form in forms)


def _sliced(asked: Asked) -> Sliced[frozenset[str]]:
    study = asked.study

    def make(tx: Transaction, participant: str) -> frozenset[str]:
        verdicts = eligibility_of(tx, study, participant)
        return frozenset(one.criterion for one in verdicts if one.verdict == "not met")

    return _SLICED.setdefault((asked.trial.config.database, study.digest), Sliced(make=make))
